"""Decides that a referral ends on exactly one case whatever comes first, twice, late or at once; on a real PostgreSQL."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.chassis.timers import FiredTimer
from tereze.contracts.words import Category, Risk
from tereze.referral.deadlines import IDENTITY, deadlines


async def wait_out(referral: Any, referral_id: str) -> None:
    """The registry's time is up, as the chassis would say it."""
    async with referral.runtime.database.work() as work:
        timer = FiredTimer(IDENTITY, referral_id, 1, work.now, timedelta(0), 1)
        handler = deadlines.of(IDENTITY)
        assert handler is not None
        await handler(timer, work)


async def test_a_referral_waits_for_the_registry_and_then_comes_onto_a_case(window: Any) -> None:
    submitted = window.submitted()
    await window.tell(submitted)
    assert await window.count("case_file") == 0
    [timer] = await window.rows("SELECT * FROM timer")
    assert (timer["kind"], timer["subject"], timer["severity"]) == ("identity", submitted.referral_id, 1)
    await window.tell(window.identified(submitted))
    [case] = await window.rows("SELECT * FROM case_file")
    assert (case["state"], case["provisional"], case["opened_at"]) == ("reported", False, submitted.received_at)
    assert await window.count("task") == 4
    assert {row["started_at"] for row in await window.rows("SELECT * FROM clock")} == {submitted.received_at}
    ladders = await window.rows("SELECT * FROM timer WHERE kind = 'ladder'")
    assert len(ladders) == await window.count("clock") == 17  # six of the case, eleven of its tasks
    assert min(row["due_at"] for row in ladders) == submitted.received_at + timedelta(hours=1.5)


async def test_the_registry_may_be_faster_than_intake(window: Any) -> None:
    submitted = window.submitted()
    await window.tell(window.identified(submitted), submitted)
    assert await window.count("case_file") == 1
    assert await window.count("timer WHERE kind = 'identity'") == 0


async def test_everything_told_twice_is_done_once(window: Any) -> None:
    submitted = window.submitted()
    identified = window.identified(submitted)
    await window.tell(submitted, submitted, identified, submitted, identified)
    await wait_out(window.inside, submitted.referral_id)
    assert [await window.count(t) for t in ("case_file", "referral", "task", "narrative")] == [1, 1, 4, 1]


async def test_events_go_out_numbered_as_they_are_kept(window: Any) -> None:
    case_id = await window.open_case()
    kept = await window.rows("SELECT * FROM case_event ORDER BY case_version")
    sent = [json.loads(row["payload"]) for row in await window.rows("SELECT payload FROM outbox ORDER BY position")]
    assert [e["case_version"] for e in sent] == [e["case_version"] for e in kept] == list(range(1, len(kept) + 1))
    assert {e["case_id"] for e in sent} == {case_id}
    [case] = await window.rows("SELECT version FROM case_file")
    assert case["version"] == len(kept)


async def test_the_narrative_is_kept_under_the_case_s_key_and_nowhere_else(window: Any) -> None:
    submitted = window.submitted(narrative="canary-7Q: the stepfather beats him")
    await window.tell(submitted, window.identified(submitted))
    dump = await window.dump()
    assert "canary-7Q" not in dump
    [referral] = await window.rows("SELECT sealed_account FROM referral")
    assert referral["sealed_account"] is None
    assert await window.count("subject_key") == 1


async def test_two_referrals_of_one_child_are_one_case(window: Any) -> None:
    first, second = window.submitted(), window.submitted(by="almaty-police", risk=Risk.CRITICAL)
    person = new_id("per")
    await window.tell(first, second, window.identified(first, person), window.identified(second, person))
    [case] = await window.rows("SELECT * FROM case_file")
    assert case["risk"] == "critical"
    referrals = await window.rows("SELECT DISTINCT case_id FROM referral")
    assert [row["case_id"] for row in referrals] == [case["case_id"]]


@pytest.mark.parametrize("attempt", range(5))
async def test_two_agencies_report_the_same_child_at_the_same_instant(window: Any, attempt: int) -> None:
    person = new_id("per")
    reports = [window.submitted(by=by) for by in ("almaty-school-1", "almaty-police", "almaty-clinic-1")]
    await window.tell(*reports)
    await asyncio.gather(*(window.tell(window.identified(report, person)) for report in reports))
    assert await window.count("case_file") == 1, attempt
    assert await window.count("case_event WHERE type = 'tereze.case.referral-attached.v1'") == 3
    versions = [row["case_version"] for row in await window.rows("SELECT case_version FROM case_event ORDER BY 1")]
    assert versions == list(range(1, len(versions) + 1))


