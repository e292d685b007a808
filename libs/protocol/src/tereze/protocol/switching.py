"""Decides what a new protocol version changes while a case runs: new obligations only; must never touch one that is held."""

from collections.abc import Mapping
from dataclasses import replace

from tereze.contracts.words import AgencyKind, ClockKind
from tereze.protocol.clocks import PlannedClock
from tereze.protocol.plan import CaseClock, Plan, PlannedStep

Duty = tuple[AgencyKind, ClockKind]


def renewed(now: Plan, held: Mapping[Duty, Plan]) -> Plan:
    """The plan of today for a case on which obligations of earlier versions are held.

    ``held`` names, per obligation that somebody owes already, the plan of the version it was started under, for the same facts:
    it stays as that plan has it. Every other obligation is as today's version says.
    """
    if all(plan.protocol_version == now.protocol_version for plan in held.values()):
        return now
    steps = tuple(_step(step, held) for step in now.steps)
    case_clocks = tuple(
        CaseClock(each.holder, _clock(each.clock, each.holder, held, in_case=True)) for each in now.case_clocks
    )
    return replace(now, steps=steps, case_clocks=case_clocks)


def _step(step: PlannedStep, held: Mapping[Duty, Plan]) -> PlannedStep:
    return replace(step, clocks=tuple(_clock(clock, step.service, held, in_case=False) for clock in step.clocks))


def _clock(clock: PlannedClock, holder: AgencyKind, held: Mapping[Duty, Plan], *, in_case: bool) -> PlannedClock:
    """The obligation as the version says under which it is held; one that version did not know stays as it is."""
    earlier = held.get((holder, clock.kind))
    if earlier is None:
        return clock
    known = (
        [each.clock for each in earlier.case_clocks if each.holder is holder]
        if in_case
        else [each for step in earlier.steps if step.service is holder for each in step.clocks]
    )
    return next((each for each in known if each.kind is clock.kind and not each.on_request), clock)
