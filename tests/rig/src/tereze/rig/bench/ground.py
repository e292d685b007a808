"""Decides what a bench of the chassis alone stands on: its tables in a database of its own; must never import a service."""

from datetime import UTC, datetime

import asyncpg

from tereze.chassis.database import Database
from tereze.chassis.ids import new_id
from tereze.chassis.schema import CHASSIS
from tereze.contracts.cases import ReferralAttached
from tereze.contracts.words import Category, Risk
from tereze.rig.bench.parts import Parts

NAME = "bench"
AGENCY = new_id("agc")
NOW = datetime.now(UTC)


async def lay_ground(parts: Parts) -> Database:
    """A database of the bench's own with the chassis' tables."""
    url = parts.postgres.create_service(NAME)
    connection = await asyncpg.connect(url)
    for statement in CHASSIS:
        await connection.execute(statement)
    await connection.close()
    return Database(url, service=NAME)


def attached(case_id: str, version: int) -> ReferralAttached:
    """One invented event of a case."""
    return ReferralAttached(
        case_id=case_id,
        case_version=version,
        region_code="KZ-75",
        protocol_version="bench/1",
        referral_id=new_id("ref"),
        agency_id=AGENCY,
        risk=Risk.HIGH,
        categories=(Category.PHYSICAL,),
    )


async def fill_outbox(database: Database, events: int, *, a_case: int = 5, a_transaction: int = 1000) -> None:
    """Publish ``events`` events, ``a_case`` for each case."""
    cases: list[str] = []
    for begin in range(0, events, a_transaction):
        async with database.work() as work:
            for n in range(begin, min(events, begin + a_transaction)):
                if n % a_case == 0:
                    cases.append(new_id("cas"))
                work.publish(attached(cases[-1], n % a_case + 1))
