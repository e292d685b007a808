"""Decides how a roll is taken in, a few rows at a time; must never lose a row, or let a broken one hold up the next."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from tereze.chassis.ids import new_id
from tereze.chassis.outage import is_transient
from tereze.chassis.timers import FiredTimer
from tereze.chassis.work import Work
from tereze.contracts.rolls import RollState, RowFault, RowOutcome
from tereze.registry.domain.roll import Row, read_roll
from tereze.registry.domain.survivorship import Origin
from tereze.registry.expecting import take_in
from tereze.registry.store.records import Account
from tereze.registry.store.rolls import (
    Roll,
    add_roll,
    content_of,
    end_roll,
    find_roll,
    fingerprint_of,
    is_repeated,
    report_row,
)

CLOCK = "roll"
"""The kind of timer that takes in the next rows; its subject is the roll."""
_AT_A_TIME = 50
_AHEAD_OF_UTC = timedelta(hours=14)  # wherever on earth it is the latest
_LAST_OF_ALL = 9  # severity: whatever a child waits for goes first


async def accept_roll(work: Work, roll: Roll, content: str) -> None:
    """Keep a roll and begin as soon as nothing more urgent is due."""
    await add_roll(work, roll, content)
    await work.timers.set(kind=CLOCK, subject=roll.roll_id, due_at=work.now, severity=_LAST_OF_ALL)


async def take_next_rows(timer: FiredTimer, work: Work) -> None:
    """Take in some rows, report each, and go on until the last."""
    roll = await find_roll(work, timer.subject, held=True)
    content = await content_of(work, timer.subject) if roll and roll.state is RollState.READING else None
    if roll is None or content is None:
        return
    today = (roll.loaded_at + _AHEAD_OF_UTC).date()
    ahead = (row for row in read_roll(content, roll.format, loaded_on=today) if row.line > roll.last_line)
    rows: Sequence[Row] = list(islice(ahead, _AT_A_TIME))
    for row in rows:
        await _take(work, roll, row)
    if len(rows) < _AT_A_TIME:
        await end_roll(work, roll.roll_id)
    else:
        await work.timers.set(
            kind=CLOCK, subject=roll.roll_id, due_at=work.now, severity=_LAST_OF_ALL, generation=timer.generation + 1
        )


async def _take(work: Work, roll: Roll, row: Row) -> None:
    if row.said is None:
        await report_row(work, roll.roll_id, row, RowOutcome.BROKEN, record_id=None, fingerprint=None)
        return
    fingerprint = fingerprint_of(work, roll.agency_id, row)
    if await is_repeated(work, fingerprint):
        await report_row(work, roll.roll_id, row, RowOutcome.REPEATED, record_id=None, fingerprint=fingerprint)
        return
    record_id = None if roll.dry_run else new_id("rec")
    try:
        async with work.attempt():
            if record_id is not None:
                await take_in(work, _account(roll, row, record_id))
    except Exception as error:
        if is_transient(error):
            raise
        failed = Row(row.line, None, (*row.faults, RowFault(code="could-not-be-taken")))
        await report_row(work, roll.roll_id, failed, RowOutcome.BROKEN, record_id=None, fingerprint=None)
        return
    await report_row(work, roll.roll_id, row, RowOutcome.TAKEN, record_id=record_id, fingerprint=fingerprint)


def _account(roll: Roll, row: Row, record_id: str) -> Account:
    assert row.said is not None, "a broken row is not taken"
    return Account(record_id, roll.agency_id, roll.loaded_at, roll.region_code, row.said, origin=Origin.ROLL)
