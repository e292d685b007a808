"""Decides how a case, its tasks and its timeline look; must never reorder the timeline within an agency."""

from collections.abc import Iterable
from datetime import timedelta

from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.clocks import clock_lines
from tereze.client.cli.pages.tables import Cell, categories, listed, risk, table
from tereze.contracts.cases import CaseSummary, CaseView, ClockView, TaskView, TimelineEntry
from tereze.contracts.words import TaskState

_OVER = {
    TaskState.FULFILLED,
    TaskState.NOT_ACHIEVED,
    TaskState.DECLINED,
    TaskState.DISPUTED,
    TaskState.WITHDRAWN,
    TaskState.VOIDED,
}


def case_list(desk: Desk, cases: list[CaseSummary]) -> RenderableType:
    """Cases, as the window orders them: most urgent first."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (case.case_id, risk(words, case.risk), categories(words, case.categories), case.region_code,
         words.code("case", case.state), due_words(desk, case), words.at(case.opened_at))
        for case in cases
    ]  # fmt: skip
    return listed(words, ("case", "risk", "categories", "region", "state", "next-due", "opened"), rows, "case.none")


def due_words(desk: Desk, case: CaseSummary) -> Text:
    """The next deadline, and whether one was breached."""
    words = desk.words
    if case.breached:
        return Text(words.code("level", "breach"), style="bold red")
    return Text(words.at(case.next_due_at) if case.next_due_at else "—")


def task_list(desk: Desk, tasks: list[TaskView]) -> RenderableType:
    """Tasks with their deadlines in words."""
    rows: list[tuple[Cell, ...]] = [
        (task.task_id, risk(desk.words, task.risk), task.title, state_words(desk, task), clock_words(desk, task.clocks))
        for task in tasks
    ]
    return listed(desk.words, ("task", "risk", "what-to-do", "state", "deadlines"), rows, "task.none")


def task_page(desk: Desk, task: TaskView) -> RenderableType:
    """One task: who holds it, where it stands, by when."""
    words = desk.words
    head = Text.assemble((task.title, "bold"), "  ", risk(words, task.risk), "  ", state_words(desk, task))
    lines = Text(f"{task.task_id} · {task.case_id} · v{task.version}", style="dim")
    return Group(head, Text(holder_words(desk, task)), lines, clock_words(desk, task.clocks))


def state_words(desk: Desk, task: TaskView) -> Text:
    """The task's state, and that it was breached."""
    text = Text(desk.words.code("task", task.state))
    if task.hold_reason and task.review_at:
        reason = desk.words.code("reason", task.hold_reason)
        text.append(" " + desk.words("task.on-hold-until", at=desk.words.at(task.review_at), reason=reason))
    for key, so in (("task.awaits-confirmation", task.awaits_confirmation), ("task.void-proposed", task.void_proposed)):
        if so:
            text.append(" · " + desk.words(key), "yellow")
    if task.breached:
        text.append(" · " + desk.words.code("level", "breach"), "bold red")
    return text


def holder_words(desk: Desk, task: TaskView) -> str:
    """Who is accountable, and to whom the duty was offered."""
    holder = desk.agency(task.agency_id)
    if task.offered_agency_id is None:
        return holder
    key = "task.hand-over" if task.hand_over else "case.offered"
    return f"{holder}\n{desk.words(key, agency=desk.agency(task.offered_agency_id))}"


def clock_words(desk: Desk, clocks: Iterable[ClockView]) -> Text:
    """Every clock, due soonest first."""
    lines = [clock_lines(clock, desk.now, desk.words) for clock in sorted(clocks, key=lambda clock: clock.due_at)]
    return Text("\n").join(lines) if lines else Text("—")


def case_page(desk: Desk, case: CaseView) -> RenderableType:
    """The whole case: who acts by when, who is told next, and what each agency did."""
    words = desk.words
    parts: list[RenderableType] = [_heading(desk, case), _referrals(desk, case), _response(desk, case)]
    if case.clocks:
        parts.append(clock_words(desk, case.clocks))
    parts.append(timeline(desk, case.timeline))
    if case.hidden_entries:
        parts.append(Text(words("case.hidden", count=case.hidden_entries), style="dim"))
    if case.joined_into:
        parts.append(Text(words("case.joined-into", case=case.joined_into), style="bold"))
    return Group(*parts)


def _heading(desk: Desk, case: CaseView) -> Text:
    words = desk.words
    text = Text(case.case_id, style="bold")
    if case.risk is not None:
        text = Text.assemble(text, "  ", risk(words, case.risk), "  ", categories(words, case.categories))
    text = Text.assemble(text, "  ", words.code("case", case.state))
    if case.under_review:
        text.append(" · " + words("case.under-review"), "yellow")
    text.append(f"\n{words('head.opened')} {words.at(case.opened_at)} · {case.region_code or '—'}", "dim")
    text.append(f" · {case.protocol_version} · v{case.version}", "dim")
    if case.person_id:
        key = "case.provisional" if case.provisional else "case.of-person"
        text.append(f"\n{words('head.child')} {words(key, person=case.person_id)}")
    return text


def _referrals(desk: Desk, case: CaseView) -> RenderableType:
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (r.referral_id, desk.agency(r.agency_id), words.at(r.received_at), risk(words, r.risk), Text(r.narrative or ""))
        for r in case.referrals
    ]
    return table(words, ("referral", "agency", "received", "risk", "told"), rows, title="head.referrals")


def _response(desk: Desk, case: CaseView) -> RenderableType:
    words = desk.words
    ordered = sorted(case.tasks, key=lambda task: (task.state in _OVER, task.service.value))
    rows: list[tuple[Cell, ...]] = [
        (words.code("service", task.service), holder_words(desk, task), state_words(desk, task),
         clock_words(desk, task.clocks), task.task_id)
        for task in ordered
    ]  # fmt: skip
    return table(words, ("service", "agency", "state", "deadlines", "task"), rows, title="head.response")


def timeline(desk: Desk, entries: Iterable[TimelineEntry]) -> RenderableType:
    """What happened, a lane for each agency, oldest first."""
    words = desk.words
    lanes: dict[str | None, list[TimelineEntry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.case_version):
        lanes.setdefault(entry.agency_id, []).append(entry)
    rows: list[tuple[Cell, ...]] = []
    for agency_id, lane in lanes.items():
        for place, entry in enumerate(lane):
            name = Text(desk.agency(agency_id) if place == 0 and agency_id else "")
            rows.append((name, words.at(entry.at), entry_words(desk, entry)))
    return table(words, ("agency", "when", "what"), rows, title="head.timeline")


def entry_words(desk: Desk, entry: TimelineEntry) -> Text:
    """One line of the timeline."""
    words = desk.words
    alarming = entry.type.endswith(("breached.v1", "escalated.v1"))
    text = Text(words.code("event", entry.type), style="bold red" if alarming else "")
    details = [words.code("clock", entry.clock_kind)] if entry.clock_kind else []
    if entry.level and not entry.type.endswith(("warned.v1", "breached.v1")):
        details.append(words.code("level", entry.level))
    if entry.late_by_ms and entry.late_by_ms >= _WORTH_TELLING_MS:
        details.append(words("late-by", span=words.span(timedelta(milliseconds=entry.late_by_ms))))
    if details:
        text.append(": " + ", ".join(details))
    return text


_WORTH_TELLING_MS = 1_000
