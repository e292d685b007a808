"""Decides how a refusal reads to a system that speaks FHIR R4: an OperationOutcome; must never say more than the problem document would."""

import re
from collections.abc import Mapping

from fastapi import Response

from tereze.contracts.fhir import (
    FAULT_SYSTEM,
    PROBLEM_SYSTEM,
    TRACE_EXTENSION,
    CodeableConcept,
    Coding,
    IssueType,
    OperationOutcome,
    OutcomeIssue,
    TraceExtension,
)
from tereze.contracts.problems import FieldProblem, Problem

FHIR_MEDIA_TYPE = "application/fhir+json"
_ROOT = "/fhir/"
_BY_CODE: Mapping[str, IssueType] = {
    "token-expired": "expired", "no-patient": "required", "unknown-parameter": "not-supported",
    "not-understood": "not-supported",
    "required": "required", "too-long": "too-long", "unknown-code": "code-invalid", "wrong-type": "structure",
    "wrong-format": "value", "too-short": "value", "too-small": "value", "too-large": "value", "no-such-date": "value",
}  # fmt: skip
_BY_STATUS: Mapping[int, IssueType] = {
    400: "structure", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 409: "conflict",
    412: "conflict", 413: "too-long", 415: "not-supported", 422: "invalid", 428: "required", 503: "transient",
}  # fmt: skip
_FAILED = 500
_INDEX = re.compile(r"/(\d+)(?=/|$)")


def speaks_fhir(path: str) -> bool:
    """Whether whoever calls this address reads FHIR and no problem documents."""
    return path.startswith(_ROOT)


def outcome_of(problem: Problem) -> OperationOutcome:
    """The same refusal in FHIR's form: an issue for each part that is wrong, or one for the whole."""
    faults: tuple[FieldProblem | None, ...] = problem.errors or (None,)
    trace = (TraceExtension(url=TRACE_EXTENSION, valueString=problem.trace_id),) if problem.trace_id else ()
    return OperationOutcome(extension=trace, issue=tuple(_issue(problem, fault) for fault in faults))


def outcome_response(problem: Problem, headers: Mapping[str, str]) -> Response:
    """The answer that refuses. FHIR forbids what is empty, so it is left out."""
    outcome = outcome_of(problem)
    return Response(
        outcome.model_dump_json(exclude_none=True, exclude=None if outcome.extension else {"extension"}),
        status_code=problem.status,
        headers=dict(headers),
        media_type=FHIR_MEDIA_TYPE,
    )


def _issue(problem: Problem, fault: FieldProblem | None) -> OutcomeIssue:
    coding = [Coding(system=PROBLEM_SYSTEM, code=problem.code, display=problem.title)]
    if fault is not None and fault.code != problem.code:
        coding.append(Coding(system=FAULT_SYSTEM, code=fault.code, display=fault.detail))
    return OutcomeIssue(
        severity="fatal" if problem.status >= _FAILED else "error",
        code=_type_of(problem, fault),
        details=CodeableConcept(coding=tuple(coding), text=problem.title),
        diagnostics=fault.detail if fault else problem.detail,
        expression=(_fhirpath(fault.pointer),) if fault and fault.pointer else None,
        location=(f"http.{fault.parameter}",) if fault and fault.parameter else None,
    )


def _type_of(problem: Problem, fault: FieldProblem | None) -> IssueType:
    whole = _BY_CODE.get(problem.code) or _BY_STATUS.get(problem.status)
    by_fault = _BY_CODE.get(fault.code) if fault else None
    return by_fault or whole or ("exception" if problem.status >= _FAILED else "processing")


def _fhirpath(pointer: str) -> str:
    """``/parameter/0/resource`` as ``Parameters.parameter[0].resource``."""
    return "Parameters" + _INDEX.sub(r"[\1]", pointer).replace("/", ".")
