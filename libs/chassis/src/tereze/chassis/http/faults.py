"""Decides how a failed validation is told: where (JSON pointer), which stable code, how to mend it; must never repeat the input."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from tereze.contracts.problems import FieldProblem

_MOST_FAULTS = 50
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]{0,63}\Z")

# pydantic's word -> our stable code; a word that is not here falls back to its ending, then to "not-allowed"
_CODES: Mapping[str, str] = {
    "missing": "required",
    "extra_forbidden": "unknown-field",
    "string_too_short": "too-short",
    "string_too_long": "too-long",
    "too_short": "too-short",
    "too_long": "too-long",
    "string_pattern_mismatch": "wrong-format",
    "enum": "unknown-code",
    "literal_error": "unknown-code",
    "greater_than": "too-small",
    "greater_than_equal": "too-small",
    "less_than": "too-large",
    "less_than_equal": "too-large",
    "timezone_aware": "time-zone-missing",
    "date_future": "in-the-past",
    "date_past": "in-the-future",
    "finite_number": "not-a-number",
    "not_understood": "not-understood",
}
_ENDINGS = (
    ("_type", "wrong-type"),
    ("_parsing", "wrong-format"),
    ("_format", "wrong-format"),
    ("_inexact", "wrong-format"),
)
_MENDS: Mapping[str, str] = {
    "required": "This part is required.",
    "unknown-field": "This part is not known here; remove it.",
    "too-short": "This is shorter than allowed.",
    "too-long": "This is longer than allowed.",
    "wrong-format": "This does not have the documented format.",
    "wrong-type": "This has another JSON type than documented.",
    "unknown-code": "This is none of the documented codes.",
    "too-small": "This is below the documented range.",
    "too-large": "This is above the documented range.",
    "time-zone-missing": "A time needs its offset, such as Z or +05:00.",
    "in-the-past": "This must lie in the future.",
    "in-the-future": "This must not lie in the future.",
    "not-allowed": "This is not allowed here.",
    "not-understood": "This holds modifierExtension or implicitRules, which may not be ignored and are not known here; remove them.",
    "unknown-parameter": "This parameter is not known here; remove it.",
    "repeated-parameter": "This parameter may be given once.",
}


def mend(code: str) -> str:
    """What to do about a fault of this code."""
    return _MENDS.get(code, _MENDS["not-allowed"])


def _code(kind: str) -> str:
    ending = next((code for end, code in _ENDINGS if kind.endswith(end)), "not-allowed")
    return _CODES.get(kind, ending)


def pointer(steps: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _steps(location: Sequence[str | int], document: object, *, missing: bool) -> list[str | int]:
    """The part of pydantic's location that leads through the document; names of union members lead nowhere and are skipped.

    A name nobody documented is only shown where it looks like a field name, so that a value put in a name's place is not repeated.
    """
    steps: list[str | int] = []
    here = document
    for last, step in ((index == len(location) - 1, step) for index, step in enumerate(location)):
        if isinstance(here, dict) and isinstance(step, str):
            if step not in here and not (last and missing):
                continue
            if not _PLAIN_NAME.match(step):
                return steps
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int) and 0 <= step < len(here):
            here = here[step]
        else:
            continue
        steps.append(step)
    return steps


def faults_of_body(error: ValidationError, document: object) -> tuple[FieldProblem, ...]:
    """What is wrong with a JSON body, at most fifty faults."""
    found = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False)[:_MOST_FAULTS]:
        code = _code(fault["type"])
        steps = _steps(fault["loc"], document, missing=fault["type"] == "missing")
        found.append(FieldProblem(pointer=pointer(steps), code=code, detail=mend(code)))
    return tuple(found)


def faults_of_parameters(errors: Sequence[Any]) -> list[tuple[str, FieldProblem]]:
    """What is wrong with path, query and header parameters: pairs of place and fault."""
    found = []
    for fault in errors[:_MOST_FAULTS]:
        place, *names = fault["loc"]
        code = _code(fault["type"])
        parameter = str(names[0]) if names else None
        found.append((str(place), FieldProblem(pointer="", parameter=parameter, code=code, detail=mend(code))))
    return found
