from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.cases import (
    CaseJoined,
    CaseOpened,
    CasePersonSettled,
    TaskAccepted,
    TaskDeclined,
    TaskFulfilled,
    TaskRerouted,
    TaskWithdrawn,
)
from tereze.contracts.emergencies import (
    EmergencyAccessOpened,
    EmergencyAccessReviewed,
    EmergencyReason,
    EmergencyVerdict,
)
from tereze.contracts.exclusions import ExclusionBasis, ExclusionRecorded
from tereze.contracts.referrals import Child
from tereze.contracts.tasks import TaskHandedOver, TaskNotAchieved, TaskReopened, TaskVoided
from tereze.contracts.words import (
    AgencyKind,
    Category,
    DeclineReason,
    NotAchievedReason,
    Outcome,
    ReopenReason,
    Risk,
    Sex,
    TaskState,
    VoidReason,
)
from tereze.rig.inside import demo_agencies, demo_staff

POLICE, SCHOOL = (demo_agencies()[slug].agency_id for slug in ("almaty-police", "almaty-school-1"))
CHILD = Child(family="Қалқанбаев", given="Ернұр", birth_date=date(2016, 4, 9), sex=Sex.MALE, school="№ 12 мектеп")


class CaseTold:
    """Events of one case, as the referral service would tell them."""

    def __init__(self, person_id):
        self.case_id, self.person_id, self.version = new_id("cas"), person_id, 0
        self.task_id = new_id("tsk")

    def _of_case(self):
        self.version += 1
        return {
            "case_id": self.case_id, "case_version": self.version, "region_code": "KZ-75", "protocol_version": "kz-1",
        }  # fmt: skip

    def _of_task(self, state, agency_id=POLICE):
        return {
            **self._of_case(), "task_id": self.task_id, "agency_id": agency_id, "service": AgencyKind.POLICE,
            "state": state, "fhir_status": state.fhir,
        }  # fmt: skip

    def opened(self, *, provisional=False):
        return CaseOpened(
            **self._of_case(), person_id=new_id("per") if provisional else self.person_id, provisional=provisional,
            risk=Risk.HIGH, categories=(Category.PHYSICAL,), opened_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
        )  # fmt: skip

    def settled(self):
        return CasePersonSettled(**self._of_case(), person_id=self.person_id, provisional_person_id=new_id("per"))

    def joined(self, into):
        return CaseJoined(**self._of_case(), into_case_id=into.case_id)

    def accepted(self, agency_id=POLICE):
        return TaskAccepted(**self._of_task(TaskState.ACCEPTED, agency_id), responsible_staff_id=new_id("stf"))

    def ended(self, how):
        return {
            "fulfilled": lambda: TaskFulfilled(**self._of_task(TaskState.FULFILLED), outcome=Outcome.CHILD_SAFE),
            "declined": lambda: TaskDeclined(**self._of_task(TaskState.DECLINED), reason=DeclineReason.NO_CAPACITY),
            "withdrawn": lambda: TaskWithdrawn(**self._of_task(TaskState.WITHDRAWN), reason="joined"),
            "rerouted": lambda: TaskRerouted(
                **self._of_task(TaskState.REQUESTED, SCHOOL), from_agency_id=POLICE, person_id=self.person_id, hop=1
            ),
            "handed over": lambda: TaskHandedOver(
                **self._of_task(TaskState.IN_PROGRESS, SCHOOL), from_agency_id=POLICE, person_id=self.person_id,
                responsible_staff_id=new_id("stf"),
            ),
            "not achieved": lambda: TaskNotAchieved(
                **self._of_task(TaskState.NOT_ACHIEVED), reason=NotAchievedReason.CHILD_NOT_FOUND
            ),
            "voided": lambda: TaskVoided(
                **self._of_task(TaskState.VOIDED), reason=VoidReason.WRONG_CHILD, proposed_by_staff_id=new_id("stf")
            ),
            "reopened": lambda: TaskReopened(
                **self._of_task(TaskState.REQUESTED), reason=ReopenReason.NEW_INFORMATION, person_id=self.person_id,
                risk=Risk.HIGH, step="police.respond",
            ),
        }[how]()  # fmt: skip

    def kept_out(self, *agencies, staff=(), with_units=()):
        about = {"exclusion_id": new_id("exc"), "basis": ExclusionBasis.ACCUSED, "with_units": with_units}
        return ExclusionRecorded(**self._of_case(), **about, agency_ids=agencies, staff_ids=staff)

    def emergency(self, member, *, lasts):
        return EmergencyAccessOpened(
            **self._of_case(), access_id=new_id("emg"), agency_id=member.agency_id, staff_id=member.staff_id,
            ends_at=datetime.now(UTC) + lasts, reason=EmergencyReason.MEDICAL_EMERGENCY,
        )  # fmt: skip

    def found_unjustified(self, opened):
        return EmergencyAccessReviewed(
            **self._of_case(), access_id=opened.access_id, agency_id=opened.agency_id, staff_id=opened.staff_id,
            ends_at=datetime.now(UTC), verdict=EmergencyVerdict.NOT_JUSTIFIED, by_agency_id=SCHOOL, by_staff_id=new_id("stf"),
        )  # fmt: skip


