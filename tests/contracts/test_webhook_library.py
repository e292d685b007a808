"""A partner in another language: a Node receiver verifies deliveries with the npm package ``standardwebhooks``."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any

import jsonschema_rs
import pytest
import yaml

from tereze.client import Tereze
from tereze.contracts.subscriptions import CloudEvent
from tereze.rig.apidocs.__main__ import FOLDER
from tereze.rig.demodata.invented import invented_referral

Told = dict[str, Any]
_PATIENCE_SECONDS = 60
_WANTED = {"tereze.case.opened.v1", "tereze.task.assigned.v1", "tereze.clock.started.v1"}


@dataclass
class Receiver:
    """The Node process: where it listens, what it tells, and where it takes the secret from."""

    url: str
    secret: IO[str]
    lines: Iterator[str]

    def learn(self, secret: str) -> None:
        self.secret.write(secret + "\n")
        self.secret.flush()

    def told_until(self, wanted: set[str]) -> list[Told]:
        """What it told until every wanted event type was seen; StopIteration when its time is over before."""
        told: list[Told] = []
        while wanted - {json.loads(one["body"])["type"] for one in told}:
            told.append(json.loads(next(self.lines)))
        return told


@contextmanager
def receiving(node_clients: Path, node: str) -> Iterator[Receiver]:
    process = subprocess.Popen(
        [node, "receive.mjs"], cwd=node_clients, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    patience = Timer(_PATIENCE_SECONDS, process.kill)
    patience.start()
    try:
        port = json.loads(process.stdout.readline())["port"]
        yield Receiver(f"http://127.0.0.1:{port}/hook", process.stdin, iter(process.stdout))
    finally:
        patience.cancel()
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def told(node_clients: Path, node: str, sign_in: Callable[[str], Tereze]) -> Iterator[list[Told]]:
    police, school = sign_in("pavlodar-police:system"), sign_in("pavlodar-school-1:member")
    with receiving(node_clients, node) as receiver:
        subscription = police.subscriptions.create(receiver.url, description="other people's library")
        receiver.learn(subscription.secret)
        school.referrals.submit(invented_referral("KZ-55"))
        yield receiver.told_until(_WANTED)
        police.subscriptions.end(subscription.subscription_id)


def test_every_delivery_is_genuine_to_their_library(told: list[Told]) -> None:
    assert [one.get("error") for one in told if not one["genuine"]] == []


def test_their_library_refuses_each_delivery_once_a_single_byte_is_added(told: list[Told]) -> None:
    assert all(one["refusedWhenChanged"] for one in told)


def test_headers_carry_the_events_id_its_place_and_its_trace(told: list[Told]) -> None:
    for one in told:
        body = json.loads(one["body"])
        assert one["headers"]["webhook-id"] == body["id"]
        assert int(one["headers"]["webhook-sequence"]) >= 1
        assert one["headers"]["traceparent"].split("-")[1] == body["traceparent"].split("-")[1]


def test_each_body_is_a_cloudevent_as_the_asyncapi_document_describes_it(told: list[Told]) -> None:
    document = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text(encoding="utf-8"))
    messages = {message["name"]: message for message in document["components"]["messages"].values()}
    for one in told:
        event = CloudEvent.model_validate_json(one["body"])
        payload = messages[f"delivered {event.type}"]["payload"]
        described = {**payload, "components": document["components"]}
        jsonschema_rs.validator_for(described, validate_formats=True).validate(json.loads(one["body"]))
