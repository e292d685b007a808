"""Decides what is told and answered about who of an agency is on duty when; must never carry a name."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from tereze.contracts.events import Event
from tereze.contracts.ids import AgencyId, ShiftId, StaffId
from tereze.contracts.labels import OPERATIONAL, STAFF, Contract
from tereze.contracts.words import StaffRole


class AddShift(Contract):
    """Body of ``POST /v1/agencies/{id}/rota``: somebody is on duty from one instant until another."""

    staff_id: Annotated[StaffId, STAFF]
    since: Annotated[AwareDatetime, OPERATIONAL]
    until: Annotated[AwareDatetime, OPERATIONAL, Field(description="Exclusive; at most 31 days after `since`")]


class Shift(AddShift):
    """A shift as kept."""

    shift_id: Annotated[ShiftId, OPERATIONAL]


class RotaPublished(Event):
    """The shifts of an agency that are not over (compacted topic; version grows). An agency without any has everybody on duty."""

    type: ClassVar[str] = "tereze.rota.published.v1"
    topic: ClassVar[str] = "tereze.directory.rotas"
    key_field: ClassVar[str] = "agency_id"
    agency_id: Annotated[AgencyId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL]
    shifts: Annotated[tuple[Shift, ...], OPERATIONAL]


class RotaView(Contract):
    """Answer of ``GET /v1/agencies/{id}/rota``: who is on duty at an instant, and the shifts that are not over."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    at: Annotated[AwareDatetime, OPERATIONAL]
    on_duty: Annotated[
        tuple[StaffId, ...], STAFF, Field(description="Who may act and is on duty; with no rota, everybody fit")
    ]
    shifts: Annotated[tuple[Shift, ...], OPERATIONAL]


class ContactRung(Contract):
    """One level of the way upward: whom to call, in order."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    role: Annotated[StaffRole, OPERATIONAL]
    staff_ids: Annotated[tuple[StaffId, ...], STAFF]


class ContactLadder(Contract):
    """Answer of ``GET /v1/agencies/{id}/contacts``: on duty, manager, head, then those of the bodies above."""

    rungs: Annotated[tuple[ContactRung, ...], OPERATIONAL]
