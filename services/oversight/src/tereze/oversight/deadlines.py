"""Decides what happens in oversight because time passed; must never act on a state it did not re-read under lock."""

import structlog

from tereze.chassis.handlers import Deadlines
from tereze.chassis.timers import FiredTimer
from tereze.chassis.work import Work
from tereze.oversight.store.duties import DUTY, keep_duty, lock_duty

deadlines = Deadlines()
_log = structlog.get_logger()


@deadlines.fires(DUTY)
async def run_out_of_patience(timer: FiredTimer, work: Work) -> None:
    """Nobody acted in time: the duty is breached, the next level sees it, and its clock begins again."""
    duty = await lock_duty(work, timer.subject)
    if duty is None or duty.settled or duty.version != timer.generation:
        return
    duty.breach(work.now)
    await keep_duty(work, duty)
    _log.error("an operator's duty is breached", kind=duty.kind.value, count=duty.escalations, topic=duty.topic)
