"""Decides how unborn children are kept with their mothers; must never keep a due date in the clear."""

from datetime import date

from tereze.chassis.work import Work
from tereze.registry.domain.expecting import Expected
from tereze.registry.store.facts import part_of_index

_PLACE = "expected_child.due"
_ADD = "INSERT INTO expected_child (person_id, mother_id, due) VALUES ($1, $2, $3)"
_UNBORN = "SELECT person_id, due FROM expected_child WHERE mother_id = ANY($1::text[]) AND born_at IS NULL"
_ONE = "SELECT mother_id, due FROM expected_child WHERE person_id = ANY($1::text[]) ORDER BY person_id LIMIT 1"
_BORN = "UPDATE expected_child SET born_at = $2 WHERE person_id = $1"


async def add_expected(work: Work, person_id: str, mother_id: str, due_date: date) -> None:
    """A child hangs on the mother until birth."""
    due = due_date.isoformat().encode()
    sealed = await work.runtime.vault.encrypt(work, subject=person_id, place=_PLACE, text=due)
    await work.raw.execute(_ADD, person_id, mother_id, sealed)


async def unborn_of(work: Work, mother_id: str) -> list[Expected]:
    """The children a woman expects."""
    index = await part_of_index(work, [mother_id])
    rows = await work.raw.fetch(_UNBORN, list(index.persons))
    sealed = [(row["person_id"], row["due"]) for row in rows]
    texts = await work.runtime.vault.decrypt_many(work, place=_PLACE, sealed=sealed)
    found = [(row["person_id"], text) for row, text in zip(rows, texts, strict=True) if text is not None]
    return [Expected(person_id, date.fromisoformat(text.decode())) for person_id, text in found]


async def expected_of(work: Work, person_ids: tuple[str, ...]) -> tuple[str, date | None] | None:
    """The mother and the day a child was due; None for who was never expected."""
    row = await work.raw.fetchrow(_ONE, list(person_ids))
    if row is None:
        return None
    text = await work.runtime.vault.decrypt(work, subject=person_ids[0], place=_PLACE, sealed=bytes(row["due"]))
    return row["mother_id"], date.fromisoformat(text.decode()) if text is not None else None


async def was_born(work: Work, person_id: str) -> None:
    """Nobody else's birth is taken for this child's."""
    await work.raw.execute(_BORN, person_id, work.now)
