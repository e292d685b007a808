"""Decides that a library nobody here wrote accepts what is signed here, and nothing that was tampered with."""

import json
import secrets
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tereze.notifications.domain.signature import KEY_BYTES, PREFIX, key_of, secret_of, signature

BODY = '{"id":"evt_1","қайда":"терезе"}'.encode()


@pytest.fixture
def key():
    return secrets.token_bytes(KEY_BYTES)


def headers(key: bytes, body: bytes, at: int) -> dict[str, str]:
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(at),
        "webhook-signature": signature(key, event_id="evt_1", timestamp=at, body=body),
    }


def test_the_standard_library_of_webhooks_verifies_what_is_signed(key):
    assert Webhook(secret_of(key)).verify(BODY, headers(key, BODY, int(time.time()))) == json.loads(BODY)


@pytest.mark.parametrize("spoil", ["body", "id", "timestamp", "key"])
def test_a_changed_part_is_noticed(key, spoil):
    sent = headers(key, BODY, int(time.time()))
    if spoil == "id":
        sent["webhook-id"] = "evt_2"
    if spoil == "timestamp":
        sent["webhook-timestamp"] = str(int(time.time()) + 1)
    verifier = Webhook(secret_of(secrets.token_bytes(KEY_BYTES) if spoil == "key" else key))
    with pytest.raises(WebhookVerificationError):
        verifier.verify(BODY + b" " if spoil == "body" else BODY, sent)


def test_a_secret_reads_back_as_its_key(key):
    assert secret_of(key).startswith(PREFIX)
    assert key_of(secret_of(key)) == key
