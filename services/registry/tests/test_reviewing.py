"""Doubts as duties: a review with its waterfall, a clock that nobody sits out, and an answer that holds."""

from datetime import date, timedelta
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.chassis.timers import FiredTimer
from tereze.contracts.identities import PersonIdentified, PersonsMerged, ReviewDecided, ReviewOpened, ReviewOverdue
from tereze.contracts.referrals import Child
from tereze.contracts.words import ReviewLevel, Risk, Sex
from tereze.registry.deadlines import deadlines
from tereze.registry.reviewing import CLOCK
from tereze.rig.inside import agency_id

ONE = Child(family="Қалқанбаев", given="Ернұр", patronymic="Болатұлы", birth_date=date(2016, 4, 9), sex=Sex.MALE)
PERHAPS = ONE.model_copy(update={"sex": Sex.FEMALE, "address": "canary-street 7"})
DESK = "almaty-desk:coordinator"
REASON = "The clinic wrote down the wrong sex."
SLUGS = ("almaty-desk", "almaty-police", "almaty-department", "ombudsman", "astana-desk")


@pytest.fixture
async def review_id(registry: Any, report: Any) -> str:
    """One boy, reported again as a girl: only a person can say."""
    await registry.know(*SLUGS, regions=("KZ-75", "KZ-71"))
    await registry.tell(report(ONE), report(PERHAPS))
    [opened] = [event for event in await registry.told() if isinstance(event, ReviewOpened)]
    return opened.review_id


async def persons(registry: Any) -> list[str]:
    return [event.person_id for event in await registry.told() if isinstance(event, PersonIdentified)]


async def read(registry: Any, who: str, review_id: str) -> Any:
    async with registry.caller(who) as caller:
        return await caller.get(f"/v1/identity-reviews/{review_id}")


async def act(registry: Any, who: str, path: str, body: Any = None, version: int = 1) -> Any:
    async with registry.caller(who) as caller:
        return await caller.post(f"/v1/identity-reviews/{path}", json=body, headers={"If-Match": f'"{version}"'})


async def fall_silent(registry: Any, review_id: str, generation: int) -> None:
    async with registry.runtime.database.work() as work:
        handler = deadlines.of(CLOCK)
        assert handler is not None
        await handler(FiredTimer(CLOCK, review_id, generation, work.now, timedelta(0), 1), work)


async def timer(registry: Any) -> Any:
    async with registry.runtime.database.work() as work:
        return await work.raw.fetchrow("SELECT * FROM timer WHERE kind = $1 AND fired_at IS NULL", CLOCK)


async def test_in_doubt_the_child_is_a_person_at_once_and_the_desk_is_asked(registry, review_id):
    one, perhaps = await persons(registry)
    assert one != perhaps
    view = (await read(registry, DESK, review_id)).json()
    assert (view["agency_id"], view["state"]) == (agency_id("almaty-desk"), "open")
    assert (view["person_id"], view["candidate_person_id"]) == (perhaps, one)
    assert (view["child"]["sex"], view["candidate"]["sex"]) == ("female", "male")
    waterfall = view["waterfall"]
    steps = {step["field"]: step for step in waterfall["steps"]}
    assert (steps["sex"]["level"], steps["sex"]["value"], steps["sex"]["other_value"]) == ("differ", "female", "male")
    assert steps["born"]["value"] == "2016-04-09"
    assert sum(step["bits"] for step in waterfall["steps"]) == pytest.approx(waterfall["total"], abs=0.1)
    assert waterfall["guards"] == ["sex-differs"]


async def test_the_waterfall_is_kept_without_a_name_and_shown_without_one_to_the_ombudsman(registry, review_id):
    assert "canary-street" not in await registry.everything()
    view = (await read(registry, "ombudsman:ombudsman", review_id)).json()
    assert "child" not in view
    assert all("value" not in step for step in view["waterfall"]["steps"])
    assert view["waterfall"]["total"] > 0


@pytest.mark.parametrize("who", ["almaty-police:head", "astana-desk:coordinator", "almaty-desk:member"])
async def test_nobody_else_sees_the_review_alone_or_in_a_list(registry, review_id, who):
    assert (await read(registry, who, review_id)).status_code == 404
    assert (await act(registry, who, f"{review_id}/decide", {"outcome": "same", "reason": REASON})).status_code == 404
    async with registry.caller(who) as caller:
        assert (await caller.get("/v1/identity-reviews")).json()["items"] == []


async def test_the_desk_lists_what_it_owes(registry, report, review_id):
    for number in range(3):
        await registry.tell(report(PERHAPS.model_copy(update={"given": f"Ернар{'а' * number}"}), risk=Risk.LOW))
    seen: list[str] = []
    cursor = ""
    async with registry.caller(DESK) as caller:
        while cursor is not None:
            page = (
                await caller.get(
                    "/v1/identity-reviews", params={"limit": "1", **({"cursor": cursor} if cursor else {})}
                )
            ).json()
            seen += [item["review_id"] for item in page["items"]]
            cursor = page["cursor"]
        assert (await caller.get("/v1/identity-reviews?cursor=e30")).json()["code"] == "bad-cursor"
    assert seen[0] == review_id
    assert len(seen) == len(set(seen))