async def move_clock(registry, ahead):
    async with registry.runtime.database.work() as work:
        await work.raw.execute("UPDATE demo_clock SET ahead = ahead + $1", ahead)


@pytest.fixture
async def case(registry, report):
    """A case around one child the registry knows; nobody has accepted a task on it yet."""
    await registry.know("almaty-police", "almaty-school-1", "ombudsman")
    await registry.tell(report(CHILD, by="almaty-school-1"))
    told = CaseTold((await registry.told())[0].person_id)
    await registry.tell(told.opened())
    return told


async def read(registry, who, person_id):
    async with registry.caller(who) as caller:
        return await caller.get(f"/v1/persons/{person_id}")


async def reads(registry):
    async with registry.runtime.database.work() as work:
        rows = await work.raw.fetch("SELECT * FROM read_audit ORDER BY read_id")
    return [(row["agency_id"], row["person_id"], row["outcome"], row["policy_id"]) for row in rows]


async def test_whoever_accepted_a_task_reads_who_the_child_is_and_it_is_written_down(registry, case):
    await registry.tell(case.accepted())
    answer = await read(registry, "almaty-police:member", case.person_id)
    assert answer.status_code == 200
    person = answer.json()
    assert person["child"]["given"] == "Ернұр"
    assert (person["sources"], person["flags"]) == (1, [])
    assert await reads(registry) == [(POLICE, case.person_id, "shown", "accepted-holder-reads-the-person")]


@pytest.mark.parametrize("who", ["almaty-police:head", "almaty-school-1:member", "ombudsman:operator"])
async def test_nobody_else_learns_that_there_is_such_a_person(registry, case, who):
    refused = await read(registry, who, case.person_id)
    nowhere = await read(registry, who, new_id("per"))
    assert refused.status_code == nowhere.status_code == 404
    assert {**refused.json(), "trace_id": None} == {**nowhere.json(), "trace_id": None}
    assert [outcome for _, _, outcome, _ in await reads(registry)] == ["refused", "refused"]


async def test_the_ombudsman_sees_that_the_person_is_known_not_who(registry, case):
    answer = await read(registry, "ombudsman:ombudsman", case.person_id)
    assert answer.status_code == 200
    assert answer.json().keys() == {"person_id", "sources", "first_seen_at", "kind", "state", "retired_ids"}


ENDS = (
    "fulfilled", "declined", "withdrawn", "rerouted", "handed over", "not achieved", "voided", "reopened",
)  # fmt: skip


async def test_whoever_took_a_duty_as_it_stood_may_know_who_the_child_is(registry, case):
    await registry.tell(case.accepted(), case.ended("handed over"))
    assert (await read(registry, "almaty-school-1:member", case.person_id)).status_code == 200


@pytest.mark.parametrize("how", ENDS)
async def test_the_need_to_know_ends_with_the_duty(registry, case, how):
    await registry.tell(case.accepted())
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 200
    await registry.tell(case.ended(how))
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 404


async def test_a_provisional_case_shows_the_child_once_settled(registry, case):
    provisional = CaseTold(case.person_id)
    await registry.tell(provisional.opened(provisional=True), provisional.accepted())
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 404
    await registry.tell(provisional.settled())
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 200


@pytest.mark.parametrize("join_comes_first", [True, False])
async def test_a_duty_of_a_joined_case_counts_for_the_one_it_went_into(registry, case, join_comes_first):
    old = CaseTold(new_id("per"))
    opened, accepted, join = old.opened(provisional=True), old.accepted(), old.joined(case)
    for event in (opened, join, accepted) if join_comes_first else (opened, accepted, join):
        await registry.tell(event)
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 200


