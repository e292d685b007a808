"""Decides how referrals are kept and found; must never keep a name, a narrative or a reporter outside a sealed part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, DateTime, Index, Integer, MetaData, String, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tereze.chassis.tables import chassis_tables
from tereze.chassis.work import Work
from tereze.contracts.referrals import AnswerDue, ProgressEntry, ReferralSubmitted, ReferralView

metadata = MetaData()

referral = Table(
    "referral",
    metadata,
    Column("referral_id", String, primary_key=True),
    Column("agency_id", String, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("occurred_at", DateTime(timezone=True)),
    Column("channel", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("risk", String, nullable=False),
    Column("categories", ARRAY(String), nullable=False),
    Column("protocol_version", String, nullable=False),
    Column("answers_due", JSONB, nullable=False),
    Column("sealed_particulars", Text, nullable=False),
    Column("sealed_account", Text, nullable=False),
    Column("case_id", String),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("referral_by_agency", "agency_id", "referral_id"),
    Index("referral_by_case", "case_id", postgresql_where=text("case_id IS NOT NULL")),
)
progress_task = Table(
    "progress_task",
    metadata,
    Column("task_id", String, primary_key=True),
    Column("case_id", String, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("service", String, nullable=False),
    Column("state", String, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("progress_task_by_case", "case_id"),
)
progress_clock = Table(
    "progress_clock",
    metadata,
    Column("clock_id", String, primary_key=True),
    Column("task_id", String, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", String, nullable=False),
    Index("progress_clock_by_task", "task_id"),
)
joined_case = Table(
    "joined_case",
    metadata,
    Column("case_id", String, primary_key=True),
    Column("into_case_id", String, nullable=False),
)
chassis_tables(metadata)

_INSERT = """
INSERT INTO referral (referral_id, agency_id, received_at, occurred_at, channel, region_code, risk, categories,
                      protocol_version, answers_due, sealed_particulars, sealed_account)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_VIEW = """
SELECT referral_id, agency_id, received_at, channel, region_code, risk, categories, answers_due, case_id, version
FROM referral WHERE agency_id = $1
"""
_PROGRESS = """
SELECT task.case_id, task.task_id, task.agency_id, task.service, task.state, clock.next_due, clock.breached
FROM progress_task task
CROSS JOIN LATERAL (
    SELECT min(due_at) AS next_due, coalesce(bool_or(state = 'breached'), false) AS breached
    FROM progress_clock WHERE progress_clock.task_id = task.task_id AND state IN ('running', 'breached')
) clock
WHERE task.case_id = ANY($1::text[]) AND task.state <> 'withdrawn'
ORDER BY task.task_id
"""
_OWED = TypeAdapter(tuple[AnswerDue, ...])


@dataclass(frozen=True, slots=True)
class Kept:
    """A referral as its referrer may see it, with the version of that sight."""

    view: ReferralView
    version: int


async def add_referral(
    work: Work, event: ReferralSubmitted, *, protocol_version: str, answers_due: Sequence[AnswerDue]
) -> None:
    """Keep what is operational, and the sealed parts as they went out."""
    owed = _OWED.dump_json(tuple(answers_due)).decode()
    await work.raw.execute(
        _INSERT, event.referral_id, event.agency_id, event.received_at, event.occurred_at, event.channel.value,
        event.region_code, event.risk.value, [category.value for category in event.categories],
        protocol_version, owed, event.sealed_particulars, event.sealed_account,
    )  # fmt: skip


async def find_referral(work: Work, referral_id: str, *, agency_id: str) -> Kept | None:
    """One referral of one agency."""
    row = await work.raw.fetchrow(f"{_VIEW} AND referral_id = $2", agency_id, referral_id)
    return None if row is None else (await _kept(work, [row]))[0]


async def page_of_referrals(work: Work, *, agency_id: str, before: str, limit: int) -> list[Kept]:
    """Up to ``limit`` referrals of one agency submitted before another, newest first."""
    query = f"{_VIEW} AND referral_id < $2 ORDER BY referral_id DESC LIMIT $3"
    return await _kept(work, await work.raw.fetch(query, agency_id, before, limit))


async def _kept(work: Work, rows: Sequence[Any]) -> list[Kept]:
    cases = [row["case_id"] for row in rows if row["case_id"] is not None]
    progress: dict[str, list[ProgressEntry]] = {case_id: [] for case_id in cases}
    for entry in await work.raw.fetch(_PROGRESS, cases) if cases else ():
        values = dict(entry)
        progress[values.pop("case_id")].append(ProgressEntry.model_validate(values, strict=False))
    return [Kept(view=_view(row, progress.get(row["case_id"], ())), version=row["version"]) for row in rows]


def _view(row: Any, progress: Sequence[ProgressEntry]) -> ReferralView:
    values = {name: value for name, value in row.items() if name != "version"}
    return ReferralView.model_validate({**values, "progress": tuple(progress)}, strict=False)
