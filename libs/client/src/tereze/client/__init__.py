"""SDK and the tereze command for caseworkers and partner agencies."""

from tereze.client.clients import DEFAULT_URL, AsyncTereze, Tereze
from tereze.client.credentials import Credentials, Profile
from tereze.client.grants import Bearer, ClientCredentials, SavedLogin
from tereze.client.problems import (
    BadRequest,
    Conflict,
    Invalid,
    LoginFailed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    ServerFault,
    Stale,
    TerezeError,
    TooLarge,
    TooManyRequests,
    Unavailable,
    Unreachable,
    UnreadableAnswer,
    VersionMissing,
    WebhookNotGenuine,
)
from tereze.client.webhooks import verify_webhook

__all__ = [
    "DEFAULT_URL",
    "AsyncTereze",
    "BadRequest",
    "Bearer",
    "ClientCredentials",
    "Conflict",
    "Credentials",
    "Invalid",
    "LoginFailed",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "Problem",
    "Profile",
    "SavedLogin",
    "ServerFault",
    "Stale",
    "Tereze",
    "TerezeError",
    "TooLarge",
    "TooManyRequests",
    "Unavailable",
    "Unreachable",
    "UnreadableAnswer",
    "VersionMissing",
    "WebhookNotGenuine",
    "verify_webhook",
]