async def test_an_end_heard_before_the_acceptance_it_ends_still_counts(registry, case):
    accepted, ended = case.accepted(), case.ended("fulfilled")
    await registry.tell(ended)
    await registry.tell(accepted, earlier=timedelta(seconds=1))
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 404


async def test_the_view_tells_who_most_say_it_is_where_they_were_seen_last_and_the_sound_number(registry, report, case):
    await registry.tell(
        report(CHILD.model_copy(update={"iin": "160409599999", "patronymic": "Болатұлы", "address": "Абай 1"})),
        report(Child(family="Kalkanbayev", given="Yernur", birth_date=CHILD.birth_date, address="Абай 2", iin="12")),
        case.accepted(),
    )
    person = (await read(registry, "almaty-police:member", case.person_id)).json()
    child = person["child"]
    assert (child["family"], child["patronymic"], child["address"]) == ("Қалқанбаев", "Болатұлы", "Абай 2")
    assert (child["sex"], child["school"], child["iin"]) == ("male", "№ 12 мектеп", "160409599999")
    assert (person["sources"], [flag["code"] for flag in person["flags"]]) == (3, ["iin-not-twelve-digits"])


async def test_reads_cannot_be_unwritten(registry, case):
    await read(registry, "almaty-police:head", case.person_id)
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        async with registry.runtime.database.work() as work:
            await work.raw.execute("DELETE FROM read_audit")


async def test_whoever_is_kept_out_of_a_case_does_not_learn_who_the_child_is(registry, case):
    await registry.tell(case.accepted())
    assert (await read(registry, "almaty-police:head", case.person_id)).status_code == 200
    inspector = demo_staff()["almaty-police:member"].staff_id
    await registry.tell(case.kept_out(staff=(inspector,)))
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 404
    assert (await read(registry, "almaty-police:head", case.person_id)).status_code == 200
    await registry.tell(case.kept_out(POLICE))
    assert (await read(registry, "almaty-police:head", case.person_id)).status_code == 404


async def test_a_unit_founded_after_its_body_was_kept_out_does_not_learn_it_either(registry, case):
    await registry.tell(case.kept_out(POLICE, with_units=(POLICE,)))
    below = await registry.found("police-post", POLICE, "police", "head")
    beside = await registry.found("other-post", SCHOOL, "police", "head")
    seen = []
    for unit in (below, beside):
        await registry.tell(case.accepted(unit.agency_id))
        async with unit.caller("head") as head:
            seen.append((await head.get(f"/v1/persons/{case.person_id}")).status_code)
    assert seen == [404, 200]


async def test_a_person_to_whom_the_case_is_open_in_an_emergency_reads_who_the_child_is_until_it_ends(registry, case):
    doctor, head = "almaty-police:member", "almaty-police:head"
    access = case.emergency(demo_staff()[doctor], lasts=timedelta(hours=2))
    await registry.tell(access)
    assert (await read(registry, doctor, case.person_id)).json()["child"]["given"] == "Ернұр"
    assert (await reads(registry))[-1][2:] == ("shown", "emergency-access-reads-the-person")
    assert (await read(registry, head, case.person_id)).status_code == 404, "for one person only"
    await move_clock(registry, timedelta(hours=2))
    assert (await read(registry, doctor, case.person_id)).status_code == 404


@pytest.mark.parametrize("end", ["found not justified", "kept out"])
async def test_an_emergency_ends_before_its_time_where_it_must(registry, case, end):
    doctor = demo_staff()["almaty-police:member"]
    opened = case.emergency(doctor, lasts=timedelta(hours=4))
    await registry.tell(opened)
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 200
    await registry.tell(case.kept_out(doctor.agency_id) if end == "kept out" else case.found_unjustified(opened))
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 404
    await registry.tell(opened)
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 404, "told again, still ended"


async def test_an_emergency_goes_on_in_the_case_that_a_case_was_joined_into(registry, case):
    other = CaseTold(new_id("per"))
    await registry.tell(other.opened(), other.emergency(demo_staff()["almaty-police:member"], lasts=timedelta(hours=2)))
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 404
    await registry.tell(other.joined(case))
    assert (await read(registry, "almaty-police:member", case.person_id)).status_code == 200
