"""Decides how rotas, contacts, posts, load and catchments are read and kept; must never do I/O, nor put an address into a URL."""

from datetime import datetime

from tereze.client.call import Call, Flow, Stream, creating, if_match, pages, query, segment, shape
from tereze.contracts.catchments import CatchmentList, ResolveAddress, ResponsibleList
from tereze.contracts.rotas import AddShift, ContactLadder, RotaView
from tereze.contracts.workforce import (
    CaseloadView,
    ChangePost,
    CreatePost,
    Post,
    PostList,
    Specialism,
    WorkforcePage,
    WorkforceRow,
)


def rota(agency_id: str, *, at: datetime | None = None) -> Call[RotaView]:
    """Who of an agency is on duty at an instant, and the shifts that are not over."""
    asked = query(at=at.isoformat() if at else None)
    return Call("GET", f"/v1/agencies/{segment(agency_id)}/rota", shape(RotaView), asked, repeatable=True)


def contacts(agency_id: str, *, at: datetime | None = None) -> Call[ContactLadder]:
    """Whom to call, in order: who is on duty, the manager, the head, then those of the bodies above."""
    asked = query(at=at.isoformat() if at else None)
    return Call("GET", f"/v1/agencies/{segment(agency_id)}/contacts", shape(ContactLadder), asked, repeatable=True)


def add_shift(
    agency_id: str, staff_id: str, *, since: datetime, until: datetime, idempotency_key: str | None = None
) -> Call[RotaView]:
    """Put somebody of the agency on duty."""
    where, body = f"/v1/agencies/{segment(agency_id)}/rota", AddShift(staff_id=staff_id, since=since, until=until)
    return Call("POST", where, shape(RotaView), body=body, headers=creating(idempotency_key), repeatable=True)


def remove_shift(agency_id: str, shift_id: str, *, version: int | None = None) -> Flow[RotaView]:
    """Take a shift off the rota."""
    if version is None:
        version = (yield rota(agency_id)).version
    where = f"/v1/agencies/{segment(agency_id)}/rota/{segment(shift_id)}"
    answer: RotaView = yield Call("DELETE", where, shape(RotaView), headers=if_match(version))
    return answer


def workforce(*, region: str | None = None, gaps: bool = False, limit: int | None = None) -> Stream[WorkforceRow]:
    """Posts filled and vacant and pupils for each specialist, the gravest gaps first; pages are fetched as they are needed."""
    asked = query(region=region, gaps="true" if gaps else None, limit=limit)
    return pages(Call("GET", "/v1/workforce", shape(WorkforcePage), asked, repeatable=True))


def posts(agency_id: str) -> Call[PostList]:
    """The posts of an agency and who holds each."""
    return Call("GET", "/v1/workforce/posts", shape(PostList), query(agency_id=agency_id), repeatable=True)


def create_post(
    agency_id: str, specialism: Specialism, *, pupils: int | None = None, idempotency_key: str | None = None
) -> Call[Post]:
    """A post that an agency has; vacant until somebody holds it."""
    body, headers = CreatePost(agency_id=agency_id, specialism=specialism, pupils=pupils), creating(idempotency_key)
    return Call("POST", "/v1/workforce/posts", shape(Post), body=body, headers=headers, repeatable=True)


def change_post(post: Post, *, staff_id: str | None, pupils: int | None = None) -> Call[Post]:
    """Say who holds a post, or nobody, and for how many children it is there."""
    where, body = f"/v1/workforce/posts/{segment(post.post_id)}", ChangePost(staff_id=staff_id, pupils=pupils)
    return Call("PUT", where, shape(Post), body=body, headers=if_match(post.version))


def caseload() -> Call[CaseloadView]:
    """How many open duties each of your people answers for, and how many wait for a name."""
    return Call("GET", "/v1/caseload", shape(CaseloadView), repeatable=True)


def catchments(region_code: str) -> Call[CatchmentList]:
    """The districts of a region, and which body is responsible for what of them."""
    return Call("GET", f"/v1/regions/{segment(region_code)}/catchments", shape(CatchmentList), repeatable=True)


def responsible(
    region_code: str, district_code: str, *, street: str | None = None, house: int | None = None
) -> Call[ResponsibleList]:
    """Which school, clinic, police and guardianship body is responsible for an address; nothing of it is kept."""
    where = f"/v1/regions/{segment(region_code)}/catchments/resolve"
    body = ResolveAddress(district_code=district_code, street=street, house=house)
    return Call("POST", where, shape(ResponsibleList), body=body, repeatable=True)
