"""Decides how relations are kept and found; must never follow more of them than asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.families import LegalStatus
from tereze.contracts.words import Kinship

MOST_EDGES = 200
_ADD = """
INSERT INTO family_edge (edge_id, person_id, relative_id, kinship, legal_status, since, until, record_id, agency_id, staff_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_TOUCHING = f"""
WITH RECURSIVE asked AS (
    SELECT person_id FROM person WHERE person_id = ANY($1::text[])
    UNION SELECT person.person_id FROM person JOIN asked ON person.merged_into = asked.person_id
)
SELECT * FROM family_edge
WHERE person_id IN (SELECT person_id FROM asked) OR relative_id IN (SELECT person_id FROM asked)
ORDER BY at, edge_id LIMIT {MOST_EDGES + 1}
"""  # noqa: S608 - a number of ours


@dataclass(frozen=True, slots=True)
class Edge:
    """``relative_id`` is the ``kinship`` of ``person_id``, as an agency or a record of theirs says."""

    person_id: str
    relative_id: str
    kinship: Kinship
    legal_status: LegalStatus
    agency_id: str
    record_id: str | None = None
    staff_id: str | None = None
    since: date | None = None
    until: date | None = None
    edge_id: str = ""


async def add_edge(work: Work, edge: Edge) -> Edge:
    """Keep a relation as somebody says it is; what others say of the same two stays beside it."""
    edge_id = edge.edge_id or new_id("edg")
    await work.raw.execute(
        _ADD, edge_id, edge.person_id, edge.relative_id, edge.kinship, edge.legal_status, edge.since, edge.until,
        edge.record_id, edge.agency_id, edge.staff_id, work.now,
    )  # fmt: skip
    return edge


async def edges_touching(work: Work, person_ids: Sequence[str]) -> list[Edge]:
    """The relations of these persons, and of whoever was merged into them; bounded."""
    return [_edge(row) for row in await work.raw.fetch(_TOUCHING, list(person_ids))]


def _edge(row: Any) -> Edge:
    return Edge(
        person_id=row["person_id"],
        relative_id=row["relative_id"],
        kinship=Kinship(row["kinship"]),
        legal_status=LegalStatus(row["legal_status"]),
        agency_id=row["agency_id"],
        record_id=row["record_id"],
        staff_id=row["staff_id"],
        since=row["since"],
        until=row["until"],
        edge_id=row["edge_id"],
    )
