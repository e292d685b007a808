"""Decides how a case, a task and a clock are shown before they are redacted; must never hide or show by who is asking."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tereze.contracts.cases import (
    AttachedReferral,
    CaseSummary,
    CaseView,
    ClockView,
    TaskView,
    TimelineEntry,
)
from tereze.contracts.directory import LocalName
from tereze.contracts.referrals import SealedForReferral
from tereze.contracts.words import ClockKind, ClockState, LadderLevel, Locale, TaskState
from tereze.protocol import Pack, Protocols
from tereze.referral.domain.casefile import CaseFile, Referral
from tereze.referral.domain.clocks import Clock
from tereze.referral.domain.escalation import next_level
from tereze.referral.domain.tasks import Task

REFERRAL_ATTACHED = "tereze.case.referral-attached.v1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a case as it was kept."""

    event_id: str
    type: str
    at: Any
    case_version: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """In which words a case is shown: every protocol version, what steps beside it are called, and the reader's language."""

    shelf: Protocols
    titles: Mapping[str, LocalName]
    language: Locale

    def title_of(self, file: CaseFile, task: Task) -> str:
        """What a task is called, by the version it came with; its code where nothing names it any more."""
        step = self.shelf.version(task.protocol_version or file.protocol_version).steps.get(task.step)
        title = step.title if step else self.titles.get(task.step)
        return getattr(title, self.language) if title else task.step


def clock_view(clock: Clock, pack: Pack) -> ClockView:
    """A clock with who is told next, and when."""
    coming = next_level(clock, pack)
    return ClockView(
        clock_id=clock.clock_id,
        kind=clock.kind,
        task_id=clock.task_id,
        agency_id=clock.agency_id,
        state=clock.state,
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        follows_clock_id=clock.follows_clock_id,
        reached=clock.reached,
        protocol_version=clock.protocol_version,
        row=clock.row,
        next_level=coming.level if coming else None,
        next_level_at=coming.at if coming else None,
    )


def task_view(task: Task, file: CaseFile, words: Words) -> TaskView:
    """A task with its clocks, the present holder's and those before it, cancelled ones left out."""
    pack = words.shelf.version(file.protocol_version)
    clocks = [c for c in file.clocks.values() if c.task_id == task.task_id and c.state is not ClockState.CANCELLED]
    return TaskView(
        task_id=task.task_id,
        case_id=file.case_id,
        version=task.version,
        service=task.service,
        step=task.step,
        title=words.title_of(file, task),
        agency_id=task.agency_id,
        offered_agency_id=task.offered_agency_id,
        state=task.state,
        fhir_status=task.state.fhir,
        risk=task.risk,
        responsible_staff_id=task.responsible_staff_id,
        protocol_version=task.protocol_version,
        mandatory=task.mandatory,
        follows_task_id=task.follows_task_id,
        hold_reason=task.hold_reason,
        review_at=task.review_at,
        hand_over=task.hand_over,
        awaits_confirmation=task.awaits_confirmation,
        void_proposed=task.void_proposed_by is not None and task.state is not TaskState.VOIDED,
        breached=any(clock.state is ClockState.BREACHED for clock in clocks),
        assigned_at=task.assigned_at,
        clocks=tuple(clock_view(clock, pack) for clock in sorted(clocks, key=lambda clock: clock.due_at)),
    )


def case_summary(file: CaseFile) -> CaseSummary:
    """The case as a row of a list."""
    return CaseSummary(**_summary(file))


def case_view(
    file: CaseFile,
    words: Words,
    *,
    referrals: Iterable[Referral],
    accounts: Mapping[str, SealedForReferral],
    entries: Iterable[Entry],
    hidden: int,
) -> CaseView:
    """The whole case."""
    pack = words.shelf.version(file.protocol_version)
    tasks = sorted(file.tasks.values(), key=lambda task: (not task.open, task.assigned_at, task.task_id))
    own = [clock for clock in file.clocks.values() if clock.task_id is None and clock.state is not ClockState.CANCELLED]
    return CaseView(
        **_summary(file),
        person_id=file.person_id,
        provisional=file.provisional,
        protocol_version=file.protocol_version,
        joined_into=file.joined_into,
        under_review=file.under_review,
        referrals=tuple(_attached(referral, accounts.get(referral.referral_id)) for referral in referrals),
        tasks=tuple(task_view(task, file, words) for task in tasks),
        clocks=tuple(clock_view(clock, pack) for clock in own),
        timeline=tuple(_timeline_entry(entry) for entry in entries),
        hidden_entries=hidden,
    )


def _summary(file: CaseFile) -> dict[str, Any]:
    going = [clock for clock in file.clocks.values() if clock.going]
    return {
        "case_id": file.case_id,
        "version": file.version,
        "state": file.state,
        "region_code": file.region_code,
        "risk": file.risk,
        "categories": file.categories,
        "opened_at": file.opened_at,
        "next_due_at": min((clock.due_at for clock in going), default=None),
        "breached": any(clock.state is ClockState.BREACHED for clock in going),
    }


def _attached(referral: Referral, account: SealedForReferral | None) -> AttachedReferral:
    return AttachedReferral(
        referral_id=referral.referral_id,
        agency_id=referral.agency_id,
        received_at=referral.received_at,
        risk=referral.risk,
        categories=referral.categories,
        narrative=account.narrative if account else None,
        concerns=account.concerns if account else (),
        must_not_see=account.must_not_see if account else (),
    )


def _timeline_entry(entry: Entry) -> TimelineEntry:
    body = entry.body
    return TimelineEntry(
        event_id=entry.event_id,
        type=entry.type,
        at=entry.at,
        case_version=entry.case_version,
        agency_id=body.get("agency_id"),
        by_agency_id=body.get("by_agency_id"),
        task_id=body.get("task_id"),
        clock_kind=ClockKind(body["clock_kind"]) if body.get("clock_kind") else None,
        level=LadderLevel(body["level"]) if body.get("level") else None,
        late_by_ms=body.get("late_by_ms"),
    )
