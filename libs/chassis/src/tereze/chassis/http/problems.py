"""Decides how every refusal becomes one problem document (RFC 9457), or FHIR's form of it; must never echo a value that was sent in."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from opentelemetry import trace
from starlette.exceptions import HTTPException

from tereze.chassis.auth import IssuerUnreachable, TokenExpired, TokenRefused
from tereze.chassis.database import DatabaseUnavailable
from tereze.chassis.http.faults import faults_of_parameters
from tereze.chassis.http.outcomes import outcome_response, speaks_fhir
from tereze.chassis.http.refusals import (
    BodyTooLarge,
    DatabaseDown,
    IssuerDown,
    MethodNotAllowed,
    RouteNotFound,
    TokenInvalid,
    TokenOutOfDate,
    UnsupportedMedia,
    ValidationFailed,
)
from tereze.contracts.facts import Fact
from tereze.contracts.problems import FieldProblem, Problem

MEDIA_TYPE = "application/problem+json"
_BY_STATUS: Mapping[int, type[Fact]] = {
    404: RouteNotFound, 405: MethodNotAllowed, 413: BodyTooLarge, 415: UnsupportedMedia,
}  # fmt: skip


def current_trace_id() -> str | None:
    """The trace this request belongs to, as 32 hex digits."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else None


def problem_of(fact: Fact) -> Problem:
    """The document that states a fact."""
    errors: tuple[FieldProblem, ...] = getattr(fact, "errors", ())
    if fact.pointer is not None and not errors:
        errors = (FieldProblem(pointer=fact.pointer, code=fact.code, detail=fact.detail),)
    return Problem(
        type=f"/docs/problems/{fact.code}",
        title=fact.title,
        status=fact.status,
        code=fact.code,
        detail=fact.detail,
        trace_id=current_trace_id(),
        errors=errors,
        current_version=fact.current_version,
        current_state=fact.current_state,
    )


def problem_response(fact: Fact, path: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that refuses at this address, in the form its callers read. Parts that say nothing are left out."""
    problem, headers = problem_of(fact), {**getattr(fact, "headers", {}), **(headers or {})}
    if speaks_fhir(path):
        return outcome_response(problem, headers)
    silent = {name for name in ("errors", "trace_id", "current_version", "current_state") if not getattr(problem, name)}
    return Response(
        problem.model_dump_json(exclude=silent, exclude_none=True),
        status_code=fact.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def _on_fact(request: Request, error: Exception) -> Response:
    return problem_response(cast("Fact", error), request.url.path)


def _on_parameters(request: Request, error: Exception) -> Response:
    faults = faults_of_parameters(cast("RequestValidationError", error).errors())
    if any(place == "path" for place, _ in faults):  # an address that cannot exist
        return problem_response(RouteNotFound(), request.url.path)
    return problem_response(ValidationFailed(errors=tuple(fault for _, fault in faults)), request.url.path)


def _on_status(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself. Its own words are not passed on."""
    refused = cast("HTTPException", error)
    headers = dict(refused.headers or {})
    if refused.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(request.app.state.addresses.methods(request.url.path))
    fact = _BY_STATUS.get(refused.status_code)
    if fact is None:
        phrase = HTTPStatus(refused.status_code).phrase
        named = {"status": refused.status_code, "code": phrase.lower().replace(" ", "-"), "title": phrase}
        fact = type("Refused", (Fact,), named)
    return problem_response(fact(), request.url.path, headers)


def _on_token(request: Request, error: Exception) -> Response:
    fact = TokenOutOfDate if isinstance(error, TokenExpired) else TokenInvalid
    return problem_response(fact(str(error)), request.url.path)


def _on_database(request: Request, _error: Exception) -> Response:
    return problem_response(DatabaseDown(), request.url.path)


def _on_issuer(request: Request, _error: Exception) -> Response:
    return problem_response(IssuerDown(), request.url.path)


def add_problem_handlers(app: FastAPI) -> None:
    """The one place where refusals become answers."""
    app.add_exception_handler(Fact, _on_fact)
    app.add_exception_handler(RequestValidationError, _on_parameters)
    app.add_exception_handler(HTTPException, _on_status)
    app.add_exception_handler(TokenRefused, _on_token)
    app.add_exception_handler(IssuerUnreachable, _on_issuer)
    app.add_exception_handler(DatabaseUnavailable, _on_database)
