"""Decides how a body is founded and amended and how somebody comes to act for one; must never carry what a person holds."""

from typing import Annotated

from pydantic import Field, StringConstraints

from tereze.contracts.directory import LocalName
from tereze.contracts.ids import AgencyId, RegionCode
from tereze.contracts.labels import OPERATIONAL, STAFF, Contract
from tereze.contracts.words import AgencyKind, StaffRole

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
BodyName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
PersonName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]
Roles = Annotated[tuple[StaffRole, ...], Field(min_length=1, max_length=len(StaffRole))]


class FullName(Contract):
    """The name of a body in the three working languages, none of them blank."""

    kk: Annotated[BodyName, OPERATIONAL, Field(examples=["Көктем орта мектебі"])]
    ru: Annotated[BodyName, OPERATIONAL, Field(examples=["Средняя школа «Коктем»"])]
    en: Annotated[BodyName, OPERATIONAL, Field(examples=["Koktem secondary school"])]

    @property
    def local(self) -> LocalName:
        """The same as everybody reads it."""
        return LocalName(kk=self.kk.strip(), ru=self.ru.strip(), en=self.en.strip())


class FoundAgency(Contract):
    """Body of ``POST /v1/agencies``: a new body, or a unit of one."""

    slug: Annotated[
        Slug, OPERATIONAL, Field(description="Short readable name; nobody else's", examples=["almaty-school-koktem"])
    ]
    kind: Annotated[AgencyKind, OPERATIONAL, Field(description="Stays as it is", examples=["school"])]
    region_code: Annotated[
        RegionCode | None, OPERATIONAL, Field(description="Left out: a body of the whole nation. Stays as it is")
    ] = None
    parent_agency_id: Annotated[
        AgencyId | None, OPERATIONAL, Field(description="The body above it; left out: none. Stays as it is")
    ] = None
    name: Annotated[FullName, OPERATIONAL]


class AmendAgency(Contract):
    """Body of ``PUT /v1/agencies/{id}``. What a body is (kind, region, whose unit) stays: close it and found another."""

    slug: Annotated[Slug, OPERATIONAL, Field(examples=["almaty-school-koktem"])]
    name: Annotated[FullName, OPERATIONAL]


class AddStaff(Contract):
    """Body of ``POST /v1/staff``: a person, or an agency's system, who is to act for an agency; unattested, so not yet fit to."""

    subject: Annotated[
        Subject, STAFF, Field(description="The ``sub`` of their tokens; nobody else's", examples=["kc-7f1c0b2e"])
    ]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    roles: Annotated[Roles, OPERATIONAL, Field(description="None above your own", examples=[["member"]])]
    display_name: Annotated[
        PersonName, STAFF, Field(description="Stays in the directory", examples=["Айгүл Нұрланқызы"])
    ]


class AmendStaff(Contract):
    """Body of ``POST /v1/staff/{id}/amend``: how somebody is called, and what they are trusted with."""

    roles: Annotated[Roles, OPERATIONAL, Field(description="None above your own", examples=[["manager"]])]
    display_name: Annotated[PersonName, STAFF, Field(examples=["Айгүл Нұрланқызы"])]


class MoveStaff(Contract):
    """Body of ``POST /v1/staff/{id}/move``: from now on they act for another agency, and hold nothing of the old one's."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    roles: Annotated[Roles, OPERATIONAL, Field(description="What they are trusted with there", examples=[["member"]])]
