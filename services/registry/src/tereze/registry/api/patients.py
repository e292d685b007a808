"""Decides who matches and reads patients by FHIR R4; must never answer with somebody the asker may not know of."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from starlette.convertors import StringConvertor, register_url_convertor

from tereze.access import redact
from tereze.chassis.http import FHIR_MEDIA_TYPE, Caller, OpenWork, Principal, body, refuses
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.facts import NotFound
from tereze.contracts.fhir import BundleEntry, EntrySearch, MatchBundle, MatchExtension, MatchParameters, Patient
from tereze.contracts.ids import PersonId
from tereze.contracts.referrals import SealedForRegistry
from tereze.registry.identifying import weigh_each
from tereze.registry.matching import Decision, Kind
from tereze.registry.patients import NoPatient, NoSuchDate, child_of, patient_of, probability, wanted_of
from tereze.registry.people import Asked, ask, may, note_shown, nothing_here
from tereze.registry.showing import show_person
from tereze.registry.store.persons import find_person
from tereze.registry.store.records import Account

router = APIRouter(tags=["fhir"])
_GRADES: Mapping[Kind, str] = {Kind.LINK: "certain", Kind.REVIEW: "possible"}


class _Logical(StringConvertor):
    """A resource's id and never an operation, which begins with ``$``: reading one is a wrong method, not an unknown person."""

    regex = "[^/$][^/]*"


register_url_convertor("logical", _Logical())


class FhirResponse(JSONResponse):
    """An answer in FHIR's own media type, without what is empty: FHIR knows no empty list, object or text."""

    media_type = FHIR_MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        """The content as FHIR writes it."""
        return super().render(_filled(content))


@router.post("/fhir/Patient/$match", response_model=MatchBundle, response_class=FhirResponse)
@refuses(NoPatient, NoSuchDate)
async def match_patient(parameters: body[MatchParameters], caller: Caller, work: OpenWork) -> Response:
    """FHIR R4 `Patient/$match`: who is meant, with a score and a grade, among those you may know of. Nothing is kept of the asking
    but that whoever is shown was shown."""
    patient, only_certain, count = wanted_of(parameters)
    region = caller.agency.region_code if caller.agency else None
    said = SealedForRegistry(child=child_of(patient))
    best, each = await weigh_each(work, Account(new_id("rec"), caller.agency_id, work.now, region, said))
    ranked = sorted(each.items(), key=lambda one: (-one[1].weight, one[0]))
    entries: list[dict[str, Any]] = []
    for person_id, found in ranked:
        grade = _grade(best, person_id, found)
        if grade is None or (only_certain and grade != "certain") or len(entries) == count:
            continue
        entry = await _entry(work, caller, person_id, found, grade)
        entries += [entry] if entry is not None else []
    bundle = {**MatchBundle(total=len(entries)).model_dump(exclude_none=True), "entry": entries}
    return FhirResponse(bundle)


@router.get("/fhir/Patient/{person_id:logical}", response_model=Patient, response_class=FhirResponse)
@refuses(NotFound)
async def read_patient(
    person_id: Annotated[PersonId, Path()], request: Request, caller: Caller, work: OpenWork
) -> Response:
    """A person as FHIR R4 Patient, read only, by the same need to know as `GET /v1/persons/{id}`."""
    asked = await ask(work, caller, "read_person", person_id)
    if asked is None:
        return nothing_here(request.url.path)
    view, records = await show_person(work, asked.person)
    await note_shown(work, caller, "read_person", asked, records)
    return FhirResponse(redact(patient_of(view), asked.decision.labels))


def _filled(part: Any) -> Any:
    """A part of a resource without its empty parts; None where nothing is left."""
    if isinstance(part, Mapping):
        kept = {name: filled for name, one in part.items() if (filled := _filled(one)) is not None}
        return kept or None
    if isinstance(part, list | tuple):
        return [filled for one in part if (filled := _filled(one)) is not None] or None
    return None if part == "" else part


def _grade(best: Decision, person_id: str, found: Decision) -> str | None:
    """Certain is one person only: whom the registry itself would take; who alone would be taken too is probable."""
    if found.kind is Kind.LINK:
        return "certain" if best.person_id == person_id else "probable"
    return _GRADES.get(found.kind)


async def _entry(work: Work, caller: Principal, person_id: str, found: Decision, grade: str) -> dict[str, Any] | None:
    decision = await may(work, caller, "match_patient", person_id)
    person = await find_person(work, person_id) if decision.allowed else None
    if person is None:
        return None
    view, records = await show_person(work, person)
    await note_shown(work, caller, "match_patient", Asked(person, decision), records)
    n_persons = found.waterfall.n_persons if found.waterfall else 1
    entry = BundleEntry(
        fullUrl=f"/fhir/Patient/{person_id}",
        resource=patient_of(view),
        search=EntrySearch(score=probability(found.weight, n_persons), extension=(MatchExtension(valueCode=grade),)),
    )
    return redact(entry, decision.labels)
