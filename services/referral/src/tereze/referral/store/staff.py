"""Decides how the people of an agency and their open duties are found; must never decide who takes one."""

from collections.abc import Iterable, Mapping

from tereze.access import Actor
from tereze.chassis import replica
from tereze.chassis.exclusions import excluded_from, shown_to
from tereze.chassis.work import Work
from tereze.contracts.directory import StaffRecord
from tereze.protocol import ACCEPTED, OPEN
from tereze.referral.domain.staffing import Colleague

_OPEN, _TAKEN = [str(state) for state in OPEN], [str(state) for state in ACCEPTED]
_DUTIES = """
SELECT DISTINCT case_id FROM task WHERE responsible_staff_id = $1 AND state = ANY($2::text[]) ORDER BY case_id
"""
_HOLDS = """
SELECT case_id FROM task WHERE (agency_id = $1 OR offered_agency_id = $1) AND state = ANY($2::text[])
UNION SELECT case_id FROM clock WHERE agency_id = $1 AND state IN ('running', 'breached') ORDER BY case_id
"""
_COLLEAGUES = """
SELECT record::text AS record,
       (SELECT count(*) FROM task WHERE task.responsible_staff_id = replica.id AND state = ANY($2::text[])) AS duties
FROM replica WHERE kind = 'staff' AND record ->> 'agency_id' = $1 AND active ORDER BY id
"""
_LOADS = f"""
SELECT responsible_staff_id, count(*) FROM task WHERE responsible_staff_id = ANY($1::text[]) AND state = ANY($2::text[])
  AND {shown_to("task.case_id", "$3", "$4")}
GROUP BY responsible_staff_id
"""  # noqa: S608 - constants of this module
_UNASSIGNED = f"""
SELECT count(*) FROM task WHERE agency_id = $1 AND responsible_staff_id IS NULL AND state = ANY($2::text[])
  AND {shown_to("task.case_id", "$1", "$3")}
"""  # noqa: S608 - constants of this module
# Held until the transaction ends: who is found fit here cannot be relieved before the duty named here is there to pass on.
_HELD = "SELECT record::text FROM replica WHERE kind = 'staff' AND id = $1 FOR SHARE"
_CASE = "SELECT case_id FROM task WHERE task_id = $1"


async def cases_of(work: Work, staff_id: str) -> list[str]:
    """The cases on which somebody answers for an open duty, by id."""
    return [row["case_id"] for row in await work.raw.fetch(_DUTIES, staff_id, _OPEN)]


async def cases_held_by(work: Work, agency_id: str) -> list[str]:
    """The cases in which an agency holds a duty, is offered one or has a clock that goes, by id."""
    return [row["case_id"] for row in await work.raw.fetch(_HOLDS, agency_id, _OPEN)]


async def colleagues_at(work: Work, agency_id: str) -> list[Colleague]:
    """The active people of an agency, each with how many open duties they answer for."""
    rows = await work.raw.fetch(_COLLEAGUES, agency_id, _OPEN)
    records = [(StaffRecord.model_validate_json(row["record"]), row["duties"]) for row in rows]
    coming = [shift for shift in await replica.shifts(work, agency_id) if work.now < shift.until]
    named = {shift.staff_id for shift in coming if shift.since <= work.now}
    return [
        Colleague(
            record.staff_id,
            frozenset(record.roles),
            fit=record.fit_at(work.now),
            on_duty=not coming or record.staff_id in named,
            open_duties=duties,
        )
        for record, duties in records
    ]


async def loads_known_to(work: Work, reader: Actor, staff_ids: Iterable[str]) -> Mapping[str, int]:
    """How many open duties each of these people answers for, without cases the reader is kept out of."""
    rows = await work.raw.fetch(_LOADS, list(staff_ids), _OPEN, reader.agency_id, reader.staff_id)
    return {row["responsible_staff_id"]: row["count"] for row in rows}


async def fit_staff(work: Work, staff_id: str) -> StaffRecord | None:
    """A staff member who may act now, held so until the transaction ends; None for anybody else."""
    record = await work.raw.fetchval(_HELD, staff_id)
    member = StaffRecord.model_validate_json(record) if record else None
    return member if member and member.active and member.fit_at(work.now) else None


async def kept_out_of(work: Work, task_id: str) -> frozenset[str]:
    """Agencies and persons that must not touch the case of a task."""
    case_id = await work.raw.fetchval(_CASE, task_id)
    return (await excluded_from(work, [case_id])).get(case_id, frozenset())


async def count_unassigned(work: Work, reader: Actor) -> int:
    """How many duties the reader's agency took that nobody is named for at present, without cases the reader is kept out of."""
    return int(await work.raw.fetchval(_UNASSIGNED, reader.agency_id, _TAKEN, reader.staff_id))
