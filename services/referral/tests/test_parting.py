"""Persons joined and parted: their cases follow, both ways, and nobody's clock gains time; on a real PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.identities import PersonsMerged, PersonSplit, PersonsUnmerged, RecordOfPerson
from tereze.contracts.referrals import NamedBody
from tereze.contracts.words import Category, Risk
from tereze.rig.inside import agency_id


class Two:
    """Two children of one referral each, and what the registry tells of them."""

    def __init__(self, window: Any, **younger: Any) -> None:
        self.window = window
        self.one, self.other = new_id("per"), new_id("per")
        self.first = window.submitted(ago=timedelta(hours=1))
        self.second = window.submitted(by="almaty-police", ago=timedelta(minutes=30), **younger)
        self.merge_id = new_id("mrg")

    async def report(self) -> None:
        await self.window.tell(self.first, self.second)
        await self.window.tell(self.identified(self.first, self.one, 1), self.identified(self.second, self.other, 2))

    def identified(self, submitted: Any, person_id: str, revision: int) -> Any:
        return self.window.identified(submitted, person_id).model_copy(update={"revision": revision})

    def merged(self, revision: int = 3) -> PersonsMerged:
        prior = tuple(
            RecordOfPerson(record_id=event.referral_id, person_id=person)
            for event, person in ((self.first, self.one), (self.second, self.other))
        )
        return PersonsMerged(
            merge_id=self.merge_id, person_id=self.one, retired_person_id=self.other, prior=prior, revision=revision
        )

    def unmerged(self, revision: int = 4) -> PersonsUnmerged:
        return PersonsUnmerged(
            merge_id=self.merge_id, person_id=self.one, restored_person_id=self.other,
            records=(self.second.referral_id,), revision=revision,
        )  # fmt: skip

    async def cases(self) -> dict[str, dict[str, Any]]:
        """Each person's live case, with the referrals that are on it."""
        rows = await self.window.rows(
            "SELECT case_file.*, array_agg(referral_id) AS referrals FROM case_file JOIN referral USING (case_id)"
            " WHERE state <> 'joined' GROUP BY case_file.case_id"
        )
        return {row["person_id"]: row for row in rows}

    async def open_tasks(self, case_id: str) -> dict[str, dict[str, Any]]:
        rows = await self.window.rows("SELECT * FROM task WHERE case_id = $1", case_id)
        return {row["service"]: row for row in rows if row["state"] not in {"withdrawn", "fulfilled", "declined"}}


async def test_two_children_that_are_one_have_one_case_again(window: Any) -> None:
    two = Two(window)
    await two.report()
    assert len(await two.cases()) == 2
    await window.tell(two.merged())
    cases = await two.cases()
    assert set(cases) == {two.one}
    assert set(cases[two.one]["referrals"]) == {two.first.referral_id, two.second.referral_id}
    await window.tell(two.merged())
    assert set(await two.cases()) == {two.one}


async def test_the_case_of_a_child_that_was_merged_alone_is_the_other_s(window: Any) -> None:
    two = Two(window)
    await window.tell(two.second, two.identified(two.second, two.other, 2), two.merged())
    [case] = (await two.cases()).values()
    assert (case["person_id"], case["state"]) == (two.one, "reported")


async def test_unmerged_each_child_has_the_case_duties_and_words_it_had(window: Any) -> None:
    two = Two(window, categories=(Category.BULLYING,), narrative="canary of the second")
    await two.report()
    before = await two.cases()
    tasks = {person: set(await two.open_tasks(case["case_id"])) for person, case in before.items()}
    await window.tell(two.merged(), two.unmerged())
    after = await two.cases()
    assert {person: case["case_id"] for person, case in after.items()} == {
        person: case["case_id"] for person, case in before.items()
    }
    assert {person: case["referrals"] for person, case in after.items()} == {
        two.one: [two.first.referral_id], two.other: [two.second.referral_id]
    }  # fmt: skip
    for person, case in after.items():
        assert set(await two.open_tasks(case["case_id"])) >= tasks[person]
    assert after[two.other]["state"] == "reopened"
    async with window.caller("almaty-desk:coordinator") as desk:
        shown = (await desk.get(f"/v1/cases/{after[two.other]['case_id']}")).json()
        kept = (await desk.get(f"/v1/cases/{after[two.one]['case_id']}")).json()
    assert [referral["narrative"] for referral in shown["referrals"]] == ["canary of the second"]
    assert "canary of the second" not in str(kept)


