"""Decides the world of the registry's tests: the real service over a database of its own; must never fake PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.chassis.sealing import Sealer
from tereze.contracts.referrals import Child, ReferralSubmitted, SealedForRegistry
from tereze.contracts.words import Category, Channel, Risk
from tereze.local.fixtures import NewEnvironment, NewServiceDatabase
from tereze.local.issuer import TokenMint
from tereze.registry.app import build
from tereze.rig.inside import Inside, demo_agencies, stand_inside


@pytest.fixture
async def registry(
    service_database: NewServiceDatabase, service_environment: NewEnvironment, mint: TokenMint
) -> AsyncIterator[Inside]:
    async with stand_inside(build, service_environment(service_database("registry")), mint) as inside:
        yield inside


@pytest.fixture
def report(keys_dir: Path) -> Callable[..., ReferralSubmitted]:
    """Call it with a child for the event that intake would publish."""
    sealer = Sealer.from_files(keys_dir, "intake")

    def submitted(
        child: Child, *, by: str = "almaty-police", region: str = "KZ-75", risk: Risk = Risk.HIGH, **more: Any
    ) -> ReferralSubmitted:
        return ReferralSubmitted(
            referral_id=new_id("ref"),
            received_at=datetime.now(tz=UTC),
            channel=Channel.AGENCY_API,
            agency_id=demo_agencies()[by].agency_id,
            region_code=region,
            risk=risk,
            categories=(Category.PHYSICAL,),
            sealed_particulars=sealer.seal("registry", SealedForRegistry(child=child, **more)),
            sealed_account="-",
        )

    return submitted
