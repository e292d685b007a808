"""Decides that whatever a program logs is let through: a field nobody foresaw is dropped, and an operator waits for it in vain."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tereze.chassis.telemetry import LOGGED

ROOT = Path(__file__).resolve().parents[2]
_OF_THE_LOGGER = {"exc_info"}


def logged() -> Iterator[tuple[str, set[str]]]:
    """Every call of a module's ``log`` in the services and libraries: where, and the names it gives."""
    for path in sorted((*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("libs/*/src/**/*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
                    names = {word.arg for word in node.keywords if word.arg is not None}
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", names - _OF_THE_LOGGER


def test_every_field_that_is_logged_is_let_through():
    calls = dict(logged())
    assert len(calls) > 10, "the search finds the calls there are"
    assert {where: sorted(names - LOGGED) for where, names in calls.items() if names - LOGGED} == {}
