"""Decides the shape of an error and its stable codes (RFC 9457); must never echo a value that was sent in."""

from typing import Annotated

from pydantic import Field

from tereze.contracts.labels import OPERATIONAL, Contract


class FieldProblem(Contract):
    """What is wrong with one part of the request, and how to mend it."""

    pointer: Annotated[str, OPERATIONAL, Field(description="JSON pointer into the request body (RFC 6901)")]
    parameter: Annotated[
        str | None, OPERATIONAL, Field(description="Name of the query or header parameter, where it is not the body")
    ] = None
    code: Annotated[str, OPERATIONAL]
    detail: Annotated[str, OPERATIONAL]


class Problem(Contract):
    """A problem document (RFC 9457), served as ``application/problem+json``."""

    type: Annotated[str, OPERATIONAL, Field(description="URL of the page that explains this code")]
    title: Annotated[str, OPERATIONAL]
    status: Annotated[int, OPERATIONAL]
    code: Annotated[str, OPERATIONAL, Field(description="Stable; programs may branch on it")]
    detail: Annotated[str, OPERATIONAL, Field(description="What to do about it")]
    trace_id: Annotated[str | None, OPERATIONAL] = None
    errors: Annotated[tuple[FieldProblem, ...], OPERATIONAL] = ()
    current_version: Annotated[
        int | None, OPERATIONAL, Field(description="With 409 and 412: the version to read again")
    ] = None
    current_state: Annotated[str | None, OPERATIONAL] = None
