"""Decides what is answered about posts: which are filled, how many pupils each has, where the gaps are; must never carry a pupil."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from tereze.contracts.ids import AgencyId, PostId, RegionCode, StaffId
from tereze.contracts.labels import OPERATIONAL, STAFF, Contract
from tereze.contracts.words import AgencyKind


class Specialism(StrEnum):
    """What a post is for."""

    SOCIAL_PEDAGOGUE = "social_pedagogue"
    PSYCHOLOGIST = "psychologist"
    JUVENILE_INSPECTOR = "juvenile_inspector"
    PAEDIATRICIAN = "paediatrician"
    SOCIAL_WORKER = "social_worker"
    GUARDIANSHIP_SPECIALIST = "guardianship_specialist"
    COORDINATOR = "coordinator"


class WorkforceGap(StrEnum):
    """What is wrong with the posts of a specialism."""

    NO_POST = "no_post"
    NOBODY = "nobody"
    VACANT = "vacant"
    OVERLOADED = "overloaded"


class CreatePost(Contract):
    """Body of ``POST /v1/workforce/posts``."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    specialism: Annotated[Specialism, OPERATIONAL]
    pupils: Annotated[int | None, OPERATIONAL, Field(ge=0, le=20_000, description="Children the post is there for")] = (
        None
    )


class Post(CreatePost):
    """A post as kept; vacant without a holder."""

    post_id: Annotated[PostId, OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    staff_id: Annotated[StaffId | None, STAFF] = None
    vacant_since: Annotated[AwareDatetime | None, OPERATIONAL] = None


class ChangePost(Contract):
    """Body of ``PUT /v1/workforce/posts/{id}``: who holds it (left out: nobody) and for how many children."""

    staff_id: Annotated[StaffId | None, STAFF] = None
    pupils: Annotated[int | None, OPERATIONAL, Field(ge=0, le=20_000)] = None


class WorkforceRow(Contract):
    """The posts of one specialism at one agency. ``gap`` says in a word what is wrong, if anything."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    kind: Annotated[AgencyKind, OPERATIONAL]
    region_code: Annotated[RegionCode | None, OPERATIONAL] = None
    specialism: Annotated[Specialism, OPERATIONAL]
    posts: Annotated[int, OPERATIONAL]
    filled: Annotated[int, OPERATIONAL]
    vacant: Annotated[int, OPERATIONAL]
    unfit: Annotated[int, OPERATIONAL, Field(description="Filled by somebody who may not act at present")]
    pupils: Annotated[int, OPERATIONAL]
    pupils_per_specialist: Annotated[
        float | None, OPERATIONAL, Field(description="Over those who may act; absent where nobody may")
    ] = None  # fmt: skip
    gap: Annotated[WorkforceGap | None, OPERATIONAL] = None


class WorkforcePage(Contract):
    """Answer of ``GET /v1/workforce``, the gravest gaps first."""

    items: Annotated[tuple[WorkforceRow, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None


class PostList(Contract):
    """Answer of ``GET /v1/workforce/posts?agency_id=``."""

    items: Annotated[tuple[Post, ...], OPERATIONAL]


class CaseloadRow(Contract):
    """How many open duties somebody answers for, and whether they may act now."""

    staff_id: Annotated[StaffId, STAFF]
    open_duties: Annotated[int, OPERATIONAL]
    may_act: Annotated[bool, OPERATIONAL]
    on_duty: Annotated[bool, OPERATIONAL]


class CaseloadView(Contract):
    """Answer of ``GET /v1/caseload``: the people of your agency by load, and the duties nobody is named for."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    items: Annotated[tuple[CaseloadRow, ...], STAFF]
    unassigned: Annotated[
        int, OPERATIONAL, Field(description="Taken duties that the manager answers for until somebody is named")
    ]
