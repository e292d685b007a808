"""Joining and dividing persons over HTTP, on a real PostgreSQL: exact, by two where it must be, and nobody else's business."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.cases import CaseOpened
from tereze.contracts.casework import CaseClosed
from tereze.contracts.identities import PersonsMerged, PersonSplit, PersonsUnmerged
from tereze.contracts.referrals import Child
from tereze.contracts.words import CaseState, Category, Risk, Sex
from tereze.registry.domain.index import rebuild
from tereze.registry.store.facts import every_fact, part_of_index

BORN = date(2016, 4, 9)
ONE = Child(family="Қалқанбаев", given="Ернұр", birth_date=BORN, sex=Sex.MALE)
SAME = Child(family="Омаров", given="Дархан", birth_date=date(2014, 11, 23), sex=Sex.MALE)
OTHER = Child(family="Терезебаева", given="Әсел", birth_date=date(2012, 1, 30), sex=Sex.FEMALE)
REASON = {"reason": "The mother showed both birth certificates."}
DESK = "almaty-desk:coordinator"


@pytest.fixture
async def two(registry: Any, report: Any) -> tuple[str, str]:
    """Two persons who are one child, known under two names."""
    await registry.know("almaty-desk", "almaty-police", "ombudsman", "astana-desk", regions=("KZ-75", "KZ-71"))
    await registry.tell(report(ONE), report(SAME))
    one, other = await registry.told()
    assert one.person_id != other.person_id
    return one.person_id, other.person_id


async def post(registry: Any, who: str, path: str, body: Any = None, status: int = 201) -> Any:
    async with registry.caller(who) as caller:
        answer = await caller.post(f"/v1/persons/{path}", json=body, headers={"Idempotency-Key": new_id("key")})
    assert answer.status_code == status, answer.text
    return answer.json()


async def get(registry: Any, who: str, path: str) -> Any:
    async with registry.caller(who) as caller:
        return await caller.get(f"/v1/persons/{path}")


async def resting(registry: Any, *tables: str) -> list[Any]:
    async with registry.runtime.database.work() as work:
        whole = [f"SELECT * FROM {table} ORDER BY 1, 2" for table in tables]  # noqa: S608 - our own words
        return [[dict(row) for row in await work.raw.fetch(query)] for query in whole]


async def open_case(registry: Any, person_id: str) -> str:
    case_id = new_id("cas")
    await registry.tell(
        CaseOpened(
            case_id=case_id, case_version=1, region_code="KZ-75", protocol_version="kz-1", person_id=person_id,
            provisional=False, risk=Risk.HIGH, categories=(Category.PHYSICAL,), opened_at=datetime.now(UTC),
        )
    )  # fmt: skip
    return case_id


INDEX = ("person", "link", "match_key", "source_record", "no_link")


async def test_a_merge_undone_leaves_every_row_of_the_index_as_it_was(registry, two):
    one, other = two
    before = await resting(registry, *INDEX)
    merge = await post(registry, DESK, f"{one}/merges", {"with_person_id": other, **REASON})
    assert (merge["state"], merge["person_id"], merge["retired_person_id"]) == ("merged", one, other)
    assert await resting(registry, *INDEX) != before
    undone = await post(registry, DESK, f"{one}/merges/{merge['merge_id']}/undo", REASON, status=200)
    assert undone["state"] == "undone"
    assert await resting(registry, *INDEX) == before
    merged, unmerged = (await registry.told())[2:]
    assert isinstance(merged, PersonsMerged)
    assert isinstance(unmerged, PersonsUnmerged)
    assert [(r.record_id, r.person_id) for r in merged.prior if r.person_id == other] == [(unmerged.records[0], other)]
    assert unmerged.revision > merged.revision


async def test_a_retired_id_answers_with_who_goes_on(registry, two):
    one, other = two
    await post(registry, DESK, f"{one}/merges", {"with_person_id": other, **REASON})
    answer = await get(registry, "ombudsman:ombudsman", other)
    assert answer.headers["content-location"] == f"/v1/persons/{one}"
    assert (answer.json()["person_id"], answer.json()["retired_ids"]) == (one, [other])
    assert answer.json()["sources"] == 2


async def test_a_new_account_of_the_retired_one_is_put_to_who_goes_on(registry, report, two):
    one, other = two
    await post(registry, DESK, f"{one}/merges", {"with_person_id": other, **REASON})
    await registry.tell(report(SAME))
    assert (await registry.told())[-1].person_id == one


async def test_two_persons_with_open_cases_need_the_word_of_two(registry, two):
    one, other = two
    for person in two:
        await open_case(registry, person)
    before = await resting(registry, *INDEX)
    merge = await post(registry, DESK, f"{one}/merges", {"with_person_id": other, **REASON})
    assert merge["state"] == "awaiting_second"
    assert await resting(registry, *INDEX) == before
    path = f"{one}/merges/{merge['merge_id']}/confirm"
    assert (await post(registry, DESK, path, status=409))["code"] == "needs-another-person"
    confirmed = await post(registry, "almaty-desk:manager", path, status=200)
    assert (confirmed["state"], "confirmed_by_staff_id" in confirmed) == ("merged", True)
    assert (await post(registry, "almaty-desk:head", path, status=409))["code"] == "nothing-to-confirm"
    assert len([event for event in await registry.told() if isinstance(event, PersonsMerged)]) == 1


async def test_a_closed_case_asks_for_no_second_person(registry, two):
    one, other = two
    await open_case(registry, one)
    head: dict[str, Any] = {"case_id": await open_case(registry, other), "case_version": 2, "region_code": "KZ-75"}
    await registry.tell(CaseClosed(**head, protocol_version="kz-1", state=CaseState.CLOSED))
    merge = await post(registry, DESK, f"{one}/merges", {"with_person_id": other, **REASON})
    assert merge["state"] == "merged"


@pytest.mark.parametrize("who", ["almaty-police:head", "astana-desk:coordinator", "almaty-desk:member"])
async def test_nobody_else_joins_persons_or_learns_of_them(registry, two, who):
    one, other = two
    refused = await post(registry, who, f"{one}/merges", {"with_person_id": other, **REASON}, status=404)
    nowhere = await post(registry, who, f"{new_id('per')}/merges", {"with_person_id": other, **REASON}, status=404)
    assert {**refused, "trace_id": None} == {**nowhere, "trace_id": None}
    [reads] = await resting(registry, "read_audit")
    assert [(row["action"], row["outcome"]) for row in reads] == [("join_persons", "refused")] * 2


async def test_a_split_makes_a_person_of_their_own_and_is_sticky(registry, report, two):
    one, _ = two
    await registry.tell(report(ONE))
    wrong = (await registry.told())[-1].referral_id
    parts = await post(registry, DESK, f"{one}/splits", {"records": [wrong], **REASON})
    assert parts["records"] == [wrong]
    told = (await registry.told())[-1]
    assert isinstance(told, PersonSplit)
    again = {"with_person_id": parts["new_person_id"], **REASON}
    assert (await post(registry, DESK, f"{one}/merges", again, status=409))["code"] == "must-stay-apart"
    everything = {"records": [wrong], **REASON}
    path = f"{parts['new_person_id']}/splits"
    assert (await post(registry, DESK, path, everything, status=409))["code"] == "nothing-would-stay"


async def test_whom_a_person_kept_apart_cannot_be_merged(registry, two):
    one, other = two
    await post(registry, DESK, f"{one}/no-links", {"other_person_id": other, **REASON})
    merge = {"with_person_id": one, **REASON}
    assert (await post(registry, DESK, f"{other}/merges", merge, status=409))["code"] == "must-stay-apart"


async def test_who_was_shown_what_follows_the_record_through_merge_and_unmerge(registry, two):
    one, other = two
    await get(registry, "ombudsman:ombudsman", other)
    merge = await post(registry, DESK, f"{one}/merges", {"with_person_id": other, **REASON})
    await get(registry, "ombudsman:ombudsman", one)

    async def looks(person: str) -> list[int]:
        page = (await get(registry, DESK, f"{person}/looks?limit=100")).json()
        return [len(look["records"]) for look in page["items"] if look["records"]]

    assert await looks(one) == [2, 1]
    await post(registry, DESK, f"{one}/merges/{merge['merge_id']}/undo", REASON, status=200)
    assert await looks(one) == [2]
    assert await looks(other) == [2, 1]
    assert (await get(registry, "almaty-police:member", f"{one}/looks")).status_code == 404


async def test_the_facts_rebuild_the_index(registry, report, two):
    one, other = two
    await registry.tell(report(OTHER), report(OTHER), report(Child()))
    third = (await registry.told())[2].person_id
    merge = await post(registry, DESK, f"{one}/merges", {"with_person_id": other, **REASON})
    await post(registry, DESK, f"{third}/merges", {"with_person_id": one, **REASON})
    await post(registry, DESK, f"{third}/merges/{merge['merge_id']}/undo", REASON, status=404)
    await post(registry, DESK, f"{one}/merges/{merge['merge_id']}/undo", REASON, status=200)
    await post(registry, DESK, f"{other}/no-links", {"other_person_id": third, **REASON})
    wrong = (await registry.told())[3].referral_id
    await post(registry, DESK, f"{third}/splits", {"records": [wrong], **REASON})
    async with registry.runtime.database.work() as work:
        everybody = [row["person_id"] for row in await work.raw.fetch("SELECT person_id FROM person")]
        assert rebuild(await every_fact(work)) == await part_of_index(work, everybody)


async def test_no_reason_rests_in_the_clear(registry, two):
    one, other = two
    await post(registry, DESK, f"{one}/merges", {"with_person_id": other, "reason": "canary-mother said so"})
    assert "canary-mother" not in await registry.everything()
