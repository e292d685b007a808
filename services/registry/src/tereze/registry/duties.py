"""Decides which agencies now hold an accepted task on a case of which person, and to whom it is open; must never count what ended."""

from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tereze.chassis.exclusions import excluded_from
from tereze.chassis.work import Work
from tereze.registry.store.tables import accepted_duty, case_person, emergency_access

_PUT_CASE = """
INSERT INTO case_person (case_id, person_id) VALUES ($1, $2) ON CONFLICT (case_id) DO UPDATE SET person_id = excluded.person_id
"""
_PUT_DUTY = """
INSERT INTO accepted_duty (task_id, case_id, agency_id, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (task_id) DO UPDATE
SET case_id = excluded.case_id, agency_id = excluded.agency_id, changed_at = excluded.changed_at
WHERE accepted_duty.changed_at <= excluded.changed_at
"""
_JOINED_INTO = "SELECT joined_into FROM case_person WHERE case_id = $1"


async def put_case(work: Work, case_id: str, person_id: str) -> None:
    """Whom a case is about, as far as is known now."""
    await work.raw.execute(_PUT_CASE, case_id, person_id)


async def join_case(work: Work, case_id: str, into_case_id: str) -> None:
    """Work on one case goes on in another."""
    statement = insert(case_person).values(case_id=case_id, joined_into=into_case_id)
    await work.db.execute(
        statement.on_conflict_do_update(
            index_elements=["case_id"], set_={"joined_into": statement.excluded.joined_into}
        )
    )
    final = await _final_case(work, into_case_id)
    for table in (accepted_duty, emergency_access):
        await work.db.execute(update(table).where(table.c.case_id == case_id).values(case_id=final))


async def put_duty(work: Work, *, task_id: str, case_id: str, agency_id: str | None, at: datetime) -> None:
    """Who holds the task as accepted since ``at``; nobody where ``agency_id`` is None.

    A task that moved to another case is told of on two keys, which may be heard in either order: the later news counts.
    """
    await work.raw.execute(_PUT_DUTY, task_id, await _final_case(work, case_id), agency_id, at)


async def accepted_holders(work: Work, person_id: str) -> frozenset[str]:
    """Agencies with a live accepted task on a case of this person."""
    query = (
        select(accepted_duty.c.agency_id)
        .join(case_person, case_person.c.case_id == accepted_duty.c.case_id)
        .where(case_person.c.person_id == person_id, accepted_duty.c.agency_id.is_not(None))
    )
    return frozenset((await work.db.execute(query)).scalars())


async def put_access(work: Work, *, access_id: str, case_id: str, staff_id: str, ends_at: datetime) -> None:
    """A case is open to this person until it ends; a later word may end it earlier."""
    statement = insert(emergency_access).values(
        access_id=access_id, case_id=await _final_case(work, case_id), staff_id=staff_id, ends_at=ends_at
    )
    earlier = func.least(emergency_access.c.ends_at, statement.excluded.ends_at)
    columns = {"case_id": statement.excluded.case_id, "ends_at": earlier}
    await work.db.execute(statement.on_conflict_do_update(index_elements=["access_id"], set_=columns))


async def opened_to(work: Work, person_id: str) -> frozenset[str]:
    """Persons to whom a case of this person is open in an emergency, right now."""
    query = (
        select(emergency_access.c.staff_id)
        .join(case_person, case_person.c.case_id == emergency_access.c.case_id)
        .where(case_person.c.person_id == person_id, emergency_access.c.ends_at > work.now)
    )
    return frozenset((await work.db.execute(query)).scalars())


async def kept_out_of(work: Work, *person_ids: str) -> frozenset[str]:
    """Agencies and staff that must not touch a case of any of these persons; then they learn nothing of who it is either."""
    cases = (
        await work.db.execute(select(case_person.c.case_id).where(case_person.c.person_id.in_(person_ids)))
    ).scalars()
    return frozenset[str]().union(*(await excluded_from(work, list(cases))).values())


async def has_open_case(work: Work, *person_ids: str) -> bool:
    """Whether there is a case about any of these ids that neither ended nor went on in another."""
    is_open = (
        case_person.c.person_id.in_(person_ids),
        case_person.c.joined_into.is_(None),
        case_person.c.ended.is_(False),
    )
    query = select(exists().where(*is_open))
    return bool((await work.db.execute(query)).scalar_one())


async def end_case(work: Work, case_id: str, *, ended: bool = True) -> None:
    """Nobody works on the case any more, or somebody does again."""
    await work.db.execute(update(case_person).where(case_person.c.case_id == case_id).values(ended=ended))


async def part_case(work: Work, case_id: str, person_id: str) -> None:
    """A case that had been joined goes on by itself again."""
    statement = insert(case_person).values(case_id=case_id, person_id=person_id)
    columns = {"person_id": statement.excluded.person_id, "joined_into": None, "ended": False}
    await work.db.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_=columns))


async def _final_case(work: Work, case_id: str) -> str:
    """Where work on a case goes on after every join so far."""
    seen = {case_id}
    while True:
        into = await work.raw.fetchval(_JOINED_INTO, case_id)
        if into is None or into in seen:
            return case_id
        seen.add(into)
        case_id = into
