"""Whose webhooks are believed."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from tereze.client import WebhookNotGenuine, verify_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = (
    '{"specversion":"1.0","id":"evt_00000000000000000000000000000001","type":"tereze.case.opened.v1",'
    '"source":"/tereze/referral","subject":"cas_00000000000000000000000000000001","time":"2026-03-06T11:40:00Z",'
    '"dataschema":"/schemas/tereze.case.opened.v1.json","data":{"case_version":1}}'
)


def signed(body: str, at: datetime | None = None) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "Webhook-Id": "evt_00000000000000000000000000000001",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(SECRET).sign("evt_00000000000000000000000000000001", at, body),
    }


def test_a_genuine_webhook_gives_its_event() -> None:
    event = verify_webhook(SECRET, signed(BODY), BODY.encode())
    assert event.type == "tereze.case.opened.v1"
    assert event.data == {"case_version": 1}


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(WebhookNotGenuine):
        verify_webhook(SECRET, signed(BODY), BODY.replace('"case_version":1', '"case_version":2'))


def test_an_old_webhook_is_refused() -> None:
    with pytest.raises(WebhookNotGenuine, match="too old"):
        verify_webhook(SECRET, signed(BODY, datetime.now(UTC) - timedelta(minutes=6)), BODY)


@pytest.mark.parametrize("headers", [{}, {"webhook-id": "x", "webhook-timestamp": "now", "webhook-signature": "v1,x"}])
def test_missing_or_odd_headers_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(WebhookNotGenuine):
        verify_webhook(SECRET, headers, BODY)


@pytest.mark.parametrize("signature", ["v1", "v1,%%%", "v2,abc", ""])
def test_an_unreadable_signature_is_refused(signature: str) -> None:
    with pytest.raises(WebhookNotGenuine):
        verify_webhook(SECRET, {**signed(BODY), "Webhook-Signature": signature}, BODY)


def test_a_signed_body_that_is_no_event_is_refused() -> None:
    with pytest.raises(WebhookNotGenuine, match="not a CloudEvent"):
        verify_webhook(SECRET, signed("{}"), "{}")


def test_an_empty_or_undecodable_secret_or_body_is_refused() -> None:
    for secret, body in [("whsec_", BODY.encode()), (SECRET, b"\xff\xfe")]:
        with pytest.raises(WebhookNotGenuine):
            verify_webhook(secret, signed(BODY), body)
