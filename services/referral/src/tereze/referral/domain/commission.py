"""Decides when the commission convenes, who is invited, whether it may decide and what comes of it; must never invite or charge the excluded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tereze.contracts.cases import TaskAssigned
from tereze.contracts.commission import (
    Answer,
    CommissionAdjourned,
    CommissionAnswered,
    CommissionConvened,
    CommissionDecided,
    CommissionMeasure,
    CommissionSat,
    ConvenedBecause,
    SittingEvent,
    SittingState,
)
from tereze.contracts.facts import Conflict, Invalid
from tereze.contracts.words import AgencyKind, Circumstance, ClockKind, ClockState, Starts
from tereze.protocol import Limit, due, plan
from tereze.protocol.eligibility import Convening
from tereze.protocol.plan import Facts
from tereze.referral.domain.casefile import Capacity, CaseFile, Moment
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.commission_rules import CommissionRules
from tereze.referral.domain.duties import start_on
from tereze.referral.domain.standing import LIVE, CaseNotLive
from tereze.referral.domain.tasks import Actor, Task


class SittingNotOpen(Conflict):
    """The sitting was held already."""

    code = "sitting-held"
    title = "This sitting was held already"


class ConvenedAlready(Conflict):
    """The commission is convened for this case and has not sat yet."""

    code = "convened-already"
    title = "The commission is convened for this case already"


class NotInvited(Conflict):
    """The body is not a member of this sitting."""

    code = "not-invited"
    title = "Your body is not invited to this sitting"


class NoQuorum(Conflict):
    """Too few bodies are present to decide."""

    code = "no-quorum"
    title = "Too few of the invited bodies are present; adjourn, or wait"


class NotOfTheCommission(Invalid):
    """Somebody is said to sit or to do something who is no member, no active body, or must not touch the case."""

    code = "not-of-the-commission"
    title = "Only invited bodies sit, and only bodies of this case's region or the nation are charged"


class DecidedTwice(Invalid):
    """A body is charged twice at once: one open duty of one kind a case and body."""

    code = "decided-twice"
    title = "A body carries one decision of the commission at a time; say the rest in the same decision"


@dataclass(slots=True)
class Member:
    """A body invited to a sitting."""

    agency_id: str
    answer: Answer | None = None
    staff_id: str | None = None
    present: bool = False


@dataclass(slots=True)
class Sitting:
    """One sitting of a commission about one case."""

    sitting_id: str
    case_id: str
    agency_id: str
    because: ConvenedBecause
    urgent: bool
    rows: tuple[str, ...]
    convened_at: datetime
    sits_at: datetime
    quorum: int
    members: dict[str, Member] = field(default_factory=dict)
    state: SittingState = SittingState.CONVENED
    version: int = 0
    adjourned: int = 0
    held_at: datetime | None = None
    task_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as it is made."""

    measure: CommissionMeasure
    holder_agency_id: str
    limit: Limit


def what_convenes(file: CaseFile, moment: Moment, rules: CommissionRules) -> Convening:
    """Whether the protocol convenes the commission for the case as it is now, repeated breaches counted in."""
    breached = {(clock.task_id, clock.kind) for clock in file.clocks.values() if clock.past_breach}
    known = set(file.circumstances)
    if len(breached) >= rules.repeated_breach.breaches:
        known.add(Circumstance.REPEATED_BREACH)
    facts = Facts(file.risk, file.categories, frozenset(known), file.occurred_at)
    return plan(moment.in_force, facts).commission


def convene_by_itself(
    file: CaseFile, earlier: Iterable[Sitting], moment: Moment, rules: CommissionRules
) -> Sitting | None:
    """A sitting, where an urgent row holds that no earlier sitting was about; nobody has to ask for it."""
    found = what_convenes(file, moment, rules)
    sittings = list(earlier)
    covered = {row for sitting in sittings for row in sitting.rows}
    waiting = any(sitting.state is SittingState.CONVENED for sitting in sittings)
    if file.state not in LIVE or not found.urgent or waiting or set(found.why) <= covered:
        return None
    repeated = any("repeated_breach" in row for row in set(found.why) - covered)
    because = ConvenedBecause.REPEATED_BREACH if repeated else ConvenedBecause.PROTOCOL
    return _convene(file, moment, rules, because=because, urgent=True, rows=found.why)


