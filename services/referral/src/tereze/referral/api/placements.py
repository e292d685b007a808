"""Decides what is answered about placements and how a word on one comes in; must never tell of a child who may not be known."""

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from tereze.access import Decision, decide, decide_each, redact
from tereze.access.decisions import Action
from tereze.chassis.http import (
    BadCursor,
    Cursor,
    Idempotency,
    IfMatch,
    Limit,
    Reply,
    body,
    decode_cursor,
    encode_cursor,
    etag,
    once,
    refuses,
)
from tereze.contracts.facts import Forbidden, NotFound, Stale
from tereze.contracts.ids import PlacementId
from tereze.contracts.labels import Sensitivity
from tereze.contracts.placements import (
    DecidePlacement,
    EndPlacement,
    HoldBed,
    PlacementPage,
    PlacementState,
    PlacementView,
    RequestPlacement,
    ReviewPlacement,
)
from tereze.referral.api.reading import Visit, Visitor
from tereze.referral.beds import Bedside, ask_for_bed, at_bedside, rules_of, weigh_for
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.centres import Need
from tereze.referral.domain.placement import (
    NoFreeBed,
    PlacedAlready,
    Placement,
    PlacementNotThere,
    TermTooLong,
    admit_child,
    change_centre,
    decide_placement,
    discharge_child,
    review_placement,
    withdraw_placement,
)
from tereze.referral.domain.standing import CaseNotLive
from tereze.referral.domain.tasks import Actor
from tereze.referral.moments import pack_of
from tereze.referral.permissions import case_resource, may_read_case, placement_resource
from tereze.referral.place_views import offer_view, placement_summary, placement_view
from tereze.referral.store.casefiles import read_cases
from tereze.referral.store.centres import every_centre
from tereze.referral.store.disclosures import PLACEMENT, Shown, note_shown
from tereze.referral.store.placements import find_placement, page_of_placements, survivor_of, the_line
from tereze.referral.store.referrals import say

router = APIRouter(tags=["placements"])

_PLACEMENT = re.compile(r"plc_[0-9a-f]{32}\Z")
_UNDECIDED = frozenset({PlacementState.WAITING, PlacementState.HELD})
Key = Annotated[PlacementId, Path()]
Word = Callable[[Bedside, Actor], None]
Remark = tuple[str, str | None]


class Command:
    """One word of one caller on one placement: 404, 403, 412 and 409 in this order, then the effect."""

    def __init__(self, placement_id: Key, version: IfMatch, visit: Visit) -> None:
        self.placement_id, self.version, self.visit = placement_id, version, visit

    async def run(self, action: Action, word: Word, *remarks: Remark, also: tuple[str, ...] = ()) -> Response:
        """Let the word take effect and show what became of the placement."""
        work, caller = self.visit.work, self.visit.caller
        bedside = await at_bedside(work, self.placement_id, also=also)
        if bedside is None or not may_read(self.visit, bedside.file, bedside.placement).allowed:
            raise NotFound
        resource = placement_resource(bedside.file, bedside.placement)
        decision = decide(caller.actor, action, resource)
        if not decision.allowed:
            raise Forbidden("your agency does not have this part in the placement, or your role does not allow this")
        placement = bedside.placement
        if self.version != placement.version:
            raise Stale(current_version=placement.version, current_state=placement.state)
        word(bedside, Actor(caller.agency_id, caller.staff_id, caller.roles))
        await bedside.keep()
        for kind, text in remarks:
            await say(work, bedside.file.case_id, kind, text, task_id=None, by_staff_id=caller.staff_id)
        return (await _shown(self.visit, bedside.file, placement, decision.labels, 200)).response()


Spoken = Annotated[Command, Depends()]
_NOT_NOW = (PlacementNotThere,)


def may_read(visit: Visitor, file: CaseFile, placement: Placement) -> Decision:
    """Whether the placement may be known of, and which labels are seen of it."""
    return decide(visit.caller.actor, "read_placement", placement_resource(file, placement))


