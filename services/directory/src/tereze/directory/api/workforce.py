"""Decides what is answered about posts and how they are kept; must never name the holder of a post to another agency."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from tereze.access import Decision, Resource, decide, redact
from tereze.access.decisions import Action
from tereze.chassis.http import (
    BadCursor,
    Caller,
    Cursor,
    Idempotency,
    IfMatch,
    Limit,
    OpenWork,
    Principal,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    etag,
    once,
    refuses,
)
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import AgencyId, PostId, RegionCode
from tereze.contracts.workforce import ChangePost, CreatePost, Post, PostList, WorkforcePage
from tereze.directory.domain.workforce import HolderUnfitting, rows_of
from tereze.directory.store.attestations import note_act
from tereze.directory.store.country import find_agency, units_of
from tereze.directory.store.staff import read_staff
from tereze.directory.store.workforce import change_post, count_posts, keep_post, lock_post, posts_of

router = APIRouter()


@router.get("/v1/workforce", response_model=WorkforcePage)
async def read_workforce(
    caller: Caller,
    work: OpenWork,
    *,
    region: Annotated[RegionCode | None, Query(description="Only bodies of this region")] = None,
    gaps: Annotated[bool, Query(description="Only where something is wrong")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Posts filled and vacant, and pupils for each specialist; the gravest gaps first. Of your agency and its units, or of all."""
    everywhere = decide(caller.actor, "read_workforce", Resource("workforce"))
    own = decide(caller.actor, "read_workforce", Resource("workforce", owner_agency_id=caller.agency_id))
    if not (everywhere.allowed or own.allowed):
        raise Forbidden("posts are seen by heads and managers, operators and the Ombudsman")
    under = None if everywhere.allowed else [caller.agency_id, *await units_of(work, caller.agency_id)]
    rows = rows_of(await count_posts(work, agency_ids=under, region_code=region))
    start = _position(cursor)
    wanted = [row for row in rows if row.gap or not gaps][start:]
    following = encode_cursor({"from": start + limit}) if len(wanted) > limit else None
    page = WorkforcePage(items=tuple(wanted[:limit]), has_more=following is not None, cursor=following)
    return Reply(200, redact(page, (everywhere if everywhere.allowed else own).labels)).response()


@router.get("/v1/workforce/posts", response_model=PostList)
@refuses(NotFound)
async def list_posts(
    agency_id: Annotated[AgencyId, Query(description="Of this agency")], caller: Caller, work: OpenWork
) -> Response:
    """The posts of an agency and who holds each."""
    decision = await _entitled(agency_id, caller, work)
    return Reply(200, redact(PostList(items=tuple(await posts_of(work, agency_id))), decision.labels)).response()


@router.post("/v1/workforce/posts", response_model=Post, status_code=201)
@refuses(NotFound)
async def create_post(created: body[CreatePost], key: Idempotency, caller: Caller, work: OpenWork) -> Response:
    """A post that an agency has; vacant until somebody holds it."""

    async def produce() -> Reply:
        decision = await _entitled(created.agency_id, caller, work)
        one = Post(**created.model_dump(), post_id=new_id("pst"), version=1, vacant_since=work.now)
        await keep_post(work, one)
        await note_act(work, "post-created", one.post_id, by=caller.staff_id, policy_id=decision.policy_id)
        return Reply(201, redact(one, decision.labels), etag(1))

    return await once(key, work, caller, created, produce)


@router.put("/v1/workforce/posts/{post_id}", response_model=Post)
@refuses(HolderUnfitting)
async def put_post(
    post_id: Annotated[PostId, Path()], changed: body[ChangePost], version: IfMatch, caller: Caller, work: OpenWork
) -> Response:
    """Say who holds a post, or nobody, and for how many children it is there."""
    one = await lock_post(work, post_id)
    if one is None:
        raise NotFound
    decision = await _entitled(one.agency_id, caller, work)
    if version != one.version:
        raise Stale(current_version=one.version)
    holder = await read_staff(work, changed.staff_id) if changed.staff_id else None
    if changed.staff_id and (holder is None or holder.member.agency_id != one.agency_id):
        raise HolderUnfitting(pointer="/staff_id")
    vacant = None if changed.staff_id else (one.vacant_since or work.now)
    update = {**changed.model_dump(), "version": version + 1, "vacant_since": vacant}
    one = one.model_copy(update=update)
    await change_post(work, one)
    await note_act(work, "post-changed", post_id, by=caller.staff_id, policy_id=decision.policy_id)
    return Reply(200, redact(one, decision.labels), etag(one.version)).response()


async def _entitled(agency_id: str, caller: Principal, work: Work, action: Action = "keep_posts") -> Decision:
    found = await find_agency(work, agency_id)
    above = frozenset({found.parent_agency_id} if found and found.parent_agency_id else ())
    decision = decide(caller.actor, action, Resource("workforce", owner_agency_id=agency_id, above=above))
    if found is None or not decision.allowed:
        raise Forbidden if found is not None and agency_id == caller.agency_id else NotFound
    return decision


def _position(cursor: str | None) -> int:
    start = decode_cursor(cursor).get("from") if cursor else 0
    if not isinstance(start, int) or isinstance(start, bool) or start < 0:
        raise BadCursor
    return start
