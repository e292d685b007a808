"""Everything a route needs; must never be imported by a domain."""

from tereze.chassis.http.addresses import open_to_all, refuses
from tereze.chassis.http.app import build_app, create_app, openapi_of
from tereze.chassis.http.bodies import body
from tereze.chassis.http.callers import BriefCaller, Caller, OpenWork, Principal, UnattestedCaller, identify_briefly
from tereze.chassis.http.idempotency import Idempotency, Reply, expire_keys, keep_expiring_keys, once
from tereze.chassis.http.outcomes import FHIR_MEDIA_TYPE
from tereze.chassis.http.paging import Cursor, Limit, decode_cursor, encode_cursor
from tereze.chassis.http.problems import problem_of, problem_response
from tereze.chassis.http.refusals import BadCursor, PreconditionRequired, ValidationFailed
from tereze.chassis.http.versions import IfMatch, etag
from tereze.contracts.facts import Conflict, Fact, Forbidden, Invalid, NotFound, Stale

__all__ = [
    "FHIR_MEDIA_TYPE", "BadCursor", "BriefCaller", "Caller", "Conflict", "Cursor", "Fact", "Forbidden", "Idempotency", "IfMatch", "Invalid",
    "Limit", "NotFound", "OpenWork", "PreconditionRequired", "Principal", "Reply", "Stale", "UnattestedCaller",
    "ValidationFailed", "body",
    "build_app", "create_app", "decode_cursor", "encode_cursor", "etag", "expire_keys", "identify_briefly",
    "keep_expiring_keys", "once", "open_to_all", "openapi_of", "problem_of", "problem_response", "refuses",
]  # fmt: skip
