"""Decides the world of intake's tests: the real service over a database of its own, with Almaty's agencies; must never fake PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from tereze.intake.app import build
from tereze.local.fixtures import NewEnvironment, NewServiceDatabase
from tereze.local.issuer import TokenMint
from tereze.rig.inside import Inside, stand_inside


@pytest.fixture
async def intake(
    service_database: NewServiceDatabase, service_environment: NewEnvironment, mint: TokenMint
) -> AsyncIterator[Inside]:
    async with stand_inside(build, service_environment(service_database("intake")), mint) as inside:
        await inside.know("almaty-school-1", "almaty-police", "almaty-desk")
        yield inside
