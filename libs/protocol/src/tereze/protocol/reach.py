"""Decides whether every row of a pack can ever be reached and none contradicts another; must never mend one."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from tereze.contracts.words import Category, ClockKind, Risk
from tereze.protocol.limits import Limit, Unit
from tereze.protocol.located import Mistake, Place
from tereze.protocol.pack import CategoryRows, Pack
from tereze.protocol.parts import Owed
from tereze.protocol.support import ServiceRow

_LONGEST = {Unit.WALL: 2 * 366 * 24 * 60, Unit.WORKING_HOURS: 500 * 8 * 60, Unit.WORKING_DAYS: 500, Unit.MONTHS: 24}


def unreachable_rows(pack: Pack) -> Iterator[Mistake]:
    """Rows that no case can come to."""
    yield from _steps(pack)
    yield from _obligations(pack)
    yield from _services(pack)
    for category, rows in pack.categories.items():
        yield from _category(pack, category, rows)


def contradictions(pack: Pack) -> Iterator[Mistake]:
    """Limits that turn the order of risks round, or that nobody would live to see."""
    for kind, duty in pack.obligations.items():
        yield from _order_of_risks(duty.limits, ("obligations", kind.value, "limits"))
    for name in ("hold_caps", "answer_escalation", "confirm_result"):
        limits: Mapping[Risk, Limit] = getattr(pack.rules, name)
        yield from (Mistake(("rules", name), f"no limit for risk {risk}") for risk in Risk if risk not in limits)
        yield from _order_of_risks(limits, ("rules", name))
    raised = pack.rules.accumulation
    if list(Risk).index(raised.raised_to) >= list(Risk).index(raised.risk):
        yield Mistake(("rules", "accumulation", "raised_to"), f"{raised.raised_to} is no stricter than {raised.risk}")


def _order_of_risks(limits: Mapping[Risk, Limit | Owed], place: Place) -> Iterator[Mistake]:
    known = [(risk, limit) for risk in Risk if isinstance(limit := limits.get(risk), Limit)]
    for risk, limit in known:
        if limit.amount > _LONGEST[limit.unit]:
            yield Mistake((*place, risk.value), f"{limit} is longer than two years")
    for (strict, shorter), (mild, longer) in pairwise(known):
        if shorter.unit is longer.unit and shorter.amount > longer.amount:
            yield Mistake((*place, strict.value), f"{strict} gives more time than {mild}")


def _steps(pack: Pack) -> Iterator[Mistake]:
    asked = {code for rows in pack.categories.values() for code in _asked(rows)}
    for code, step in pack.steps.items():
        if code not in asked:
            yield Mistake(("steps", code), "no category asks for this step: it cannot be reached")
        for needed in step.depends_on:
            if needed not in pack.steps:
                yield Mistake(("steps", code, "depends_on"), f"the pack has no step {needed}")


def _asked(rows: CategoryRows) -> set[str]:
    added = {code for each in rows.added for code in each.steps}
    return added.union(*rows.steps.values())


def _obligations(pack: Pack) -> Iterator[Mistake]:
    with_tasks = {kind for step in pack.steps.values() for kind in step.obligations}
    added = {kind for rows in pack.categories.values() for kind in rows.duties}
    for kind, duty in pack.obligations.items():
        place = ("obligations", kind.value)
        if duty.holder is None and kind not in with_tasks:
            yield Mistake(place, "no step has this obligation, and the case does not hold it: it cannot be reached")
        owed = any(cell is not Owed.NOT for cell in duty.limits.values())
        if duty.holder is not None and not owed and kind not in added:
            yield Mistake(place, "owed at no risk and added by no category: it cannot be reached")
    for code, step in pack.steps.items():
        for kind in step.obligations:
            if (
                kind in pack.obligations
                and _never_ends(pack, kind)
                and not (kind in step.limits or kind in step.from_event)
            ):
                yield Mistake(("steps", code, "obligations"), f"{kind} has no limit here and none by risk")


def _never_ends(pack: Pack, kind: ClockKind) -> bool:
    return all(cell is Owed.NOT for cell in pack.obligations[kind].limits.values())


def _services(pack: Pack) -> Iterator[Mistake]:
    for code, row in pack.services.items():
        asking = {category for category, rows in pack.categories.items() if code in rows.services}
        place = ("services", code.value)
        if not asking:
            yield Mistake(place, "no category calls for this service: it cannot be reached")
            continue
        yield from _grounds(row, asking, (*place, "grounds"))


def _grounds(row: ServiceRow, asking: set[Category], place: Place) -> Iterator[Mistake]:
    names = [ground.row for ground in row.grounds]
    decided = False
    for index, ground in enumerate(row.grounds):
        if decided:
            yield Mistake((*place, index), "a ground above holds always: this one cannot be reached")
        if ground.row in names[:index]:
            yield Mistake((*place, index, "row"), f"{ground.row!r} names a ground above already")
        when = ground.when
        if when.categories and asking.isdisjoint(when.categories) and not decided:
            yield Mistake(
                (*place, index, "when"), "none of these categories calls for the service: it cannot be reached"
            )
        decided = decided or not (when.risks or when.categories or when.circumstances)


def _category(pack: Pack, category: Category, rows: CategoryRows) -> Iterator[Mistake]:
    place = ("categories", category.value)
    for index, each in enumerate(rows.added):
        yield from (
            Mistake((*place, "added", index), f"the pack has no step {code}")
            for code in each.steps
            if code not in pack.steps
        )
        if all(set(each.steps) <= set(codes) for codes in rows.steps.values()):
            yield Mistake((*place, "added", index), "every risk asks for these steps anyway: the row adds nothing")
    services = {pack.steps[code].service for code in _asked(rows) if code in pack.steps}
    for kind in rows.told_first:
        if kind not in services:
            yield Mistake((*place, "told_first"), f"{kind} is told first but is asked for nothing")
    for duty in rows.duties:
        if duty not in pack.obligations:
            yield Mistake((*place, "duties", duty.value), f"the pack has no obligation {duty}")
        elif pack.obligations[duty].holder is None:
            yield Mistake(
                (*place, "duties", duty.value), f"{duty} goes with a task: a category cannot add it to the case"
            )
    for code in rows.services:
        if code not in pack.services:
            yield Mistake((*place, "services"), f"the pack has no service {code}")
