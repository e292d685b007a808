"""Decides which rooms look at a case again because of its news; must never act in the transaction that tells them."""

from collections.abc import Iterable, Iterator

from tereze.chassis.timers import TimerSpec
from tereze.chassis.work import Work
from tereze.contracts.cases import CaseEvent, CaseOpened, CaseTriaged, ClockBreached, ReferralAttached
from tereze.contracts.exclusions import ExclusionRecorded
from tereze.protocol import Pack, severity
from tereze.protocol.eligibility import convening
from tereze.referral.domain.casefile import CaseFile

LEAVE_CENTRE = "leave_centre"
"""The kind of timer after which a child leaves an excluded body's centre; its subject is the case."""
CONVENE = "convene"
"""The kind of timer that convenes the commission where the protocol says so; its subject is the case."""

_MAY_CONVENE = (CaseOpened, ReferralAttached, CaseTriaged)


async def look_again(work: Work, file: CaseFile, news: Iterable[CaseEvent], pack: Pack) -> None:
    """Set a timer, due now, for each room that the news concern; it acts in a transaction of its own."""
    kinds = set(_rooms(file, tuple(news), pack))
    specs = [TimerSpec(kind, file.case_id, work.now, severity(file.risk), file.version) for kind in sorted(kinds)]
    await work.timers.set_many(specs)


def _rooms(file: CaseFile, news: tuple[CaseEvent, ...], pack: Pack) -> Iterator[str]:
    if any(isinstance(event, ExclusionRecorded) for event in news):
        yield LEAVE_CENTRE
    changed = any(isinstance(event, _MAY_CONVENE) for event in news)
    if any(isinstance(event, ClockBreached) for event in news) or (changed and _urgent(file, pack)):
        yield CONVENE


def _urgent(file: CaseFile, pack: Pack) -> bool:
    return convening(pack, file.categories, file.risk, frozenset(file.circumstances)).urgent
