"""Decides how HTTP itself refuses: one fact a class, each with its stable code; must never hold a value that was sent in."""

from collections.abc import Mapping
from typing import ClassVar

from tereze.contracts.facts import Fact
from tereze.contracts.problems import FieldProblem


class Refusal(Fact):
    """A fact about the request itself. ``headers`` go out with the answer; ``errors`` say which parts are wrong."""

    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, detail: str = "", *, errors: tuple[FieldProblem, ...] = ()) -> None:
        super().__init__(detail)
        self.errors = errors


class MalformedJson(Refusal):
    """The body is not JSON in UTF-8."""

    status = 400
    code = "malformed-json"
    title = "The body is not valid JSON in UTF-8"


class BadCursor(Refusal):
    """The cursor is not one that was handed out."""

    status = 400
    code = "bad-cursor"
    title = "Send a cursor back exactly as it was given, with the same filters"


class IdempotencyKeyRequired(Refusal):
    """A creating POST came without an Idempotency-Key."""

    status = 400
    code = "idempotency-key-required"
    title = "Send an Idempotency-Key: a fresh random value for each new thing, the same one for each retry"


class IdempotencyKeyMalformed(Refusal):
    """The Idempotency-Key is empty, too long, not printable ASCII, or there are several."""

    status = 400
    code = "idempotency-key-malformed"
    title = "An Idempotency-Key is 1 to 255 printable ASCII characters, sent once"


class IfMatchMalformed(Refusal):
    """The If-Match header is not one version."""

    status = 400
    code = "if-match-malformed"
    title = 'If-Match carries one version as it was given in ETag, such as "3"'


class TokenMissing(Refusal):
    """No bearer token came with the request."""

    status = 401
    code = "token-missing"
    title = "Send an access token: Authorization: Bearer ..."
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class TokenInvalid(Refusal):
    """The token does not prove who is calling."""

    status = 401
    code = "token-invalid"
    title = "The access token is not valid here"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class TokenOutOfDate(TokenInvalid):
    """The token was valid once."""

    code = "token-expired"
    title = "The access token has expired; get a new one"


class StaffUnknown(Refusal):
    """The token is good, but nobody of that name works for an agency of the window."""

    status = 403
    code = "staff-unknown"
    title = "You are not registered with any agency of the window"


class StaffSuspended(Refusal):
    """The person may not act at present."""

    status = 403
    code = "staff-suspended"
    title = "Your access is suspended"


class NotAttested(Refusal):
    """The person does not meet what their role requires at present: a signature, a training, a vetting."""

    status = 403
    code = "not-attested"
    title = "Before you may act, what your role requires must be signed, passed and recorded; see errors"


class AgencyMismatch(Refusal):
    """The token speaks for an agency the person does not belong to."""

    status = 403
    code = "agency-mismatch"
    title = "The token names another agency than the one you belong to"


class AgencySuspended(Refusal):
    """The agency is not active."""

    status = 403
    code = "agency-suspended"
    title = "Your agency does not take part in the window at present"


class RouteNotFound(Refusal):
    """No such address."""

    status = 404
    code = "not-found"
    title = "Nothing here for you under this address"


class MethodNotAllowed(Refusal):
    """The address knows other methods only."""

    status = 405
    code = "method-not-allowed"
    title = "This address does not take that method; see Allow"


class IdempotencyKeyInUse(Refusal):
    """The first request with this key is still being worked on."""

    status = 409
    code = "idempotency-key-in-use"
    title = "The first request with this Idempotency-Key is still running; retry shortly"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


class BodyTooLarge(Refusal):
    """The body is longer than is read."""

    status = 413
    code = "body-too-large"
    title = "The body may hold at most 1 MiB"


class UnsupportedMedia(Refusal):
    """The body is not sent as plain JSON."""

    status = 415
    code = "unsupported-media-type"
    title = "Send Content-Type: application/json (application/fhir+json under /fhir/), UTF-8, not compressed"


class ValidationFailed(Refusal):
    """Parts of the request are not as documented."""

    status = 422
    code = "validation-failed"
    title = "Some parts of the request are not as documented; see errors"


class IdempotencyKeyReused(Refusal):
    """The key was used for something else."""

    status = 422
    code = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request; use a fresh one"


class PreconditionRequired(Refusal):
    """A command came without the version it was decided on."""

    status = 428
    code = "precondition-required"
    title = "Send If-Match with the version you read, as given in ETag"


class Unexpected(Refusal):
    """Something failed that should not have."""

    status = 500
    code = "internal"
    title = "Something failed on our side; it is recorded under the trace id"


class DatabaseDown(Refusal):
    """The records cannot be reached; nothing was written."""

    status = 503
    code = "database-unavailable"
    title = "Our records cannot be reached; nothing was written, retry with the same Idempotency-Key"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class IssuerDown(Refusal):
    """Tokens cannot be checked because the issuer's keys cannot be read."""

    status = 503
    code = "issuer-unavailable"
    title = "Tokens cannot be checked at present; retry"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}
