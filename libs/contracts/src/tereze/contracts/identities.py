"""Decides what the registry tells of who is who; must never carry a particular on the bus."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from tereze.contracts.events import Event
from tereze.contracts.ids import AgencyId, MergeId, PersonId, RecordId, ReferralId, RegionCode, ReviewId
from tereze.contracts.labels import LOCATION, OPERATIONAL, Contract
from tereze.contracts.words import ReviewLevel, ReviewOutcome

Revision = Annotated[
    int,
    OPERATIONAL,
    Field(ge=0, description="Grows with every change of the index; of two news about one record the higher counts"),
]


class IdentityEvent(Event):
    """What the registry decided; the topic carries ids and codes only."""

    topic: ClassVar[str] = "tereze.registry.identities"


class PersonIdentified(IdentityEvent):
    """The registry knows whose child a referral is about: an existing person or a new one."""

    type: ClassVar[str] = "tereze.person.identified.v1"
    key_field: ClassVar[str] = "referral_id"

    referral_id: Annotated[ReferralId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]
    matched_by: Annotated[str, OPERATIONAL, Field(description="iin, name_birth_date, new or unresolved")]
    flags: Annotated[tuple[str, ...], OPERATIONAL] = ()
    revision: Revision = 0


class RecordOfPerson(Contract):
    """Where one record stood before a merge."""

    record_id: Annotated[RecordId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]


class PersonsMerged(IdentityEvent):
    """Two persons turned out to be one. ``prior`` says of every record to whom it belonged, so that it can be undone exactly."""

    type: ClassVar[str] = "tereze.person.merged.v1"
    key_field: ClassVar[str] = "person_id"

    merge_id: Annotated[MergeId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL, Field(description="Who goes on")]
    retired_person_id: Annotated[PersonId, OPERATIONAL, Field(description="Keeps resolving to the one who goes on")]
    prior: Annotated[tuple[RecordOfPerson, ...], OPERATIONAL]
    revision: Revision


class PersonsUnmerged(IdentityEvent):
    """A merge was undone: these records are the restored person's again."""

    type: ClassVar[str] = "tereze.person.unmerged.v1"
    key_field: ClassVar[str] = "person_id"

    merge_id: Annotated[MergeId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL, Field(description="From whom the records go")]
    restored_person_id: Annotated[PersonId, OPERATIONAL]
    records: Annotated[tuple[RecordId, ...], OPERATIONAL]
    revision: Revision


class PersonSplit(IdentityEvent):
    """Records of one person turned out to be about somebody else, who is a person of their own now."""

    type: ClassVar[str] = "tereze.person.split.v1"
    key_field: ClassVar[str] = "person_id"

    person_id: Annotated[PersonId, OPERATIONAL, Field(description="From whom the records go")]
    new_person_id: Annotated[PersonId, OPERATIONAL]
    records: Annotated[tuple[RecordId, ...], OPERATIONAL]
    revision: Revision


class PersonErased(IdentityEvent):
    """The keys of everything said about a person were destroyed."""

    type: ClassVar[str] = "tereze.person.erased.v1"
    key_field: ClassVar[str] = "person_id"

    person_id: Annotated[PersonId, OPERATIONAL]
    revision: Revision


class ReviewEvent(Event):
    """What every event of an identity review carries: which office owes the answer, and by when."""

    topic: ClassVar[str] = "tereze.registry.reviews"
    key_field: ClassVar[str] = "review_id"

    review_id: Annotated[ReviewId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(ge=1, description="Grows with everything that happens to the review")]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who must decide")]
    region_code: Annotated[RegionCode | None, LOCATION] = None
    opened_at: Annotated[AwareDatetime, OPERATIONAL]
    due_at: Annotated[AwareDatetime, OPERATIONAL]


class ReviewOpened(ReviewEvent):
    """Whether two accounts mean one child is for a person to say."""

    type: ClassVar[str] = "tereze.identity-review.opened.v1"


class ReviewOverdue(ReviewEvent):
    """Nobody decided in time; the next level is told."""

    type: ClassVar[str] = "tereze.identity-review.overdue.v1"
    level: Annotated[ReviewLevel, OPERATIONAL]
    fired_at: Annotated[AwareDatetime, OPERATIONAL]
    told_agency_ids: Annotated[tuple[AgencyId, ...], OPERATIONAL]


class ReviewDecided(ReviewEvent):
    """A person said whether they are one child."""

    type: ClassVar[str] = "tereze.identity-review.decided.v1"
    outcome: Annotated[ReviewOutcome, OPERATIONAL]
    decided_at: Annotated[AwareDatetime, OPERATIONAL]
