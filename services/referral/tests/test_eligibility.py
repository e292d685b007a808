"""Decides that a service is granted on a ground only, by somebody and by a time, and that a gap of the rules is told once a child."""

from datetime import timedelta
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.eligibility import Eligibility, ServiceRefusal, ServiceRequestState
from tereze.contracts.words import Category, Circumstance, ClockKind, ClockState, Ground, Risk, ServiceCode
from tereze.protocol import Pack
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.eligibility import (
    AskedAlready,
    DecidedAlready,
    NotCalledFor,
    ask_service,
    decide_service,
    entitled_services,
)


def without_ground(pack: Pack, service: ServiceCode, ground: Ground) -> Pack:
    """The same pack in a country whose law does not know that ground."""
    row = pack.services[service]
    kept = tuple(each for each in row.grounds if each.ground is not ground)
    return pack.model_copy(update={"services": {**pack.services, service: row.model_copy(update={"grounds": kept})}})


@pytest.fixture(scope="session", params=["with the ground", "without it"])
def law(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def pack(newest: Pack, law: str) -> Pack:
    known = law == "with the ground"
    return newest if known else without_ground(newest, ServiceCode.REHABILITATION, Ground.VIOLENCE)


@pytest.fixture
def hurt_at_home(world: Any) -> CaseFile:
    file: CaseFile = world.case(Risk.HIGH, Category.PHYSICAL)
    return file


def test_rehabilitation_on_the_ground_of_violence_where_the_pack_says_so(
    world: Any, hurt_at_home: CaseFile, law: str, news: Any
) -> None:
    news(hurt_at_home)
    by = world.staff("almaty-school-1")
    request = ask_service(hurt_at_home, [], ServiceCode.REHABILITATION, by, world.moment)
    told = news(hurt_at_home)
    if law == "with the ground":
        assert (request.state, request.ground) == (ServiceRequestState.ASKED, Ground.VIOLENCE)
        assert told == ["clock.started", "service.asked"]
        clock = world.going(hurt_at_home)[ClockKind.SERVICE_DECISION]
        assert (clock.agency_id, clock.due_at) == (world.agency("almaty-guardianship"), request.due_at)
    else:
        assert (request.state, request.refusal) == (ServiceRequestState.REFUSED, ServiceRefusal.NO_GROUND)
        assert told == ["service.refused", "service.gap-found"]
        assert ClockKind.SERVICE_DECISION not in world.going(hurt_at_home)


def test_what_a_child_may_receive_names_ground_decider_and_limit(world: Any, hurt_at_home: CaseFile, law: str) -> None:
    found = {one.code: one for one in entitled_services(hurt_at_home, world.moment)}
    assert found[ServiceCode.REHABILITATION].granted is (law == "with the ground")
    special = found[ServiceCode.SPECIAL_SOCIAL_SERVICES]
    assert not special.granted
    assert special.refusal is not None


def test_a_fact_learnt_later_may_give_the_ground_and_a_gap_is_told_once(
    world: Any, hurt_at_home: CaseFile, news: Any
) -> None:
    by, service = world.staff("almaty-school-1"), ServiceCode.SPECIAL_SOCIAL_SERVICES
    first = ask_service(hurt_at_home, [], service, by, world.moment)
    again = ask_service(hurt_at_home, [first], service, by, world.moment)
    assert [word for word in news(hurt_at_home) if "gap" in word] == ["service.gap-found"]
    learnt = (Circumstance.SOCIALLY_DEPRIVED,)
    third = ask_service(hurt_at_home, [first, again], service, by, world.moment, learnt=learnt)
    assert third.ground is Ground.SOCIAL_DEPRIVATION
    with pytest.raises(AskedAlready):
        ask_service(hurt_at_home, [first, again, third], service, by, world.moment)


@pytest.mark.parametrize("refusal", [None, ServiceRefusal.NO_CAPACITY])
def test_the_decision_stops_the_clock_that_waited_for_it(
    world: Any, hurt_at_home: CaseFile, refusal: ServiceRefusal | None
) -> None:
    request = ask_service(
        hurt_at_home, [], ServiceCode.PSYCHOLOGICAL_HELP, world.staff("almaty-school-1"), world.moment
    )
    clock = world.going(hurt_at_home)[ClockKind.SERVICE_DECISION]
    decider = world.staff(world.slug(clock.agency_id))
    decide_service(hurt_at_home, request, decider, refusal, world.after(days=1))
    assert clock.state is ClockState.MET
    expected = ServiceRequestState.REFUSED if refusal else ServiceRequestState.GRANTED
    assert (request.state, request.refusal) == (expected, refusal)
    with pytest.raises(DecidedAlready):
        decide_service(hurt_at_home, request, decider, None, world.moment)


def test_a_service_the_protocol_does_not_call_for_is_not_asked_for(world: Any, hurt_at_home: CaseFile) -> None:
    with pytest.raises(NotCalledFor):
        ask_service(
            hurt_at_home, [], ServiceCode.ADDICTION_TREATMENT, world.staff("almaty-school-1"), world.moment
        )  # fmt: skip


async def test_over_http_from_what_is_possible_to_the_decision(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.HIGH)
    async with window.caller("almaty-desk:coordinator") as desk:
        found = (await desk.get("/v1/eligibility", params={"case_id": case_id})).json()
        assert {one["service"]: one["entitled"] for one in found["services"]}["rehabilitation"] is True
        key = {"Idempotency-Key": new_id("key")}
        body = {"case_id": case_id, "service": "rehabilitation"}
        asked = await desk.post("/v1/eligibility", json=body, headers=key)
        assert (asked.status_code, asked.json()["state"], asked.json()["ground"]) == (201, "asked", "violence")
        gap = await desk.post(
            "/v1/eligibility",
            json={"case_id": case_id, "service": "special_social_services"},
            headers={"Idempotency-Key": new_id("key")},
        )
        assert (gap.json()["state"], gap.json()["refusal"]) == ("refused", "no_ground_in_the_pack")
        assert "not yet a ground" in gap.json()["reason"]
    path, version = f"/v1/eligibility/{asked.json()['request_id']}", {"If-Match": '"1"'}
    for who, status in (
        ("prosecutor:head", 404),
        ("almaty-guardianship:member", 403),
        ("almaty-guardianship:head", 200),
    ):
        async with window.caller(who) as caller:
            answer = await caller.post(f"{path}/decide", json={}, headers=version)
        assert answer.status_code == status, answer.text
    assert answer.json()["state"] == "granted"
    [row] = await window.rows("SELECT state, due_at - started_at AS span FROM clock WHERE kind = 'service_decision'")
    assert row["state"] == "met"
    assert row["span"] >= timedelta(days=5)


async def test_whoever_only_referred_is_not_told_what_the_child_may_receive(window: Any) -> None:
    case_id = await window.open_case(risk=Risk.HIGH)
    async with window.caller("almaty-school-1:member") as referrer:
        seen = await referrer.get("/v1/eligibility", params={"case_id": case_id})
    assert seen.status_code == 200
    assert seen.json().keys() == {"case_id", "protocol_version"}
    assert Eligibility.model_validate_json(seen.content).services is None
