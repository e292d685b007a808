"""Decides what the whole stack consists of and in which order it starts and stops; must never run with production data."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tereze.local.components import Component, Web
from tereze.local.databases import await_directory, prepare_databases
from tereze.local.gateway import make_gateway
from tereze.local.journal import Stopwatch
from tereze.local.kafka import VERSION as KAFKA_VERSION
from tereze.local.kafka import Kafka
from tereze.local.keys import SERVICES, make_keys
from tereze.local.layout import PACK, Layout
from tereze.local.ports import LOOPBACK, KeptPorts
from tereze.local.postgres import VERSION as POSTGRES_VERSION
from tereze.local.postgres import Postgres
from tereze.local.processes import Child

MODE = "demo"
ALL = ("all",)
PREPARATION_SECONDS = 120.0
PASSED_ON = ("TEREZE_OTLP_ENDPOINT", "TEREZE_LOG_LEVEL", "TEREZE_MODEL")
_ONE_PROCESS_EACH: Mapping[str, Sequence[str]] = {}


@dataclass(frozen=True)
class Step:
    """One step of a start that is done."""

    name: str
    text: str
    seconds: float


Report = Callable[[Step], None]


def _silent(_: Step) -> None:
    """Report to nobody."""


class Stack:
    """Kafka, PostgreSQL, issuer, services and gateway over one data directory.

    ``roles`` splits services into processes: ``{"referral": ("api", "worker", "worker")}`` makes the components
    ``referral-api``, ``referral-worker`` and ``referral-worker-2``; without it each service is one process with role all.
    Before a start, ``stack["referral-worker"].command`` and ``.overrides`` (of its environment) may be altered.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int | None = None,
        services: Sequence[str] = SERVICES,
        roles: Mapping[str, Sequence[str]] = _ONE_PROCESS_EACH,
        heap_mb: int = 512,
        postgres_settings: Mapping[str, str] | None = None,
    ) -> None:
        self.layout = Layout(data.resolve())
        self.layout.prepare()
        self.services = tuple(services)
        self._ports = KeptPorts(self.layout.ports)
        self.port = port or self._ports.get("gateway")
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.kafka = Kafka(self.layout.kafka, heap_mb=heap_mb, log=self.layout.log("kafka"))
        self.postgres = Postgres(self.layout.postgres, settings=postgres_settings, log=self.layout.log("postgres"))
        self.issuer = self._make_issuer()
        self.workers = {
            web.name: web for name in self.services for web in self._make_service(name, roles.get(name, ALL))
        }
        self.gateway = make_gateway(self.layout, self.port, self._upstreams(roles))

    @property
    def components(self) -> dict[str, Component]:
        """Everything that runs, in the order of starting."""
        listed: tuple[Component, ...] = (self.kafka, self.postgres, self.issuer, *self.workers.values(), self.gateway)
        return {component.name: component for component in listed}

    def __getitem__(self, name: str) -> Web:
        """One service process, the issuer or the gateway by name."""
        return {"issuer": self.issuer, "gateway": self.gateway, **self.workers}[name]

    def database_url(self, service: str) -> str:
        """The service's own database, as its own role."""
        return self.postgres.url(service)

    def start(self, report: Report = _silent) -> None:
        """Start everything and return when it serves. Raises ChildFailed; what did start keeps running until ``stop``."""
        make_keys(self.layout.keys)  # of every service: whoever runs may seal for one that does not
        self.kafka.launch()  # the slowest to be ready: the databases are made meanwhile
        with step(report, "PostgreSQL", str(POSTGRES_VERSION)):
            self.postgres.start()
        with step(report, "Databases", f"{len(self.services)}, one a service, migrated"):
            prepare_databases(self.postgres, self.services, self.layout.log("migrate"))
        with step(report, "Kafka", f"{KAFKA_VERSION} KRaft"):
            self.kafka.start()
        if "directory" in self.services:
            with step(report, "Demo data", "regions, agencies, staff, protocol, official series, centres"):
                self._load("directory", "load-pack", str(PACK), "--demo")
                if "referral" in self.services:
                    self._load("referral", "load-centres", str(PACK))
        with step(report, "Services", " ".join(("issuer", *self.workers))):
            self._start_together([self.issuer, *self.workers.values()])
            await_directory(self.postgres, self.services)
        with step(report, "Gateway", self.url):
            self.gateway.start()

    def stop(self) -> None:
        """Stop everything in order: doors first, data last."""
        self.gateway.stop()
        workers = [self.issuer, *self.workers.values()]
        for worker in workers:
            worker.ask_to_stop()
        for worker in workers:
            worker.stop()
        self.kafka.stop()
        self.postgres.stop()

    def kill(self) -> None:
        """SIGKILL everything."""
        for component in self.components.values():
            component.kill()

    def environment(self, service: str, *, port: int = 0, instance: str = "0") -> dict[str, str]:
        """The variables one process of ``service`` starts with."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEREZE_")}
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        own = {
            "mode": MODE, "database_url": self.postgres.url(service), "kafka": self.kafka.bootstrap, "issuer": self.url,
            "jwks_url": f"{self.issuer.url}/.well-known/jwks.json", "keys_dir": str(self.layout.keys), "pack": str(PACK),
            "host": LOOPBACK, "port": str(port), "instance": instance,
        }  # fmt: skip
        return {**inherited, **passed_on, **_past_proxies(), **{f"TEREZE_{key.upper()}": own[key] for key in own}}

    def _start_together(self, webs: Sequence[Web]) -> None:
        for web in webs:
            web.launch()
        for web in webs:
            web.await_ready()

    def _load(self, service: str, word: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"tereze.{service}", word, *arguments]
        log, environment = self.layout.log(word), self.environment(service)
        Child(word, command, log=log, env=environment).wait(PREPARATION_SECONDS)

    def _make_service(self, name: str, roles: Sequence[str]) -> Iterator[Web]:
        for index, role in enumerate(roles):
            nth = list(roles[: index + 1]).count(role)
            full = name if roles == ALL else f"{name}-{role}" if nth == 1 else f"{name}-{role}-{nth}"
            port = self._ports.get(full)
            yield Web(
                full,
                [sys.executable, "-m", f"tereze.{name}", "--role", role],
                port=port,
                log=self.layout.log(full),
                environment=partial(self.environment, name, port=port, instance=str(index)),
            )

    def _make_issuer(self) -> Web:
        port = self._ports.get("issuer")
        return Web(
            "issuer",
            [sys.executable, "-m", "tereze.local.issuer"],
            port=port,
            log=self.layout.log("issuer"),
            environment=lambda: {
                **os.environ,
                "TEREZE_MODE": MODE,
                "TEREZE_ISSUER": self.url,
                "TEREZE_ISSUER_DIR": str(self.layout.issuer),
                "TEREZE_PACK": str(PACK),
                "TEREZE_HOST": LOOPBACK,
                "TEREZE_PORT": str(port),
            },
            ready_path="/.well-known/jwks.json",
        )

    def _upstreams(self, roles: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """Which process answers the API calls of each service."""
        answering = {name: name if roles.get(name, ALL) == ALL else f"{name}-api" for name in self.services}
        found = {name: f"{LOOPBACK}:{self.workers[worker].port}" for name, worker in answering.items()}
        return {**found, "issuer": f"{LOOPBACK}:{self.issuer.port}"}


@contextmanager
def step(report: Report, name: str, text: str) -> Iterator[None]:
    """Report one step once it is done."""
    watch = Stopwatch()
    yield
    report(Step(name, text, watch.seconds))


def _past_proxies() -> dict[str, str]:
    """Variables that keep calls on this machine away from any proxy."""
    listed = [entry for entry in os.environ.get("NO_PROXY", "").split(",") if entry]
    return dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join([*listed, LOOPBACK, "localhost"]))
