"""Decides what schemathesis must know of this API to judge it fairly; must never excuse a server error or an undocumented answer.

Two things a schema cannot say. What is well-formed may still be refused for a reason of the field (no such agency, a stale
version, a cursor that was not handed out): such a refusal passes only with a code that is documented for the operation and is not
about form. And each new thing takes a fresh Idempotency-Key: one that was used is, rightly, answered with what it made before.
"""

import uuid
from typing import Any

import schemathesis

_ABOUT_FORM = {
    "validation-failed", "malformed-json", "unsupported-media-type", "body-too-large", "method-not-allowed",
    "idempotency-key-required", "idempotency-key-malformed", "if-match-malformed", "precondition-required", "internal",
}  # fmt: skip
AnyCase = schemathesis.Case[Any]
_PROMISED_IN_WORDS = {"unstorable-character", "out-of-range"}  # NUL in a text, the year 0029: said in the introduction
_KEY = "Idempotency-Key"


def _documented(case: AnyCase, status: int) -> set[str]:
    answers = case.operation.definition.raw["responses"]
    return set(answers.get(str(status), {}).get("description", "").split(", "))


def _said(refusal: dict[str, Any]) -> tuple[str, set[str]]:
    """The stable code of a refusal and those of its parts, in either form."""
    if refusal.get("resourceType") != "OperationOutcome":
        return refusal.get("code", ""), {one["code"] for one in refusal.get("errors", ())}
    codings = [coding for issue in refusal["issue"] for coding in issue["details"]["coding"]]
    return codings[0]["code"], {one["code"] for one in codings if one["system"] == "urn:tereze:fault"}


@schemathesis.hook
def filter_failure(
    _context: schemathesis.HookContext, failure: Any, case: AnyCase, response: schemathesis.Response
) -> bool:
    """Whether a failure stands."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    code, faults = _said(response.json())
    if faults and faults <= _PROMISED_IN_WORDS:
        return False
    return code in _ABOUT_FORM or code not in _documented(case, response.status_code)


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: AnyCase, _kwargs: dict[str, Any]) -> None:
    """Give each well-formed request a key of its own."""
    well_formed = case.meta is not None and case.meta.generation.mode.is_positive
    if well_formed and case.headers and _KEY in case.headers:
        case.headers[_KEY] = str(uuid.uuid4())
