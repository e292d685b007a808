"""Decides how a person's standing is read; must never read a particular."""

from dataclasses import dataclass
from datetime import datetime

from tereze.chassis.work import Work
from tereze.contracts.persons import PersonKind, PersonState

_PERSON = """
WITH RECURSIVE later AS (
    SELECT person_id, merged_into FROM person WHERE person_id = $1
    UNION SELECT person.person_id, person.merged_into FROM person JOIN later ON person.person_id = later.merged_into
), earlier AS (
    SELECT person_id, 0 AS depth FROM later WHERE merged_into IS NULL
    UNION SELECT person.person_id, depth + 1 FROM person JOIN earlier ON person.merged_into = earlier.person_id
)
SELECT person.person_id, kind, state,
       (SELECT min(first_seen_at) FROM person JOIN earlier USING (person_id)) AS first_seen_at,
       (SELECT array_agg(person_id ORDER BY person_id) FROM earlier WHERE depth > 0) AS retired
FROM person JOIN earlier USING (person_id) WHERE depth = 0
"""
_REGIONS = """
SELECT DISTINCT region_code FROM source_record JOIN link USING (record_id)
WHERE person_id = $1 AND region_code IS NOT NULL ORDER BY region_code
"""


@dataclass(frozen=True, slots=True)
class KeptPerson:
    """A person as the index has them; ``retired_ids`` resolve to them."""

    person_id: str
    kind: PersonKind
    state: PersonState
    first_seen_at: datetime
    retired_ids: tuple[str, ...]


async def find_person(work: Work, person_id: str) -> KeptPerson | None:
    """Who goes on under an id; None for nobody we know."""
    row = await work.raw.fetchrow(_PERSON, person_id)
    if row is None:
        return None
    kind, state, retired = PersonKind(row["kind"]), PersonState(row["state"]), tuple(row["retired"] or ())
    return KeptPerson(row["person_id"], kind, state, row["first_seen_at"], retired)


async def regions_of(work: Work, person_id: str) -> list[str]:
    """Where a person was reported."""
    return [row["region_code"] for row in await work.raw.fetch(_REGIONS, person_id)]
