"""Decides what is asked and answered about families; must never let a relation or an entry pass without its label."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.ids import AgencyId, EdgeId, EntryId, PersonId, StaffId
from tereze.contracts.labels import ALLEGATION, EDUCATION, IDENTITY, MEDICAL, OPERATIONAL, STAFF, Contract
from tereze.contracts.persons import Reason
from tereze.contracts.referrals import Child
from tereze.contracts.words import Kinship

EntryText = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True, pattern=r"\S")]


class LegalStatus(StrEnum):
    """On what a relation rests."""

    REPORTED = "reported"
    REGISTERED = "registered"
    COURT_DECIDED = "court_decided"
    DERIVED = "derived"


class Section(StrEnum):
    """A part of the shared record of a family; each has readers of its own."""

    MEDICAL = "medical"
    SOCIAL = "social"
    EDUCATION = "education"
    LEGAL = "legal"


class RelationView(Contract):
    """One relation: ``relative_id`` is the kin named by ``kinship`` of ``person_id``."""

    edge_id: Annotated[EdgeId | None, OPERATIONAL, Field(description="Absent where the relation is derived")] = None
    person_id: Annotated[PersonId, IDENTITY]
    relative_id: Annotated[PersonId, IDENTITY]
    kinship: Annotated[Kinship, IDENTITY]
    legal_status: Annotated[LegalStatus, IDENTITY]
    since: Annotated[date | None, IDENTITY] = None
    until: Annotated[date | None, IDENTITY] = None
    source_agency_id: Annotated[AgencyId | None, OPERATIONAL] = None


class MemberView(Contract):
    """A person of the family, as far as the reader needs to know."""

    person_id: Annotated[PersonId, IDENTITY]
    steps: Annotated[int, OPERATIONAL, Field(description="How many relations away from the person asked for")]
    who: Annotated[Child | None, IDENTITY, Field(description="Only where the reader may read that person")] = None
    has_open_case: Annotated[bool | None, IDENTITY, Field(description="Only where the reader works on that case")] = (
        None
    )


class FamilyView(Contract):
    """Answer of ``GET /v1/families/{person_id}``: the relations the reader needs to know, within a bounded distance."""

    person_id: Annotated[PersonId, OPERATIONAL]
    members: Annotated[tuple[MemberView, ...], IDENTITY] = ()
    relations: Annotated[tuple[RelationView, ...], IDENTITY] = ()
    hidden: Annotated[int, OPERATIONAL, Field(description="Relations that are there and not shown")] = 0
    more: Annotated[bool, OPERATIONAL, Field(description="The family reaches further than was asked or is shown")] = (
        False
    )


class AddRelation(Contract):
    """Body of ``POST /v1/families/{person_id}/relations``."""

    relative_id: Annotated[PersonId, IDENTITY]
    kinship: Annotated[Kinship, IDENTITY]
    legal_status: Annotated[LegalStatus, IDENTITY] = LegalStatus.REPORTED
    since: Annotated[date | None, IDENTITY] = None
    until: Annotated[date | None, IDENTITY] = None


class Consent(Contract):
    """Who agreed that others see an entry."""

    given_by_person_id: Annotated[PersonId, IDENTITY]
    given_on: Annotated[date, OPERATIONAL]


class Override(Contract):
    """Why an entry is shared without consent."""

    reason: Annotated[Reason, ALLEGATION]
    legal_basis: Annotated[
        Annotated[str, StringConstraints(min_length=3, max_length=500, strip_whitespace=True, pattern=r"\S")],
        OPERATIONAL,
    ]


class WriteEntry(Contract):
    """What an agency enters: with consent, or with a lawful reason to do without; exactly one of the two."""

    section: Annotated[Section, OPERATIONAL]
    text: Annotated[EntryText, IDENTITY]
    consent: Annotated[Consent | None, IDENTITY] = None
    override: Annotated[Override | None, ALLEGATION] = None


class ReviseEntry(Contract):
    """Body of a revision: the new text; the earlier one stays in the history."""

    text: Annotated[EntryText, IDENTITY]


class EntryRevision(Contract):
    """One wording of an entry. The text stands in the field of its section, and is absent for who may not read that."""

    revision: Annotated[int, OPERATIONAL]
    at: Annotated[AwareDatetime, OPERATIONAL]
    staff_id: Annotated[StaffId, STAFF]
    medical: Annotated[str | None, MEDICAL] = None
    social: Annotated[str | None, IDENTITY] = None
    education: Annotated[str | None, EDUCATION] = None
    legal: Annotated[str | None, ALLEGATION] = None


class EntryView(Contract):
    """An entry of the shared record with its history, newest wording first. Only its own agency may revise it."""

    entry_id: Annotated[EntryId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]
    section: Annotated[Section, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL]
    consent: Annotated[Consent | None, IDENTITY] = None
    override: Annotated[Override | None, ALLEGATION] = None
    revisions: Annotated[tuple[EntryRevision, ...], OPERATIONAL]


class FamilyRecord(Contract):
    """Answer of ``GET /v1/families/{person_id}/record``: the entries of every member the reader may read."""

    entries: Annotated[tuple[EntryView, ...], OPERATIONAL]
    hidden: Annotated[dict[str, int], OPERATIONAL, Field(description="Entries not shown, by section")]
