"""Decides how referrals are kept and found; must never keep a name, a narrative or a reporter outside a sealed part."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, DateTime, Index, Integer, MetaData, String, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tereze.access import Actor
from tereze.chassis import exclusions
from tereze.chassis.exclusions import exclusion_table, shown_to
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
    Column("submitted_by", String),
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
exclusion_table(metadata)

_AS_AGENCY = f"({shown_to('referral.referral_id', '$1', '$2')} AND {shown_to('referral.case_id', '$1', '$2')})"
_AS_PERSON = f"({shown_to('referral.referral_id', '$2')} AND {shown_to('referral.case_id', '$2')})"
_INSERT = """
INSERT INTO referral (referral_id, agency_id, received_at, occurred_at, channel, region_code, risk, categories,
                      protocol_version, answers_due, sealed_particulars, sealed_account, submitted_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
_VIEW = f"""
SELECT referral_id, agency_id, received_at, channel, region_code, risk, categories, answers_due, case_id, version,
       submitted_by, NOT {_AS_AGENCY} AS receipt_only
FROM referral WHERE agency_id = $1 AND ({_AS_AGENCY} OR (submitted_by = $2 AND {_AS_PERSON}))
"""  # noqa: S608 - constants of this module
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
_NOT_SHOWN = frozenset({"version", "submitted_by", "receipt_only"})
_OWED = TypeAdapter(tuple[AnswerDue, ...])


@dataclass(frozen=True, slots=True)
class Kept:
    """A referral as its referrer may see it, with the version of that sight.

    ``receipt_only``: the agency is kept out; ``submitted_by`` is the one person who may see that it came in.
    """

    view: ReferralView
    version: int
    submitted_by: str | None
    receipt_only: bool


async def add_referral(
    work: Work,
    event: ReferralSubmitted,
    *,
    protocol_version: str,
    answers_due: Sequence[AnswerDue],
    submitted_by: str,
    kept_out: Collection[str],
) -> None:
    """Keep what is operational, and the sealed parts as they went out; ``kept_out``: who of the agency must not see it."""
    owed = _OWED.dump_json(tuple(answers_due)).decode()
    work.put_last(
        _INSERT, event.referral_id, event.agency_id, event.received_at, event.occurred_at, event.channel.value,
        event.region_code, event.risk.value, [category.value for category in event.categories],
        protocol_version, owed, event.sealed_particulars, event.sealed_account, submitted_by,
    )  # fmt: skip
    if kept_out:
        await exclusions.keep(work, event.referral_id, event.referral_id, kept_out)


async def find_referral(work: Work, actor: Actor, referral_id: str) -> Kept | None:
    """One referral of the actor's agency, unless they are kept out of it."""
    row = await work.raw.fetchrow(f"{_VIEW} AND referral_id = $3", actor.agency_id, actor.staff_id, referral_id)
    return None if row is None else (await _kept(work, [row]))[0]


async def page_of_referrals(work: Work, actor: Actor, *, before: str, limit: int) -> list[Kept]:
    """Up to ``limit`` referrals of the actor's agency submitted before another, newest first, without those kept from them."""
    query = f"{_VIEW} AND referral_id < $3 ORDER BY referral_id DESC LIMIT $4"
    return await _kept(work, await work.raw.fetch(query, actor.agency_id, actor.staff_id, before, limit))


async def _kept(work: Work, rows: Sequence[Any]) -> list[Kept]:
    cases = [row["case_id"] for row in rows if row["case_id"] is not None and not row["receipt_only"]]
    progress: dict[str, list[ProgressEntry]] = {case_id: [] for case_id in cases}
    for entry in await work.raw.fetch(_PROGRESS, cases) if cases else ():
        values = dict(entry)
        progress[values.pop("case_id")].append(ProgressEntry.model_validate(values, strict=False))
    return [
        Kept(_view(row, progress.get(row["case_id"], ())), row["version"], row["submitted_by"], row["receipt_only"])
        for row in rows
    ]


def _view(row: Any, progress: Sequence[ProgressEntry]) -> ReferralView:
    values = {name: value for name, value in row.items() if name not in _NOT_SHOWN}
    if row["receipt_only"]:
        values["case_id"] = None
    return ReferralView.model_validate({**values, "progress": tuple(progress)}, strict=False)
