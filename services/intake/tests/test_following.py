from datetime import UTC, datetime, timedelta

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.cases import (
    CaseJoined,
    ClockBreached,
    ClockStarted,
    ClockStopped,
    ReferralAttached,
    TaskAccepted,
    TaskAssigned,
    TaskRerouted,
)
from tereze.contracts.words import AgencyKind, Category, ClockKind, ClockState, LadderLevel, Risk, TaskState
from tereze.rig.inside import a_referral, demo_agencies

POLICE, DESK = demo_agencies()["almaty-police"].agency_id, demo_agencies()["almaty-desk"].agency_id
DUE = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class CaseTold:
    """Events of one case, as the referral service would tell them."""

    def __init__(self):
        self.case_id, self.version = new_id("cas"), 0

    def _of_case(self):
        self.version += 1
        return {
            "case_id": self.case_id, "case_version": self.version, "region_code": "KZ-75", "protocol_version": "kz-1",
        }  # fmt: skip

    def attached(self, referral_id):
        return ReferralAttached(
            **self._of_case(), referral_id=referral_id, agency_id=DESK, risk=Risk.HIGH, categories=(Category.PHYSICAL,)
        )

    def _of_task(self, task_id, state, agency_id=POLICE):
        return {
            **self._of_case(), "task_id": task_id, "agency_id": agency_id, "service": AgencyKind.POLICE,
            "state": state, "fhir_status": state.fhir,
        }  # fmt: skip

    def assigned(self, task_id):
        more = {"person_id": new_id("per"), "risk": Risk.HIGH, "step": "police"}
        return TaskAssigned(**self._of_task(task_id, TaskState.REQUESTED), **more)

    def accepted(self, task_id, agency_id=POLICE):
        return TaskAccepted(**self._of_task(task_id, TaskState.ACCEPTED, agency_id), responsible_staff_id=new_id("stf"))

    def rerouted(self, task_id, agency_id):
        more = {"from_agency_id": POLICE, "person_id": new_id("per"), "hop": 1}
        return TaskRerouted(**self._of_task(task_id, TaskState.REQUESTED, agency_id), **more)

    def _of_clock(self, clock_id, task_id, due_at):
        return {
            **self._of_case(), "clock_id": clock_id, "clock_kind": ClockKind.DECIDE, "task_id": task_id,
            "agency_id": POLICE, "risk": Risk.HIGH, "started_at": DUE - timedelta(hours=1), "due_at": due_at,
        }  # fmt: skip

    def started(self, clock_id, task_id, due_at=DUE):
        return ClockStarted(**self._of_clock(clock_id, task_id, due_at))

    def breached(self, clock_id, task_id):
        more = {
            "level": LadderLevel.BREACH,
            "fired_at": DUE,
            "level_due_at": DUE,
            "late_by_ms": 0,
            "told_agency_ids": (),
        }
        return ClockBreached(**self._of_clock(clock_id, task_id, DUE), **more)

    def stopped(self, clock_id, task_id):
        return ClockStopped(**self._of_clock(clock_id, task_id, DUE), stopped_at=DUE, state=ClockState.MET_LATE)

    def joined(self, into):
        return CaseJoined(**self._of_case(), into_case_id=into.case_id)


@pytest.fixture
async def school(intake):
    async with intake.caller("almaty-school-1:member") as caller:
        yield caller


async def submit(caller, key="k-1"):
    answer = await caller.post("/v1/referrals", json=a_referral(), headers={"Idempotency-Key": key})
    return answer.json()["referral_id"]


async def read(caller, referral_id):
    answer = await caller.get(f"/v1/referrals/{referral_id}")
    assert answer.status_code == 200
    return answer


async def test_the_referrer_sees_who_holds_which_part_and_by_when(intake, school):
    referral_id, case, task, clocks = await submit(school), CaseTold(), new_id("tsk"), (new_id("clk"), new_id("clk"))
    alone = (await read(school, referral_id)).json()
    assert (alone["case_id"], alone["progress"]) == (None, [])
    assert alone["answers_due"]
    await intake.tell(
        case.attached(referral_id),
        case.assigned(task),
        case.started(clocks[0], task, DUE + timedelta(hours=9)),
        case.started(clocks[1], task),
        case.started(new_id("clk"), None),
    )
    view = (await read(school, referral_id)).json()
    assert view["case_id"] == case.case_id
    assert view["progress"] == [
        {
            "task_id": task, "agency_id": POLICE, "service": "police", "state": "requested",
            "next_due": "2026-11-21T12:00:00Z", "breached": False,
        }
    ]  # fmt: skip


async def test_a_breach_shows_until_evidence_comes(intake, school):
    referral_id, case, task, clock = await submit(school), CaseTold(), new_id("tsk"), new_id("clk")
    await intake.tell(
        case.attached(referral_id), case.assigned(task), case.started(clock, task), case.breached(clock, task)
    )
    assert (await read(school, referral_id)).json()["progress"][0]["breached"] is True
    await intake.tell(case.accepted(task), case.stopped(clock, task))
    (entry,) = (await read(school, referral_id)).json()["progress"]
    assert (entry["state"], entry["breached"], entry["next_due"]) == ("accepted", False, None)


