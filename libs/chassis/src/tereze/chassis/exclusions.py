"""Decides which bodies this service keeps out of which case, and the condition that does so in a query; must never be gone round.

Every query over rows of a case, task, referral or event that is answered to somebody carries ``shown_to``. Whose units are kept out
with them is looked up in the replica of the directory by each query, so that a unit founded after the exclusion is kept out too,
from its first instant.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

from sqlalchemy import Boolean, Column, ColumnElement, Index, MetaData, Table, Text, text

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
EXCLUSION_DDL_2 = (
    "ALTER TABLE exclusion ADD COLUMN with_units BOOLEAN DEFAULT false NOT NULL",
    """
    UPDATE exclusion AS kept SET with_units = true
    WHERE body_id LIKE 'agc%' AND NOT EXISTS (
        SELECT FROM replica AS unit
        WHERE unit.kind = 'agency' AND unit.record ->> 'parent_agency_id' = kept.body_id AND NOT EXISTS (
            SELECT FROM exclusion AS beside
            WHERE beside.case_id = kept.case_id AND beside.exclusion_id = kept.exclusion_id AND beside.body_id = unit.id
        )
    )
    """,
)
"""Of what was kept before, whoever is kept out with all its units keeps out what is founded below it."""

_KEEP = """
INSERT INTO exclusion (case_id, body_id, exclusion_id, with_units)
SELECT $1, body, $2, body = ANY($4::text[]) FROM unnest($3::text[]) AS body
ON CONFLICT (case_id, body_id, exclusion_id) DO UPDATE SET with_units = true
WHERE excluded.with_units AND NOT exclusion.with_units
"""
_CONDITION = """NOT EXISTS (
  SELECT FROM exclusion WHERE exclusion.case_id = {case} AND (exclusion.body_id IN ({readers}) OR (exclusion.with_units AND EXISTS (
    WITH RECURSIVE line (id, up, known) AS (
      SELECT id, record ->> 'parent_agency_id', true FROM replica WHERE kind = 'agency' AND id IN ({readers})
      UNION SELECT line.up, body.record ->> 'parent_agency_id', body.id IS NOT NULL
      FROM line LEFT JOIN replica AS body ON body.kind = 'agency' AND body.id = line.up WHERE line.up IS NOT NULL
    ) SELECT FROM line WHERE line.up = exclusion.body_id OR NOT line.known
  ))))"""
_OF_CASES = """
WITH RECURSIVE barred AS (
    SELECT case_id, body_id, with_units FROM exclusion WHERE case_id = ANY($1::text[])
    UNION SELECT barred.case_id, unit.id, true
    FROM barred JOIN replica AS unit ON unit.kind = 'agency' AND unit.record ->> 'parent_agency_id' = barred.body_id
    WHERE barred.with_units
)
SELECT DISTINCT case_id, body_id FROM barred
"""
exclusion_handlers = Handlers()


def exclusion_table(metadata: MetaData) -> Table:
    """The table, for a service whose rows belong to cases; its migration runs ``EXCLUSION_DDL``."""
    return Table(
        "exclusion",
        metadata,
        Column("case_id", Text, primary_key=True),
        Column("body_id", Text, primary_key=True),
        Column("exclusion_id", Text, primary_key=True),
        Column("with_units", Boolean, nullable=False, server_default=text("false")),
        Index("exclusion_by_body", "body_id", "case_id"),
    )


def shown_to(case: str, *readers: str) -> str:
    """The condition, as SQL, under which a row of a case may be shown to an agency and its person. Each is a column or a parameter.

    A reader below a body that is kept out with its units is kept out; so is one whose place below it is not known to the end.
    """
    return _CONDITION.format(case=case, readers=", ".join(readers))


def known_to(case: Column[Any], actor: Actor) -> ColumnElement[bool]:
    """The same condition for SQLAlchemy."""
    condition = text(shown_to(str(case), ":reader_agency", ":reader_staff"))
    bound = condition.bindparams(reader_agency=actor.agency_id, reader_staff=actor.staff_id)
    return cast("ColumnElement[bool]", bound)


async def keep(
    work: Work, case_id: str, exclusion_id: str, bodies: Iterable[str], *, with_units: Iterable[str] = ()
) -> None:
    """These bodies are kept out of the case; ``with_units`` of them also whoever is or comes below them."""
    await work.raw.execute(_KEEP, case_id, exclusion_id, sorted(bodies), sorted(with_units))


async def drop(work: Work, case_id: str, exclusion_id: str) -> None:
    """One exclusion does not hold any more; others of the same body stand."""
    await work.raw.execute("DELETE FROM exclusion WHERE case_id = $1 AND exclusion_id = $2", case_id, exclusion_id)


async def excluded_from(work: Work, case_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Who is kept out of each case, with the units that were founded since; a case nobody is kept out of is absent."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in await work.raw.fetch(_OF_CASES, list(case_ids)) if case_ids else ():
        found[row["case_id"]].add(row["body_id"])
    return {case_id: frozenset(bodies) for case_id, bodies in found.items()}


@exclusion_handlers.on(ExclusionRecorded)
async def keep_out(event: ExclusionRecorded, work: Work, _envelope: Envelope) -> None:
    """Remember who is kept out, before anything else of this event is done."""
    bodies = (*event.agency_ids, *event.staff_ids)
    await keep(work, event.case_id, event.exclusion_id, bodies, with_units=event.with_units)


@exclusion_handlers.on(ExclusionLifted)
async def let_in(event: ExclusionLifted, work: Work, _envelope: Envelope) -> None:
    """Forget one exclusion that two persons lifted."""
    await drop(work, event.case_id, event.exclusion_id)
