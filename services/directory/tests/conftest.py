"""Decides the world of the directory's tests: the real service over a database of its own; must never fake PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from tereze.directory.app import build
from tereze.local.fixtures import NewEnvironment, NewServiceDatabase
from tereze.local.issuer import TokenMint
from tereze.rig.inside import Inside, stand_inside


@pytest.fixture
async def directory(
    service_database: NewServiceDatabase, service_environment: NewEnvironment, mint: TokenMint
) -> AsyncIterator[Inside]:
    async with stand_inside(build, service_environment(service_database("directory")), mint) as inside:
        yield inside
