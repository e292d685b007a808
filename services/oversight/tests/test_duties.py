"""What waits for an operator has a clock, cannot be sat out, and ends by a deed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tereze.chassis.ids import lasting_id, new_id
from tereze.chassis.timers import FiredTimer
from tereze.contracts.operations import (
    DeliveryGivenUp,
    DutyAnswer,
    DutyKind,
    DutyState,
    EventParked,
    EventUnparked,
    GiveUpReason,
)
from tereze.oversight.deadlines import run_out_of_patience
from tereze.oversight.domain.duties import LIMITS, AnswerDoesNotFit, Duty, DutySettled
from tereze.oversight.store.duties import DUTY
from tereze.rig.inside import Inside, agency_id

OPERATOR, OMBUDSMAN, POLICE = "ombudsman:operator", "ombudsman:ombudsman", "almaty-police:member"
NOW = datetime.now(UTC)
KEY = new_id("ref")
DUTY_ID = lasting_id("dty", "referral", "tereze.registry.identities", KEY)


def parked(at: datetime = NOW) -> EventParked:
    return EventParked(
        duty_id=DUTY_ID, service="referral", parked_topic="tereze.registry.identities", parked_key=KEY,
        fingerprint="LookupError in referral/placing.py:place_referral", parked_at=at,
    )  # fmt: skip


def unparked() -> EventUnparked:
    return EventUnparked(duty_id=DUTY_ID, service="referral", unparked_at=NOW)


def given_up(deliveries: int = 3) -> DeliveryGivenUp:
    return DeliveryGivenUp(
        duty_id=lasting_id("dty", "sub"), subscription_id=new_id("sub"), agency_id=agency_id("almaty-clinic-1"),
        reason=GiveUpReason.ENDPOINT_SILENT, deliveries=deliveries, given_up_at=NOW,
    )  # fmt: skip


async def duties(inside: Inside, who: str) -> list[dict[str, Any]]:
    async with inside.caller(who) as caller:
        answer = await caller.get("/v1/duties")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def answering(
    inside: Inside, who: str, duty: dict[str, Any], answer: DutyAnswer, version: int | None = None
) -> Any:
    async with inside.caller(who) as caller:
        headers = {"If-Match": f'"{version or duty["version"]}"'}
        return await caller.post(f"/v1/duties/{duty['duty_id']}/answer", json={"answer": answer}, headers=headers)


async def patience_ends(inside: Inside) -> None:
    """The duty's own timer fires, as it was set."""
    async with inside.runtime.database.work() as work:
        row = await work.raw.fetchrow("SELECT * FROM timer WHERE kind = $1 AND subject = $2", DUTY, DUTY_ID)
        timer = FiredTimer(DUTY, DUTY_ID, row["generation"], row["due_at"], timedelta(0), row["severity"])
        await run_out_of_patience(timer, work)


async def test_a_parked_key_is_an_operators_duty_with_a_clock(oversight: Inside) -> None:
    await oversight.tell(parked())
    (duty,) = await duties(oversight, OPERATOR)
    assert (duty["kind"], duty["state"], duty["waiting"]) == ("parked_event", "open", KEY)
    assert datetime.fromisoformat(duty["due_at"]) == NOW + LIMITS[DutyKind.PARKED_EVENT].acknowledge
    assert await oversight.count("timer") == {"timer": 1}


async def test_silence_is_a_breach_that_the_ombudsman_sees_and_that_comes_again(oversight: Inside) -> None:
    await oversight.tell(parked())
    async with oversight.caller(OMBUDSMAN) as caller:
        assert (await caller.get("/v1/duties")).json()["items"] == []
    for escalations in (1, 2):
        await patience_ends(oversight)
        (duty,) = await duties(oversight, OMBUDSMAN)
        assert (duty["breached"], duty["escalations"], duty["state"]) == (True, escalations, "open")
        assert datetime.fromisoformat(duty["due_at"]) > datetime.now(UTC)


async def test_an_operator_who_is_at_it_still_has_a_clock(oversight: Inside) -> None:
    await oversight.tell(parked())
    (duty,) = await duties(oversight, OPERATOR)
    answer = await answering(oversight, OPERATOR, duty, DutyAnswer.BEING_MENDED)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "acknowledged"
    assert answer.json()["answered_by_staff_id"]
    await patience_ends(oversight)
    (duty,) = await duties(oversight, OPERATOR)
    assert (duty["state"], duty["breached"]) == ("acknowledged", True)


