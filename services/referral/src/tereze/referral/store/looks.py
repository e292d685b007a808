"""Decides which rooms look at a case again because of its news; must never act in the transaction that tells them."""

from collections.abc import Iterable, Mapping

from tereze.chassis.timers import TimerSpec
from tereze.chassis.work import Work
from tereze.contracts.cases import CaseEvent
from tereze.contracts.exclusions import ExclusionRecorded
from tereze.protocol import severity
from tereze.referral.domain.casefile import CaseFile

LEAVE_CENTRE = "leave_centre"
"""The kind of timer after which a child leaves an excluded body's centre; its subject is the case."""

_WAKES: Mapping[type[CaseEvent], str] = {ExclusionRecorded: LEAVE_CENTRE}


async def look_again(work: Work, file: CaseFile, news: Iterable[CaseEvent]) -> None:
    """Set a timer, due now, for each room that the news concern; it acts in a transaction of its own."""
    kinds = {_WAKES[type(event)] for event in news if type(event) in _WAKES}
    specs = [TimerSpec(kind, file.case_id, work.now, severity(file.risk), file.version) for kind in sorted(kinds)]
    await work.timers.set_many(specs)
