import asyncio
import json
from datetime import date

import asyncpg
import pytest

from tereze.chassis.sealing import CannotOpen
from tereze.contracts.referrals import Child, RelatedPerson
from tereze.contracts.words import Sex
from tereze.local.fixtures import PACK

BORN = date(2016, 4, 9)
IN_CYRILLIC = Child(family="Қалқанбаев", given="Ернұр", birth_date=BORN, sex=Sex.MALE)
IN_LATIN = Child(family="Kalkanbayev", given="Yernur", patronymic="Bolatuly", birth_date=date(2016, 9, 4), sex=Sex.MALE)
TWIN = Child(family="Қалқанбаев", given="Ержан", birth_date=BORN, sex=Sex.MALE)


async def persons(inside):
    """Referral → person, as told."""
    return {event.referral_id: event.person_id for event in await inside.told()}


async def test_the_same_child_twice_is_one_person_and_the_twin_another(registry, report):
    """Story same-child-twice: police without a patronymic, school in Latin with day and month swapped."""
    police, school, twin = report(IN_CYRILLIC), report(IN_LATIN, by="almaty-school-1"), report(TWIN)
    await asyncio.gather(registry.tell(police), registry.tell(school))
    await registry.tell(twin)
    known = await persons(registry)
    assert known[police.referral_id] == known[school.referral_id] != known[twin.referral_id]
    told = {event.referral_id: event.matched_by for event in await registry.told()}
    assert sorted((told[police.referral_id], told[school.referral_id])) == ["name_birth_date", "new"]
    assert told[twin.referral_id] == "new"


async def test_fifty_reports_of_one_child_at_one_instant_are_one_person(registry, report):
    spellings = (IN_CYRILLIC, IN_LATIN, IN_LATIN.model_copy(update={"family": "Yernur", "given": "Kalkanbaev"}))
    reports = [report(spellings[number % 3]) for number in range(50)]
    await asyncio.gather(*(registry.tell(event) for event in reports))
    assert len(set((await persons(registry)).values())) == 1
    assert await registry.count("person", "source_record", "link") == {"person": 1, "source_record": 50, "link": 50}


async def test_twins_reported_at_one_instant_are_two_persons(registry, report):
    reports = [report((IN_CYRILLIC, TWIN)[number % 2]) for number in range(20)]
    await asyncio.gather(*(registry.tell(event) for event in reports))
    assert len(set((await persons(registry)).values())) == 2


async def test_a_number_alone_finds_the_child(registry, report):
    first = report(IN_CYRILLIC.model_copy(update={"iin": "160409 599992"}))
    second = report(Child(iin="160409599992"))
    await registry.tell(first, second)
    told = await registry.told()
    assert told[0].person_id == told[1].person_id
    assert told[1].matched_by == "iin"
    assert told[1].flags == ("iin-check-digit",)


async def test_a_mothers_number_in_the_childs_box_makes_two_persons_and_says_so(registry, report):
    mother = Child(family="Қалқанбаева", given="Гүлнар", birth_date=date(1990, 1, 30), iin="900130499991")
    await registry.tell(report(mother), report(IN_CYRILLIC.model_copy(update={"iin": "900130499991"})))
    one, other = await registry.told()
    assert one.person_id != other.person_id
    assert "iin-of-another" in other.flags


async def test_children_without_a_name_are_kept_apart(registry, report):
    await registry.tell(report(Child()), report(Child()), report(Child(given="Айша")), report(Child(given="Айша")))
    told = await registry.told()
    assert {event.matched_by for event in told} == {"unresolved"}
    assert len({event.person_id for event in told}) == 4


async def test_the_same_event_twice_has_one_effect(registry, report):
    event = report(IN_CYRILLIC)
    await registry.tell(event, event)
    assert len(await registry.told()) == 1
    assert (await registry.count("source_record"))["source_record"] == 1


async def test_particulars_that_do_not_open_stop_only_their_referral(registry, report):
    broken = report(IN_CYRILLIC).model_copy(update={"sealed_particulars": "not.a.jwe"})
    with pytest.raises(CannotOpen):
        await registry.tell(broken)
    assert await registry.count("person", "source_record", "outbox") == {"person": 0, "source_record": 0, "outbox": 0}


async def test_nothing_personal_rests_or_leaves_in_the_clear(registry, report):
    child = Child(family="Канарейкин", given="Каракай", birth_date=BORN, iin="160409599992", address="canary-street")
    await registry.tell(report(child, caregivers=(RelatedPerson(family="Канарейкина"),)))
    resting = await registry.everything()
    assert "new" in resting
    for canary in ("Канарейкин", "Каракай", "kanareikin", "karakai", "canary", "160409", "2016-04-09"):
        assert canary not in resting


async def test_erasing_the_key_erases_the_child(registry, report):
    await registry.tell(report(IN_CYRILLIC))
    (event,) = await registry.told()
    async with registry.runtime.database.work() as work:
        await registry.runtime.vault.destroy(work, subject=event.referral_id)
    with_key_gone = report(IN_LATIN)
    await registry.tell(with_key_gone)
    assert (await registry.told())[1].person_id != event.person_id


@pytest.mark.parametrize("statement", ["UPDATE source_record SET agency_id = 'x'", "DELETE FROM source_record"])
async def test_what_was_said_is_never_changed(registry, report, statement):
    await registry.tell(report(IN_CYRILLIC))
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        async with registry.runtime.database.work() as work:
            await work.raw.execute(statement)


async def test_the_demo_set_comes_out_as_its_authors_know_it(registry, report):
    """248 invented reports of 208 children in three spellings; the truth is beside each report."""
    lines = (PACK / "demo" / "referrals.ndjson").read_text("utf-8").splitlines()
    truth = {}
    for line in lines:
        row = json.loads(line)
        child = Child.model_validate_json(json.dumps(row["submission"]["child"]))
        event = report(child, region=row["submission"]["region_code"])
        truth[event.referral_id] = row["child_ref"]
        await registry.tell(event)
    known = await persons(registry)
    pairs = {(truth[referral_id], person_id) for referral_id, person_id in known.items()}
    assert len(pairs) == len(set(truth.values())) == len(set(known.values()))
