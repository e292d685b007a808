"""Decides what is told and answered about regions, agencies and staff; must never carry a private person."""

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from tereze.contracts.events import Event
from tereze.contracts.ids import AgencyId, RegionCode, StaffId
from tereze.contracts.labels import OPERATIONAL, STAFF, Contract
from tereze.contracts.words import AgencyKind, StaffRole


class LocalName(Contract):
    """One name in the three working languages."""

    kk: Annotated[str, OPERATIONAL]
    ru: Annotated[str, OPERATIONAL]
    en: Annotated[str, OPERATIONAL]


class Region(Contract):
    """A first-level unit of the country."""

    code: Annotated[RegionCode, OPERATIONAL]
    kind: Annotated[str, OPERATIONAL]
    name: Annotated[LocalName, OPERATIONAL]


class Agency(Contract):
    """A body that can refer or hold tasks. ``region_code`` is absent for a national one."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    slug: Annotated[
        str, OPERATIONAL, Field(description="Short readable name for the command line", examples=["almaty-police"])
    ]
    kind: Annotated[AgencyKind, OPERATIONAL]
    region_code: Annotated[RegionCode | None, OPERATIONAL] = None
    parent_agency_id: Annotated[AgencyId | None, OPERATIONAL] = None
    name: Annotated[LocalName, OPERATIONAL]
    active: Annotated[bool, OPERATIONAL] = True
    calendar: Annotated[
        str | None,
        OPERATIONAL,
        Field(description="Its own working calendar, where it works otherwise than the country"),
    ] = None


class AgencyView(Agency):
    """A body as it is read to be amended or closed."""

    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]


class Standing(Contract):
    """Between which instants somebody's attestations let them act; both absent means never, an absent end means no end."""

    fit_from: Annotated[AwareDatetime | None, STAFF] = None
    fit_until: Annotated[AwareDatetime | None, STAFF] = None
    unmet: Annotated[
        tuple[str, ...],
        STAFF,
        Field(
            description="Codes of the requirements that are not met now; of those that lapse first while all are met"
        ),
    ] = ()

    def fit_at(self, now: datetime) -> bool:
        """Whether every requirement is met at an instant."""
        begun = self.fit_from is not None and self.fit_from <= now
        return begun and (self.fit_until is None or now < self.fit_until)


class StaffMember(Standing):
    """A person or a system that acts for an agency; ``subject`` is the token's ``sub``."""

    staff_id: Annotated[StaffId, OPERATIONAL]
    subject: Annotated[str, STAFF]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    roles: Annotated[tuple[StaffRole, ...], OPERATIONAL]
    display_name: Annotated[str, STAFF]
    active: Annotated[bool, OPERATIONAL] = True


class RegionPublished(Event):
    """A region as it is now (compacted topic; version grows)."""

    type: ClassVar[str] = "tereze.region.published.v1"
    topic: ClassVar[str] = "tereze.directory.regions"
    key_field: ClassVar[str] = "key_id"
    key_id: Annotated[RegionCode, OPERATIONAL]
    version: Annotated[int, OPERATIONAL]
    region: Annotated[Region, OPERATIONAL]


class AgencyPublished(Event):
    """An agency as it is now (compacted topic; version grows)."""

    type: ClassVar[str] = "tereze.agency.published.v1"
    topic: ClassVar[str] = "tereze.directory.agencies"
    key_field: ClassVar[str] = "key_id"
    key_id: Annotated[AgencyId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL]
    agency: Annotated[Agency, OPERATIONAL]


class StaffRecord(Standing):
    """What other services need of a staff member; the display name stays in the directory."""

    staff_id: Annotated[StaffId, OPERATIONAL]
    subject: Annotated[str, STAFF]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    roles: Annotated[tuple[StaffRole, ...], OPERATIONAL]
    active: Annotated[bool, OPERATIONAL] = True
    left_agency_id: Annotated[
        AgencyId | None, OPERATIONAL, Field(description="For whom they acted before, where they were moved")
    ] = None
    left_at: Annotated[AwareDatetime | None, OPERATIONAL] = None


class StaffPublished(Event):
    """A staff member's standing as it is now (compacted topic; version grows)."""

    type: ClassVar[str] = "tereze.staff.published.v1"
    topic: ClassVar[str] = "tereze.directory.staff"
    key_field: ClassVar[str] = "key_id"
    key_id: Annotated[StaffId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL]
    staff: Annotated[StaffRecord, OPERATIONAL]


class AgencyPage(Contract):
    """One page of agencies."""

    items: Annotated[tuple[Agency, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class RegionList(Contract):
    """Every region of the country."""

    items: Annotated[tuple[Region, ...], OPERATIONAL]


class StaffPage(Contract):
    """One page of an agency's staff."""

    items: Annotated[tuple[StaffMember, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class SeriesRow(Contract):
    """One published count. ``region_code`` is absent where the source does not say which unit it means."""

    published_name: Annotated[str, OPERATIONAL]
    region_code: Annotated[RegionCode | None, OPERATIONAL] = None
    list: Annotated[str, OPERATIONAL]
    earlier_cases: Annotated[int | None, OPERATIONAL] = None
    later_cases: Annotated[int | None, OPERATIONAL] = None
    growth_percent_published: Annotated[float | None, OPERATIONAL] = None


class OfficialSeries(Contract):
    """A published series of a country pack, with its source and its caveats; shown beside our counts, never mixed in."""

    name: Annotated[str, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    source: Annotated[str, OPERATIONAL]
    caveats: Annotated[tuple[LocalName, ...], OPERATIONAL]
    loaded_on: Annotated[date, OPERATIONAL]
    rows: Annotated[tuple[SeriesRow, ...], OPERATIONAL]
