"""Decides what of the duties is told to whoever is paged; must never change one."""

import asyncio

from prometheus_client import Gauge

from tereze.chassis.runtime import Runtime
from tereze.contracts.operations import DutyKind
from tereze.oversight.store.duties import count_duties

_EVERY_SECONDS = 5.0
DUTIES = Gauge("tereze_operator_duties", "What waits for an operator and is not settled.", ["kind", "breached"])


async def keep_showing(runtime: Runtime) -> None:
    """A worker loop: set the gauges every few seconds until cancelled."""
    while True:
        async with runtime.database.work() as work:
            counts = await count_duties(work)
        for kind in DutyKind:
            for breached in (False, True):
                DUTIES.labels(kind.value, str(breached).lower()).set(counts.get((kind.value, breached), 0))
        await asyncio.sleep(_EVERY_SECONDS)