@router.post("/v1/placements", response_model=PlacementView, status_code=201)
@refuses(NotFound, CaseNotLive, PlacedAlready)
async def request_placement(wanted: body[RequestPlacement], key: Idempotency, visit: Visit) -> Response:
    """Ask for a bed for the child of a case. The nearest free one is held at once; without one the child is in line.

    `offers` says which centres were weighed, in which order, and why the others were not offered.
    """
    caller, work = visit.caller, visit.work

    async def produce() -> Reply:
        files = await read_cases(work, [wanted.case_id])
        if not files or not may_read_case(caller.actor, files[0]).allowed:
            raise NotFound
        if not decide(caller.actor, "request_placement", case_resource(files[0])).allowed:
            raise Forbidden("a bed is asked for by an agency that refers, triages or holds a task of the case")
        need = Need(wanted.profile, wanted.placed_as, wanted.age, wanted.sex)
        by = Actor(caller.agency_id, caller.staff_id, caller.roles)
        bedside = await ask_for_bed(work, wanted.case_id, need, by, wanted.from_region_code)
        labels = may_read(visit, bedside.file, bedside.placement).labels
        reply = await _shown(visit, bedside.file, bedside.placement, labels, 201)
        where = {"Location": f"/v1/placements/{bedside.placement.placement_id}"}
        return Reply(201, reply.model, {**reply.headers, **where})

    return await once(key, work, caller, wanted, produce)


@router.get("/v1/placements", response_model=PlacementPage)
async def list_placements(
    visit: Visit,
    state: Annotated[PlacementState | None, Query(description="Only in this state")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """The placements your agency asked for, or has a bed for."""
    work, actor = visit.work, visit.caller.actor
    found = await page_of_placements(work, actor, state=state, after=_after(cursor), limit=limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    files = {file.case_id: file for file in await read_cases(work, [placement.case_id for placement in shown])}
    asked = [(placement, files[placement.case_id]) for placement in shown]
    decisions = decide_each(actor, [("read_placement", placement_resource(f, p)) for p, f in asked])
    noted = [Shown(f.case_id, may) for (_, f), may in zip(asked, decisions, strict=True) if may.allowed]
    await note_shown(work, actor, PLACEMENT, noted)
    items = [
        redact(placement_summary(placement, file.risk), decision.labels)
        for (placement, file), decision in zip(asked, decisions, strict=True)
        if decision.allowed
    ]
    cursor = encode_cursor({"after": shown[-1].placement_id}) if has_more else None
    return Reply(200, {"items": items, "has_more": has_more, "cursor": cursor}).response()


@router.get("/v1/placements/{placement_id}", response_model=PlacementView)
async def read_placement(placement_id: Key, visit: Visit) -> Response:
    """One placement: the bed, by whose act, until when; while undecided, every centre as it is weighed now."""
    placement = await find_placement(visit.work, placement_id)
    if placement is None:
        raise NotFound
    [file] = await read_cases(visit.work, [await survivor_of(visit.work, placement.case_id)])
    decision = may_read(visit, file, placement)
    if not decision.allowed:
        raise NotFound
    return (await _shown(visit, file, placement, decision.labels, 200)).response()


@router.post("/v1/placements/{placement_id}/hold", response_model=PlacementView)
@refuses(*_NOT_NOW, NoFreeBed)
async def choose_centre(command: Spoken, wanted: body[HoldBed]) -> Response:
    """Hold a bed at another centre than the window chose; the bed held before goes to whoever is first in line."""

    def word(at: Bedside, by: Actor) -> None:
        other = at.centres.get(wanted.centre_id)
        if other is None or not at.has_bed(other):
            raise NoFreeBed(current_state=at.placement.state, current_version=at.placement.version)
        change_centre(at.file, at.placement, at.centre, other, by=by, moment=at.moment, rules=at.rules)

    return await command.run("hold_bed", word, also=(wanted.centre_id,))


@router.post("/v1/placements/{placement_id}/decide", response_model=PlacementView)
@refuses(*_NOT_NOW, TermTooLong)
async def decide_stay(command: Spoken, made: body[DecidePlacement]) -> Response:
    """Record by whose act the child is placed and until when. The review clock and the term's clock start."""

    def word(at: Bedside, by: Actor) -> None:
        decide_placement(
            at.file,
            at.placement,
            by,
            at.moment,
            at.rules,
            basis=made.legal_basis,
            decision_id=made.decision_id,
            term_ends_on=made.term_ends_on,
        )

    return await command.run("decide_placement", word)


@router.post("/v1/placements/{placement_id}/admit", response_model=PlacementView)
@refuses(*_NOT_NOW)
async def admit_to_centre(command: Spoken) -> Response:
    """Say, as the centre, that the child arrived."""
    return await command.run("admit_child", lambda at, by: admit_child(at.file, at.placement, by, at.moment))


@router.post("/v1/placements/{placement_id}/review", response_model=PlacementView)
@refuses(*_NOT_NOW)
async def review_stay(command: Spoken, reviewed: body[ReviewPlacement]) -> Response:
    """Record that the stay was looked at and is still right. The next review has its own clock."""

    def word(at: Bedside, by: Actor) -> None:
        review_placement(at.file, at.placement, by, at.moment, at.rules)

    remarks = (("placement_review", reviewed.remark), ("child_view", reviewed.child_view))
    return await command.run("review_placement", word, *remarks)


@router.post("/v1/placements/{placement_id}/discharge", response_model=PlacementView)
@refuses(*_NOT_NOW)
async def discharge_from_centre(command: Spoken, ended: body[EndPlacement]) -> Response:
    """Say, as the centre, that the child left; the bed goes to whoever is first in line."""

    def word(at: Bedside, by: Actor) -> None:
        if at.centre is None:  # in line: nobody to discharge
            raise PlacementNotThere(current_state=at.placement.state, current_version=at.placement.version)
        discharge_child(at.file, at.placement, at.centre, by, reason=ended.reason, moment=at.moment)

    return await command.run("discharge_child", word, ("placement_end", ended.remark))


@router.post("/v1/placements/{placement_id}/withdraw", response_model=PlacementView)
@refuses(*_NOT_NOW)
async def withdraw_request(command: Spoken, ended: body[EndPlacement]) -> Response:
    """Ask no longer, before the child came; a held bed goes to whoever is first in line."""

    def word(at: Bedside, by: Actor) -> None:
        withdraw_placement(at.file, at.placement, at.centre, by, reason=ended.reason, moment=at.moment)

    return await command.run("withdraw_placement", word, ("placement_end", ended.remark))


async def _shown(
    visit: Visitor, file: CaseFile, placement: Placement, labels: frozenset[Sensitivity], status: int
) -> Reply:
    work, need = visit.work, placement.need
    offers, ahead = [], None
    if placement.state in _UNDECIDED:
        centres = await every_centre(work)
        weighed = await weigh_for(work, centres, need, placement.from_region_code, file.excluded)
        offers = [offer_view(one, rules_of(work), visit.language) for one in weighed]
    if placement.state is PlacementState.WAITING:
        line = await the_line(work)
        own = next((one.turn for one in line if one.placement.placement_id == placement.placement_id), None)
        ahead = sum(one.turn < own and one.placement.need == need for one in line) if own else None
    view = placement_view(placement, file, pack_of(work, file), offers=offers, ahead=ahead)
    return Reply(status, redact(view, labels), etag(placement.version))


def _after(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    after = decode_cursor(cursor).get("after")
    if not isinstance(after, str) or not _PLACEMENT.match(after):
        raise BadCursor
    return after
