"""What needs two people: who an adopted child was, and erasure. What is sealed shows nowhere else."""

from datetime import date, timedelta
from typing import Any

import pytest

from tereze.contracts.casework import CaseClosed, CaseReopened, CaseReviewed, CaseScreenedOut
from tereze.contracts.identities import PersonErased, PersonIdentified, ReviewOpened
from tereze.contracts.referrals import Child
from tereze.contracts.words import CaseState, ReopenReason, ReviewFinding, ScreenOutReason, Sex

BORN = date(2019, 4, 9)
OLD, NEW = "190409500128", "190409600023"
BEFORE = Child(family="Қалқанбаев", given="Ернұр", birth_date=BORN, sex=Sex.MALE, iin=OLD)
AFTER = {"family": "Терезебаев", "given": "Ернұр", "birth_date": "2019-04-09", "sex": "male", "iin": NEW}
WHY = {"reason": "The court asks for the earlier history.", "legal_basis": "Court order 7-12/2026"}
BODY, HEAD = "almaty-guardianship:manager", "almaty-guardianship:head"


@pytest.fixture
async def adopted(registry: Any, report: Any, counter: Any) -> tuple[str, str]:
    """Who the child was, and is."""
    await registry.tell(report(BEFORE))
    [told] = await registry.told()
    body = {"child": AFTER, "legal_basis": "Court order 3-44/2026"}
    answer = await counter.post(BODY, f"persons/{told.person_id}/adoption", body)
    return told.person_id, answer["person_id"]


async def identified(registry: Any) -> list[str]:
    return [event.person_id for event in await registry.told() if isinstance(event, PersonIdentified)]


async def test_new_reports_go_to_who_the_child_is_and_old_numbers_to_who_they_were(registry, report, adopted):
    former, now = adopted
    await registry.tell(
        report(Child(iin=NEW)),
        report(Child(iin=OLD)),
        report(Child(family="Terezebayev", given="Yernur", birth_date=BORN, sex=Sex.MALE)),
    )
    assert await identified(registry) == [former, now, former, now]
    assert not [event for event in await registry.told() if isinstance(event, ReviewOpened)]


