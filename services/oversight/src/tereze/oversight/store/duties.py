"""Decides how operators' duties are kept and found; must never lose one that is not settled."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from tereze.chassis.work import Work
from tereze.contracts.operations import DutyAnswer, DutyKind, DutyState
from tereze.oversight.domain.duties import Duty

DUTY = "duty"
"""The kind of timer that ends the patience with a duty; its subject is the duty."""

Place = tuple[datetime, str]
_COLUMNS = tuple(field.name for field in fields(Duty))
_KEEP = f"""
INSERT INTO duty ({", ".join(_COLUMNS)}) VALUES ({", ".join(f"${n}" for n in range(1, len(_COLUMNS) + 1))})
ON CONFLICT (duty_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
"""  # noqa: S608 - our own words
_LOCK = "SELECT * FROM duty WHERE duty_id = $1 FOR UPDATE"
_PAGE = """
SELECT * FROM duty
WHERE state <> 'settled' AND ($1::timestamptz IS NULL OR (since, duty_id) > ($1, $2)) AND (breached OR NOT $3)
ORDER BY since, duty_id LIMIT $4
"""
_COUNTS = "SELECT kind, breached, count(*) AS duties FROM duty WHERE state <> 'settled' GROUP BY kind, breached"


async def lock_duty(work: Work, duty_id: str) -> Duty | None:
    """One duty as it is now, held until the transaction ends; also one that is not there yet."""
    await work.lock(duty_id)
    row = await work.raw.fetchrow(_LOCK, duty_id)
    return _duty(row) if row else None


async def keep_duty(work: Work, duty: Duty) -> None:
    """Write a duty down, and set or clear its clock."""
    await work.raw.execute(_KEEP, *asdict(duty).values())
    if duty.due_at is None:
        await work.timers.clear(kind=DUTY, subject=duty.duty_id)
    else:
        await work.timers.set(kind=DUTY, subject=duty.duty_id, due_at=duty.due_at, generation=duty.version)


async def page_of_duties(work: Work, *, after: Place | None, breached_only: bool, limit: int) -> list[Duty]:
    """Duties that are not settled, the one that waits longest first."""
    since, duty_id = after or (None, "")
    return [_duty(row) for row in await work.raw.fetch(_PAGE, since, duty_id, breached_only, limit)]


async def count_duties(work: Work) -> dict[tuple[str, bool], int]:
    """How many are not settled, by kind and whether they are breached."""
    return {(row["kind"], row["breached"]): row["duties"] for row in await work.raw.fetch(_COUNTS)}


def _duty(row: Any) -> Duty:
    kept = dict(row)
    kept["kind"], kept["state"] = DutyKind(kept["kind"]), DutyState(kept["state"])
    kept["answer"] = DutyAnswer(kept["answer"]) if kept["answer"] else None
    return Duty(**kept)
