"""Decides what a pack says of services, placements and the commission; must never grant one itself."""

from typing import Annotated

from pydantic import Field

from tereze.contracts.directory import LocalName
from tereze.contracts.words import AgencyKind, CentreProfile, Ground, PlacedAs, PlacementPaper
from tereze.protocol.parts import LimitText, Part, Source, When

RowId = Annotated[str, Field(pattern=r"^[a-z0-9_.-]+$")]


class GroundRow(Part):
    """One ground on which a service is granted. The first whose condition holds decides."""

    row: RowId
    ground: Ground
    when: When
    basis: Annotated[LocalName, Field(description="The legal basis, in words")]
    source: Source


class ServiceRow(Part):
    """One service: who decides on it, within which limit, and on which grounds."""

    title: LocalName
    decider: AgencyKind
    limit: LimitText
    grounds: tuple[GroundRow, ...]
    refusal: Annotated[LocalName, Field(description="What is said where no ground holds")]
    source: Source


class PlacementRow(Part):
    """When a child needs a place in a centre, what the centre must be prepared for, and which papers it takes."""

    row: RowId
    when: When = When()
    profiles: Annotated[tuple[CentreProfile, ...], Field(description="None: any centre")]
    placed_as: PlacedAs
    papers: tuple[PlacementPaper, ...]
    source: Source


class CommissionRow(Part):
    """When the commission on juvenile affairs sits."""

    row: RowId
    when: When
    urgent: bool = False
    source: Source
