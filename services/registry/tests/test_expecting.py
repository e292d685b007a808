"""Unborn children: one to a pregnancy, hanging on the mother; born, the same person; never taken for a twin."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.referrals import Child, ExpectedChild, RelatedPerson
from tereze.contracts.words import Kinship, Sex
from tereze.registry.domain.expecting import Expected, same_expected

DUE = date(2026, 12, 20)
MOTHER = RelatedPerson(
    family="Қалқанбаева", given="Гүлнар", birth_date=date(1999, 1, 30), kinship=Kinship.MOTHER, relation="анасы"
)
OTHER_MOTHER = MOTHER.model_copy(update={"given": "Меруерт", "birth_date": date(1994, 6, 2)})


def unborn(mother: RelatedPerson = MOTHER, due: date = DUE) -> dict[str, Any]:
    return {"child": Child(), "expected": ExpectedChild(mother=mother, due_date=due)}


async def persons(inside: Any) -> list[str]:
    return [event.person_id for event in await inside.told()]


async def test_two_reports_of_one_pregnancy_are_one_child(registry, report):
    await registry.tell(report(**unborn()), report(**unborn(due=DUE + timedelta(weeks=5)), by="almaty-clinic-1"))
    one, other = await registry.told()
    assert one.person_id == other.person_id
    assert (one.matched_by, other.matched_by) == ("new", "mother_and_due_date")


async def test_another_mother_or_another_pregnancy_is_another_child(registry, report):
    await registry.tell(
        report(**unborn()), report(**unborn(OTHER_MOTHER)), report(**unborn(due=DUE + timedelta(weeks=44)))
    )
    assert len(set(await persons(registry))) == 3


async def test_the_mother_is_a_person_and_the_child_shows_what_hangs_on_her(registry, report, counter, takes_on):
    await registry.tell(report(**unborn()))
    [child] = await persons(registry)
    await takes_on(child, "almaty-clinic-1")
    view = (await counter.get("almaty-clinic-1:member", f"persons/{child}")).json()
    assert view["kind"] == "expected"
    assert view["relatives"] == [{"person_id": view["mother_person_id"], "kinship": "mother"}]
    assert "due_date" not in view
    assert "2026-12-20" not in await registry.everything()


async def test_born_it_is_the_same_person_on_the_same_case(registry, report, counter, takes_on):
    await registry.tell(report(**unborn()))
    [child] = await persons(registry)
    case_id = await takes_on(child, "almaty-clinic-1")
    born = {"child": {"family": "Қалқанбаев", "given": "Алан", "birth_date": "2026-12-11", "sex": "male"}}
    view = await counter.post("almaty-clinic-1:member", f"persons/{child}/birth", born, status=200)
    assert (view["person_id"], view["kind"], view["due_date"]) == (child, "person", "2026-12-20")
    shown = (await counter.get("almaty-clinic-1:member", f"persons/{child}")).json()
    assert shown["child"]["given"] == "Алан"
    async with registry.runtime.database.work() as work:
        assert await work.raw.fetchval("SELECT person_id FROM case_person WHERE case_id = $1", case_id) == child
    again = await counter.post("almaty-clinic-1:member", f"persons/{child}/birth", born, status=409)
    assert again["code"] == "not-expected"
    await counter.post("almaty-police:member", f"persons/{child}/birth", born, status=404)
    await registry.tell(report(Child(family="Kalkanbayev", given="Alan", birth_date=date(2026, 12, 11), sex=Sex.MALE)))
    assert (await registry.told())[-1].person_id == child


async def test_a_report_of_a_newborn_of_that_mother_is_the_child_expected_and_the_twin_another(registry, report):
    await registry.tell(report(**unborn()))
    newborn = Child(family="Қалқанбаев", given="Алан", birth_date=DUE - timedelta(weeks=3), sex=Sex.MALE)
    twin = newborn.model_copy(update={"given": "Санжар"})
    for child in (newborn, twin, newborn):
        await registry.tell(report(child, caregivers=(MOTHER,)))
    identified = [event for event in await registry.told() if hasattr(event, "matched_by")]
    expected, born, other, again = identified
    assert (born.person_id, born.matched_by) == (expected.person_id, "birth")
    assert other.person_id != expected.person_id
    assert again.person_id == expected.person_id


async def test_a_child_born_at_another_time_is_not_the_one_expected(registry, report):
    await registry.tell(report(**unborn()))
    older = Child(family="Қалқанбаев", given="Алан", birth_date=date(2021, 5, 5), sex=Sex.MALE)
    await registry.tell(report(older, caregivers=(MOTHER,)))
    assert len(set(await persons(registry))) == 2


@given(days=st.lists(st.integers(-300, 300), unique=True, max_size=6), asked=st.integers(-300, 300))
def test_the_nearest_within_six_weeks_is_the_same(days: list[int], asked: int) -> None:
    known = [Expected(f"per_{day}", DUE + timedelta(days=day)) for day in days]
    found = same_expected(DUE + timedelta(days=asked), known)
    near = [abs(day - asked) for day in days if abs(day - asked) <= 42]
    assert (found is None) == (not near)
    if found:
        assert abs(int(found.removeprefix("per_")) - asked) == min(near)


@pytest.mark.parametrize("weeks", [6, -6])
def test_six_weeks_are_still_one_child(weeks: int) -> None:
    assert same_expected(DUE + timedelta(weeks=weeks), [Expected("per_1", DUE)]) == "per_1"
    assert same_expected(DUE + timedelta(weeks=weeks, days=weeks // 6), [Expected("per_1", DUE)]) is None
