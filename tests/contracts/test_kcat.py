"""An operator with ``kcat`` and the CloudEvents project's own package: what lies on the topics reads without our code."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from tereze.client import Tereze
from tereze.contracts.events import PERSONAL_DATA_FREE_HEADERS
from tereze.local.stack import Stack
from tereze.rig.apidocs.__main__ import FOLDER
from tereze.rig.apidocs.shapes import every_event
from tereze.rig.demodata.invented import canaries, invented_referral

Record = dict[str, Any]
_REGION = "KZ-39"
TOPICS = sorted({shape.topic for shape in every_event()})
ONLY_WHEN_SOMEBODY_DOES_SOMETHING = {
    "tereze.directory.rotas",
    "tereze.operations.duties",
    "tereze.referral.accusations",
    "tereze.registry.reviews",
}


def read_topic(kcat: str, bootstrap: str, topic: str) -> list[Record]:
    """Every record of a topic from its beginning to its present end."""
    command = [kcat, "-b", bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def records(kcat: str, stack: Stack, sign_in: Callable[[str], Tereze]) -> dict[str, list[Record]]:
    school, police = sign_in("kostanay-school-1:member"), sign_in("kostanay-police:member")
    school.referrals.submit(invented_referral(_REGION))
    assert _told(police, "tereze.task.assigned.v1")
    return {topic: read_topic(kcat, stack.kafka.bootstrap, topic) for topic in TOPICS}


def _told(client: Tereze, event_type: str) -> bool:
    """Whether the agency's feed holds such an event within a minute; each long poll waits at the server."""
    asked = {"types": event_type, "timeout": "20"}
    return any(client.http.get("/v1/events", params=asked, timeout=30).json() for _ in range(3))


def headers_of(record: Record) -> dict[str, str]:
    return dict(zip(record["headers"][::2], record["headers"][1::2], strict=True))


def their_event(record: Record) -> BaseCloudEvent:
    headers = {name: value.encode() for name, value in headers_of(record).items()}
    return from_binary(KafkaMessage(headers, record["key"], record["payload"].encode()), JSONFormat())


def test_every_topic_has_records_that_the_cloudevents_package_reads(records: dict[str, list[Record]]) -> None:
    assert {topic for topic, found in records.items() if not found} <= ONLY_WHEN_SOMEBODY_DOES_SOMETHING
    for found in records.values():
        for record in found:
            event = their_event(record)
            assert event.get_specversion() == "1.0"
            assert event.get_subject() == record["key"] == event.get_extension("partitionkey")
            assert event.get_datacontenttype() == "application/json"
            assert event.get_source().startswith("/tereze/")


def test_each_body_fits_the_schema_its_header_names(records: dict[str, list[Record]]) -> None:
    validators: dict[str, jsonschema_rs.Validator] = {}
    for found in records.values():
        for record in found:
            name = headers_of(record)["ce_dataschema"]
            if name not in validators:
                schema = json.loads((FOLDER / name.removeprefix("/")).read_text(encoding="utf-8"))
                validators[name] = jsonschema_rs.validator_for(schema, validate_formats=True)
            validators[name].validate(json.loads(record["payload"]))
    assert len(validators) > 8


def test_headers_and_keys_hold_ids_codes_and_times_only(records: dict[str, list[Record]]) -> None:
    for found in records.values():
        for record in found:
            assert set(headers_of(record)) <= set(PERSONAL_DATA_FREE_HEADERS)


def test_no_name_number_or_narrative_is_readable_on_any_topic(records: dict[str, list[Record]]) -> None:
    everything = json.dumps(records, ensure_ascii=False)
    assert [canary for canary in canaries(_REGION) if canary in everything] == []


def test_versions_of_a_case_have_no_gap_and_no_double(records: dict[str, list[Record]]) -> None:
    versions: dict[str, list[int]] = {}
    for record in records["tereze.referral.cases"]:
        body = json.loads(record["payload"])
        versions.setdefault(body["case_id"], []).append(body["case_version"])
    assert versions
    for seen in versions.values():
        assert list(dict.fromkeys(seen)) == list(range(1, len(set(seen)) + 1))
