"""Decides which exception tells the caller what went wrong; must never echo what was sent in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pydantic import ValidationError

from tereze.contracts.problems import FieldProblem
from tereze.contracts.problems import Problem as ProblemDocument


class TerezeError(Exception):
    """Everything this package raises."""


class Unreachable(TerezeError):
    """No answer came: nothing is known about whether the request had an effect."""


class UnreadableAnswer(TerezeError):
    """Something answered, but not with a shape of this API (a proxy, another product, a newer major version)."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"HTTP {status}: {reason}")
        self.status = status


class LoginFailed(TerezeError):
    """The issuer gave no token. ``code`` is the OAuth 2 error, for example ``invalid_client`` or ``access_denied``."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail or code)
        self.code = code


class WebhookNotGenuine(TerezeError):
    """The signature, the timestamp or the body of a webhook does not hold; answer 400 and do nothing with it."""


class Problem(TerezeError):
    """The API refused, with a problem document (RFC 9457). ``code`` is stable; programs may branch on it."""

    def __init__(self, document: ProblemDocument, *, retry_after: float | None = None) -> None:
        super().__init__(f"{document.code}: {document.detail}")
        self.document = document
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.document.status

    @property
    def code(self) -> str:
        """Stable code, for example ``precondition-failed``."""
        return self.document.code

    @property
    def detail(self) -> str:
        """What to do about it."""
        return self.document.detail

    @property
    def errors(self) -> tuple[FieldProblem, ...]:
        """What is wrong with which part of the request; ``pointer`` is a JSON pointer into the body."""
        return self.document.errors

    @property
    def trace_id(self) -> str | None:
        """Give it to the operator: it finds this request in every service."""
        return self.document.trace_id


class BadRequest(Problem):
    """400: the request cannot be understood."""


class NotSignedIn(Problem):
    """401: no token, or one that does not hold."""


class NotAllowed(Problem):
    """403: signed in, but not for this."""


class NotFound(Problem):
    """404: it does not exist, or this reader may not know that it does."""


class Conflict(Problem):
    """409: the state of the thing does not allow it; ``document.current_state`` says where it stands."""


class Stale(Problem):
    """412: somebody changed it since it was read; ``document.current_version`` is the version to read again."""


class TooLarge(Problem):
    """413: the body is over the limit."""


class Invalid(Problem):
    """422: understood and refused; ``errors`` points at the parts."""


class VersionMissing(Problem):
    """428: the command was sent without the version it was decided on."""


class TooManyRequests(Problem):
    """429: slow down; ``retry_after`` says for how long."""


class Unavailable(Problem):
    """502, 503, 504: not now, and nothing was done; ``retry_after`` says when to try again."""


class ServerFault(Problem):
    """Any other 5xx: a defect; the trace id finds it."""


_BY_STATUS: Mapping[int, type[Problem]] = {
    400: BadRequest, 401: NotSignedIn, 403: NotAllowed, 404: NotFound, 409: Conflict, 412: Stale, 413: TooLarge,
    422: Invalid, 428: VersionMissing, 429: TooManyRequests, 502: Unavailable, 503: Unavailable, 504: Unavailable,
}  # fmt: skip
_SERVER = 500


def problem_of(status: int, headers: Mapping[str, str], content: bytes) -> Problem:
    """The exception for one refusal. An answer that is no problem document becomes one with code ``http-<status>``."""
    try:
        document = ProblemDocument.model_validate_json(content, extra="ignore")
    except ValidationError:
        document = ProblemDocument(
            type="about:blank",
            title=f"HTTP {status}",
            status=status,
            code=f"http-{status}",
            detail="The answer carries no problem document; it may come from a proxy in between.",
        )
    kind = _BY_STATUS.get(status, ServerFault if status >= _SERVER else Problem)
    return kind(document, retry_after=_seconds(headers.get("retry-after")))


def _seconds(retry_after: str | None) -> float | None:
    """``Retry-After`` in seconds, from either of its two forms."""
    if retry_after is None:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
