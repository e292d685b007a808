"""Decides how a service process starts, runs its roles and stops; must never stop in the middle of a commit."""

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
import uvloop

from tereze.chassis import operate
from tereze.chassis.consumer import ConsumerStuck
from tereze.chassis.http.app import create_app
from tereze.chassis.migrate import upgrade
from tereze.chassis.runtime import Runtime, Service
from tereze.chassis.settings import ServiceSettings
from tereze.chassis.telemetry import setup_telemetry
from tereze.chassis.worker import run_worker

__all__ = ["Runtime", "Service", "run"]

log = structlog.get_logger(__name__)

_GRACE_SECONDS = 10
_NEW_OBJECTS = 20_000  # that make a collection worth while: one request or event makes hundreds
_STUCK = 70  # exit code that tells a supervisor: start me again


def run(build: Callable[[ServiceSettings], Service], settings_class: type[ServiceSettings] = ServiceSettings) -> None:
    """The whole ``__main__`` of a service: ``python -m tereze.intake [serve|migrate|parked|…] [--role api|worker|all]``."""
    words = argparse.ArgumentParser()
    words.add_argument("command", nargs="?", choices=["serve", "migrate", *operate.COMMANDS], default="serve")
    words.add_argument("--role", choices=["api", "worker", "all"], default="all")
    operate.add_words(words)
    asked = words.parse_args()
    if missing := operate.missing_words(asked):
        words.error(f"{asked.command} needs {', '.join(missing)}")
    settings = settings_class()
    service = build(settings)
    if asked.command == "migrate":
        upgrade(f"tereze.{service.name}", settings.database_url)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(_run(settings, service, asked)))


async def _run(settings: ServiceSettings, service: Service, asked: argparse.Namespace) -> int:
    runtime = Runtime.assemble(settings, service)
    try:
        if asked.command != "serve":
            await operate.operate(runtime, asked)
            return 0
        setup_telemetry(settings, service.name)
        return await _serve(runtime, asked.role)
    finally:
        await runtime.close()


async def _serve(runtime: Runtime, role: str) -> int:
    """Run the role until SIGTERM or SIGINT, or until a part ends; returns the exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings = runtime.settings
    log.info(
        "starting", role=role, host=settings.host, port=settings.port, mode=settings.mode, instance=settings.instance
    )
    if runtime.service.prepare is not None and not await _prepared(runtime.service.prepare(runtime), stop):
        return 0
    server = _server(runtime, role)
    _spare_the_collector()
    background = [asyncio.create_task(runtime.wakeup.run()), asyncio.create_task(stop.wait())]
    if role != "api":
        background.append(asyncio.create_task(run_worker(runtime)))
    serving = [asyncio.create_task(server.serve())] if server is not None else []
    await asyncio.wait([*background, *serving], return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping", role=role)
    if server is not None:
        server.should_exit = True
    for part in background:
        part.cancel()
    return _exit_code(await asyncio.gather(*serving, *background, return_exceptions=True))


async def _prepared(preparing: Coroutine[Any, Any, None], stop: asyncio.Event) -> bool:
    """Whether the service is ready to serve: False where it was told to stop before. Raises what the preparation raises."""
    task, stopping = asyncio.create_task(preparing), asyncio.create_task(stop.wait())
    await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
    for part in (task, stopping):
        part.cancel()
    await asyncio.gather(task, stopping, return_exceptions=True)
    if not task.cancelled():
        task.result()
    return not stop.is_set()


def _spare_the_collector() -> None:
    """What is loaded by now stays for good: looking through it again and again cost a seventh of the processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def _server(runtime: Runtime, role: str) -> "_Server | None":
    """The HTTP side: everything for the api, probes only for a worker that was given a port."""
    settings = runtime.settings
    if role == "worker" and settings.port == 0:
        return None
    config = uvicorn.Config(
        create_app(runtime, with_routes=role != "worker"),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return _Server(config)


def _exit_code(outcomes: Sequence[object]) -> int:
    """0 for a wanted end; otherwise the parts that failed are told, and the code asks for a new start."""
    failed = [error for error in outcomes if isinstance(error, Exception)]
    for error in failed:
        log.error("a part of the process failed", exc_info=error)
    stuck = any(isinstance(error, BaseExceptionGroup) and error.subgroup(ConsumerStuck) for error in failed)
    return _STUCK if stuck else int(bool(failed))


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are handled once, for every role."""
        yield