async def test_a_parked_key_ends_by_being_replayed_not_by_a_word(oversight: Inside) -> None:
    await oversight.tell(parked())
    (duty,) = await duties(oversight, OPERATOR)
    answer = await answering(oversight, OPERATOR, duty, DutyAnswer.AGENCY_TOLD)
    assert (answer.status_code, answer.json()["code"]) == (422, "duty-answer-does-not-fit")
    await oversight.tell(unparked())
    assert await duties(oversight, OPERATOR) == []
    assert await oversight.count("timer") == {"timer": 0}
    answer = await answering(oversight, OPERATOR, duty, DutyAnswer.BEING_MENDED, version=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "duty-settled")


async def test_what_is_parked_again_is_owed_anew(oversight: Inside) -> None:
    later = NOW + timedelta(hours=2)
    await oversight.tell(parked())
    await patience_ends(oversight)
    await oversight.tell(unparked(), parked(later))
    (duty,) = await duties(oversight, OPERATOR)
    assert (duty["state"], duty["breached"], duty["escalations"]) == ("open", False, 0)
    assert datetime.fromisoformat(duty["since"]) == later


async def test_deliveries_given_up_are_counted_and_end_by_a_persons_word(oversight: Inside) -> None:
    await oversight.tell(given_up(3), given_up(2))
    (duty,) = await duties(oversight, OPERATOR)
    assert (duty["kind"], duty["count"], duty["agency_id"]) == ("undelivered", 5, agency_id("almaty-clinic-1"))
    assert (await answering(oversight, OPERATOR, duty, DutyAnswer.AGENCY_TOLD)).json()["state"] == "settled"
    assert await duties(oversight, OPERATOR) == []


async def test_nobody_else_knows_of_duties_and_a_stale_answer_is_refused(oversight: Inside) -> None:
    await oversight.tell(parked())
    async with oversight.caller(POLICE) as caller:
        assert (await caller.get("/v1/duties")).status_code == 404
    (duty,) = await duties(oversight, OPERATOR)
    assert (await answering(oversight, POLICE, duty, DutyAnswer.BEING_MENDED)).status_code == 404
    assert (await answering(oversight, OMBUDSMAN, duty, DutyAnswer.BEING_MENDED)).status_code == 404
    assert (await answering(oversight, OPERATOR, duty, DutyAnswer.BEING_MENDED, version=9)).status_code == 412
    await patience_ends(oversight)
    (duty,) = await duties(oversight, OMBUDSMAN)
    assert (await answering(oversight, OMBUDSMAN, duty, DutyAnswer.BEING_MENDED)).status_code == 403


async def test_pages_of_duties_are_cut_without_a_gap(oversight: Inside) -> None:
    events = [
        parked().model_copy(update={"duty_id": new_id("dty"), "parked_at": NOW + timedelta(minutes=n)})
        for n in range(5)
    ]
    await oversight.tell(*events)
    seen, cursor = [], None
    async with oversight.caller(OPERATOR) as caller:
        while True:
            query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            page = (await caller.get("/v1/duties", params=query)).json()
            seen += [item["duty_id"] for item in page["items"]]
            cursor = page.get("cursor")
            if not page["has_more"]:
                break
        assert (await caller.get("/v1/duties", params={"cursor": "bm90aGluZw"})).json()["code"] == "bad-cursor"
    assert seen == [event.duty_id for event in events]


def test_a_settled_duty_takes_no_answer_and_no_timer_can_wake_it() -> None:
    duty = Duty("dty", DutyKind.UNDELIVERED, "notifications", "sub", "endpoint_gone", NOW, NOW)
    duty.take_answer(DutyAnswer.REPLAYED, "stf", NOW)
    assert (duty.state, duty.due_at) == (DutyState.SETTLED, None)
    with pytest.raises(DutySettled):
        duty.take_answer(DutyAnswer.REPLAYED, "stf", NOW)


def test_no_word_settles_a_parked_key() -> None:
    duty = Duty("dty", DutyKind.PARKED_EVENT, "referral", KEY, "LookupError", NOW, NOW)
    for answer in (DutyAnswer.AGENCY_TOLD, DutyAnswer.REPLAYED):
        with pytest.raises(AnswerDoesNotFit):
            duty.take_answer(answer, "stf", NOW)
    assert duty.state is DutyState.OPEN
