"""Decides whether a received webhook is genuine; must never hand out the content of one that is not."""

from collections.abc import Mapping

from pydantic import ValidationError
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from tereze.client.problems import WebhookNotGenuine
from tereze.contracts.subscriptions import CloudEvent


def verify_webhook(secret: str, headers: Mapping[str, str], body: bytes | str) -> CloudEvent:
    """The event of one delivery, after its Standard Webhooks signature and timestamp (± 5 minutes) were checked.

    ``secret`` is the ``whsec_…`` shown when the subscription was made; ``body`` the bytes as received, not re-encoded.
    Raises WebhookNotGenuine.
    """
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
        return CloudEvent.model_validate_json(body, extra="ignore")
    except (WebhookVerificationError, EmptyWebhookSecretError) as error:
        raise WebhookNotGenuine(str(error)) from error
    except ValidationError as error:
        raise WebhookNotGenuine("the signature holds, but the body is not a CloudEvent of this API") from error
    except ValueError as error:  # a signature or a body that is not even decodable
        raise WebhookNotGenuine("the signature cannot be read") from error