async def test_intake_and_registry_at_the_same_instant_leave_nothing_waiting(window: Any) -> None:
    reports = [window.submitted() for _ in range(6)]
    await asyncio.gather(*(window.tell(e) for r in reports for e in (r, window.identified(r))))
    assert await window.count("case_file") == 6


async def test_a_silent_registry_does_not_hold_up_the_child(window: Any) -> None:
    submitted = window.submitted()
    await window.tell(submitted)
    await wait_out(window.inside, submitted.referral_id)
    [case] = await window.rows("SELECT * FROM case_file")
    assert case["provisional"]
    assert await window.count("task") == 4
    person = new_id("per")
    await window.tell(window.identified(submitted, person))
    [settled] = await window.rows("SELECT * FROM case_file")
    assert (settled["case_id"], settled["provisional"], settled["person_id"]) == (case["case_id"], False, person)
    assert (await window.last_event())["type"] == "tereze.case.person-settled.v1"


async def test_an_identity_that_came_while_waiting_is_used_when_the_wait_ends(window: Any) -> None:
    submitted = window.submitted()
    await window.tell(submitted)
    async with window.inside.runtime.database.work() as work:
        await work.raw.execute("INSERT INTO identity VALUES ($1, $2, 'iin')", submitted.referral_id, new_id("per"))
    await wait_out(window.inside, submitted.referral_id)
    [case] = await window.rows("SELECT * FROM case_file")
    assert not case["provisional"]


@pytest.mark.parametrize("known_first", [True, False])
async def test_a_provisional_case_joins_the_one_the_child_has(window: Any, known_first: bool) -> None:
    person = new_id("per")
    known, late = (
        window.submitted(),
        window.submitted(by="almaty-police", categories=(Category.PHYSICAL, Category.BULLYING)),
    )
    order = [known, late] if known_first else [late, known]
    for submitted in order:
        await window.tell(submitted)
        if submitted is late:
            await wait_out(window.inside, late.referral_id)
        else:
            await window.tell(window.identified(known, person))
    assert await window.count("case_file") == 2
    await window.tell(window.identified(late, person))
    older, younger = await window.rows("SELECT * FROM case_file ORDER BY opened_at")
    assert (younger["state"], younger["joined_into"]) == ("joined", older["case_id"])
    assert (older["state"], older["person_id"], older["provisional"]) == ("reported", person, False)
    assert await window.count(f"referral WHERE case_id = '{older['case_id']}'") == 2
    open_tasks = await window.rows("SELECT * FROM task WHERE state = 'requested'")
    assert {row["case_id"] for row in open_tasks} == {older["case_id"]}
    assert len({row["service"] for row in open_tasks}) == len(open_tasks) == 6
    going = await window.rows("SELECT * FROM clock WHERE state = 'running'")
    assert {row["case_id"] for row in going} == {older["case_id"]}
    async with window.caller("almaty-desk:coordinator") as desk:
        seen = (await desk.get(f"/v1/cases/{older['case_id']}")).json()
        gone = (await desk.get(f"/v1/cases/{younger['case_id']}")).json()
    assert [bool(r["narrative"]) for r in seen["referrals"]] == [True, True]
    assert gone["joined_into"] == older["case_id"]


async def test_before_the_directory_told_us_of_anybody_a_referral_is_tried_again(empty_window: Any) -> None:
    from tereze.chassis.outage import Transient  # noqa: PLC0415 - only here

    submitted = empty_window.submitted()
    with pytest.raises(Transient):
        await empty_window.tell(submitted, empty_window.identified(submitted))
    assert await empty_window.count("case_file") == 0


async def test_nothing_is_opened_when_the_account_was_not_sealed_to_us(window: Any) -> None:
    submitted = window.submitted()
    broken = submitted.model_copy(update={"sealed_account": submitted.sealed_particulars})
    with pytest.raises(ValueError, match="sealed"):
        await window.tell(broken, window.identified(broken))
    assert await window.count("case_file") == 0
