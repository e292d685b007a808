"""Decides how a roll waits, is read and reported; must never keep its content once every row is reported."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tereze.chassis.work import Work
from tereze.contracts.rolls import RollFormat, RollRow, RollState, RollView, RowFault, RowOutcome
from tereze.registry.domain.roll import Row

_PLACE = "roll.sealed"
_PURPOSE = "roll-row"
_ADD = """
INSERT INTO roll (roll_id, agency_id, region_code, staff_id, loaded_at, format, dry_run, state, rows, sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'reading', $8, $9)
"""
_FIND = """
SELECT roll.*, (SELECT max(line) FROM roll_row WHERE roll_row.roll_id = roll.roll_id) AS last_line
FROM roll WHERE roll_id = $1
"""
_COUNTS = "SELECT outcome, count(*) AS number FROM roll_row WHERE roll_id = $1 GROUP BY outcome"
_REPORT = """
INSERT INTO roll_row (roll_id, line, outcome, faults, record_id, fingerprint) VALUES ($1, $2, $3, $4, $5, $6)
"""
_KNOWN = "SELECT 1 FROM roll_row WHERE fingerprint = $1 AND record_id IS NOT NULL LIMIT 1"
_END = "UPDATE roll SET state = 'done' WHERE roll_id = $1"
_PAGE = """
SELECT line, outcome, faults::text AS faults FROM roll_row
WHERE roll_id = $1 AND line > $2 AND ($3::text IS NULL OR outcome = $3) ORDER BY line LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Roll:
    """A roll as it waits. ``last_line`` was reported last; 0 for none."""

    roll_id: str
    agency_id: str
    region_code: str | None
    staff_id: str
    loaded_at: datetime
    format: RollFormat
    dry_run: bool
    state: RollState
    rows: int
    last_line: int = 0


async def add_roll(work: Work, roll: Roll, content: str) -> None:
    """Keep a roll until it is read, sealed under a key that ends with it."""
    sealed = await work.runtime.vault.encrypt(work, subject=roll.roll_id, place=_PLACE, text=content.encode())
    await work.raw.execute(
        _ADD, roll.roll_id, roll.agency_id, roll.region_code, roll.staff_id, roll.loaded_at, roll.format,
        roll.dry_run, roll.rows, sealed,
    )  # fmt: skip


async def find_roll(work: Work, roll_id: str, *, held: bool = False) -> Roll | None:
    """One roll; ``held`` until the transaction ends."""
    row = await work.raw.fetchrow(_FIND + (" FOR UPDATE OF roll" if held else ""), roll_id)
    return _roll(row) if row else None


async def content_of(work: Work, roll_id: str) -> str | None:
    """What the roll says; None once it was read."""
    sealed = await work.raw.fetchval("SELECT sealed FROM roll WHERE roll_id = $1", roll_id)
    text = await work.runtime.vault.decrypt(work, subject=roll_id, place=_PLACE, sealed=bytes(sealed))
    return text.decode() if text is not None else None


def fingerprint_of(work: Work, agency_id: str, row: Row) -> bytes:
    """What two equal rows of one agency share, and nobody can read back."""
    assert row.said is not None, "a broken row has none"
    return work.runtime.vault.blind(_PURPOSE, f"{agency_id}|{row.said.model_dump_json(exclude_none=True)}")


async def is_repeated(work: Work, fingerprint: bytes) -> bool:
    """Whether the agency sent the very same row before, and it was kept."""
    return await work.raw.fetchval(_KNOWN, fingerprint) is not None


async def report_row(
    work: Work, roll_id: str, row: Row, outcome: RowOutcome, *, record_id: str | None, fingerprint: bytes | None
) -> None:
    """Say what became of a row."""
    faults = json.dumps([fault.model_dump() for fault in row.faults])
    await work.raw.execute(_REPORT, roll_id, row.line, outcome, faults, record_id, fingerprint)


async def end_roll(work: Work, roll_id: str) -> None:
    """Every row is reported: what the roll says is forgotten."""
    await work.raw.execute(_END, roll_id)
    await work.runtime.vault.destroy(work, subject=roll_id)


async def view_of(work: Work, roll: Roll) -> RollView:
    """How far it is."""
    counts = {row["outcome"]: row["number"] for row in await work.raw.fetch(_COUNTS, roll.roll_id)}
    return RollView(
        roll_id=roll.roll_id,
        agency_id=roll.agency_id,
        state=roll.state,
        dry_run=roll.dry_run,
        loaded_at=roll.loaded_at,
        rows=roll.rows,
        taken=counts.get("taken", 0),
        repeated=counts.get("repeated", 0),
        broken=counts.get("broken", 0),
    )


async def page_of_rows(
    work: Work, roll_id: str, *, outcome: RowOutcome | None, after: int, limit: int
) -> list[RollRow]:
    """The report of a roll, in the order of its lines."""
    rows = await work.raw.fetch(_PAGE, roll_id, after, outcome, limit)
    return [
        RollRow(
            line=row["line"],
            outcome=RowOutcome(row["outcome"]),
            faults=tuple(RowFault.model_validate(fault) for fault in json.loads(row["faults"])),
        )
        for row in rows
    ]


def _roll(row: Any) -> Roll:
    return Roll(
        roll_id=row["roll_id"],
        agency_id=row["agency_id"],
        region_code=row["region_code"],
        staff_id=row["staff_id"],
        loaded_at=row["loaded_at"],
        format=RollFormat(row["format"]),
        dry_run=row["dry_run"],
        state=RollState(row["state"]),
        rows=row["rows"],
        last_line=row["last_line"] or 0,
    )