async def test_nothing_shows_that_the_two_are_one_child(registry, counter, takes_on, adopted):
    former, now = adopted
    for person in adopted:
        await takes_on(person, "almaty-police")
    seen = [(await counter.get("almaty-police:member", f"persons/{person}")).json() for person in adopted]
    assert (former not in str(seen[1]), now not in str(seen[0])) == (True, True)
    assert (OLD not in str(seen[1]), NEW not in str(seen[0])) == (True, True)
    for person in adopted:
        family = (await counter.get("almaty-police:member", f"families/{person}?steps=3")).json()
        assert (former in str(family)) + (now in str(family)) == 1
    async with registry.runtime.database.work() as work:
        tables = [row[0] for row in await work.raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for table in tables:
            for row in await work.raw.fetch(f"SELECT * FROM {table}"):  # noqa: S608 - our own names
                assert not {former, now} <= {str(cell) for cell in row.values()}, table


async def test_whoever_tries_to_join_them_hears_what_any_parting_says(registry, report, counter, adopted):
    former, now = adopted
    await registry.tell(report(Child(iin=NEW)))
    merge = {"with_person_id": now, "reason": "They look alike."}
    refused = await counter.post("almaty-desk:coordinator", f"persons/{former}/merges", merge, status=409)
    assert refused["code"] == "must-stay-apart"
    assert now not in str(refused)


async def test_two_people_unseal_it_for_an_hour_for_who_asked_and_it_is_written_down(registry, counter, adopted):
    former, now = adopted
    act = await counter.post(BODY, f"persons/{now}/unsealings", WHY)
    path = f"persons/{now}/unsealings/{act['act_id']}"
    assert (await counter.get(BODY, path)).json()["persons"] == []
    assert (await counter.post(BODY, f"{path}/confirm", status=404))["code"] == "not-found"
    agreed = await counter.post(HEAD, f"{path}/confirm", status=200)
    assert agreed["state"] == "done"
    shown = (await counter.get(BODY, path)).json()
    assert [(one["person_id"], one["child"]["family"]) for one in shown["persons"]] == [(former, "Қалқанбаев")]
    assert (await counter.get(HEAD, path)).status_code == 404
    async with registry.runtime.database.work() as work:
        rows = await work.raw.fetch(
            "SELECT person_id, records FROM read_audit WHERE action = 'unseal_adoption' AND outcome = 'shown'"
        )
        assert any(row["person_id"] == former and row["records"] for row in rows)
        await work.raw.execute("UPDATE demo_clock SET ahead = ahead + $1", timedelta(minutes=61))
    assert (await counter.get(BODY, path)).json()["persons"] == []


async def test_who_asks_cannot_agree(counter, adopted):
    _, now = adopted
    act = await counter.post(HEAD, f"persons/{now}/unsealings", WHY)
    path = f"persons/{now}/unsealings/{act['act_id']}/confirm"
    assert (await counter.post(HEAD, path, status=409))["code"] == "needs-another-person"


async def test_asking_about_a_child_who_was_never_adopted_is_answered_alike(registry, report, counter):
    await registry.tell(report(Child(family="Омаров", given="Дархан", birth_date=date(2012, 2, 3), sex=Sex.MALE)))
    other = (await identified(registry))[-1]
    act = await counter.post(BODY, f"persons/{other}/unsealings", WHY)
    path = f"persons/{other}/unsealings/{act['act_id']}"
    await counter.post(HEAD, f"{path}/confirm", status=200)
    assert (await counter.get(BODY, path)).json()["persons"] == []


@pytest.mark.parametrize("who", ["almaty-police:head", "almaty-desk:coordinator", "almaty-guardianship:member"])
async def test_nobody_else_registers_or_unseals(counter, takes_on, adopted, who):
    former, now = adopted
    await takes_on(now, who.split(":")[0])
    await counter.post(who, f"persons/{now}/unsealings", WHY, status=404)
    await counter.post(who, f"persons/{former}/adoption", {"child": AFTER, "legal_basis": "none at all"}, status=404)


async def test_two_people_erase_a_person_for_good(registry, report, counter):
    await registry.tell(report(BEFORE))
    [person] = await identified(registry)
    act = await counter.post("almaty-desk:head", f"persons/{person}/erasures", WHY)
    path = f"persons/{person}/erasures/{act['act_id']}/confirm"
    await counter.post("almaty-desk:head", path, status=404)
    assert (await counter.post("ombudsman:ombudsman", path, status=200))["state"] == "done"
    assert isinstance((await registry.told())[-1], PersonErased)
    await registry.tell(report(BEFORE))
    assert (await identified(registry))[-1] != person
    async with registry.runtime.database.work() as work:
        assert await work.raw.fetchval("SELECT count(*) FROM match_key WHERE person_id = $1", person) == 0
        records = await work.raw.fetch(
            "SELECT key_subject FROM source_record JOIN link USING (record_id) WHERE person_id = $1", person
        )
        keys = await work.raw.fetch(
            "SELECT wrapped_key FROM subject_key WHERE subject = ANY($1)", [row[0] for row in records]
        )
    assert [row["wrapped_key"] for row in keys] == [None]


async def test_a_case_of_whoever_was_merged_into_them_a_moment_ago_is_an_open_one(registry, report, counter, takes_on):
    await registry.tell(report(BEFORE), report(Child(family="Омарова", given="Дана", birth_date=date(2011, 1, 30))))
    person, other = await identified(registry)
    await takes_on(other, "almaty-police")
    same = {"with_person_id": other, "reason": "The mother showed both birth certificates."}
    await counter.post("almaty-desk:coordinator", f"persons/{person}/merges", same)
    act = await counter.post("almaty-desk:head", f"persons/{person}/erasures", WHY)
    path = f"persons/{person}/erasures/{act['act_id']}/confirm"
    assert (await counter.post("ombudsman:ombudsman", path, status=409))["code"] == "has-open-case"


async def test_no_review_of_an_erased_person_stays_owed(registry, report, counter):
    await registry.tell(report(BEFORE))
    [person] = await identified(registry)
    await registry.tell(report(BEFORE.model_copy(update={"iin": None, "sex": Sex.FEMALE})))
    desk = "almaty-desk:coordinator"
    assert len((await counter.get(desk, "identity-reviews")).json()["items"]) == 1
    act = await counter.post("almaty-desk:head", f"persons/{person}/erasures", WHY)
    await counter.post("ombudsman:ombudsman", f"persons/{person}/erasures/{act['act_id']}/confirm", status=200)
    assert (await counter.get(desk, "identity-reviews")).json()["items"] == []
    [decided] = (await counter.get(desk, "identity-reviews?decided=true")).json()["items"]
    review = (await counter.get(desk, f"identity-reviews/{decided['review_id']}")).json()
    assert (review["outcome"], review["candidate"]) == ("different", None)


async def test_a_child_with_an_open_case_is_not_erased(registry, report, counter, takes_on):
    await registry.tell(report(BEFORE))
    [person] = await identified(registry)
    await takes_on(person, "almaty-police")
    act = await counter.post("almaty-desk:head", f"persons/{person}/erasures", WHY)
    path = f"persons/{person}/erasures/{act['act_id']}/confirm"
    assert (await counter.post("ombudsman:ombudsman", path, status=409))["code"] == "has-open-case"


ENDED: dict[str, Any] = {"case_version": 3, "region_code": "KZ-75", "protocol_version": "kz-1"}


async def erasing(registry: Any, report: Any, counter: Any, takes_on: Any) -> tuple[str, str]:
    """A child with an open case whose erasure was asked for: the case, and where to agree."""
    await registry.tell(report(BEFORE))
    [person] = await identified(registry)
    case_id = await takes_on(person, "almaty-police")
    act = await counter.post("almaty-desk:head", f"persons/{person}/erasures", WHY)
    return case_id, f"persons/{person}/erasures/{act['act_id']}/confirm"


async def test_a_child_whose_case_was_closed_is_erased_and_not_once_work_goes_on_again(
    registry, report, counter, takes_on
):
    case_id, path = await erasing(registry, report, counter, takes_on)
    closed = CaseClosed(case_id=case_id, **ENDED, state=CaseState.CLOSED)
    again = CaseReopened(case_id=case_id, **ENDED, state=CaseState.REOPENED, reason=ReopenReason.NEW_INFORMATION)
    await registry.tell(closed, again)
    assert (await counter.post("ombudsman:ombudsman", path, status=409))["code"] == "has-open-case"
    await registry.tell(closed)
    assert (await counter.post("ombudsman:ombudsman", path, status=200))["state"] == "done"


async def test_a_case_screened_out_is_open_until_whoever_was_asked_looked_at_it_again(
    registry, report, counter, takes_on
):
    case_id, path = await erasing(registry, report, counter, takes_on)
    why = {"reason": ScreenOutReason.ADVICE_WAS_ENOUGH, "sampled": True}
    await registry.tell(CaseScreenedOut(case_id=case_id, **ENDED, state=CaseState.SCREENED_OUT, **why))
    assert (await counter.post("ombudsman:ombudsman", path, status=409))["code"] == "has-open-case"
    finding = ReviewFinding.RIGHTLY_SCREENED_OUT
    await registry.tell(CaseReviewed(case_id=case_id, **ENDED, finding=finding, by_agency_id="agc_" + "1" * 32))
    assert (await counter.post("ombudsman:ombudsman", path, status=200))["state"] == "done"


async def test_a_number_that_ended_still_finds_the_child_and_says_so(registry, report, counter):
    await registry.tell(report(BEFORE))
    [person] = await identified(registry)
    ended = {"value": OLD, "ended_on": "2026-11-01", "reason": "The check digit was wrong; a new one was issued."}
    view = await counter.post("almaty-desk:coordinator", f"persons/{person}/identifiers/end", ended, status=200)
    assert [(one["normalised"], one["ended_on"]) for one in view["identifiers"]] == [(OLD, "2026-11-01")]
    await registry.tell(report(Child(iin=OLD)))
    assert (await identified(registry))[-1] == person
    other = {**ended, "value": NEW}
    refused = await counter.post("almaty-desk:coordinator", f"persons/{person}/identifiers/end", other, status=422)
    assert (refused["code"], NEW in str(refused)) == ("not-their-number", False)
