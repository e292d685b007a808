"""A service of oversight's own on its real database."""

from collections.abc import AsyncIterator

import pytest

from tereze.local.fixtures import NewEnvironment, NewServiceDatabase
from tereze.local.issuer import TokenMint
from tereze.oversight.app import build
from tereze.rig.inside import Inside, stand_inside

KNOWN = ("almaty-police", "almaty-clinic-1", "ombudsman", "ministry")


@pytest.fixture
async def oversight(
    service_database: NewServiceDatabase, service_environment: NewEnvironment, mint: TokenMint
) -> AsyncIterator[Inside]:
    async with stand_inside(build, service_environment(service_database("oversight")), mint) as inside:
        await inside.know(*KNOWN)
        yield inside
