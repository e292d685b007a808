"""Decides how a delivery is signed (Standard Webhooks 1.0, scheme ``v1``); must never keep or show a secret."""

import base64
import hashlib
import hmac

PREFIX = "whsec_"
KEY_BYTES = 32


def secret_of(key: bytes) -> str:
    """The form in which a signing key is shown to its owner, once."""
    return PREFIX + base64.b64encode(key).decode()


def key_of(secret: str) -> bytes:
    """The signing key behind the shown form."""
    return base64.b64decode(secret.removeprefix(PREFIX))


def signature(key: bytes, *, event_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` of one attempt; ``timestamp`` is Unix seconds and travels as ``webhook-timestamp``."""
    signed = b".".join((event_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
