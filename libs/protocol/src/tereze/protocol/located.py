"""Decides where in a YAML text a value stands, so that an error names its line; must never accept a key twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Place = tuple[str | int, ...]
_LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # the one in C where it was built: the same values, ten times faster
M = TypeVar("M", bound=BaseModel)


class BadText(ValueError):
    """The text does not say what it must. The message has one line per mistake, each with its line number."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at one place of the text."""

    path: Place
    message: str


@dataclass(frozen=True, slots=True)
class Located:
    """A YAML text as plain values, with the line of every place in it."""

    source: str
    values: Any
    lines: dict[Place, int]

    def line(self, path: Sequence[str | int]) -> int:
        """The line of a place, or of the nearest place around it that exists."""
        place = tuple(path)
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)

    def tell(self, mistakes: Iterable[Mistake]) -> list[str]:
        """One line of text per mistake, in the order of their lines."""
        told = sorted((self.line(m.path), ".".join(str(step) for step in m.path), m.message) for m in mistakes)
        return [f"{self.source} line {line}: {place}: {what}" for line, place, what in told]

    def fail(self, mistakes: Iterable[Mistake]) -> None:
        """Raise BadText when there are mistakes."""
        if told := self.tell(mistakes):
            raise BadText("\n".join(told))

    def read(self, shape: type[M]) -> M:
        """The text as a model; raises BadText."""
        try:
            return shape.model_validate(self.values)
        except ValidationError as error:
            self.fail([Mistake(_plain(each["loc"]), each["msg"]) for each in error.errors()])
            raise


def locate(text: str, source: str = "pack") -> Located:
    """Parse YAML; raises BadText for broken YAML, a key that stands twice or a text that is no mapping."""
    try:
        loader = _LOADER(text)
        root = loader.get_single_node()
        values = loader.construct_document(root) if root else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadText(f"{source} line {line}: {error.problem}") from error
    if not isinstance(root, yaml.MappingNode):
        raise BadText(f"{source} line 1: a mapping is needed")
    lines: dict[Place, int] = {}
    doubled: list[Mistake] = []
    _walk(root, (), lines, doubled)
    located = Located(source, values, lines)
    located.fail(doubled)
    return located


def _walk(node: yaml.Node, path: Place, lines: dict[Place, int], doubled: list[Mistake]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*path, str(key.value))
            if place in lines:
                doubled.append(Mistake(path, f"{key.value!r} stands again on line {key.start_mark.line + 1}"))
            lines[place] = key.start_mark.line + 1
            _walk(value, place, lines, doubled)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*path, index), lines, doubled)


def _plain(loc: tuple[int | str, ...]) -> Place:
    return tuple(step for step in loc if step != "[key]")
