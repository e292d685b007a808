"""Decides what the registry tells and answers about who is who; must never carry a particular on the bus."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from tereze.contracts.events import Event
from tereze.contracts.ids import PersonId, ReferralId
from tereze.contracts.labels import IDENTITY, OPERATIONAL, Contract
from tereze.contracts.referrals import Child, Flag


class PersonIdentified(Event):
    """The registry knows whose child a referral is about: an existing person or a new one."""

    type: ClassVar[str] = "tereze.person.identified.v1"
    topic: ClassVar[str] = "tereze.registry.identities"
    key_field: ClassVar[str] = "referral_id"

    referral_id: Annotated[ReferralId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]
    matched_by: Annotated[str, OPERATIONAL, Field(description="iin, name_birth_date, new or unresolved")]
    flags: Annotated[tuple[str, ...], OPERATIONAL] = ()


class PersonView(Contract):
    """Answer of ``GET /v1/persons/{id}``, redacted for whoever asks."""

    person_id: Annotated[PersonId, OPERATIONAL]
    child: Annotated[Child | None, IDENTITY] = None
    sources: Annotated[int, OPERATIONAL, Field(description="How many referrals named this person")]
    flags: Annotated[tuple[Flag, ...], IDENTITY] = ()
    first_seen_at: Annotated[AwareDatetime, OPERATIONAL]
