"""Decides what is told and answered about which body is responsible for an address; must never carry whose address it is."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from tereze.contracts.directory import LocalName
from tereze.contracts.events import Event
from tereze.contracts.ids import AgencyId, CatchmentId, DistrictCode, RegionCode
from tereze.contracts.labels import LOCATION, OPERATIONAL, Contract
from tereze.contracts.words import AgencyKind

Street = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=r"\S")]


class District(Contract):
    """A second-level unit of the country."""

    code: Annotated[DistrictCode, OPERATIONAL]
    region_code: Annotated[RegionCode, OPERATIONAL]
    name: Annotated[LocalName, OPERATIONAL]


class StreetPart(Contract):
    """A street, or the houses of it between two numbers."""

    street: Annotated[Street, OPERATIONAL]
    house_from: Annotated[int | None, OPERATIONAL, Field(ge=1, le=9_999)] = None
    house_to: Annotated[int | None, OPERATIONAL, Field(ge=1, le=9_999)] = None


class Catchment(Contract):
    """What one body is responsible for: parts of a district, or, without streets, whatever of it no other body has."""

    catchment_id: Annotated[CatchmentId, OPERATIONAL]
    district_code: Annotated[DistrictCode, OPERATIONAL]
    kind: Annotated[AgencyKind, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    streets: Annotated[tuple[StreetPart, ...], OPERATIONAL] = ()
    active: Annotated[bool, OPERATIONAL] = True


class CatchmentPublished(Event):
    """A catchment as it is now (compacted topic; version grows)."""

    type: ClassVar[str] = "tereze.catchment.published.v1"
    topic: ClassVar[str] = "tereze.directory.catchments"
    key_field: ClassVar[str] = "key_id"
    key_id: Annotated[CatchmentId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL]
    catchment: Annotated[Catchment, OPERATIONAL]


class CatchmentList(Contract):
    """Answer of ``GET /v1/regions/{code}/catchments``."""

    districts: Annotated[tuple[District, ...], OPERATIONAL]
    catchments: Annotated[tuple[Catchment, ...], OPERATIONAL]


class ResolveAddress(Contract):
    """Body of ``POST /v1/regions/{code}/catchments/resolve``; it is neither kept nor logged."""

    district_code: Annotated[DistrictCode, LOCATION]
    street: Annotated[Street | None, LOCATION] = None
    house: Annotated[int | None, LOCATION, Field(ge=1, le=9_999)] = None


class ResponsibleBy(StrEnum):
    """What a responsibility rests on."""

    HOUSE = "house"
    STREET = "street"
    DISTRICT = "district"


class Responsible(Contract):
    """Which body of a kind is responsible, and what that rests on."""

    kind: Annotated[AgencyKind, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    by: Annotated[ResponsibleBy, OPERATIONAL]


class ResponsibleList(Contract):
    """Answer of ``POST /v1/regions/{code}/catchments/resolve``: one body a kind; a kind that is missing has none."""

    items: Annotated[tuple[Responsible, ...], OPERATIONAL]
