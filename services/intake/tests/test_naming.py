"""Decides that a report says whom it accuses, that only ids that exist go on, and that an accused agency does not read of it."""

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.exclusions import ExclusionBasis, ExclusionLifted, ExclusionRecorded
from tereze.contracts.referrals import NamedBody, ReferralSubmission, ReferralSubmitted
from tereze.intake.domain import account_of
from tereze.rig.inside import a_referral, agency_id, demo_staff

SCHOOL, POLICE = agency_id("almaty-school-1"), agency_id("almaty-police")
HEAD, PEDAGOGUE = demo_staff()["almaty-school-1:head"].staff_id, demo_staff()["almaty-school-1:member"].staff_id
INSTITUTIONAL = ["kz-vac:institutional"]


async def submit(intake, who="almaty-school-1:member", **changes):
    async with intake.caller(who) as caller:
        return await caller.post(
            "/v1/referrals", json=a_referral(**changes), headers={"Idempotency-Key": new_id("key")}
        )


async def read(intake, who, referral_id):
    async with intake.caller(who) as caller:
        one = await caller.get(f"/v1/referrals/{referral_id}")
        listed = (await caller.get("/v1/referrals")).json()["items"]
    return one, [item["referral_id"] for item in listed]


async def told_of(intake, answer):
    assert answer.status_code == 202, answer.text
    return next(
        event
        for event in await intake.told()
        if isinstance(event, ReferralSubmitted) and event.referral_id == answer.json()["referral_id"]
    )


def case_event(shape, case_id, version, **facts):
    head = {"case_id": case_id, "case_version": version, "region_code": "KZ-75", "protocol_version": "kz-default/1"}
    return shape(**head, **facts)


async def test_ids_go_on_the_bus_and_words_only_sealed(intake):
    answer = await submit(
        intake,
        concerns=[{"agency_id": POLICE}, {"staff_id": HEAD}, {"text": "Ағай Көктем, күзетші"}],
        must_not_see=[{"agency_id": SCHOOL}],
    )
    event = await told_of(intake, answer)
    assert event.concerns == (
        NamedBody(agency_id=POLICE, accused=True),
        NamedBody(agency_id=SCHOOL, staff_id=HEAD, accused=True),
        NamedBody(agency_id=SCHOOL, accused=False),
    )
    assert "Көктем" not in event.model_dump_json()
    assert "Көктем" not in await intake.everything()
    words = ReferralSubmission.model_validate(a_referral(concerns=[{"text": "Ағай Көктем"}]), strict=False)
    assert account_of(words).concerns == ("Ағай Көктем",)


@pytest.mark.parametrize(
    ("named", "code", "pointer"),
    [
        ({"concerns": [{"agency_id": "agc_" + "0" * 32}]}, "unknown-body", "/concerns/0/agency_id"),
        (
            {"must_not_see": [{"text": "x"}, {"staff_id": "stf_" + "0" * 32}]},
            "unknown-body",
            "/must_not_see/1/staff_id",
        ),
        ({"concerns": [{}]}, "names-nobody", "/concerns/0"),
        ({"concerns": [{"agency_id": SCHOOL, "text": "x"}]}, "names-nobody", "/concerns/0"),
    ],
)
async def test_whom_nobody_knows_is_refused_with_the_place(intake, named, code, pointer):
    answer = await submit(intake, **named)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_report_against_ones_own_institution_is_the_reporter_s_receipt_and_nobody_else_s(intake):
    answer = await submit(intake, categories=INSTITUTIONAL, concerns=[{"staff_id": HEAD}])
    referral_id = (await told_of(intake, answer)).referral_id
    one, listed = await read(intake, "almaty-school-1:member", referral_id)
    assert (one.status_code, listed) == (200, [referral_id])
    assert one.json()["answers_due"]
    assert one.json()["progress"] == []
    for who in ("almaty-school-1:head", "almaty-school-1:manager", "almaty-school-1:system"):
        one, listed = await read(intake, who, referral_id)
        unknown, _ = await read(intake, who, new_id("ref"))
        assert (one.status_code, listed) == (404, []), who
        assert {**one.json(), "trace_id": None} == {**unknown.json(), "trace_id": None}


async def test_an_accused_colleague_alone_does_not_see_the_agency_s_report(intake):
    answer = await submit(intake, concerns=[{"staff_id": HEAD}])
    referral_id = (await told_of(intake, answer)).referral_id
    assert (await read(intake, "almaty-school-1:head", referral_id))[0].status_code == 404
    assert (await read(intake, "almaty-school-1:manager", referral_id))[1] == [referral_id]


async def test_an_exclusion_of_the_case_reaches_the_agency_s_own_referral_and_its_lifting_too(intake):
    answer = await submit(intake)
    referral_id, case_id, exclusion = answer.json()["referral_id"], new_id("cas"), new_id("exc")
    async with intake.runtime.database.work() as work:
        await work.raw.execute("UPDATE referral SET case_id = $1 WHERE referral_id = $2", case_id, referral_id)
    about = {"exclusion_id": exclusion, "agency_ids": (SCHOOL,), "staff_ids": (PEDAGOGUE,)}
    await intake.tell(case_event(ExclusionRecorded, case_id, 1, basis=ExclusionBasis.ACCUSED, **about))
    for who in ("almaty-school-1:head", "almaty-school-1:member"):
        one, listed = await read(intake, who, referral_id)
        assert (one.status_code, listed) == (404, [])
    await intake.tell(case_event(ExclusionLifted, case_id, 2, **about))
    one, listed = await read(intake, "almaty-school-1:head", referral_id)
    assert (one.json()["case_id"], listed) == (case_id, [referral_id])
