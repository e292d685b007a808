"""Decides the pages that explain each stable problem code; must never let a code go unexplained."""

import html
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import tereze
from tereze.contracts.facts import Fact

_ENTRY = re.compile(
    r"^## `(?P<code>[a-z0-9-]+)` — (?P<status>\d{3}(?:, \d{3})*)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)
_CODE_SPAN = re.compile(r"`([^`]+)`")
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{code} — Tereze problem</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}</style>
</head>
<body>
<p><a href="/docs/">API</a> › problem</p>
<h1><code>{code}</code></h1>
<p>HTTP status {status}</p>
{paragraphs}
</body>
</html>
"""


def _modules() -> Iterator[str]:
    for part in tereze.__path__:
        for module in pkgutil.walk_packages([part], "tereze."):
            if not re.search(r"\.(tests|migrations|__main__)(\.|$)", module.name):
                yield module.name


def _below(fact: type[Fact]) -> Iterator[type[Fact]]:
    for kind in fact.__subclasses__():
        yield kind
        yield from _below(kind)


def every_problem() -> dict[str, set[int]]:
    """Each stable code in the code base with its statuses. Imports every module, so that none hides."""
    for name in _modules():
        importlib.import_module(name)
    found: dict[str, set[int]] = {}
    facts: list[type[Fact]] = [Fact, *_below(Fact)]
    for fact in facts:
        if not fact.__module__.startswith("tereze."):
            continue  # a test states problems of its own
        found.setdefault(fact.code, set()).add(fact.status)
    return found


def explained(text: str) -> dict[str, tuple[set[int], str]]:
    """The entries of ``docs/problems.md``: code to its statuses and words."""
    return {
        entry["code"]: ({int(status) for status in entry["status"].split(", ")}, entry["text"].strip())
        for entry in _ENTRY.finditer(text)
    }


def _paragraphs(text: str) -> str:
    marked = _CODE_SPAN.sub(r"<code>\1</code>", html.escape(text, quote=False))
    return "\n".join(f"<p>{part.strip()}</p>" for part in marked.split("\n\n") if part.strip())


def problem_pages(source: Path) -> dict[str, str]:
    """One page a code, by its path below ``docs/api``."""
    return {
        f"problems/{code}/index.html": _PAGE.format(
            code=code, status=", ".join(map(str, sorted(statuses))), paragraphs=_paragraphs(text)
        )
        for code, (statuses, text) in explained(source.read_text(encoding="utf-8")).items()
    }
