"""Decides the world of the registry's tests: the real service over a database of its own; must never fake PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.chassis.sealing import Sealer
from tereze.contracts.cases import CaseOpened, TaskAccepted
from tereze.contracts.referrals import Child, ReferralSubmitted, SealedForRegistry
from tereze.contracts.words import AgencyKind, Category, Channel, Risk, TaskState
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


@pytest.fixture
def takes_on(registry: Inside) -> Callable[..., Awaitable[str]]:
    """Call it with a person and a slug: that agency accepts a task on the person's case. Returns the case."""

    async def accepted(person_id: str, slug: str) -> str:
        case_id, task_id = new_id("cas"), new_id("tsk")
        head: dict[str, Any] = {"case_id": case_id, "region_code": "KZ-75", "protocol_version": "kz-1"}
        opened = CaseOpened(
            **head, case_version=1, person_id=person_id, provisional=False, risk=Risk.HIGH,
            categories=(Category.PHYSICAL,), opened_at=datetime.now(tz=UTC),
        )  # fmt: skip
        state = TaskState.ACCEPTED
        taken = TaskAccepted(
            **head, case_version=2, task_id=task_id, agency_id=demo_agencies()[slug].agency_id,
            service=AgencyKind.POLICE, state=state, fhir_status=state.fhir, responsible_staff_id=new_id("stf"),
        )  # fmt: skip
        await registry.tell(opened, taken)
        return case_id

    return accepted


@dataclass(frozen=True)
class Counter:
    """The registry's API as somebody stands before it."""

    inside: Inside

    async def get(self, who: str, path: str) -> Any:
        """The answer to a GET."""
        async with self.inside.caller(who) as caller:
            return await caller.get(f"/v1/{path}")

    async def post(
        self, who: str, path: str, body: Any = None, *, status: int = 201, version: int | None = None
    ) -> Any:
        """The body of the answer to a POST, which must have this status."""
        headers = {"Idempotency-Key": new_id("key")} | ({"If-Match": f'"{version}"'} if version else {})
        async with self.inside.caller(who) as caller:
            answer = await caller.post(f"/v1/{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
async def counter(registry: Inside) -> Counter:
    """The API, to a registry that knows some agencies of Almaty, and Astana's desk."""
    slugs = ("desk", "police", "clinic-1", "school-1", "guardianship", "department", "patronage")
    await registry.know(*(f"almaty-{slug}" for slug in slugs), "ombudsman", "astana-desk", regions=("KZ-75", "KZ-71"))
    return Counter(registry)
