"""Decides which bodies this service keeps out of which case, and the condition that does so in a query; must never be gone round.

Every query over rows of a case, task, referral or event that is answered to somebody carries ``shown_to``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Column, ColumnElement, Index, MetaData, Table, Text, exists

from tereze.access import Actor
from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.events import Envelope
from tereze.contracts.exclusions import ExclusionLifted, ExclusionRecorded

EXCLUSION_DDL = (
    """
    CREATE TABLE exclusion (
        case_id TEXT NOT NULL,
        body_id TEXT NOT NULL,
        exclusion_id TEXT NOT NULL,
        PRIMARY KEY (case_id, body_id, exclusion_id)
    )
    """,
    "CREATE INDEX exclusion_by_body ON exclusion (body_id, case_id)",
)

_KEEP = """
INSERT INTO exclusion (case_id, body_id, exclusion_id) SELECT $1, body, $2 FROM unnest($3::text[]) AS body
ON CONFLICT DO NOTHING
"""
_OF_CASES = "SELECT case_id, body_id FROM exclusion WHERE case_id = ANY($1::text[])"
exclusion_handlers = Handlers()


def exclusion_table(metadata: MetaData) -> Table:
    """The table, for a service whose rows belong to cases; its migration runs ``EXCLUSION_DDL``."""
    return Table(
        "exclusion",
        metadata,
        Column("case_id", Text, primary_key=True),
        Column("body_id", Text, primary_key=True),
        Column("exclusion_id", Text, primary_key=True),
        Index("exclusion_by_body", "body_id", "case_id"),
    )


_exclusion = exclusion_table(MetaData())


def shown_to(case: str, *readers: str) -> str:
    """The condition, as SQL, under which a row of a case may be shown to an agency and its person. Each is a column or a parameter."""
    return (
        f"NOT EXISTS (SELECT FROM exclusion WHERE exclusion.case_id = {case}"
        f" AND exclusion.body_id IN ({', '.join(readers)}))"
    )


def known_to(case: ColumnElement[str], actor: Actor) -> ColumnElement[bool]:
    """The same condition for SQLAlchemy."""
    return ~exists().where(_exclusion.c.case_id == case, _exclusion.c.body_id.in_([actor.agency_id, actor.staff_id]))


async def keep(work: Work, case_id: str, exclusion_id: str, bodies: Iterable[str]) -> None:
    """These bodies are kept out of the case."""
    await work.raw.execute(_KEEP, case_id, exclusion_id, sorted(bodies))


async def drop(work: Work, case_id: str, exclusion_id: str) -> None:
    """One exclusion does not hold any more; others of the same body stand."""
    await work.raw.execute("DELETE FROM exclusion WHERE case_id = $1 AND exclusion_id = $2", case_id, exclusion_id)


async def excluded_from(work: Work, case_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Who is kept out of each case; a case nobody is kept out of is absent."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in await work.raw.fetch(_OF_CASES, list(case_ids)) if case_ids else ():
        found[row["case_id"]].add(row["body_id"])
    return {case_id: frozenset(bodies) for case_id, bodies in found.items()}


@exclusion_handlers.on(ExclusionRecorded)
async def keep_out(event: ExclusionRecorded, work: Work, _envelope: Envelope) -> None:
    """Remember who is kept out, before anything else of this event is done."""
    await keep(work, event.case_id, event.exclusion_id, (*event.agency_ids, *event.staff_ids))


@exclusion_handlers.on(ExclusionLifted)
async def let_in(event: ExclusionLifted, work: Work, _envelope: Envelope) -> None:
    """Forget one exclusion that two persons lifted."""
    await drop(work, event.case_id, event.exclusion_id)
