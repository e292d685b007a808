"""Decides what tests across services share; must never be needed by a service's own tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tereze.client import Tereze
from tereze.client.demo import DemoIdentity
from tereze.local.postgres import NOT_DURABLE
from tereze.local.stack import Stack

SignIn = Callable[[str], Tereze]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole window over an empty directory, shared by the session: never stop a part of it, never move its clock."""
    running = Stack(Path(tmp_path_factory.mktemp("stack")), heap_mb=256, postgres_settings=NOT_DURABLE)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def sign_in(stack: Stack) -> Iterator[SignIn]:
    """Call it with a demo identity, ``almaty-police:member``, for a client of the shared window."""
    clients: dict[str, Tereze] = {}

    def client(identity: str) -> Tereze:
        if identity not in clients:
            clients[identity] = Tereze(stack.url, auth=DemoIdentity(identity))
        return clients[identity]

    yield client
    for opened in clients.values():
        opened.close()
