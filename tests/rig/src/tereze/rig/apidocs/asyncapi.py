"""Decides the AsyncAPI 3.0 document of the topics and of the webhook door; must never promise a topic that is not published."""

import json
from typing import Any

from tereze.contracts.events import PERSONAL_DATA_FREE_HEADERS, Event
from tereze.contracts.subscriptions import CloudEvent
from tereze.rig.apidocs.examples import delivered_example, example, example_envelope
from tereze.rig.apidocs.shapes import Schema, every_event, may_be_withheld, shared_schemas

_SCHEMAS = "#/components/schemas/{model}"
_PARTITIONS = 6
_INFO = """\
Every fact of Tereze is a CloudEvents 1.0 event. Inside the house it travels on Kafka topics in binary mode (attributes as
`ce_` headers, the body as JSON), keyed by the thing whose order matters. Partners receive the same events, with the same ids
and in the same order per case, as signed webhooks (Standard Webhooks 1.0) or from the feed `GET /v1/events`; fields that
their agency may not see are absent.

Delivery is at least once: keep the event ids you have handled. Codes may be added to an enum and fields to an event; ignore
what you do not know. Each field carries `x-sensitivity`. No header, key or topic name carries personal data; names and
narratives travel only inside sealed parts (JWE).
"""


def _header_schema(required: bool) -> Schema:
    texts = {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "pattern": "^evt_[0-9a-f]{32}$", "description": "The same at every door"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string", "description": "/tereze/<service>"},
        "ce_subject": {"type": "string", "description": "The Kafka key"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_partitionkey": {"type": "string"},
        "ce_dataschema": {"type": "string", "description": "Path of the JSON Schema of the body"},
        "ce_traceparent": {"type": "string", "description": "W3C trace context; absent without a trace"},
        "content-type": {"type": "string", "const": "application/json"},
    }
    assert set(texts) == set(PERSONAL_DATA_FREE_HEADERS)
    needed = sorted(set(texts) - {"ce_traceparent"}) if required else []
    return {"type": "object", "required": needed, "properties": texts}


def webhook_headers() -> Schema:
    """Headers of every delivery, as a schema."""
    return {
        "type": "object",
        "required": ["webhook-id", "webhook-timestamp", "webhook-signature", "webhook-sequence"],
        "properties": {
            "webhook-id": {"type": "string", "description": "The event's id; the same at every attempt"},
            "webhook-timestamp": {"type": "string", "description": "Seconds since 1970 of this attempt"},
            "webhook-signature": {"type": "string", "description": "Space-separated `v1,<base64 HMAC-SHA256>`"},
            "webhook-sequence": {"type": "string", "description": "Grows by one per subscription and case"},
            "webhook-previous-id": {"type": "string", "description": "The event delivered before this one"},
            "traceparent": {"type": "string", "description": "W3C trace context"},
        },
    }


def _on_topic(shape: type[Event]) -> Schema:
    envelope = example_envelope(shape)
    return {
        "name": shape.type,
        "title": shape.__name__,
        "summary": (shape.__doc__ or "").strip(),
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/CloudEvent"}],
        "bindings": {"kafka": {"key": {"type": "string", "description": shape.key_field}}},
        "payload": {"$ref": f"#/components/schemas/{shape.__name__}"},
        "examples": [
            {"name": "example", "headers": envelope.headers(), "payload": json.loads(envelope.payload())},
        ],
    }


def _at_the_door(shape: type[Event]) -> Schema:
    payload = json.loads(delivered_example(shape).model_dump_json(exclude_none=True))
    return {
        "name": f"delivered {shape.type}",
        "title": f"{shape.__name__}, delivered",
        "summary": (shape.__doc__ or "").strip(),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/WebhookHeaders"},
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": shape.type},
                        "data": {"$ref": f"#/components/schemas/{shape.__name__}Delivered"},
                    },
                },
            ]
        },
        "examples": [{"name": "example", "payload": payload}],
    }


def delivered_events() -> tuple[type[Event], ...]:
    """Event types that partners may be told."""
    return tuple(shape for shape in every_event() if shape.topic == "tereze.referral.cases")


def _topic_channel(topic: str, events: list[type[Event]]) -> Schema:
    state = topic.startswith("tereze.directory.")
    return {
        "address": topic,
        "title": topic,
        "description": "What is so now: the latest record of a key holds."
        if state
        else "What happened, in order per key.",
        "messages": {shape.__name__: {"$ref": f"#/components/messages/{shape.__name__}"} for shape in events},
        "bindings": {
            "kafka": {
                "topic": topic,
                "partitions": 1 if state else _PARTITIONS,
                "topicConfiguration": {"cleanup.policy": ["compact" if state else "delete"]},
            }
        },
    }


def _channels(events: tuple[type[Event], ...]) -> dict[str, Schema]:
    topics = sorted({shape.topic for shape in events})
    channels = {
        _slug(topic): _topic_channel(topic, [shape for shape in events if shape.topic == topic]) for topic in topics
    }
    channels["webhooks"] = {
        "address": None,
        "title": "Webhooks",
        "description": "POSTed to the address of each subscription; in order per case; answer 2xx within 15 seconds.",
        "messages": {
            f"{shape.__name__}Delivered": {"$ref": f"#/components/messages/{shape.__name__}Delivered"}
            for shape in delivered_events()
        },
        "bindings": {},
    }
    return channels


def _slug(topic: str) -> str:
    return "".join(word.capitalize() for word in topic.removeprefix("tereze.").replace("-", ".").split("."))


def _operations(channels: dict[str, Schema]) -> dict[str, Schema]:
    operations = {}
    for name, channel in channels.items():
        door = channel["address"] is None
        operations["deliverWebhook" if door else f"publish{name}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
            "summary": "Deliver to a partner" if door else f"Publish to {channel['address']}",
            **({"bindings": {"http": {"method": "POST"}}} if door else {}),
        }
    return operations


def _components(events: tuple[type[Event], ...]) -> Schema:
    schemas = shared_schemas((*events, CloudEvent), _SCHEMAS)
    for shape in events:
        schemas[shape.__name__] = {**schemas[shape.__name__], "examples": [json.loads(example(shape))]}
    delivered = {f"{shape.__name__}Delivered": may_be_withheld(schemas[shape.__name__]) for shape in delivered_events()}
    return {
        "messageTraits": {"CloudEvent": {"headers": _header_schema(required=True)}},
        "messages": {
            **{shape.__name__: _on_topic(shape) for shape in events},
            **{f"{shape.__name__}Delivered": _at_the_door(shape) for shape in delivered_events()},
        },
        "schemas": {**schemas, **delivered, "WebhookHeaders": webhook_headers()},
    }


def asyncapi_document(version: str) -> dict[str, Any]:
    """The whole document, ready to be written as YAML."""
    events = every_event()
    channels = _channels(events)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tereze events",
            "version": version,
            "description": _INFO,
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": "child protection"}],
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "The house's own broker; partners use webhooks or the feed.",
                "variables": {"bootstrap": {"default": "127.0.0.1:9092", "description": "Bootstrap address"}},
            }
        },
        "channels": channels,
        "operations": _operations(channels),
        "components": _components(events),
    }