async def test_a_rerouted_part_shows_its_new_holder(intake, school):
    referral_id, case, task = await submit(school), CaseTold(), new_id("tsk")
    await intake.tell(case.attached(referral_id), case.assigned(task), case.rerouted(task, DESK))
    assert (await read(school, referral_id)).json()["progress"][0]["agency_id"] == DESK


async def test_late_news_of_a_part_does_not_undo_later_news(intake, school):
    referral_id, case, task = await submit(school), CaseTold(), new_id("tsk")
    await intake.tell(case.attached(referral_id), case.accepted(task))
    await intake.tell(case.assigned(task), earlier=timedelta(seconds=1))
    assert (await read(school, referral_id)).json()["progress"][0]["state"] == "accepted"


@pytest.mark.parametrize("join_comes_first", [True, False])
async def test_a_joined_case_is_followed_whichever_news_comes_first(intake, school, join_comes_first):
    referral_id, old, new, task = await submit(school), CaseTold(), CaseTold(), new_id("tsk")
    news = [old.attached(referral_id), old.assigned(task)]
    join = old.joined(new)
    for event in [join, *news] if join_comes_first else [*news, join]:
        await intake.tell(event)
    await intake.tell(new.accepted(task))
    view = (await read(school, referral_id)).json()
    assert view["case_id"] == new.case_id
    assert [(entry["task_id"], entry["state"]) for entry in view["progress"]] == [(task, "accepted")]


async def told_and_read(intake, caller, referral_id, events, *, together):
    if together:
        await intake.tell_together(*events)
    else:
        await intake.tell(*events)
    view = (await read(caller, referral_id)).json()
    return view["case_id"], [(entry["task_id"], *list(entry.values())[1:]) for entry in view["progress"]]


async def test_what_comes_in_one_run_is_followed_as_if_it_had_come_one_by_one(intake, school):
    tasks, clocks = [new_id("tsk") for _ in range(3)], [new_id("clk") for _ in range(3)]

    def story(referral_id):
        old, new, newest = CaseTold(), CaseTold(), CaseTold()
        new.case_id, newest.case_id = "cas_" + "1" * 32, "cas_" + "2" * 32
        yield from (old.attached(referral_id), old.assigned(tasks[0]), old.started(clocks[0], tasks[0]))
        yield from (new.joined(newest), old.joined(new), old.assigned(tasks[1]), new.rerouted(tasks[0], DESK))
        yield from (old.started(clocks[1], tasks[1]), old.breached(clocks[0], tasks[0]), newest.accepted(tasks[1]))
        yield from (newest.assigned(tasks[2]), newest.started(clocks[2], tasks[2]), newest.stopped(clocks[2], tasks[2]))

    seen = []
    for together in (False, True):
        referral_id = await submit(school, f"k-{together}")
        seen.append(await told_and_read(intake, school, referral_id, story(referral_id), together=together))
        async with intake.runtime.database.work() as work:
            for table in ("progress_task", "progress_clock", "joined_case"):
                await work.raw.execute(f"DELETE FROM {table}")  # noqa: S608 - a table of ours
    assert len(seen[0][1]) == 3
    assert seen[0] == seen[1]


async def test_cases_joined_in_a_ring_are_followed_without_end(intake, school):
    referral_id, one, other, task = await submit(school), CaseTold(), CaseTold(), new_id("tsk")
    await intake.tell_together(one.attached(referral_id), one.joined(other), other.joined(one), one.assigned(task))
    assert (await read(school, referral_id)).status_code == 200


async def test_the_etag_changes_with_what_is_seen_and_only_then(intake, school):
    referral_id, case, task = await submit(school), CaseTold(), new_id("tsk")
    tags = [(await read(school, referral_id)).headers["ETag"]]
    for event in (case.attached(referral_id), case.assigned(task), case.accepted(task)):
        await intake.tell(event)
        tags.append((await read(school, referral_id)).headers["ETag"])
    assert len(set(tags)) == len(tags)
    assert (await read(school, referral_id)).headers["ETag"] == tags[-1]


async def test_another_agency_finds_nothing(intake, school):
    referral_id = await submit(school)
    async with intake.caller("almaty-police:head") as other:
        absent = await other.get(f"/v1/referrals/{referral_id}")
        nowhere = await other.get(f"/v1/referrals/{new_id('ref')}")
        listed = (await other.get("/v1/referrals")).json()
    assert absent.status_code == nowhere.status_code == 404
    assert absent.json().keys() == nowhere.json().keys()
    assert listed == {"items": [], "has_more": False, "cursor": None}


async def test_ones_referrals_come_in_pages_newest_first(school):
    submitted = [await submit(school, f"k-{number}") for number in range(5)]
    first = (await school.get("/v1/referrals", params={"limit": 2})).json()
    second = (await school.get("/v1/referrals", params={"limit": 2, "cursor": first["cursor"]})).json()
    third = (await school.get("/v1/referrals", params={"limit": 2, "cursor": second["cursor"]})).json()
    seen = [item["referral_id"] for page in (first, second, third) for item in page["items"]]
    assert seen == submitted[::-1]
    assert [page["has_more"] for page in (first, second, third)] == [True, True, False]
    assert (await school.get("/v1/referrals", params={"cursor": "eyJiZWZvcmUiOjF9"})).json()["code"] == "bad-cursor"
