"""Decides what is asked and answered about persons; must never let a particular pass without the identity label."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.ids import ActId, AgencyId, MergeId, PersonId, RecordId, StaffId
from tereze.contracts.labels import IDENTITY, MEDICAL, OPERATIONAL, STAFF, Contract
from tereze.contracts.referrals import Child, Flag
from tereze.contracts.words import Kinship

Reason = Annotated[str, StringConstraints(min_length=3, max_length=2_000, strip_whitespace=True, pattern=r"\S")]


class PersonKind(StrEnum):
    """How much of a person there is to be known."""

    PERSON = "person"
    EXPECTED = "expected"
    UNRESOLVED = "unresolved"


class PersonState(StrEnum):
    """Whether a person's record is in use."""

    LIVE = "live"
    MERGED = "merged"
    ERASED = "erased"


class ActState(StrEnum):
    """Where a request stands that two people have to agree on."""

    AWAITING_SECOND = "awaiting_second"
    DONE = "done"


class MergeState(StrEnum):
    """Where a merge stands."""

    AWAITING_SECOND = "awaiting_second"
    MERGED = "merged"
    UNDONE = "undone"


class IdentifierView(Contract):
    """One number a person is or was known by. A person may have several, one number belongs to one person."""

    system: Annotated[str, OPERATIONAL]
    value: Annotated[str, IDENTITY, Field(description="As given")]
    normalised: Annotated[str, IDENTITY, Field(description="As compared: digits only")]
    flags: Annotated[tuple[Flag, ...], IDENTITY] = ()
    first_given_at: Annotated[AwareDatetime, OPERATIONAL]
    ended_on: Annotated[date | None, OPERATIONAL, Field(description="Since when it is no longer the person's own")] = (
        None
    )


class Relative(Contract):
    """Somebody of the family, by id and kinship only."""

    person_id: Annotated[PersonId, IDENTITY]
    kinship: Annotated[Kinship, IDENTITY]


class PersonView(Contract):
    """Answer of ``GET /v1/persons/{id}``, redacted for whoever asks."""

    person_id: Annotated[PersonId, OPERATIONAL, Field(description="Who goes on, where the id asked for is retired")]
    child: Annotated[Child | None, IDENTITY] = None
    sources: Annotated[int, OPERATIONAL, Field(description="How many records named this person")]
    flags: Annotated[tuple[Flag, ...], IDENTITY] = ()
    first_seen_at: Annotated[AwareDatetime, OPERATIONAL]
    kind: Annotated[PersonKind, OPERATIONAL] = PersonKind.PERSON
    state: Annotated[PersonState, OPERATIONAL] = PersonState.LIVE
    retired_ids: Annotated[tuple[PersonId, ...], OPERATIONAL, Field(description="Ids that resolve to this person")] = ()
    identifiers: Annotated[tuple[IdentifierView, ...], IDENTITY] = ()
    due_date: Annotated[date | None, MEDICAL, Field(description="Of a child who is expected")] = None
    mother_person_id: Annotated[PersonId | None, IDENTITY, Field(description="Of a child who is expected")] = None
    relatives: Annotated[
        tuple[Relative, ...], IDENTITY, Field(description="Parents, guardians, siblings; see GET /v1/families/{id}")
    ] = ()


class RecordBirth(Contract):
    """Body of ``POST /v1/persons/{id}/birth``: an expected child was born."""

    child: Annotated[Child, IDENTITY, Field(description="What is known so far; the number often comes later")]


class EndIdentifier(Contract):
    """Body of ``POST /v1/persons/{id}/identifiers/end``: a number is no longer the person's own; it still finds them."""

    value: Annotated[Annotated[str, StringConstraints(min_length=1, max_length=32)], IDENTITY]
    ended_on: Annotated[date, OPERATIONAL]
    reason: Annotated[Reason, IDENTITY]


