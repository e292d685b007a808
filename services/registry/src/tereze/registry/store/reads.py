"""Decides how it is written down who looked at whom; must never hold a value that was read, or change once written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select, tuple_

from tereze.access import Decision
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.registry.store.facts import By
from tereze.registry.store.tables import read_audit


async def note_read(
    work: Work,
    by: By,
    person_id: str,
    decision: Decision,
    *,
    outcome: str,
    action: str = "read_person",
    records: Sequence[str] = (),
) -> None:
    """Write down that somebody asked for a person, the answer, and which records it showed."""
    row = {
        "read_id": new_id("rda"), "at": work.now, "agency_id": by[0], "staff_id": by[1],
        "person_id": person_id, "outcome": outcome, "policy_id": decision.policy_id, "action": action,
        "records": list(records),
    }  # fmt: skip
    await work.db.execute(read_audit.insert().values(row))


async def page_of_reads(
    work: Work, ids: Sequence[str], records: Sequence[str], *, before: tuple[datetime, str] | None, limit: int
) -> Sequence[Row[Any]]:
    """Who asked for these ids or was shown any of these records, newest first: a look follows the record it showed."""
    query = (
        select(read_audit)
        .where(or_(read_audit.c.person_id.in_(ids), read_audit.c.records.overlap(list(records))))
        .order_by(read_audit.c.at.desc(), read_audit.c.read_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(read_audit.c.at, read_audit.c.read_id) < tuple_(*before))
    return (await work.db.execute(query)).all()
