from datetime import datetime, timedelta

import pytest

from tereze.chassis.sealing import Sealer
from tereze.contracts.referrals import ReferralAccepted, SealedForReferral, SealedForRegistry
from tereze.rig.inside import a_referral, demo_agencies

WRITTEN = ("referral", "outbox", "idempotency")


async def post(caller, body, key="k-1"):
    return await caller.post("/v1/referrals", json=body, headers={"Idempotency-Key": key})


async def test_accepted_says_who_answers_by_when(intake):
    async with intake.caller("almaty-school-1:member") as caller:
        answer = await post(caller, a_referral())
    assert answer.status_code == 202
    accepted = ReferralAccepted.model_validate_json(answer.content)
    assert answer.headers["Location"] == f"/v1/referrals/{accepted.referral_id}"
    assert accepted.protocol_version.startswith("kz-default")
    triage = next(due for due in accepted.answers_due if due.obligation == "triage")
    assert (triage.holder, triage.due_at - accepted.received_at) == ("window_desk", timedelta(hours=4))
    assert {due.holder for due in accepted.answers_due} >= {"police", "health"}


async def test_one_commit_holds_the_referral_its_event_and_its_answer(intake):
    async with intake.caller("almaty-school-1:member") as caller:
        accepted = (await post(caller, a_referral())).json()
    assert await intake.count(*WRITTEN) == dict.fromkeys(WRITTEN, 1)
    (event,) = await intake.told()
    assert event.referral_id == accepted["referral_id"]
    assert event.agency_id == demo_agencies()["almaty-school-1"].agency_id
    assert event.received_at == datetime.fromisoformat(accepted["received_at"])


async def test_each_service_opens_its_own_part_only(intake, keys_dir):
    whole = a_referral(reporter={"name": "Сәуле Оқушықызы"}, caregivers=[{"family": "Ахметов", "relation": "әкесі"}])
    async with intake.caller("almaty-school-1:member") as caller:
        await post(caller, whole)
    (event,) = await intake.told()
    registry, referral = Sealer.from_files(keys_dir, "registry"), Sealer.from_files(keys_dir, "referral")
    particulars = registry.open(event.sealed_particulars, SealedForRegistry)
    account = referral.open(event.sealed_account, SealedForReferral)
    assert (particulars.child.family, particulars.caregivers[0].relation) == ("Ахметова", "әкесі")
    assert (account.narrative, account.reporter.name) == (whole["narrative"], "Сәуле Оқушықызы")
    with pytest.raises(ValueError, match="not sealed to this service"):
        referral.open(event.sealed_particulars, SealedForRegistry)


async def test_nothing_personal_rests_in_the_clear(intake):
    canaries = [f"canary-{number:03}" for number in range(13)]
    boxes = ("family", "given", "patronymic", "address", "school", "phone", "iin")
    whole = a_referral(
        child=dict(zip(boxes, canaries, strict=False)),
        narrative=canaries[7],
        caregivers=[{"family": canaries[8]}],
        alleged_perpetrators=[{"given": canaries[9]}],
        reporter={"name": canaries[10], "phone": canaries[11]},
    )
    async with intake.caller("almaty-school-1:member") as caller:
        assert (await post(caller, whole, key=canaries[12])).status_code == 202
    resting = await intake.everything()
    assert "almaty-school-1" in resting
    assert not [canary for canary in canaries if canary in resting]


async def test_a_wrong_number_is_kept_and_flagged(intake, keys_dir):
    child = {"given": "Айша", "birth_date": "2017-02-11", "sex": "female", "iin": "170212 500018"}
    async with intake.caller("almaty-school-1:member") as caller:
        answer = await post(caller, a_referral(child=child))
        odd = await post(caller, a_referral(child={"iin": "не помню, 12"}), key="k-2")
    assert answer.status_code == odd.status_code == 202
    flags = {flag["code"]: flag["pointer"] for flag in answer.json()["flags"]}
    assert flags == dict.fromkeys(("iin-check-digit", "iin-birth-date-differs", "iin-sex-differs"), "/child/iin")
    assert [flag["code"] for flag in odd.json()["flags"]] == ["iin-not-twelve-digits"]
    first, _ = await intake.told()
    kept = Sealer.from_files(keys_dir, "registry").open(first.sealed_particulars, SealedForRegistry)
    assert kept.child.iin == "170212 500018"


