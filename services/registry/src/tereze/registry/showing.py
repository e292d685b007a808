"""Decides how a person is put together for who may see them: records, numbers, awaited birth, family; must never decide who may."""

from tereze.chassis.work import Work
from tereze.contracts.iin import normalise_iin
from tereze.contracts.persons import PersonView
from tereze.registry.family import relatives
from tereze.registry.store.expected import expected_of
from tereze.registry.store.identifiers import ended_of
from tereze.registry.store.persons import KeptPerson
from tereze.registry.store.records import sources_of
from tereze.registry.view import Around, view_person


async def show_person(work: Work, person: KeptPerson) -> tuple[PersonView, list[str]]:
    """The person in full, and which records that shows."""
    sources = await sources_of(work, person.person_id)
    ids = (person.person_id, *person.retired_ids)
    numbers = [normalise_iin(source.particulars.child.iin) for source in sources if source.particulars.child.iin]
    mother_id, due_date = await expected_of(work, ids) or (None, None)
    around = Around(
        mother_id=mother_id,
        due_date=due_date,
        ended=await ended_of(work, ids, numbers),
        relatives=await relatives(work, person.person_id),
    )
    return view_person(person, sources, around), [source.record_id for source in sources]
