"""Decides which queries over rows of cases must carry the scoping condition; must never take a query's word for it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROWS_OF_CASES = {
    "referral": (
        "case_file",
        "task",
        "clock",
        "referral",
        "placement",
        "sitting",
        "plan",
        "case_event",
        "disclosure",
        "emergency_access",
    ),
    "notifications": ("log_entry", "addressed"),
    "intake": ("referral",),
    "oversight": ("clock",),
}
"""By service, the tables whose rows belong to cases. Person rows are weighed by the policies, with every case's exclusions."""
SCOPES = frozenset({"shown_to", "known_to", "cases_known_to"})
_MANY = re.compile(r"\b(page_of|list_|newest|search|count_|standings|following)")
_READS = re.compile(r"\b(?:FROM|JOIN)\s+(?:ONLY\s+)?([a-z_]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """One query: where it stands, the tables it reads, and whether it carries the scoping condition."""

    where: str
    tables: frozenset[str]
    scoped: bool


def queries(source: str, module: str) -> Iterator[Query]:
    """The SQL texts and SQLAlchemy selects of a module, each by the name it is kept under or the function it stands in."""
    tree = ast.parse(source)
    scoped_names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and _calls(node.value) & SCOPES
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value)
            tables = frozenset(name.lower() for name in _READS.findall(text))
            if tables and text.lstrip().upper().startswith(("SELECT", "WITH")):
                scoped = bool(_calls(node.value) & SCOPES or _names(node.value) & scoped_names)
                yield Query(f"{module}.{node.targets[0].id}", tables, scoped)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            selected = frozenset(
                name for call in ast.walk(node) if isinstance(call, ast.Call) and _called(call) == "select"
                for argument in call.args for name in _names(argument)
            )  # fmt: skip
            if selected:
                yield Query(f"{module}.{node.name}", selected, bool(_calls(node) & SCOPES))


def readers(source: str, module: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Functions that answer somebody with many rows, and the kept queries they run."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _MANY.match(node.name):
            yield f"{module}.{node.name}", frozenset(f"{module}.{name}" for name in _names(node))


def unscoped(root: Path) -> list[str]:
    """Queries over rows of cases that a function runs for many rows at once, without the scoping condition."""
    found = []
    for service, tables in ROWS_OF_CASES.items():
        for path in sorted((root / "services" / service / "src").rglob("*.py")):
            if "migrations" not in path.parts:
                found += unscoped_of(path.read_text("utf-8"), f"{service}.{path.stem}", frozenset(tables))
    return found


def unscoped_of(source: str, module: str, tables: frozenset[str]) -> list[str]:
    """The same for one module. Rows read by the ids that a scoped query of the same function found are scoped with it."""
    known = {query.where: query for query in queries(source, module)}
    bad = {where for where, query in known.items() if query.tables & tables and not query.scoped}
    scoped = {where for where, query in known.items() if query.scoped}
    listing = {name: {name, *run} for name, run in readers(source, module)}
    return sorted(f"{name} runs {where}" for name, run in listing.items() if not run & scoped for where in run & bad)


def _text(value: ast.expr) -> str:
    return "".join(
        part.value for part in ast.walk(value) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _calls(node: ast.AST) -> frozenset[str]:
    return frozenset(_called(part) for part in ast.walk(node) if isinstance(part, ast.Call))
