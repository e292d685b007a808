"""Decides that no name, however it resolves, opens a connection into a network that is not public."""

import asyncio
import json
import socket
from datetime import UTC, datetime

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from tereze.access import Decision
from tereze.contracts.labels import Sensitivity
from tereze.notifications.courier.parcel import Load, Parcel
from tereze.notifications.courier.posting import Poster, guarded_socket
from tereze.notifications.store.deliveries import Waiting
from tereze.notifications.store.log import Entry
from tereze.rig.casestory import invent

PRIVATE = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "192.168.0.1", "::1", "::ffff:127.0.0.1",
           "64:ff9b::7f00:1", "fd00::1", "fe80::1", "2002:7f00:1::"]  # fmt: skip


class Directory(AbstractResolver):
    """Resolves every name to these addresses, in turn if they are lists of their own."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:  # noqa: ARG002 - aiohttp's signature
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        pass


def a_parcel(url: str) -> tuple[Load, Parcel]:
    subscription = invent("sub")
    payload = json.dumps({"subscription_id": subscription})
    entry = Entry(
        1,
        invent("evt"),
        "tereze.subscription.tested.v1",
        subscription,
        "/tereze/test",
        datetime.now(UTC),
        None,
        payload,
        subscription,
    )
    decision = Decision(allowed=True, policy_id="test", labels=frozenset(Sensitivity))
    parcel = Parcel(Waiting(1, (subscription, subscription), entry, 0, 1, None), decision, 1, None)
    return Load((subscription, subscription), url, b"k" * 32, (parcel,)), parcel


async def send(url: str, *answers: list[str], times: int = 1):
    async with Poster(demo=False, timeout=3, resolver=Directory(*answers)) as poster:
        return [await poster.post(*a_parcel(url)) for _ in range(times)]


@pytest.fixture
async def open_port():
    """A port on loopback that counts who connects."""
    met = []
    server = await asyncio.start_server(lambda _reader, writer: (met.append(1), writer.close()), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], met
    server.close()


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_into_a_private_network_is_not_connected_to(address):
    (answer,) = await send("https://partner.example/hook", [address])
    assert answer.error == "address-not-public"


async def test_several_private_addresses_are_as_bad_as_one():
    (answer,) = await send("https://partner.example/hook", ["127.0.0.1", "10.0.0.1", "::1"])
    assert answer.error in {"address-not-public", "connection-failed"}


async def test_nothing_knocks_at_a_loopback_port_in_production(open_port):
    port, met = open_port
    for url in (f"https://partner.example:{port}/", f"https://127.0.0.1:{port}/", f"http://127.0.0.1:{port}/"):
        await send(url, ["127.0.0.1"])
    assert met == []


async def test_a_name_that_changes_its_mind_is_looked_at_each_time(open_port):
    port, met = open_port
    answers = await send(f"https://partner.example:{port}/", ["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1"], times=3)
    assert {answer.error for answer in answers} == {"address-not-public"}
    assert met == []


@pytest.mark.parametrize(
    "url", ["http://partner.example/", "https://2130706433/", "https://[::ffff:7f00:1]/", "file:///etc/passwd"]
)
async def test_a_url_that_was_let_in_before_is_still_checked(url):
    (answer,) = await send(url, ["93.184.215.14"])
    assert answer.error == "unsafe-url"


def test_public_addresses_get_a_socket():
    with guarded_socket(demo=False)((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("93.184.215.14", 443))) as made:
        assert made.family == socket.AF_INET


async def test_no_plain_text_is_spoken_to_an_https_address(open_port):
    port, _ = open_port
    async with Poster(demo=True, timeout=3) as poster:
        answer = await poster.post(*a_parcel(f"https://127.0.0.1:{port}/"))
    assert answer.error == "connection-failed"