class RegisterAdoption(Contract):
    """Body of ``POST /v1/persons/{id}/adoption``: who the child is from now on. The tie between the two is sealed."""

    child: Annotated[Child, IDENTITY, Field(description="The new names and the new number")]
    legal_basis: Annotated[Reason, IDENTITY]


class AdoptionRegistered(Contract):
    """The new identity. It is told here once; nothing else ties the two together."""

    person_id: Annotated[PersonId, OPERATIONAL]


class AskAct(Contract):
    """Body of a request that needs a second person: an unsealing or an erasure."""

    reason: Annotated[Reason, IDENTITY]
    legal_basis: Annotated[Reason, IDENTITY]


class ActView(Contract):
    """A request that needs a second person, as it stands."""

    act_id: Annotated[ActId, OPERATIONAL]
    state: Annotated[ActState, OPERATIONAL]
    asked_at: Annotated[AwareDatetime, OPERATIONAL]
    asked_by_staff_id: Annotated[StaffId, STAFF]
    confirmed_by_staff_id: Annotated[StaffId | None, STAFF] = None
    open_until: Annotated[AwareDatetime | None, OPERATIONAL, Field(description="Until when it may be read")] = None


class Unsealed(Contract):
    """Who else a child is known as; empty where there is nobody. Shown to who asked, once a second person agreed."""

    act: Annotated[ActView, OPERATIONAL]
    persons: Annotated[tuple[PersonView, ...], IDENTITY] = ()


class MergePersons(Contract):
    """Body of ``POST /v1/persons/{id}/merges``: another person is the same child."""

    with_person_id: Annotated[PersonId, OPERATIONAL]
    reason: Annotated[Reason, IDENTITY]


class UndoMerge(Contract):
    """Body of ``POST /v1/persons/{id}/merges/{merge_id}/undo``."""

    reason: Annotated[Reason, IDENTITY]


class MergeView(Contract):
    """A merge as it stands. While it awaits a second person, nothing has changed."""

    merge_id: Annotated[MergeId, OPERATIONAL]
    state: Annotated[MergeState, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL, Field(description="Who goes on")]
    retired_person_id: Annotated[PersonId, OPERATIONAL]
    asked_at: Annotated[AwareDatetime, OPERATIONAL]
    asked_by_staff_id: Annotated[StaffId, STAFF]
    confirmed_by_staff_id: Annotated[StaffId | None, STAFF] = None
    undone_by_staff_id: Annotated[StaffId | None, STAFF] = None


class SplitPerson(Contract):
    """Body of ``POST /v1/persons/{id}/splits``: these records are about somebody else."""

    records: Annotated[tuple[RecordId, ...], OPERATIONAL, Field(min_length=1, max_length=1_000)]
    reason: Annotated[Reason, IDENTITY]


class SplitView(Contract):
    """Who the records belong to now."""

    person_id: Annotated[PersonId, OPERATIONAL]
    new_person_id: Annotated[PersonId, OPERATIONAL]
    records: Annotated[tuple[RecordId, ...], OPERATIONAL]


class KeepApart(Contract):
    """Body of ``POST /v1/persons/{id}/no-links``: the other is certainly somebody else, however alike they look."""

    other_person_id: Annotated[PersonId, OPERATIONAL]
    reason: Annotated[Reason, IDENTITY]


class KeptApart(Contract):
    """Two persons that nothing automatic joins or proposes to join again."""

    person_id: Annotated[PersonId, OPERATIONAL]
    other_person_id: Annotated[PersonId, OPERATIONAL]


class Look(Contract):
    """One look at a person: who was shown what was known, or was refused."""

    at: Annotated[AwareDatetime, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    staff_id: Annotated[StaffId, STAFF]
    outcome: Annotated[str, OPERATIONAL]
    policy_id: Annotated[str, OPERATIONAL]
    records: Annotated[tuple[RecordId, ...], OPERATIONAL, Field(description="The records that were shown")] = ()


class LookPage(Contract):
    """Who looked at a person, newest first."""

    items: Annotated[tuple[Look, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None
