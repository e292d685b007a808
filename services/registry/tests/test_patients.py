"""FHIR R4 at the edge: $match grades and scores, the Patient view, and nobody for whom the asker has no need to know."""

import re
from datetime import date
from typing import Any

import pytest

from tereze.contracts.fhir import Patient
from tereze.contracts.referrals import Child
from tereze.contracts.words import Sex
from tereze.registry.patients import child_of, probability
from tereze.registry.store.persons import find_person

ONE = Child(family="Қалқанбаев", given="Ернұр", patronymic="Болатұлы", birth_date=date(2016, 4, 9), sex=Sex.MALE)
AS_PATIENT = {
    "resourceType": "Patient", "name": [{"use": "official", "family": "Kalkanbayev", "given": ["Yernur", "Bolatuly"]}],
    "gender": "male", "birthDate": "2016-04-09", "maritalStatus": {"text": "unknown here"},
}  # fmt: skip
CLINIC = "almaty-clinic-1:member"
EMPTY = re.compile(r'\[\]|\{\}|null|""')  # FHIR knows none of these
GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"


@pytest.fixture
async def child(counter: Any, report: Any, takes_on: Any) -> str:
    """A child on whose case the clinic works."""
    await counter.inside.tell(report(ONE))
    person_id = (await counter.inside.told())[0].person_id
    await takes_on(person_id, "almaty-clinic-1")
    return str(person_id)


async def match(registry: Any, who: str, patient: Any, *more: dict[str, Any]) -> Any:
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": patient}, *more]}
    headers = {"Content-Type": "application/fhir+json"}
    async with registry.caller(who) as caller:
        answer = await caller.post("/fhir/Patient/$match", json=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_certain_match_has_a_score_a_grade_and_the_patient(registry, child):
    answer = await match(registry, CLINIC, AS_PATIENT, {"name": "onlyCertainMatches", "valueBoolean": True})
    assert answer.headers["content-type"] == "application/fhir+json"
    bundle = answer.json()
    assert (bundle["resourceType"], bundle["type"], bundle["total"]) == ("Bundle", "searchset", 1)
    [entry] = bundle["entry"]
    assert entry["resource"]["id"] == child
    assert entry["resource"]["name"] == [{"family": "Қалқанбаев", "given": ["Ернұр", "Болатұлы"]}]
    assert 0.9 < entry["search"]["score"] <= 1
    assert entry["search"]["extension"] == [{"url": GRADE, "valueCode": "certain"}]
    assert not EMPTY.search(answer.text)
    assert (await registry.count("source_record", "person")) == {"source_record": 1, "person": 1}


async def test_a_doubtful_match_is_possible_and_no_certain_one(registry, child):
    doubtful = {**AS_PATIENT, "gender": "female"}
    [entry] = (await match(registry, CLINIC, doubtful)).json()["entry"]
    assert (entry["resource"]["id"], entry["search"]["extension"][0]["valueCode"]) == (child, "possible")
    certain = await match(registry, CLINIC, doubtful, {"name": "onlyCertainMatches", "valueBoolean": True})
    assert certain.json()["total"] == 0


@pytest.mark.parametrize("who", ["almaty-police:head", "almaty-school-1:member", "astana-desk:coordinator"])
async def test_for_everybody_else_there_is_nobody(registry, child, who):
    nobody = {**AS_PATIENT, "birthDate": "1999"}
    answer = await match(registry, who, AS_PATIENT)
    assert answer.json() == (await match(registry, who, nobody)).json()
    assert answer.json() == {"resourceType": "Bundle", "type": "searchset", "total": 0}
    async with registry.caller(who) as caller:
        assert (await caller.get(f"/fhir/Patient/{child}")).status_code == 404


async def test_at_most_so_many_as_asked(registry, report, takes_on, child):
    await registry.tell(report(ONE.model_copy(update={"sex": Sex.FEMALE})))
    other = next(event.person_id for event in await registry.told() if getattr(event, "person_id", child) != child)
    await takes_on(other, "almaty-clinic-1")
    assert (await match(registry, CLINIC, AS_PATIENT)).json()["total"] == 2
    [best] = (await match(registry, CLINIC, AS_PATIENT, {"name": "count", "valueInteger": 1})).json()["entry"]
    assert best["resource"]["id"] == child


async def test_the_patient_is_read_by_need_to_know_and_written_down(registry, child):
    async with registry.caller(CLINIC) as caller:
        answer = await caller.get(f"/fhir/Patient/{child}")
    assert not EMPTY.search(answer.text)
    patient = answer.json()
    assert (patient["resourceType"], patient["gender"], patient["birthDate"]) == ("Patient", "male", "2016-04-09")
    async with registry.runtime.database.work() as work:
        assert await find_person(work, child)
        reads = await work.raw.fetch("SELECT records FROM read_audit WHERE outcome = 'shown'")
    assert [len(row["records"]) for row in reads] == [1]


@pytest.mark.parametrize(
    ("parameter", "code"),
    [([{"name": "count", "valueInteger": 1}], "no-patient"),
     ([{"name": "resource", "resource": {"resourceType": "Patient", "birthDate": "2016-02-31"}}], "no-such-date")],
)  # fmt: skip
async def test_what_cannot_be_looked_for_is_refused(counter, parameter, code):
    async with counter.inside.caller(CLINIC) as caller:
        answer = await caller.post("/fhir/Patient/$match", json={"resourceType": "Parameters", "parameter": parameter})
    assert (answer.status_code, answer.json()["issue"][0]["details"]["coding"][0]["code"]) == (422, code)


def test_a_patient_says_of_a_child_what_it_holds():
    patient = Patient.model_validate_json(
        '{"resourceType": "Patient", "birthDate": "2016-04", "identifier": [{"system": "x", "value": "1"},'
        ' {"value": "160409 599992"}], "telecom": [{"value": "+7 700 000 00 17"}]}'
    )
    child = child_of(patient)
    assert (child.birth_date, child.birth_year, child.iin) == (None, 2016, "160409 599992")
    assert child.phone == "+7 700 000 00 17"


def test_a_score_grows_with_the_weight_and_stays_a_probability():
    scores = [probability(weight, 1_000_000) for weight in (-5_000, -10, 0, 19.93, 25, 5_000)]
    assert scores == sorted(scores)
    assert (scores[0], scores[-1], round(scores[3], 1)) == (0.0, 1.0, 0.5)