async def test_dates_that_disagree_are_kept_and_flagged(intake):
    async with intake.caller("almaty-school-1:member") as caller:
        answer = await post(caller, a_referral(child={"birth_date": "2017-02-11", "birth_year": 2016}))
    assert [(flag["pointer"], flag["code"]) for flag in answer.json()["flags"]] == [
        ("/child/birth_year", "birth-year-differs")
    ]


@pytest.mark.parametrize("names", [
    {"family": "😀", "given": "👶"}, {"family": "Қ" * 300, "given": "Ә" * 300}, {"family": "Қaлқaнбaев", "given": "Әлiмжан"},
    {"birth_year": 2014}, {"given": "\u202eАйша"},
])  # fmt: skip
async def test_what_people_type_for_a_name_is_accepted_and_kept_as_it_is(intake, keys_dir, names):
    async with intake.caller("almaty-school-1:member") as caller:
        answer = await post(caller, a_referral(child=names))
    assert (answer.status_code, answer.json()["flags"]) == (202, [])
    kept = Sealer.from_files(keys_dir, "registry").open((await intake.told())[0].sealed_particulars, SealedForRegistry)
    assert kept.child.model_dump(exclude_none=True, exclude={"sex"}) == names


@pytest.mark.parametrize(
    ("child", "pointer"),
    [
        ({"family": ""}, "/child/family"), ({"given": "  "}, "/child/given"), ({"family": "а" * 301}, "/child/family"),
        ({"birth_date": "03.02.2014"}, "/child/birth_date"), ({"birth_date": "02/25/2014"}, "/child/birth_date"),
        ({"birth_date": "2014-13-45"}, "/child/birth_date"), ({"birth_date": "2014"}, "/child/birth_date"),
    ],
)  # fmt: skip
async def test_what_cannot_be_meant_is_refused_with_its_place(intake, child, pointer):
    async with intake.caller("almaty-school-1:member") as caller:
        answer = await post(caller, a_referral(child=child))
    assert (answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]) == (422, [pointer])


async def test_a_form_that_names_two_children_is_kept_and_the_reporter_is_told_to_report_each(intake):
    async with intake.caller("almaty-school-1:member") as caller:
        answer = await post(caller, a_referral(child={"family": "Омаровы", "given": "Айша и Дана"}))
    assert answer.status_code == 202
    assert [(flag["pointer"], flag["code"]) for flag in answer.json()["flags"]] == [("/child/given", "two-children")]


async def test_a_child_without_a_name_is_accepted(intake):
    async with intake.caller("almaty-police:system") as caller:
        answer = await post(caller, a_referral(child={}, risk="advice_only"))
    assert answer.status_code == 202


async def test_the_same_key_gives_the_same_answer_and_one_referral(intake):
    async with intake.caller("almaty-school-1:member") as caller:
        first = await post(caller, a_referral())
        second = await post(caller, a_referral())
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Location"] == first.headers["Location"]
    assert await intake.count(*WRITTEN) == dict.fromkeys(WRITTEN, 1)


async def test_a_key_belongs_to_whoever_used_it(intake):
    async with intake.caller("almaty-school-1:member") as one, intake.caller("almaty-police:member") as other:
        answers = [await post(one, a_referral()), await post(other, a_referral())]
    assert answers[0].json()["referral_id"] != answers[1].json()["referral_id"]


async def test_the_agency_may_be_said_if_it_is_the_callers(intake):
    own = demo_agencies()["almaty-school-1"].agency_id
    async with intake.caller("almaty-school-1:member") as caller:
        assert (await post(caller, a_referral(agency_id=own))).status_code == 202


