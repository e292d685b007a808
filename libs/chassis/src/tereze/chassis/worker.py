"""Decides which loops a worker runs and how each is kept running; must never let one end without saying so."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog

from tereze.chassis import signals
from tereze.chassis.broker import BrokerUnavailable, Publisher, create_topics
from tereze.chassis.cap import ParkingCapReached
from tereze.chassis.consumer import Consumer, ConsumerStuck
from tereze.chassis.database import DatabaseUnavailable
from tereze.chassis.firing import Firing
from tereze.chassis.handlers import Handlers
from tereze.chassis.housekeeping import keep_house
from tereze.chassis.http.idempotency import keep_expiring_keys
from tereze.chassis.outbox import BUCKETS
from tereze.chassis.overview import keep_telling
from tereze.chassis.relay import Relay
from tereze.chassis.replica import directory_handlers
from tereze.chassis.runtime import Runtime
from tereze.chassis.topics import topic_specs

log = structlog.get_logger(__name__)

Loop = Callable[[], Coroutine[Any, Any, None]]
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_HEALTHY_SECONDS = 60.0
_STUCK_AT_MOST = 2


async def run_worker(runtime: Runtime) -> None:
    """Every loop of the service until cancelled. Raises ConsumerStuck where rebuilding did not help: the process should end."""
    loops: dict[str, Loop] = {
        **{f"relay-{bucket}": _relay(runtime, bucket) for bucket in range(BUCKETS)},
        "deadlines": _firing(runtime),
        "housekeeping": lambda: keep_house(runtime.database, inbox_days=runtime.settings.inbox_keep_days),
        "idempotency": lambda: keep_expiring_keys(runtime),
        "overview": lambda: keep_telling(runtime.database, BUCKETS),
    }
    if (handlers := handlers_of(runtime)).topics:
        loops["consumer"] = _consumer(runtime, handlers)
    for number, extra in enumerate(runtime.service.loops):
        loops[f"{runtime.service.name}-{number}"] = partial(extra, runtime)  # a partial has no name of its own
    async with asyncio.TaskGroup() as group:
        for name, loop in loops.items():
            group.create_task(keep_running(name, loop, runtime.waiting))


def handlers_of(runtime: Runtime) -> Handlers:
    """What the service registered, after the replica of the directory where it keeps one."""
    handlers = Handlers()
    if runtime.service.uses_directory:
        handlers.include(directory_handlers)
    handlers.include(runtime.service.handlers)
    return handlers


def _relay(runtime: Runtime, bucket: int) -> Loop:
    settings, name = runtime.settings, f"tereze.{runtime.service.name}.relay-{bucket}"

    async def relay() -> None:
        await create_topics(settings.kafka, topic_specs(settings.topic_replication))
        publisher = Publisher(settings.kafka, name)
        await Relay(
            runtime.database, publisher, runtime.wakeup, bucket, keep_minutes=settings.outbox_keep_minutes
        ).run()

    return relay


def _consumer(runtime: Runtime, handlers: Handlers) -> Loop:
    settings = runtime.settings

    async def consumer() -> None:
        await create_topics(settings.kafka, topic_specs(settings.topic_replication))
        await Consumer(
            runtime.database,
            handlers,
            bootstrap=settings.kafka,
            group=f"tereze.{runtime.service.name}",
            instance=settings.instance,
            batch=settings.consumer_batch,
            tries=settings.park_after_tries,
            share_cap=settings.park_share_cap,
            run_cap=settings.park_run_cap,
            stuck_seconds=settings.stuck_seconds,
        ).run()

    return consumer


def _firing(runtime: Runtime) -> Loop:
    firing = Firing(runtime.database, runtime.service.deadlines, poll_ms=runtime.settings.clock_poll_ms)
    return firing.run


async def keep_running(name: str, loop: Loop, waiting: dict[str, str]) -> None:
    """Start a loop again whenever it fails, sooner or later; ``waiting`` says of each loop what it waits for."""
    pause, stuck = _SHORTEST_PAUSE, 0
    while True:
        began = time.monotonic()
        try:
            await loop()
            reason = "it ended"
        except ParkingCapReached:
            log.exception("consuming stopped: too much fails, this is a bad deploy", kind=name)
            _tell(waiting, name, "parking cap reached")
            await asyncio.Event().wait()
        except (BrokerUnavailable, DatabaseUnavailable) as error:
            reason = str(error)
        except ConsumerStuck as error:
            stuck += 1
            reason = f"stuck at {error}"
            if stuck > _STUCK_AT_MOST:
                raise
        except Exception as error:
            reason = type(error).__name__
            log.exception("a worker loop failed", kind=name)
        if time.monotonic() - began > _HEALTHY_SECONDS:
            pause, stuck = _SHORTEST_PAUSE, 0
        signals.loop_failures.labels(name).inc()
        log.warning("waiting before the next try", kind=name, reason=reason, delay_ms=int(pause * 1000))
        _tell(waiting, name, reason)
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries
        pause = min(pause * 2, _LONGEST_PAUSE)
        _tell(waiting, name, None)


def _tell(waiting: dict[str, str], name: str, reason: str | None) -> None:
    signals.loop_waiting.labels(name).set(0 if reason is None else 1)
    if reason is None:
        waiting.pop(name, None)
    else:
        waiting[name] = reason
