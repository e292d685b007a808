"""The tereze command where it says who a child is and who belongs to them: kin, shared record, birth, adoption, erasure."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import Result

from tereze.client import NotFound
from tereze.contracts.cases import CaseView
from tereze.contracts.persons import PersonView
from tereze.contracts.referrals import Child, ExpectedChild, ReferralSubmission, RelatedPerson
from tereze.contracts.words import Category, Kinship, Risk, Sex
from tereze.local.stack import Stack
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import SYLLABLES, Spelt, a_boy
from tereze.rig.stories.following import person_of, settled_case
from tereze.rig.stories.telling import soon

Run = Callable[..., Result]
WORKS, ASKS, AGREES = "almaty-police:member", "almaty-guardianship:manager", "almaty-guardianship:head"
COORDINATOR, HEAD, OMBUDSMAN = "almaty-desk:coordinator", "almaty-desk:head", "ombudsman:ombudsman"
WHY = ("--reason", "An invented inquiry.", "--legal-basis", "Invented order 7-12/2026")


def document(result: Result) -> Any:
    assert len(result.stdout.splitlines()) == 1, "one JSON document on one line"
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def cast(stack: Stack) -> Iterator[Cast]:
    with Cast(stack.url) as cast:
        yield cast


def known(cast: Cast, child: Child, **more: Any) -> PersonView:
    """Who is reported by School 12, once the police work on the case."""
    school, holder = cast.act("almaty-school-1:member"), cast.act(WORKS)
    report = ReferralSubmission(
        region_code="KZ-75", risk=Risk.HIGH, categories=(Category.PHYSICAL,), child=child, narrative="-", **more
    )
    case = settled_case(school, school.referrals.submit(report).referral_id)
    mine = soon(lambda: [one for one in holder.tasks.list() if one.case_id == case.case_id], "no task for the police")
    holder.tasks.accept(mine[0].task_id)

    def seen() -> PersonView | None:
        try:
            return holder.persons.get(person_of(case))
        except NotFound:
            return None

    return soon(seen, "who works on the case does not see the child")


def test_a_relation_is_said_and_the_shared_record_is_written_and_worded_anew(run: Run, cast: Cast) -> None:
    older, younger = known(cast, a_boy().kazakh()).person_id, known(cast, a_boy().kazakh()).person_id
    said = run("person", "relate", older, younger, "--kinship", "sibling", "--basis", "registered", who=WORKS).stdout
    assert f"{younger} is sibling of {older}" in said
    assert younger in json.dumps(document(run("family", "show", older, "--json", who=WORKS)))
    alone = run("person", "relate", older, older, "--kinship", "sibling", "--lang", "ru", who=WORKS, code=1)
    assert "укажите номер другого" in alone.stderr

    text = ("family", "write", older, "--section", "social")
    assert "--without-consent" in run(*text, who=WORKS, code=2, input="x").stderr
    basis = ("--without-consent", "Urgent help is needed.", "--legal-basis", "Invented law, article 7")
    entry = document(run(*text, *basis, "--json", who=WORKS, input="An invented note.\n"))
    listed = run("family", "record", older, who=WORKS).stdout
    assert (entry["entry_id"] in listed, "An invented note." in listed) == (True, True)
    again = ("family", "revise", older, entry["entry_id"])
    assert "Second wording." in run(*again, who=WORKS, input="Second wording.").stdout
    stale = run(*again, "--version", "1", who=WORKS, input="Third.", code=1)
    assert "stale-version" in stale.stderr
    nowhere = run("family", "revise", older, "ent_" + "0" * 32, who=WORKS, input="x", code=2)
    assert f"tereze family record {older}" in " ".join(nowhere.stderr.replace("│", " ").split())


def test_an_expected_child_is_born_and_who_is_born_already_is_not_born_again(run: Run, cast: Cast) -> None:
    woman, today = a_boy(), datetime.now(tz=UTC).date()
    mother = RelatedPerson(family=woman.family[1], given="Асем", kinship=Kinship.MOTHER, relation="мать")
    expected = ExpectedChild(mother=mother, due_date=today + timedelta(days=40))
    person = known(cast, Child(), expected=expected)
    names = {"given": "Ернұр", "family": woman.family[0], "birth_date": str(today - timedelta(days=1))}
    born = document(
        run("person", "born", person.person_id, "--file", "-", "--json", who=WORKS, input=json.dumps(names))
    )
    assert (born["person_id"], born["kind"]) == (person.person_id, "person")
    refused = run("person", "born", person.person_id, "--given", "Ернұр", who=WORKS, code=1).stderr
    assert ("not-expected" in refused, "tereze refer" in refused) == (True, True)
    assert "/birth_date" in run("person", "born", person.person_id, "-f", "-", code=2, input="birth_date: soon").stderr
    run("person", "born", person.person_id, who=WORKS, code=2)


def test_two_people_see_who_an_adopted_child_was(run: Run, cast: Cast) -> None:
    boy, home = a_boy(), a_boy()
    person = known(cast, boy.kazakh().model_copy(update={"iin": boy.iin()})).person_id
    flags = ("--family", home.family[0], "--given", boy.given[0], "--birth-date", str(home.born), "--iin", home.iin())
    adopted = document(run("person", "adopt", person, *WHY[2:], *flags, "--json", who=ASKS))["person_id"]
    act = document(run("person", "unseal", adopted, *WHY, "--json", who=ASKS))["act_id"]
    assert (
        f"tereze person confirm-unsealing {adopted} {act}" in run("person", "unsealed", adopted, act, who=ASKS).stdout
    )
    assert "Әлі" not in run("person", "confirm-unsealing", adopted, act, "--lang", "kk", who=AGREES).stdout
    assert person in run("person", "unsealed", adopted, act, who=ASKS).stdout
    twice = run("person", "confirm-unsealing", adopted, act, who=AGREES, code=1).stderr
    assert "ask anew first" in twice


def test_a_number_is_ended_and_a_person_with_an_open_case_is_not_erased(run: Run, cast: Cast) -> None:
    boy, number = a_boy(), a_boy().iin()
    person = known(cast, boy.kazakh().model_copy(update={"iin": number})).person_id
    why = ("--on", "2026-11-01", "--reason", "It was mistyped.")
    ended = run("person", "end-number", person, *why, "--json", who=COORDINATOR, input=f"{number}\n").stdout
    assert json.loads(ended[ended.index("{") :])["identifiers"][0]["ended_on"] == "2026-11-01"
    other = run("person", "end-number", person, *why, "--number", "1", "--lang", "ru", who=COORDINATOR, code=1).stderr
    assert ("not-their-number" in other, "tereze person show" in other) == (True, True)
    asked = run("person", "erase", person, *WHY, who=HEAD).stdout
    act = asked.split(":")[0]
    assert f"tereze person confirm-erasure {person} {act}" in asked
    sure = run("person", "confirm-erasure", person, act, who=OMBUDSMAN, code=1, input="n\n")
    assert "cannot be undone" in sure.stderr
    refused = run("person", "confirm-erasure", person, act, "--yes", who=OMBUDSMAN, code=1).stderr
    assert ("has-open-case" in refused, "tereze case close" in refused) == (True, True)


def whom_nobody_is_called_like(child: Spelt) -> Spelt:
    """The child under a surname of its own: FHIR may rightly show the asker a living namesake as possible."""
    before = ("".join(parts).lower() for parts in zip(*random.sample(SYLLABLES, 5), strict=True))
    kazakh, russian, latin = (f"{first}{rest}".capitalize() for first, rest in zip(before, child.family, strict=True))
    return replace(child, family=(kazakh, russian, latin))


def a_low_report(cast: Cast, child: Child) -> CaseView:
    """The case of a child of whom School 12 reports little."""
    school = cast.act("almaty-school-1:member")
    report = ReferralSubmission(
        region_code="KZ-75", risk=Risk.LOW, categories=(Category.NEGLECT,), child=child, narrative="-"
    )
    return settled_case(school, school.referrals.submit(report).referral_id)


def test_two_people_erase_a_person_no_door_gives_the_name_back_and_the_case_goes_on(run: Run, cast: Cast) -> None:
    boy = whom_nobody_is_called_like(a_boy())
    names = (boy.family[0], boy.given[0], str(boy.born))
    case, told = a_low_report(cast, boy.kazakh()).case_id, list[str]()
    reports, reviews = cast.act(COORDINATOR).cases, cast.act(COORDINATOR).identity_reviews
    person = person_of(reports.get(case))
    in_latin = boy.latin_with_day_and_month_swapped()
    doubtful = person_of(a_low_report(cast, in_latin.model_copy(update={"sex": Sex.FEMALE})))
    review = soon(
        lambda: next((one.review_id for one in reviews.list() if one.candidate_person_id == person), None),
        "nobody is asked whether the two are one child",
    )
    compared = run("identity-review", "show", review, who=COORDINATOR).stdout
    assert boy.family[0] in compared, "while they are known, the desk sees who is compared"

    act = run("person", "erase", person, *WHY, who=HEAD).stdout.split(":")[0]
    agree = ("person", "confirm-erasure", person, act, "--yes")
    assert "has-open-case" in run(*agree, who=OMBUDSMAN, code=1).stderr
    run("case", "triage", case, "--risk", "low", who=COORDINATOR)
    reason = ("--reason", "advice_was_enough", "--remark", "An invented talk with the mother.")
    if document(run("case", "screen-out", case, *reason, "--json", who=COORDINATOR))["under_review"]:
        found = ("--finding", "rightly_screened_out", "--remark", "An invented second look.")
        run("case", "review", case, *found, who=OMBUDSMAN)
    assert "not-found" in run(*agree, who=HEAD, code=1).stderr, "who asked is not who agrees"
    soon(lambda: agreed(run, agree), "the registry does not hear that the case ended")

    shown = run("person", "show", person, who=OMBUDSMAN).stdout
    assert f"{person} is erased" in shown
    told += [shown, run("person", "show", person, "--json", who=OMBUDSMAN).stdout]
    told += [run("family", "show", person, "--json", who=COORDINATOR).stdout]
    told += [run("person", "show", person, who=WORKS, code=1).stderr, run("person", "looks", person, who=HEAD).stdout]
    assert "not-found" in told[-2]
    told += [run("identity-review", "show", review, "--json", who=COORDINATOR).stdout]
    assert review not in run("identity-review", "list", who=COORDINATOR).stdout
    told += [cast.act(OMBUDSMAN).http.get(f"/fhir/Patient/{person}").text, matched(cast, boy.kazakh())]
    assert person not in told[-1]
    merged = run("person", "merge", doubtful, person, "--reason", "They look alike.", who=COORDINATOR, code=1)
    told += [merged.stderr]
    assert "person-not-in-use" in told[-1]
    told += [run("case", "show", case, "--json", who=COORDINATOR).stdout]
    assert (json.loads(told[-1])["case_id"], json.loads(told[-1])["person_id"]) == (case, person)
    assert [text for text in told if any(name in text for name in names)] == []
    assert person_of(a_low_report(cast, boy.kazakh())) != person, "whoever reports the child again reports somebody new"


def agreed(run: Run, agree: tuple[str, ...]) -> bool:
    """Whether the second word was taken, once the registry has heard that the case ended."""
    try:
        return "is erased" in run(*agree, who=OMBUDSMAN).stdout
    except AssertionError as refused:
        if "has-open-case" in str(refused):
            return False
        raise


def matched(cast: Cast, child: Child) -> str:
    """What the desk is told by FHIR when it asks who such a child is."""
    patient = {
        "resourceType": "Patient", "name": [{"family": child.family, "given": [child.given]}], "birthDate": str(child.birth_date),
    }  # fmt: skip
    asked = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": patient}]}
    answer = cast.act(COORDINATOR).http.post(
        "/fhir/Patient/$match", json=asked, headers={"Content-Type": "application/fhir+json"}
    )
    assert answer.status_code == 200, answer.text
    return answer.text
