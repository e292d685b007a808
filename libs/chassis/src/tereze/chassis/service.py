"""Decides how a service process starts, runs its roles and stops; must never stop in the middle of a commit."""

import argparse
import asyncio
import importlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
import uvloop

from tereze.chassis.migrate import upgrade
from tereze.chassis.runtime import Runtime, Service
from tereze.chassis.settings import ServiceSettings

__all__ = ["Runtime", "Service", "run"]

_GRACE_SECONDS = 10


def run(build: Callable[[ServiceSettings], Service], settings_class: type[ServiceSettings] = ServiceSettings) -> None:
    """The whole ``__main__`` of a service: ``python -m tereze.intake [migrate] [--role api|worker|all]``."""
    words = argparse.ArgumentParser()
    words.add_argument("command", nargs="?", choices=["serve", "migrate"], default="serve")
    words.add_argument("--role", choices=["api", "worker", "all"], default="all")
    asked = words.parse_args()
    settings = settings_class()
    service = build(settings)
    if asked.command == "migrate":
        upgrade(f"tereze.{service.name}", settings.database_url)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, service, asked.role))


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are handled once, for every role."""
        yield


async def _serve(settings: ServiceSettings, service: Service, role: str) -> None:
    runtime = Runtime.assemble(settings, service)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        if role in {"api", "all"}:
            await _serve_http(runtime, stop)
    finally:
        await runtime.close()


async def _serve_http(runtime: Runtime, stop: asyncio.Event) -> None:
    app = importlib.import_module("tereze.chassis.http.app").create_app(runtime)
    config = uvicorn.Config(
        app,
        host=runtime.settings.host,
        port=runtime.settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving
