"""Decides how a child comes to a bed, stays and leaves, and who is first in line; must never give two children one bed or a child two."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.placements import (
    LegalBasis,
    PlacementAdmitted,
    PlacementDecided,
    PlacementDischarged,
    PlacementEnd,
    PlacementEvent,
    PlacementHeld,
    PlacementReleased,
    PlacementRequested,
    PlacementReviewed,
    PlacementState,
    PlacementWithdrawn,
)
from tereze.contracts.words import ClockKind, Risk
from tereze.protocol import due, severity
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.centres import Centre, Need
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.placement_rules import PlacementRules
from tereze.referral.domain.tasks import Actor

OPEN = frozenset({PlacementState.WAITING, PlacementState.HELD, PlacementState.PLACED, PlacementState.ADMITTED})
"""States in which a child needs or has a bed."""
WITH_BED = frozenset({PlacementState.HELD, PlacementState.PLACED, PlacementState.ADMITTED})
_STAY = (ClockKind.PLACEMENT_REVIEW, ClockKind.PLACEMENT_TERM)
HOLD_EXPIRED, CENTRE_EXCLUDED = "hold_expired", "centre_excluded"


class PlacedAlready(Conflict):
    """The child of the case has a bed or is in line for one."""

    code = "placed-already"
    title = "A bed is asked for this child already"


class PlacementNotThere(Conflict):
    """The placement is in a state that this does not start from."""

    code = "placement-not-in-this-state"
    title = "The placement's state does not allow this"


class NoFreeBed(Conflict):
    """The centre has no bed for this child now."""

    code = "no-free-bed"
    title = "This centre has no bed for this child"


class TermTooLong(Invalid):
    """The term ends before it begins, or after the longest the rules allow."""

    code = "term-not-allowed"
    title = "The term must end after today and within the longest term"


@dataclass(slots=True)
class Placement:
    """One child's way to a bed. ``since`` counts for the line; ``holds`` numbers the holds, as the timer's generation."""

    placement_id: str
    case_id: str
    agency_id: str
    need: Need
    from_region_code: str
    requested_at: datetime
    since: datetime
    state: PlacementState = PlacementState.WAITING
    version: int = 0
    centre_id: str | None = None
    centre_agency_id: str | None = None
    holds: int = 0
    held_until: datetime | None = None
    legal_basis: LegalBasis | None = None
    decision_id: str | None = None
    term_ends_on: date | None = None
    admitted_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: PlacementEnd | None = None

    @property
    def open(self) -> bool:
        """Whether the child needs or has a bed."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class InLine:
    """A child in line, with what its case says of urgency and of who must not take part."""

    placement: Placement
    risk: Risk
    excluded: frozenset[str]

    @property
    def turn(self) -> tuple[int, datetime, str]:
        """The order of the line: the most urgent first, then whoever has waited longest."""
        return severity(self.risk), self.placement.since, self.placement.placement_id


def first_for(centre: Centre, line: Iterable[InLine]) -> Sequence[InLine]:
    """Who may get the centre's next bed, in order."""
    fitting = [one for one in line if centre.agency_id not in one.excluded and not centre.misfits(one.placement.need)]
    return sorted(fitting, key=lambda one: one.turn)


def request_placement(
    file: CaseFile, need: Need, by: Actor, *, region_code: str, moment: Moment, rules: PlacementRules
) -> Placement:
    """A bed is asked for: the child is in line, and somebody owes one by a time."""
    placement = Placement(
        placement_id=moment.new_id("plc"),
        case_id=file.case_id,
        agency_id=by.agency_id,
        need=need,
        from_region_code=region_code,
        requested_at=moment.now,
        since=moment.now,
    )
    _tell(file, placement, PlacementRequested, by, profile=need.profile)
    _owe_bed(file, file.risk, moment, rules)
    return placement


def hold_bed(
    file: CaseFile,
    placement: Placement,
    centre: Centre,
    moment: Moment,
    rules: PlacementRules,
    *,
    by: Actor | None = None,
) -> None:
    """A free bed is the child's for a while. Raises NoFreeBed."""
    if centre.free <= 0 or centre.agency_id in file.excluded or centre.misfits(placement.need):
        raise NoFreeBed(current_state=placement.state, current_version=placement.version)
    centre.take()
    placement.state = PlacementState.HELD
    placement.centre_id, placement.centre_agency_id = centre.centre_id, centre.agency_id
    placement.holds += 1
    placement.held_until = due(rules.hold.at(file.risk), moment.now, moment.calendar)
    _tell(file, placement, PlacementHeld, by, held_until=placement.held_until)


def release_bed(file: CaseFile, placement: Placement, centre: Centre, moment: Moment, reason: str) -> None:
    """The held bed is given up; the child is in line again, behind those of the same urgency."""
    centre.give_back()
    placement.state, placement.since = PlacementState.WAITING, moment.now
    _tell(file, placement, PlacementReleased, None, reason=reason)
    _cancel(file, _STAY, moment)
    placement.centre_id = placement.centre_agency_id = placement.held_until = None
    placement.legal_basis = placement.decision_id = placement.term_ends_on = None


def urge_move(file: CaseFile, moment: Moment, rules: PlacementRules) -> None:
    """The child lives in a centre that must not take part any more: somebody owes another bed, by the strictest limit."""
    if all(clock.kind is not ClockKind.PLACEMENT for clock in file.going_clocks(None)):
        _owe_bed(file, Risk.CRITICAL, moment, rules)


def change_centre(
    file: CaseFile,
    placement: Placement,
    centre: Centre | None,
    other: Centre,
    *,
    by: Actor,
    moment: Moment,
    rules: PlacementRules,
) -> None:
    """Hold a bed at another centre; the one held before is free again. Raises PlacementNotThere, NoFreeBed."""
    _in_state(placement, PlacementState.WAITING, PlacementState.HELD)
    if centre is not None and centre.centre_id == other.centre_id:
        return
    hold_bed(file, placement, other, moment, rules, by=by)
    if centre is not None:
        centre.give_back()


def decide_placement(
    file: CaseFile,
    placement: Placement,
    by: Actor,
    moment: Moment,
    rules: PlacementRules,
    *,
    basis: LegalBasis,
    decision_id: str,
    term_ends_on: date,
) -> None:
    """The stay gets its legal basis and term; while the child stays, a new decision gives a new term.

    Raises PlacementNotThere, TermTooLong.
    """
    _in_state(placement, *WITH_BED)
    ends_at = _end_of(term_ends_on, moment)
    if not moment.now < ends_at <= due(rules.longest_term.limit, moment.now, moment.calendar):
        raise TermTooLong(pointer="/term_ends_on")
    if placement.state is PlacementState.HELD:
        placement.state, placement.held_until = PlacementState.PLACED, None
        _start_review(file, placement, moment, rules)
    placement.legal_basis, placement.decision_id, placement.term_ends_on = basis, decision_id, term_ends_on
    facts = {"legal_basis": basis, "decision_id": decision_id, "term_ends_on": term_ends_on}
    _tell(file, placement, PlacementDecided, by, **facts)
    file.stop_clocks(None, frozenset({ClockKind.PLACEMENT_TERM}), moment.now)
    _start(file, ClockKind.PLACEMENT_TERM, placement.agency_id, ends_at, moment)


def admit_child(file: CaseFile, placement: Placement, by: Actor, moment: Moment) -> None:
    """The child arrived: the bed that was owed is given."""
    _in_state(placement, PlacementState.PLACED)
    placement.state, placement.admitted_at = PlacementState.ADMITTED, moment.now
    _tell(file, placement, PlacementAdmitted, by)
    file.stop_clocks(None, frozenset({ClockKind.PLACEMENT}), moment.now)


def review_placement(file: CaseFile, placement: Placement, by: Actor, moment: Moment, rules: PlacementRules) -> None:
    """The stay was looked at and is still right; the next look has its own clock."""
    _in_state(placement, PlacementState.PLACED, PlacementState.ADMITTED)
    _tell(file, placement, PlacementReviewed, by)
    file.stop_clocks(None, frozenset({ClockKind.PLACEMENT_REVIEW}), moment.now)
    _start_review(file, placement, moment, rules)


def discharge_child(
    file: CaseFile, placement: Placement, centre: Centre, by: Actor, *, reason: PlacementEnd, moment: Moment
) -> None:
    """The child left: the bed is free, and nothing more is owed about the stay."""
    _in_state(placement, PlacementState.ADMITTED)
    centre.give_back()
    _end(placement, PlacementState.DISCHARGED, reason, moment)
    _tell(file, placement, PlacementDischarged, by, reason=reason)
    file.stop_clocks(None, frozenset(_STAY), moment.now)


def withdraw_placement(
    file: CaseFile, placement: Placement, centre: Centre | None, by: Actor, *, reason: PlacementEnd, moment: Moment
) -> None:
    """The bed is no longer asked for, before the child came. ``centre`` is the one of a held bed."""
    _in_state(placement, PlacementState.WAITING, PlacementState.HELD, PlacementState.PLACED)
    if centre is not None:
        centre.give_back()
    _end(placement, PlacementState.WITHDRAWN, reason, moment)
    _tell(file, placement, PlacementWithdrawn, by, reason=reason)
    _cancel(file, (ClockKind.PLACEMENT, *_STAY), moment)


def _in_state(placement: Placement, *states: PlacementState) -> None:
    if placement.state not in states:
        raise PlacementNotThere(current_state=placement.state, current_version=placement.version)


def _end(placement: Placement, state: PlacementState, reason: PlacementEnd, moment: Moment) -> None:
    placement.state, placement.end_reason, placement.ended_at = state, reason, moment.now
    placement.held_until = None


def _end_of(day: date, moment: Moment) -> datetime:
    """The last minute of a day on the country's clock, as an instant in UTC."""
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=moment.calendar.zone).astimezone(UTC)


def _cancel(file: CaseFile, kinds: Iterable[ClockKind], moment: Moment) -> None:
    for clock in file.going_clocks(None):
        if clock.kind in kinds:
            file.cancel_clock(clock, moment.now)


def _owe_bed(file: CaseFile, risk: Risk, moment: Moment, rules: PlacementRules) -> None:
    owing = moment.roster.holder(rules.placement.holder, excluded=file.excluded)
    due_at = due(rules.placement.at(risk), moment.now, moment.calendar)
    _start(file, ClockKind.PLACEMENT, owing.agency_id, due_at, moment)


def _start_review(file: CaseFile, placement: Placement, moment: Moment, rules: PlacementRules) -> None:
    due_at = due(rules.review.at(file.risk), moment.now, moment.calendar)
    _start(file, ClockKind.PLACEMENT_REVIEW, placement.agency_id, due_at, moment)


def _start(file: CaseFile, kind: ClockKind, agency_id: str, due_at: datetime, moment: Moment) -> None:
    clock = Clock(moment.new_id("clk"), kind, None, agency_id, file.risk, moment.now, due_at)
    file.start_clock(clock)


def _tell(file: CaseFile, placement: Placement, event: type[PlacementEvent], by: Actor | None, **facts: Any) -> None:
    placement.version += 1
    file.tell(
        event,
        placement_id=placement.placement_id,
        agency_id=placement.agency_id,
        state=placement.state,
        centre_id=placement.centre_id,
        centre_agency_id=placement.centre_agency_id,
        by_agency_id=by.agency_id if by else None,
        by_staff_id=by.staff_id if by else None,
        **facts,
    )
