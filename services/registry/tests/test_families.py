"""Families: relations with their sources, siblings that surface, a shared record that nobody else's hand touches."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from tereze.contracts.identities import PersonIdentified
from tereze.contracts.referrals import Child, RelatedPerson
from tereze.contracts.words import Kinship, Sex
from tereze.registry.domain.family import Kin, distances, siblings
from tereze.rig.inside import agency_id

MOTHER = RelatedPerson(
    family="Қалқанбаева", given="Гүлнар", birth_date=date(1990, 1, 30), iin="900130499991", kinship=Kinship.MOTHER
)
OLDER = Child(family="Қалқанбаев", given="Ернұр", birth_date=date(2016, 4, 9), sex=Sex.MALE)
YOUNGER = Child(family="Қалқанбаева", given="Айсұлу", birth_date=date(2019, 9, 2), sex=Sex.FEMALE)
POLICE, CLINIC, SCHOOL = "almaty-police:member", "almaty-clinic-1:member", "almaty-school-1:member"


@pytest.fixture
async def children(registry: Any, report: Any, takes_on: Any) -> tuple[str, str]:
    """Two children of one mother; the police work for the older one only."""
    await registry.tell(
        report(OLDER, caregivers=(MOTHER,)), report(YOUNGER, caregivers=(MOTHER,), by="almaty-school-1")
    )
    older, younger = [event.person_id for event in await registry.told() if isinstance(event, PersonIdentified)]
    assert older != younger
    await takes_on(older, "almaty-police")
    return older, younger


async def test_a_sibling_surfaces_on_the_person_and_in_the_family(counter, children):
    older, younger = children
    person = (await counter.get(POLICE, f"persons/{older}")).json()
    assert {one["kinship"]: one["person_id"] for one in person["relatives"]}["sibling"] == younger
    family = (await counter.get(POLICE, f"families/{older}")).json()
    kinds = sorted((one["kinship"], one["legal_status"]) for one in family["relations"])
    assert kinds == [("mother", "reported"), ("sibling", "derived")]
    members = {one["person_id"]: one for one in family["members"]}
    mother = next(one["relative_id"] for one in family["relations"] if one["kinship"] == "mother")
    assert members[mother]["who"]["given"] == "Гүлнар"
    assert "who" not in {name for name, value in members[younger].items() if value is not None}
    assert family["hidden"] == 1


async def test_the_sibling_s_own_relations_show_to_who_works_for_the_sibling_too(counter, takes_on, children):
    older, younger = children
    await takes_on(younger, "almaty-police")
    family = (await counter.get(POLICE, f"families/{older}")).json()
    assert family["hidden"] == 0
    members = {one["person_id"]: one for one in family["members"]}
    assert (members[younger]["who"]["given"], members[younger]["has_open_case"]) == ("Айсұлу", True)


@pytest.mark.parametrize("path", ["families/{}", "families/{}/record"])
async def test_another_agency_learns_of_no_family(counter, children, path):
    older, younger = children
    assert (await counter.get(CLINIC, path.format(older))).status_code == 404
    assert (await counter.get(POLICE, path.format(younger))).status_code == 404


async def test_an_agency_adds_a_relation_with_its_source(counter, takes_on, children):
    older, younger = children
    body = {"relative_id": younger, "kinship": "household", "since": "2024-01-01"}
    await counter.post(POLICE, f"families/{older}/relations", body, status=404)
    await takes_on(younger, "almaty-police")
    relation = await counter.post(POLICE, f"families/{older}/relations", body)
    assert relation["source_agency_id"] == agency_id("almaty-police")
    family = (await counter.get(POLICE, f"families/{older}")).json()
    assert ("household", "2024-01-01") in [(one["kinship"], one.get("since")) for one in family["relations"]]
    itself = {**body, "relative_id": older}
    assert (await counter.post(POLICE, f"families/{older}/relations", itself, status=409))["code"] == "same-person"


def an_entry(section: str, text: str, **more: Any) -> dict[str, Any]:
    return {"section": section, "text": text, **more}


OVERRIDE = {
    "override": {"reason": "The child may be in danger.", "legal_basis": "Law on the rights of the child, art. 10"}
}


async def test_entries_are_seen_by_section_and_the_rest_is_counted(counter, takes_on, children):
    older, _ = children
    await takes_on(older, "almaty-clinic-1")
    await counter.post(CLINIC, f"families/{older}/entries", an_entry("medical", "Asthma.", **OVERRIDE))
    consent = {"consent": {"given_by_person_id": older, "given_on": "2026-11-20"}}
    await counter.post(POLICE, f"families/{older}/entries", an_entry("social", "Lives with an aunt.", **consent))
    of_police = (await counter.get(POLICE, f"families/{older}/record")).json()
    assert [one["revisions"][0]["social"] for one in of_police["entries"]] == ["Lives with an aunt."]
    assert of_police["hidden"] == {"medical": 1}
    of_clinic = (await counter.get(CLINIC, f"families/{older}/record")).json()
    assert sorted(one["section"] for one in of_clinic["entries"]) == ["medical", "social"]


async def test_every_wording_stays_and_nobody_words_another_agency_s_entry(counter, takes_on, registry, children):
    older, _ = children
    await takes_on(older, "almaty-patronage")
    entry = await counter.post(POLICE, f"families/{older}/entries", an_entry("social", "canary-first", **OVERRIDE))
    path = f"families/{older}/entries/{entry['entry_id']}/revisions"
    again = await counter.post(POLICE, path, {"text": "Second."}, status=200, version=1)
    assert [one["social"] for one in again["revisions"]] == ["Second.", "canary-first"]
    await counter.post(POLICE, path, {"text": "Third."}, status=412, version=1)
    await counter.post("almaty-patronage:member", path, {"text": "Mine."}, status=403, version=2)
    await counter.post(CLINIC, path, {"text": "Mine."}, status=404, version=2)
    assert "canary-first" not in await registry.everything()
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        async with registry.runtime.database.work() as work:
            await work.raw.execute("UPDATE family_entry SET staff_id = 'x'")


@pytest.mark.parametrize(
    "basis", [{}, {**OVERRIDE, "consent": {"given_by_person_id": "per_" + "1" * 32, "given_on": "2026-01-01"}}]
)
async def test_an_entry_rests_on_consent_or_on_law(counter, children, basis):
    older, _ = children
    await counter.post(POLICE, f"families/{older}/entries", an_entry("social", "Text.", **basis), status=422)


async def test_relations_follow_a_merge_and_come_back(registry, report, counter, children):
    older, younger = children
    twin_file = Child(family="Омаров", given="Дархан", birth_date=date(2014, 11, 23), sex=Sex.MALE)
    await registry.tell(report(twin_file))
    other = (await registry.told())[-1].person_id
    merge = {"with_person_id": older, "reason": "One boy under two names."}
    done = await counter.post("almaty-desk:coordinator", f"persons/{other}/merges", merge)
    family = (await counter.get("almaty-desk:coordinator", f"families/{other}")).json()
    assert younger in {one["person_id"] for one in family["members"]}
    undo = f"persons/{other}/merges/{done['merge_id']}/undo"
    await counter.post("almaty-desk:coordinator", undo, {"reason": "They are two."}, status=200)
    alone = (await counter.get("almaty-desk:coordinator", f"families/{other}")).json()
    assert [one["person_id"] for one in alone["members"]] == [other]


def test_half_and_full_siblings_are_found_once():
    mother, father = Kinship.MOTHER, Kinship.FATHER
    said = [
        Kin("a", "m", mother),
        Kin("b", "m", mother),
        Kin("a", "f", father),
        Kin("b", "f", father),
        Kin("c", "f", father),
    ]
    assert siblings(said) == [
        Kin("a", "b", Kinship.SIBLING),
        Kin("a", "c", Kinship.SIBLING),
        Kin("b", "c", Kinship.SIBLING),
    ]
    assert siblings([*said, Kin("b", "a", Kinship.SIBLING)])[0] == Kin("a", "c", Kinship.SIBLING)


def test_a_circle_of_relations_ends():
    circle = [Kin("a", "b", Kinship.HOUSEHOLD), Kin("b", "c", Kinship.HOUSEHOLD), Kin("c", "a", Kinship.HOUSEHOLD)]
    assert distances("a", circle, 3) == {"a": 0, "b": 1, "c": 1}