FUTURE = "2199-01-01"
BAD = [
    ({"region_code": "KZ-99"}, 422, "unknown-region", "/region_code"),
    ({"region_code": "Almaty"}, 422, "validation-failed", "/region_code"),
    ({"region_code": None}, 422, "validation-failed", "/region_code"),
    ({"child": {"birth_date": FUTURE}}, 422, "in-the-future", "/child/birth_date"),
    ({"child": {"birth_year": 2199}}, 422, "in-the-future", "/child/birth_year"),
    ({"child": {"birth_date": "2017-02-30"}}, 422, "validation-failed", "/child/birth_date"),
    ({"occurred_at": f"{FUTURE}T00:00:00Z"}, 422, "in-the-future", "/occurred_at"),
    ({"occurred_at": "2026-01-01T00:00:00"}, 422, "validation-failed", "/occurred_at"),
    ({"agency_id": "agc_" + "0" * 32}, 422, "unknown-agency", "/agency_id"),
    ({"agency_id": demo_agencies()["almaty-police"].agency_id}, 403, "agency-mismatch", "/agency_id"),
    ({"risk": "urgent"}, 422, "validation-failed", "/risk"),
    ({"risk": 1}, 422, "validation-failed", "/risk"),
    ({"categories": []}, 422, "validation-failed", "/categories"),
    ({"categories": ["kz-vac:rain"]}, 422, "validation-failed", "/categories/0"),
    ({"colour": "red"}, 422, "validation-failed", "/colour"),
    ({"child": {"nickname": "Ай"}}, 422, "validation-failed", "/child/nickname"),
    ({"child": {"family": "х" * 301}}, 422, "validation-failed", "/child/family"),
    ({"narrative": " "}, 422, "validation-failed", "/narrative"),
    ({"narrative": "х" * 20_001}, 422, "validation-failed", "/narrative"),
    ({"narrative": "x" * 5_000_000}, 413, "body-too-large", None),
    ({"narrative": "\x00"}, 422, "validation-failed", "/narrative"),
]


@pytest.mark.parametrize(("changes", "status", "code", "pointer"), BAD)
async def test_bad_input_is_refused_with_its_place_and_leaves_nothing(intake, changes, status, code, pointer):
    async with intake.caller("almaty-school-1:member") as caller:
        answer = await post(caller, a_referral(**changes))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert pointer is None or pointer in [error["pointer"] for error in problem["errors"]]
    assert await intake.count(*WRITTEN) == dict.fromkeys(WRITTEN, 0)


RAW = [
    (b"{", "malformed-json"),
    (b"[]", "validation-failed"),
    (b'{"narrative": "\xff\xfe"}', "malformed-json"),
    (b'{"risk": "high", "risk": "low"}', "malformed-json"),
    (b"", "malformed-json"),
]


@pytest.mark.parametrize(("content", "code"), RAW)
async def test_what_is_no_document_is_refused(intake, content, code):
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    async with intake.caller("almaty-school-1:member") as caller:
        answer = await caller.post("/v1/referrals", content=content, headers=headers)
    assert answer.json()["code"] == code
    assert await intake.count(*WRITTEN) == dict.fromkeys(WRITTEN, 0)


async def test_a_key_with_another_body_is_refused(intake):
    async with intake.caller("almaty-school-1:member") as caller:
        await post(caller, a_referral())
        answer = await post(caller, a_referral(risk="low"))
        keyless = await caller.post("/v1/referrals", json=a_referral())
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency-key-required")
    assert await intake.count(*WRITTEN) == dict.fromkeys(WRITTEN, 1)


async def test_a_refused_key_may_be_used_again(intake):
    async with intake.caller("almaty-school-1:member") as caller:
        assert (await post(caller, a_referral(region_code="KZ-99"))).status_code == 422
        assert (await post(caller, a_referral())).status_code == 202


TOKENS = [
    ({"iss": "http://another.test"}, 401, "token-invalid"),
    ({"aud": "another"}, 401, "token-invalid"),
    ({"exp": 1_700_000_000}, 401, "token-expired"),
    ({"agency": None}, 401, "token-invalid"),
    ({"agency": "agc_" + "1" * 32}, 403, "agency-mismatch"),
    ({"sub": "demo:nobody"}, 403, "staff-unknown"),
]


@pytest.mark.parametrize(("claims", "status", "code"), TOKENS)
async def test_a_token_that_does_not_fit_is_refused(intake, claims, status, code):
    async with intake.caller("almaty-school-1:member", **claims) as caller:
        answer = await post(caller, a_referral())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await intake.count(*WRITTEN) == dict.fromkeys(WRITTEN, 0)


async def test_a_reporters_clock_may_be_a_little_ahead(intake):
    async with intake.runtime.database.work() as work:
        soon, later = work.now + timedelta(minutes=4), work.now + timedelta(minutes=6)
    async with intake.caller("almaty-school-1:member") as caller:
        assert (await post(caller, a_referral(occurred_at=soon.isoformat()))).status_code == 202
        assert (await post(caller, a_referral(occurred_at=later.isoformat()), key="k-2")).status_code == 422
