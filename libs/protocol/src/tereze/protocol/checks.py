"""Decides whether a protocol pack is complete and without contradiction; must never mend one."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from tereze.contracts.words import AgencyKind, Category, ClockKind, LadderLevel, Measure, Risk
from tereze.protocol.limits import Limit, Unit
from tereze.protocol.located import Mistake, Place
from tereze.protocol.pack import CategoryRows, Pack, Rung
from tereze.protocol.reach import contradictions, unreachable_rows

NEEDED = (ClockKind.TRIAGE, ClockKind.ACKNOWLEDGE, ClockKind.DECIDE, ClockKind.SEE_THE_CHILD)
WITH_A_TASK = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.DECIDE, ClockKind.SEE_THE_CHILD, ClockKind.UNASSIGNED})


def mistakes_in(pack: Pack) -> Iterator[Mistake]:
    """Everything that would leave a child without an answer, or the protocol with two."""
    yield from _obligations(pack)
    yield from _steps(pack)
    yield from _categories(pack)
    yield from _ladder(pack)
    yield from unreachable_rows(pack)
    yield from contradictions(pack)


def _obligations(pack: Pack) -> Iterator[Mistake]:
    for needed in NEEDED:
        if needed not in pack.obligations:
            yield Mistake(("obligations",), f"{needed} is missing")
    for kind, obligation in pack.obligations.items():
        place = ("obligations", kind.value)
        for risk in Risk:
            if risk not in obligation.limits:
                yield Mistake((*place, "limits"), f"no limit for risk {risk}")
        if kind is ClockKind.TRIAGE and obligation.holder is None:
            yield Mistake((*place, "holder"), "triage names the body that holds it; the other duties go with a task")
        if kind in WITH_A_TASK and obligation.holder is not None:
            yield Mistake((*place, "holder"), f"{kind} goes with a task: its holder is whoever has that")


def _steps(pack: Pack) -> Iterator[Mistake]:
    for code, step in pack.steps.items():
        place = ("steps", code)
        for duty in step.obligations:
            if duty not in pack.obligations:
                yield Mistake((*place, "obligations"), f"the pack has no obligation {duty}")
            elif pack.obligations[duty].holder is not None:
                yield Mistake((*place, "obligations"), f"{duty} belongs to the case, not to a task")
        for name, duties in (("limits", tuple(step.limits)), ("from_event", tuple(step.from_event))):
            for duty in duties:
                if duty not in step.obligations:
                    yield Mistake((*place, name, duty.value), f"the step has no obligation {duty}")


def _categories(pack: Pack) -> Iterator[Mistake]:
    for category in Category:
        if category not in pack.categories:
            yield Mistake(("categories",), f"{category} is missing")
    for category, rows in pack.categories.items():
        for risk in Risk:
            place = ("categories", category.value, "steps")
            if risk not in rows.steps:
                yield Mistake(place, f"no row for risk {risk}")
                continue
            yield from _row(pack, rows.steps[risk], rows.never, (*place, risk.value))
        yield from _measures(category, rows)


def _measures(category: Category, rows: CategoryRows) -> Iterator[Mistake]:
    """What is promised to happen by itself must be what this release does."""
    place = ("categories", category.value, "measures")
    if Measure.EXCLUDE_INSTITUTION in rows.measures and category is not Category.INSTITUTIONAL:
        yield Mistake(
            place, f"an institution is kept out by the category {Category.INSTITUTIONAL} alone, whatever a pack says"
        )
    if Measure.SCREEN_OTHER_CHILDREN in rows.measures and ClockKind.SCREEN_OTHERS not in rows.duties:
        yield Mistake(place, f"nobody owes it: give the category the duty {ClockKind.SCREEN_OTHERS}")


def _row(pack: Pack, codes: tuple[str, ...], never: tuple[AgencyKind, ...], place: Place) -> Iterator[Mistake]:
    services: set[AgencyKind] = set()
    for code in codes:
        step = pack.steps.get(code)
        if step is None:
            yield Mistake(place, f"the pack has no step {code}")
            continue
        if step.service in services:
            yield Mistake(place, f"two steps for {step.service} in one row")
        if step.service in never:
            yield Mistake(place, f"{step.service} must never get a task for this category")
        services.add(step.service)


def _ladder(pack: Pack) -> Iterator[Mistake]:
    rungs = pack.ladder.rungs
    if [rung.level for rung in rungs] != list(LadderLevel):
        yield Mistake(("ladder", "rungs"), f"the levels are {', '.join(LadderLevel)}, in this order")
    for index, rung in enumerate(rungs):
        yield from _rung(rung, ("ladder", "rungs", index))
    for index, (lower, higher) in enumerate(pairwise(rungs), start=1):
        yield from _order(lower, higher, ("ladder", "rungs", index))
    yield from _wall([pack.ladder.repeat], ("ladder", "repeat"))


def _rung(rung: Rung, place: Place) -> Iterator[Mistake]:
    if (rung.level is LadderLevel.BREACH) != (rung.after_due_percent == 0):
        yield Mistake(place, "a breach is when the limit passes (0), and nothing else is")
    if rung.after_due_percent <= 0 and rung.at_most:
        yield Mistake((*place, "at_most"), "only a level after the due time has a cap")
    yield from _wall(rung.at_most.values(), (*place, "at_most"))


def _order(lower: Rung, higher: Rung, place: Place) -> Iterator[Mistake]:
    """A level never comes before the one below, however long the span."""
    if higher.after_due_percent <= lower.after_due_percent:
        yield Mistake(place, "each level comes later than the one before")
    for risk, cap in higher.at_most.items():
        below = lower.at_most.get(risk)
        if lower.after_due_percent > 0 and (below is None or below.amount > cap.amount):
            yield Mistake((*place, "at_most"), f"at {risk} it would come before the level below")


def _wall(limits: Iterable[Limit], place: Place) -> Iterator[Mistake]:
    for limit in limits:
        if limit.unit is not Unit.WALL:
            yield Mistake(place, "the ladder counts the wall clock (W)")