def convene_on_request(
    file: CaseFile, earlier: Iterable[Sitting], by: Actor, moment: Moment, rules: CommissionRules, *, urgent: bool
) -> Sitting:
    """A sitting that somebody asks for. Raises CaseNotLive, ConvenedAlready."""
    if file.state not in LIVE:
        raise CaseNotLive(current_state=file.state, current_version=file.version)
    if any(sitting.state is SittingState.CONVENED for sitting in earlier):
        raise ConvenedAlready(current_state=SittingState.CONVENED)
    rows = what_convenes(file, moment, rules).why
    return _convene(file, moment, rules, because=ConvenedBecause.REQUEST, urgent=urgent, rows=rows, by=by)


def answer_invitation(file: CaseFile, sitting: Sitting, by: Actor, answer: Answer, staff_id: str) -> None:
    """An invited body says whether somebody comes, and who. Raises SittingNotOpen, NotInvited."""
    _open(sitting)
    member = sitting.members.get(by.agency_id)
    if member is None:
        raise NotInvited(current_state=sitting.state, current_version=sitting.version)
    member.answer, member.staff_id = answer, staff_id if answer is Answer.COMING else None
    _tell(file, sitting, CommissionAnswered, by, answer=answer)


def adjourn_sitting(file: CaseFile, sitting: Sitting, by: Actor, sits_at: datetime) -> None:
    """Another day. The clock that asks for the sitting runs on; whoever was excluded meanwhile is no member any more."""
    _open(sitting)
    sitting.sits_at, sitting.adjourned = sits_at, sitting.adjourned + 1
    _drop_excluded(file, sitting)
    _tell(file, sitting, CommissionAdjourned, by, sits_at=sits_at)


def hold_sitting(
    file: CaseFile,
    sitting: Sitting,
    by: Actor,
    *,
    present: Sequence[tuple[str, str]],
    decisions: Sequence[Decision],
    moment: Moment,
) -> None:
    """The sitting was held: each decision becomes a task with its clocks, and the clock that asked for it stops.

    ``present``: agency and staff ids. Raises SittingNotOpen, NotOfTheCommission, NoQuorum, DecidedTwice.
    """
    _open(sitting)
    _drop_excluded(file, sitting)
    for agency_id, staff_id in present:
        if agency_id not in sitting.members or {agency_id, staff_id} & file.excluded:
            raise NotOfTheCommission(pointer="/present")
        member = sitting.members[agency_id]
        member.present, member.staff_id = True, staff_id
    here = tuple(member.agency_id for member in sitting.members.values() if member.present)
    if len(here) < sitting.quorum:
        raise NoQuorum(current_state=sitting.state, current_version=sitting.version)
    _check(file, decisions, moment)
    sitting.state, sitting.held_at = SittingState.HELD, moment.now
    _tell(file, sitting, CommissionSat, by, present_agency_ids=here, decisions=len(decisions))
    sitting.task_ids = tuple(_charge(file, sitting, decision, by, moment) for decision in decisions)
    file.stop_clocks(None, frozenset({ClockKind.COMMISSION_SITTING}), moment.now)
    if decisions:
        start_on(file, Starts.COMMISSION_DECIDED, moment)


def step_of(measure: CommissionMeasure) -> str:
    """The step a decision's task stands under."""
    return f"commission.{measure}"


def _convene(
    file: CaseFile,
    moment: Moment,
    rules: CommissionRules,
    *,
    because: ConvenedBecause,
    urgent: bool,
    rows: tuple[str, ...],
    by: Actor | None = None,
) -> Sitting:
    commission = moment.roster.holder(AgencyKind.COMMISSION, excluded=file.excluded)
    members = _members(file, commission.agency_id, moment, rules)
    limit = rules.sits_within.urgent if urgent else rules.sits_within.ordinary
    sitting = Sitting(
        sitting_id=moment.new_id("sit"),
        case_id=file.case_id,
        agency_id=commission.agency_id,
        because=because,
        urgent=urgent,
        rows=rows,
        convened_at=moment.now,
        sits_at=due(limit, moment.now, moment.calendar),
        quorum=rules.quorum.of(len(members)),
        members={agency_id: Member(agency_id) for agency_id in members},
    )
    for agency_id in members:
        file.admit(agency_id, Capacity.TOLD)
    facts = {"because": because, "urgent": urgent, "rows": rows, "sits_at": sitting.sits_at}
    _tell(file, sitting, CommissionConvened, by, **facts, invited_agency_ids=members)
    _ask_for_sitting(file, sitting, moment)
    return sitting


