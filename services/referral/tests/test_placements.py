"""Decides that a child gets a bed over HTTP as promised: atomically, in turn, by somebody's act, seen by whom it concerns."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tereze.access import Bodies
from tereze.chassis.ids import new_id
from tereze.contracts.exclusions import ExclusionBasis
from tereze.contracts.placements import (
    CentreView,
    PlacementView,
)
from tereze.contracts.words import Category, Risk
from tereze.referral.domain.exclusion import Exclusion
from tereze.referral.domain.keeping_out import keep_out
from tereze.referral.moments import moment_of
from tereze.referral.store.casefiles import keep_case, lock_cases
from tereze.rig.inside import agency_id

CLINIC, CENTRE, HEAD = "almaty-clinic-1:member", "almaty-rehabilitation:member", "almaty-clinic-1:head"
GIRL = {"profile": "suicide_attempts", "placed_as": "self_destructive", "age": 14, "sex": "female"}
ENDED = {"reason": "returned_to_family"}


async def post(window: Any, who: str, path: str, body: Any = None, **headers: str) -> Any:
    async with window.caller(who) as caller:
        return await caller.post(path, json=body, headers=headers)


async def create(window: Any, who: str, path: str, body: Any) -> Any:
    return await post(window, who, path, body, **{"Idempotency-Key": new_id("key")})


async def command(window: Any, who: str, placement: dict[str, Any], verb: str, body: Any = None) -> Any:
    path = f"/v1/placements/{placement['placement_id']}/{verb}"
    return await post(window, who, path, body, **{"If-Match": f'"{placement["version"]}"'})


async def get(window: Any, who: str, path: str, **more: Any) -> Any:
    async with window.caller(who) as caller:
        return await caller.get(path, **more)


async def opened(window: Any, beds: int, *, km: int = 10, by: str = "almaty-rehabilitation", **facts: Any) -> str:
    """A centre ``km`` north of Almaty; returns its id."""
    body = {
        "agency_id": agency_id(by), "region_code": "KZ-75", "name": {"kk": "Үміт", "ru": "Умит", "en": f"Umit {km}"},
        "profiles": ["suicide_attempts"], "situations": ["self_destructive"], "youngest": 11, "oldest": 17,
        "sexes": ["female", "male"], "capacity": beds, "at": {"latitude": 43.2 + km / 111.2, "longitude": 76.9},
    } | facts  # fmt: skip
    answer = await create(window, "ombudsman:operator", "/v1/centres", body)
    assert answer.status_code == 201, answer.text
    return str(CentreView.model_validate_json(answer.text).centre_id)


async def a_case(window: Any, risk: Risk = Risk.HIGH) -> str:
    return str(await window.open_case(by="almaty-clinic-1", risk=risk, categories=(Category.SELF_HARM,)))


async def asked(window: Any, risk: Risk = Risk.HIGH) -> dict[str, Any]:
    answer = await create(window, CLINIC, "/v1/placements", {"case_id": await a_case(window, risk), **GIRL})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def beds(window: Any, centre_id: str) -> tuple[int, int]:
    [row] = await window.rows("SELECT capacity, taken FROM centre WHERE centre_id = $1", centre_id)
    return row["capacity"], row["taken"]


async def exclude(window: Any, case_id: str, slug: str) -> None:
    async with window.inside.runtime.database.work() as work:
        [file] = await lock_cases(work, case_id)
        moment = await moment_of(work, file)
        bodies = Bodies(frozenset({agency_id(slug)}))
        keep_out(file, Exclusion(new_id("exc"), ExclusionBasis.ACCUSED, bodies, work.now), moment)
        await keep_case(work, file, moment.pack)


def decision(days: int = 60) -> dict[str, str]:
    last = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    return {"legal_basis": "guardianship_decision", "decision_id": "ОО-114/2026", "term_ends_on": last}


async def test_the_nearest_free_bed_is_held_and_every_other_centre_says_why_not(window: Any) -> None:
    full, near = await opened(window, 0, km=5), await opened(window, 2, km=40)
    await opened(window, 3, km=90)
    await opened(window, 3, km=1, oldest=12)
    placement = await asked(window)
    assert PlacementView.model_validate(placement, strict=False)
    assert (placement["state"], placement["centre_id"]) == ("held", near)
    shown = [(offer.get("rank"), offer["reasons"][0]["code"]) for offer in placement["offers"]]
    assert shown == [(1, "fits"), (2, "fits"), (None, "full"), (None, "age")]
    assert placement["offers"][2]["centre_id"] == full
    assert "1 of 2 beds free" in str(placement["offers"][0]["reasons"])
    kazakh = await get(window, CLINIC, f"/v1/placements/{placement['placement_id']}", headers={"Accept-Language": "kk"})
    assert "бос орын жоқ" in str(kazakh.json()["offers"])


async def test_a_stay_goes_its_way_and_each_step_answers_for_a_clock(window: Any) -> None:
    centre_id = await opened(window, 1)
    placement = await asked(window)
    steps = [
        (HEAD, "decide", decision(), "placed"),
        (CENTRE, "admit", None, "admitted"),
        (CLINIC, "review", {"remark": "Sleeps again.", "child_view": "Wants to draw."}, "admitted"),
        (CENTRE, "discharge", ENDED, "discharged"),
    ]
    for who, verb, body, state in steps:
        answer = await command(window, who, placement, verb, body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == state
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        placement = answer.json()
    states = sorted((clock["kind"], clock["state"]) for clock in placement["clocks"])
    assert states == [
        ("placement", "met"), ("placement_review", "met"), ("placement_review", "met"), ("placement_term", "met"),
    ]  # fmt: skip
    assert await beds(window, centre_id) == (1, 0)
    assert "draw" not in await window.dump()


async def test_a_hold_that_nobody_decides_upon_goes_to_the_next_in_line(window: Any) -> None:
    await opened(window, 1)
    first, second, urgent = await asked(window), await asked(window), await asked(window, Risk.CRITICAL)
    assert [p["state"] for p in (first, second, urgent)] == ["held", "waiting", "waiting"]
    assert second["ahead_in_line"] == 0
    await window.move_clock(timedelta(hours=25))
    await window.fire_everything()
    seen = [(await get(window, CLINIC, f"/v1/placements/{p['placement_id']}")).json() for p in (first, second, urgent)]
    assert [p["state"] for p in seen] == ["waiting", "waiting", "held"]
    assert seen[0]["ahead_in_line"] == 1
    told = await window.inside.told()
    assert [e.type for e in told if e.type == "tereze.placement.released.v1"] == ["tereze.placement.released.v1"]


async def test_a_term_that_passes_is_a_breach_that_climbs_the_ladder(window: Any) -> None:
    await opened(window, 1)
    placement = (await command(window, HEAD, await asked(window), "decide", decision(2))).json()
    await command(window, CENTRE, placement, "admit")
    await window.move_clock(timedelta(days=4))
    await window.fire_everything()
    [row] = await window.rows("SELECT state FROM clock WHERE kind = 'placement_term'")
    assert row["state"] == "breached"
    longer = (await get(window, HEAD, f"/v1/placements/{placement['placement_id']}")).json()
    renewed = await command(window, HEAD, longer, "decide", decision(30))
    assert renewed.status_code == 200, renewed.text
    kinds = {clock["kind"]: clock["state"] for clock in renewed.json()["clocks"] if clock["state"] == "running"}
    assert kinds == {"placement_review": "running", "placement_term": "running"}


async def test_two_hospitals_ask_for_the_last_bed_at_once(window: Any) -> None:
    centre_id = await opened(window, 1)
    one, other = await a_case(window), await window.open_case(by="almaty-clinic-2", categories=(Category.SELF_HARM,))
    answers = await asyncio.gather(
        create(window, CLINIC, "/v1/placements", {"case_id": one, **GIRL}),
        create(window, "almaty-clinic-2:member", "/v1/placements", {"case_id": other, **GIRL}),
    )
    assert sorted(answer.json()["state"] for answer in answers) == ["held", "waiting"]
    assert await beds(window, centre_id) == (1, 1)


async def test_a_discharged_childs_bed_goes_to_the_first_in_line_by_itself(window: Any) -> None:
    centre_id = await opened(window, 1)
    placement, later = await asked(window), await asked(window)
    placement = (await command(window, HEAD, placement, "decide", decision())).json()
    placement = (await command(window, CENTRE, placement, "admit")).json()
    assert (await command(window, CENTRE, placement, "discharge", ENDED)).status_code == 200
    await window.fire_everything()
    assert (await get(window, CLINIC, f"/v1/placements/{later['placement_id']}")).json()["state"] == "held"
    assert await beds(window, centre_id) == (1, 1)


async def test_new_beds_go_to_the_line_and_taken_ones_stay(window: Any) -> None:
    centre_id = await opened(window, 1)
    await asked(window)
    waiting = [await asked(window) for _ in range(3)]
    path, if_match = f"/v1/centres/{centre_id}/capacity", {"If-Match": '"2"'}
    refused = await post(window, "almaty-rehabilitation:head", path, {"capacity": 0}, **if_match)
    assert (refused.status_code, refused.json()["code"]) == (409, "beds-taken")
    assert (await post(window, "almaty-police:head", path, {"capacity": 3}, **if_match)).status_code == 403
    assert (await post(window, "almaty-rehabilitation:head", path, {"capacity": 3}, **if_match)).status_code == 200
    await window.fire_everything()
    states = [(await get(window, CLINIC, f"/v1/placements/{p['placement_id']}")).json()["state"] for p in waiting]
    assert states == ["held", "held", "waiting"]


async def test_another_centre_may_be_chosen_while_nobody_ahead_waits_for_it(window: Any) -> None:
    near, far = await opened(window, 1, km=5), await opened(window, 1, km=60)
    placement = await asked(window)
    moved = await command(window, CLINIC, placement, "hold", {"centre_id": far})
    assert (moved.status_code, moved.json()["centre_id"]) == (200, far)
    assert (await beds(window, near), await beds(window, far)) == ((1, 0), (1, 1))
    again = await command(window, CLINIC, moved.json(), "hold", {"centre_id": new_id("ctr")})
    assert (again.status_code, again.json()["code"]) == (409, "no-free-bed")


async def test_an_excluded_body_is_never_offered_and_sees_nothing(window: Any) -> None:
    await opened(window, 2)
    case_id = await a_case(window)
    await exclude(window, case_id, "almaty-rehabilitation")
    answer = await create(window, CLINIC, "/v1/placements", {"case_id": case_id, **GIRL})
    assert answer.json()["state"] == "waiting"
    assert [r["code"] for r in answer.json()["offers"][0]["reasons"]] == ["excluded"]
    await window.fire_everything()
    path = f"/v1/placements/{answer.json()['placement_id']}"
    assert (await get(window, CENTRE, path)).status_code == 404
    assert (await get(window, CENTRE, "/v1/placements")).json()["items"] == []


async def test_a_centre_excluded_late_gives_the_bed_back_and_another_is_found(window: Any) -> None:
    await window.inside.know("almaty-region-rehabilitation")
    near = await opened(window, 1, km=5)
    far = await opened(window, 1, km=60, by="almaty-region-rehabilitation")
    placement = await asked(window)
    assert placement["centre_id"] == near
    await exclude(window, placement["case_id"], "almaty-rehabilitation")
    await window.fire_everything()
    moved = (await get(window, CLINIC, f"/v1/placements/{placement['placement_id']}")).json()
    assert (moved["state"], moved["centre_id"], moved["holds"]) == ("held", far, 2)
    assert (await beds(window, near), await beds(window, far)) == ((1, 0), (1, 1))


async def test_a_child_who_lives_in_a_centre_excluded_late_is_owed_another_bed_at_once(window: Any) -> None:
    await opened(window, 1)
    placement = (await command(window, HEAD, await asked(window), "decide", decision())).json()
    placement = (await command(window, CENTRE, placement, "admit")).json()
    await exclude(window, placement["case_id"], "almaty-rehabilitation")
    await window.fire_everything()
    assert (await get(window, CENTRE, f"/v1/placements/{placement['placement_id']}")).status_code == 404
    running = await window.rows("SELECT kind FROM clock WHERE kind = 'placement' AND state = 'running'")
    assert len(running) == 1


async def test_a_bed_goes_with_the_child_when_cases_are_joined(window: Any) -> None:
    await opened(window, 3)
    person, late = new_id("per"), window.submitted(by="almaty-clinic-1", categories=(Category.SELF_HARM,))
    known = window.submitted(by="almaty-police", ago=timedelta(minutes=5))
    await window.tell(known, window.identified(known, person), late)
    await window.move_clock(timedelta(seconds=10))
    await window.fire_everything()
    [row] = await window.rows("SELECT case_id FROM referral WHERE referral_id = $1", late.referral_id)
    placement = (await create(window, CLINIC, "/v1/placements", {"case_id": row["case_id"], **GIRL})).json()
    await window.tell(window.identified(late, person))
    seen = (await get(window, CLINIC, f"/v1/placements/{placement['placement_id']}")).json()
    assert (seen["state"], seen["case_id"] == row["case_id"]) == ("held", False)
    assert [(clock["kind"], clock["state"]) for clock in seen["clocks"]] == [("placement", "running")]
    again = await create(window, CLINIC, "/v1/placements", {"case_id": seen["case_id"], **GIRL})
    assert (again.status_code, again.json()["code"]) == (409, "placed-already")


SEEN = [
    (CLINIC, 200, {"profile", "age", "offers"}),
    (CENTRE, 200, {"profile"}),
    ("almaty-desk:coordinator", 200, {"profile"}),
    ("ombudsman:operator", 404, set()),
    ("almaty-clinic-2:head", 404, set()),
    ("prosecutor:head", 404, set()),
]


@pytest.mark.parametrize(("who", "status", "sees"), SEEN)
async def test_each_reader_sees_what_they_need_and_no_more(window: Any, who: str, status: int, sees: set[str]) -> None:
    await opened(window, 1)
    placement = await asked(window)
    answer = await get(window, who, f"/v1/placements/{placement['placement_id']}")
    assert answer.status_code == status
    shown = answer.json() if status == 200 else {}
    assert {name for name in ("profile", "age") if name in shown} == sees & {"profile", "age"}


async def test_the_act_is_never_the_centres_own_nor_a_members(window: Any) -> None:
    await opened(window, 1)
    placement = await asked(window)
    for who in ("almaty-rehabilitation:head", CLINIC):
        assert (await command(window, who, placement, "decide", decision())).status_code == 403
    late = await command(window, HEAD, placement, "decide", decision(900))
    assert (late.status_code, late.json()["code"]) == (422, "term-not-allowed")
    assert (await command(window, CENTRE, placement, "admit")).json()["code"] == "placement-not-in-this-state"
    stale = await command(window, HEAD, {**placement, "version": 1}, "decide", decision())
    assert (stale.status_code, stale.json()["current_state"]) == (412, "held")


async def test_one_request_for_one_child(window: Any) -> None:
    await opened(window, 2)
    placement = await asked(window)
    again = await create(window, CLINIC, "/v1/placements", {"case_id": placement["case_id"], **GIRL})
    assert (again.status_code, again.json()["code"]) == (409, "placed-already")
    gone = await command(window, CLINIC, placement, "withdraw", {"reason": "not_needed", "remark": "Went to her aunt."})
    assert gone.json()["state"] == "withdrawn"
    assert all(clock["state"] != "running" for clock in gone.json()["clocks"])
    once_more = await create(window, CLINIC, "/v1/placements", {"case_id": placement["case_id"], **GIRL})
    assert once_more.json()["state"] == "held"


async def crowd(window: Any, children: int, beds_there: int) -> dict[str, int]:
    """So many children at once, each asked for again until the window answers; how many got what."""
    await opened(window, beds_there // 2, km=5)
    await opened(window, beds_there - beds_there // 2, km=50)
    cases = [await a_case(window) for _ in range(children)]
    async with window.caller(CLINIC) as caller:

        async def ask(case_id: str) -> str:
            key = {"Idempotency-Key": case_id}
            while True:
                answer = await caller.post("/v1/placements", json={"case_id": case_id, **GIRL}, headers=key)
                if answer.status_code != 503:
                    return str(answer.json()["state"])
                await asyncio.sleep(0.1)

        states = await asyncio.gather(*(ask(case_id) for case_id in cases))
    [row] = await window.rows("SELECT sum(taken) AS taken, sum(capacity) AS capacity FROM centre")
    assert row["taken"] == row["capacity"] == beds_there
    return {state: states.count(state) for state in set(states)}


async def test_sixty_at_once_for_ten_beds(window: Any) -> None:
    assert await crowd(window, 60, 10) == {"held": 10, "waiting": 50}


@pytest.mark.slow
async def test_a_thousand_at_once_for_a_hundred_beds(window: Any) -> None:
    assert await crowd(window, 1_000, 100) == {"held": 100, "waiting": 900}
