"""Builds the world of the tests: the real service over a database of its own, and a partner's receiver."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from tereze.local.fixtures import NewEnvironment, NewServiceDatabase
from tereze.local.issuer import TokenMint
from tereze.notifications.app import build
from tereze.notifications.settings import NotificationSettings
from tereze.rig.casestory import CaseStory
from tereze.rig.inside import Inside, stand_inside
from tereze.rig.partner import Receiver, listening

SLUGS = (
    "almaty-police",
    "almaty-school-1",
    "almaty-clinic-1",
    "almaty-clinic-2",
    "almaty-desk",
    "ombudsman",
    "ministry",
)

Open = Callable[..., AbstractAsyncContextManager[Inside]]


@pytest.fixture
def case_story() -> Callable[[], CaseStory]:
    return CaseStory


@pytest.fixture
def open_service(service_database: NewServiceDatabase, service_environment: NewEnvironment, mint: TokenMint) -> Open:
    """Call it with settings for a service over a database of its own; the demo agencies are known to it."""

    @asynccontextmanager
    async def opened(database: str | None = None, **settings: Any) -> AsyncIterator[Inside]:
        environment = service_environment(database or service_database("notifications"), **settings)
        async with stand_inside(build, environment, mint, NotificationSettings) as inside:
            await inside.know(*SLUGS)
            yield inside

    return opened


@pytest.fixture
async def notifications(open_service: Open) -> AsyncIterator[Inside]:
    async with open_service() as inside:
        yield inside


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening(Receiver()) as opened:
        yield opened
