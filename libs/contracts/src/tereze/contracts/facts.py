"""Decides how a refused request is stated as a fact that knows its own status and code; must never echo a value that was sent in."""

from typing import ClassVar


class Fact(Exception):
    """Why a request was refused. Subclasses are named after the fact and set ``status``, ``code`` and ``title``."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something failed on our side"

    def __init__(
        self,
        detail: str = "",
        *,
        pointer: str | None = None,
        current_version: int | None = None,
        current_state: str | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.pointer = pointer
        self.current_version = current_version
        self.current_state = current_state


class NotFound(Fact):
    """There is no such thing, or the caller may not know that there is."""

    status = 404
    code = "not-found"
    title = "Nothing here for you under this address"


class Forbidden(Fact):
    """The caller may know of the thing but not do this."""

    status = 403
    code = "forbidden"
    title = "Your role does not allow this"


class Conflict(Fact):
    """The thing is in a state that does not allow this."""

    status = 409
    code = "conflict"
    title = "The current state does not allow this"


class Stale(Fact):
    """The thing changed since the caller read it."""

    status = 412
    code = "stale-version"
    title = "It has changed since you read it"


class Invalid(Fact):
    """The request is well-formed but cannot be meant."""

    status = 422
    code = "invalid"
    title = "The request cannot be accepted as it is"
