"""Decides how an unborn child is kept with the mother and becomes a person at birth; must never take a sibling for the child expected."""

from datetime import date

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.persons import PersonKind
from tereze.contracts.referrals import Child, ExpectedChild, SealedForRegistry
from tereze.contracts.words import Kinship
from tereze.registry.domain.expecting import NotExpected, same_expected
from tereze.registry.domain.index import Born
from tereze.registry.domain.survivorship import Origin
from tereze.registry.identifying import Identified, identify, put, weigh
from tereze.registry.matching import Kind
from tereze.registry.relating import connect, find_relative, identify_relative, relate, tells_who
from tereze.registry.store.descriptions import description_of
from tereze.registry.store.expected import add_expected, unborn_of, was_born
from tereze.registry.store.facts import By, happen
from tereze.registry.store.persons import KeptPerson
from tereze.registry.store.records import Account, Linking, is_recorded, record

MOTHER_AND_DUE = "mother_and_due_date"


async def take_in(work: Work, account: Account) -> Identified | None:
    """Whatever an account is about: a child, a newborn somebody expected, or one not born yet. None where it is recorded.

    Its relatives become persons too, where enough is said of them.
    """
    await work.lock(account.record_id)
    if await is_recorded(work, account.record_id):
        return None
    if account.particulars.expected is not None:
        return await _expect(work, account, account.particulars.expected)
    awaited = await _awaited(work, account)
    identified = await _be_born(work, account, awaited) if awaited else await identify(work, account)
    if identified is not None:
        await relate(work, account, identified.person_id)
    return identified


async def record_birth(work: Work, person: KeptPerson, child: Child, by: By, region_code: str | None) -> None:
    """An expected child was born: a person with the same id and the same case. Raises NotExpected."""
    if person.kind is not PersonKind.EXPECTED:
        raise NotExpected
    particulars = SealedForRegistry(child=child)
    account = Account(new_id("rec"), by[0], work.now, region_code, particulars, origin=Origin.BIRTH)
    await _be_born(work, account, person.person_id, by)


async def _expect(work: Work, account: Account, expected: ExpectedChild) -> Identified:
    """The mother is a person; the child hangs on her. Two accounts of one pregnancy are one child."""
    mother_id = await identify_relative(work, account, expected.mother)
    await work.lock(f"expected:{mother_id}")
    person_id = same_expected(expected.due_date, await unborn_of(work, mother_id))
    new = person_id is None
    person_id = person_id or new_id("per")
    matched_by = "new" if new else MOTHER_AND_DUE
    linking = Linking(person_id, matched_by, new=new, kind=PersonKind.EXPECTED)
    revision = await record(work, account, linking, description_of(account.particulars, account.region_code))
    if new:
        await add_expected(work, person_id, mother_id, expected.due_date)
    await connect(work, account, person_id, mother_id, Kinship.MOTHER)
    return Identified(person_id, matched_by, (), revision)


async def _awaited(work: Work, account: Account) -> str | None:
    """Whose birth somebody awaited: an account of a newborn with a mother who is known and expects a child about then."""
    born: date | None = account.particulars.child.birth_date
    mother = next((one for one in account.particulars.caregivers if one.kinship is Kinship.MOTHER), None)
    if born is None or mother is None or not tells_who(mother):
        return None
    mother_id = await find_relative(work, account, mother)
    if mother_id is None:
        return None
    await work.lock(f"expected:{mother_id}")
    found = same_expected(born, await unborn_of(work, mother_id))
    if found is None or (await weigh(work, account)).decision.kind is Kind.LINK:  # born before: somebody known
        return None
    return found


async def _be_born(work: Work, account: Account, person_id: str, by: By | None = None) -> Identified:
    weighed = await weigh(work, account)
    identified = await put(work, account, weighed, Linking(person_id, Origin.BIRTH.value))
    await happen(work, Born(person_id), by)
    await was_born(work, person_id)
    return identified