def _members(file: CaseFile, commission_id: str, moment: Moment, rules: CommissionRules) -> tuple[str, ...]:
    """The commission itself, a body of each kind, and whoever holds a task; never an excluded one."""
    found = dict.fromkeys([commission_id, *(task.agency_id for task in file.open_tasks())])
    kinds = {agency.agency_id: agency.kind for agency in moment.roster.agencies}
    held = {kinds.get(agency_id) for agency_id in found}
    for kind in rules.members.kinds:
        body = moment.roster.of_kind(kind, excluded=file.excluded) if kind not in held else None
        if body is not None:
            found[body.agency_id] = None
    return tuple(agency_id for agency_id in found if agency_id not in file.excluded)


def _ask_for_sitting(file: CaseFile, sitting: Sitting, moment: Moment) -> None:
    """The sitting is owed by its day: a clock that runs is brought forward, else one starts."""
    running = [clock for clock in file.going_clocks(None) if clock.kind is ClockKind.COMMISSION_SITTING]
    for clock in running:
        if clock.state is ClockState.RUNNING and sitting.sits_at < clock.due_at:
            file.succeed(clock, clock.successor(moment.new_id("clk"), due_at=sitting.sits_at), moment.now)
    if not running:
        ids = (moment.new_id("clk"), ClockKind.COMMISSION_SITTING, None, sitting.agency_id)
        file.start_clock(Clock(*ids, file.risk, moment.now, sitting.sits_at))


def _drop_excluded(file: CaseFile, sitting: Sitting) -> None:
    for agency_id in [agency_id for agency_id in sitting.members if agency_id in file.excluded]:
        del sitting.members[agency_id]
    sitting.quorum = min(sitting.quorum, len(sitting.members))


def _check(file: CaseFile, decisions: Sequence[Decision], moment: Moment) -> None:
    there = {agency.agency_id for agency in moment.roster.agencies} - file.excluded
    named = [decision.holder_agency_id for decision in decisions]
    charged = {task.agency_id for task in file.open_tasks() if task.service is AgencyKind.COMMISSION}
    for index, holder in enumerate(named):
        if holder not in there:
            raise NotOfTheCommission(pointer=f"/decisions/{index}/holder_agency_id")
        if named.count(holder) > 1 or holder in charged:
            raise DecidedTwice(pointer=f"/decisions/{index}/holder_agency_id")


def _charge(file: CaseFile, sitting: Sitting, decision: Decision, by: Actor, moment: Moment) -> str:
    """One decision as a task: acknowledged and decided within the protocol's limits, done within the commission's."""
    task = Task(
        task_id=moment.new_id("tsk"),
        service=AgencyKind.COMMISSION,
        step=step_of(decision.measure),
        agency_id=decision.holder_agency_id,
        risk=file.risk,
        assigned_at=moment.now,
        region_code=file.region_code,
        protocol_version=moment.in_force.version,
    )
    file.tell_of(task, TaskAssigned, by, person_id=file.person_id, risk=file.risk, step=task.step)
    due_at = due(decision.limit, moment.now, moment.calendar)
    for kind in (ClockKind.ACKNOWLEDGE, ClockKind.DECIDE):
        limit = moment.in_force.obligations[kind].limits[file.risk]
        answer_by = due(limit, moment.now, moment.calendar) if isinstance(limit, Limit) else due_at
        _start(file, task, kind, min(answer_by, due_at), moment)
    _start(file, task, ClockKind.COMPLETE, due_at, moment)
    facts: dict[str, Any] = {"measure": decision.measure, "holder_agency_id": task.agency_id, "due_at": due_at}
    _tell(file, sitting, CommissionDecided, by, task_id=task.task_id, **facts)
    return task.task_id


def _start(file: CaseFile, task: Task, kind: ClockKind, due_at: datetime, moment: Moment) -> None:
    ids = (moment.new_id("clk"), kind, task.task_id, task.agency_id)
    clock = Clock(*ids, file.risk, moment.now, due_at)
    file.start_clock(replace(clock, protocol_version=moment.in_force.version))


def _open(sitting: Sitting) -> None:
    if sitting.state is not SittingState.CONVENED:
        raise SittingNotOpen(current_state=sitting.state, current_version=sitting.version)


def _tell(file: CaseFile, sitting: Sitting, event: type[SittingEvent], by: Actor | None, **facts: Any) -> None:
    sitting.version += 1
    file.tell(
        event,
        sitting_id=sitting.sitting_id,
        agency_id=sitting.agency_id,
        by_agency_id=by.agency_id if by else None,
        by_staff_id=by.staff_id if by else None,
        **facts,
    )