async def test_one_child_merges_them_and_ends_the_clock(registry, review_id):
    one, perhaps = await persons(registry)
    assert (await timer(registry))["subject"] == review_id
    answer = await act(registry, DESK, f"{review_id}/decide", {"outcome": "same", "reason": REASON})
    assert (answer.json()["state"], answer.json()["outcome"]) == ("decided", "same")
    merged, decided = (await registry.told())[-2:]
    assert isinstance(decided, PersonsMerged)
    assert isinstance(merged, ReviewDecided)
    assert (decided.person_id, decided.retired_person_id) == (one, perhaps)
    assert await timer(registry) is None
    again = await act(registry, DESK, f"{review_id}/decide", {"outcome": "same", "reason": REASON}, version=2)
    assert again.json()["code"] == "review-decided"


async def test_two_children_stay_two_and_nothing_joins_them_again(registry, review_id):
    answer = await act(registry, DESK, f"{review_id}/decide", {"outcome": "different", "reason": REASON})
    assert answer.json()["outcome"] == "different"
    one, perhaps = await persons(registry)
    async with registry.caller(DESK) as caller:
        merge = await caller.post(
            f"/v1/persons/{one}/merges", json={"with_person_id": perhaps, "reason": REASON},
            headers={"Idempotency-Key": new_id("key")},
        )  # fmt: skip
    assert merge.json()["code"] == "must-stay-apart"


async def test_an_answer_to_an_older_version_is_refused(registry, review_id):
    await fall_silent(registry, review_id, 1)
    stale = await act(registry, DESK, f"{review_id}/decide", {"outcome": "same", "reason": REASON})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


async def test_a_manager_sees_but_does_not_decide(registry, review_id):
    refused = await act(registry, "almaty-desk:manager", f"{review_id}/decide", {"outcome": "same", "reason": REASON})
    assert refused.status_code == 403


async def test_silence_climbs_until_somebody_decides(registry, review_id):
    for generation in range(1, 5):
        await fall_silent(registry, review_id, generation)
    overdue = [event for event in await registry.told() if isinstance(event, ReviewOverdue)]
    assert [event.level for event in overdue] == [
        ReviewLevel.BREACH, ReviewLevel.REGIONAL_DEPARTMENT, ReviewLevel.OMBUDSMAN, ReviewLevel.OMBUDSMAN
    ]  # fmt: skip
    told = [event.told_agency_ids for event in overdue]
    assert told[:3] == [(agency_id(slug),) for slug in ("almaty-desk", "almaty-department", "ombudsman")]
    await act(registry, DESK, f"{review_id}/decide", {"outcome": "different", "reason": REASON}, version=5)
    before = len(await registry.told())
    await fall_silent(registry, review_id, 6)
    assert len(await registry.told()) == before


async def test_without_a_known_desk_the_child_is_a_person_and_the_review_finds_its_desk_later(registry, report):
    await registry.tell(report(ONE), report(PERHAPS))
    assert len(await persons(registry)) == 2
    waiting = await timer(registry)
    await registry.know(*SLUGS)
    await fall_silent(registry, waiting["subject"], waiting["generation"])
    assert isinstance((await registry.told())[-1], ReviewOpened)


async def test_a_batch_finding_becomes_a_review_once_and_by_the_desk_only(registry, report, counter):
    far = Child(family="Омаров", given="Дархан", birth_date=date(2014, 11, 23), sex=Sex.MALE)
    await registry.tell(report(ONE), report(far))
    one, other = await persons(registry)
    pair = {"person_id": one, "candidate_person_id": other}
    assert (await counter.post(DESK, "identity-reviews", pair))["raised"] is True
    assert (await counter.post(DESK, "identity-reviews", pair))["raised"] is False
    [opened] = [event for event in await registry.told() if isinstance(event, ReviewOpened)]
    view = (await read(registry, DESK, opened.review_id)).json()
    assert {view["person_id"], view["candidate_person_id"]} == {one, other}
    await counter.post("almaty-police:head", "identity-reviews", pair, status=404)


async def test_one_child_with_two_open_cases_needs_a_second_person(registry, takes_on, review_id):
    for person in await persons(registry):
        await takes_on(person, "almaty-police")
    decided = await act(registry, DESK, f"{review_id}/decide", {"outcome": "same", "reason": REASON})
    assert (decided.json()["state"], decided.json()["version"]) == ("awaiting_second", 2)
    refused = await act(registry, DESK, f"{review_id}/confirm", version=2)
    assert refused.json()["code"] == "needs-another-person"
    confirmed = await act(registry, "almaty-desk:head", f"{review_id}/confirm", version=2)
    assert (confirmed.json()["state"], confirmed.json()["outcome"]) == ("decided", "same")