async def test_a_duty_somebody_works_on_goes_back_with_them_and_its_clocks(window: Any) -> None:
    two = Two(window, categories=(Category.BULLYING,))
    await two.report()
    case_id = (await two.cases())[two.other]["case_id"]
    task = (await two.open_tasks(case_id))["school"]
    async with window.caller(await window.member_of(task["agency_id"])) as school:
        accepted = await school.post(
            f"/v1/tasks/{task['task_id']}/accept", json={}, headers={"If-Match": str(task["version"])}
        )
    assert accepted.status_code == 200, accepted.text
    running = await window.rows(
        "SELECT kind, started_at, due_at FROM clock WHERE task_id = $1 AND state = 'running'", task["task_id"]
    )
    await window.tell(two.merged(), two.unmerged())
    returned = (await two.open_tasks(case_id))["school"]
    assert (returned["state"], returned["agency_id"]) == ("accepted", task["agency_id"])
    assert returned["responsible_staff_id"]
    now = await window.rows(
        "SELECT kind, started_at, due_at FROM clock WHERE task_id = $1 AND state = 'running'", returned["task_id"]
    )
    assert sorted(map(str, now)) == sorted(map(str, running))


async def test_no_clock_gains_time_by_being_parted(window: Any) -> None:
    two = Two(window)
    await two.report()
    await window.tell(two.merged(), two.unmerged())
    for person, submitted in ((two.one, two.first), (two.other, two.second)):
        case_id = (await two.cases())[person]["case_id"]
        starts = await window.rows("SELECT started_at FROM clock WHERE case_id = $1 AND state = 'running'", case_id)
        assert starts
        assert {row["started_at"] <= submitted.received_at for row in starts} == {True}


async def test_whoever_referred_the_other_child_only_follows_that_child_only(window: Any) -> None:
    two = Two(window)
    await two.report()
    await window.tell(two.merged(), two.unmerged())
    cases = await two.cases()
    referrers = await window.rows("SELECT case_id, agency_id FROM case_body WHERE capacity = 'referrer'")
    on = {(row["case_id"], row["agency_id"]) for row in referrers}
    assert (cases[two.one]["case_id"], agency_id("almaty-police")) not in on
    assert (cases[two.other]["case_id"], agency_id("almaty-police")) in on


async def test_whom_one_child_s_report_kept_out_stays_kept_out_of_both(window: Any) -> None:
    named = (NamedBody(agency_id=agency_id("almaty-clinic-1"), accused=True),)
    two = Two(window, concerns=named)
    await two.report()
    await window.tell(two.merged(), two.unmerged())
    for case in (await two.cases()).values():
        assert (await two.open_tasks(case["case_id"]))["health"]["agency_id"] != agency_id("almaty-clinic-1")
        kept_out = await window.rows("SELECT agency_ids FROM case_exclusion WHERE case_id = $1", case["case_id"])
        assert kept_out


async def test_a_split_opens_a_case_for_whom_never_had_one(window: Any) -> None:
    two = Two(window, risk=Risk.CRITICAL)
    await window.tell(two.first, two.second)
    await window.tell(two.identified(two.first, two.one, 1), two.identified(two.second, two.one, 2))
    assert set(await two.cases()) == {two.one}
    split = PersonSplit(
        person_id=two.one, new_person_id=two.other, records=(two.second.referral_id, new_id("rec")), revision=3
    )
    await window.tell(split, split)
    cases = await two.cases()
    assert {person: case["referrals"] for person, case in cases.items()} == {
        two.one: [two.first.referral_id], two.other: [two.second.referral_id]
    }  # fmt: skip
    assert cases[two.other]["risk"] == "critical"
    assert cases[two.other]["opened_at"] == two.second.received_at


@pytest.mark.parametrize("merge_first", [True, False])
async def test_news_of_two_keys_may_come_in_either_order(window: Any, merge_first: bool) -> None:
    two = Two(window)
    await window.tell(two.first, two.second, two.identified(two.first, two.one, 1))
    identified = two.identified(two.second, two.other, 2)
    await window.tell(*((two.merged(), identified) if merge_first else (identified, two.merged())))
    cases = await two.cases()
    assert set(cases) == {two.one}
    assert len(cases[two.one]["referrals"]) == 2
