"""Decides what every part of the stack can be told to do; must never restart by itself: that is the supervisor's."""

import http.client
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tereze.local.ports import LOOPBACK
from tereze.local.processes import Child, ChildFailed


class Component(ABC):
    """One program of the stack under one name. It may be started, stopped, killed and started again on the same data."""

    ready_within = 120.0  # seconds: a busy machine is slow, not broken

    def __init__(self, name: str, *, log: Path) -> None:
        self.name = name
        self.log = log
        self._child: Child | None = None

    @abstractmethod
    def spawn(self) -> Child:
        """Start the program."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it does its work now."""

    @property
    def address(self) -> str | None:
        """Where it answers, for people and probes."""
        return None

    @property
    def child(self) -> Child | None:
        """Its latest process, ended or not."""
        return self._child

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int | None:
        """Process id while it lives."""
        return self._child.pid if self._child is not None and self._child.running else None

    def launch(self) -> None:
        """Start it unless it runs; returns before it is ready."""
        if not self.running:
            self._child = self.spawn()

    def await_ready(self) -> None:
        """Return once it is ready; raises ChildFailed with the end of its log when it is not."""
        assert self._child is not None
        self._child.wait_until(self.ready, timeout=self.ready_within)

    def start(self) -> None:
        """Start it unless it runs and wait until it is ready; what failed to become ready is killed."""
        self.launch()
        try:
            self.await_ready()
        except ChildFailed:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut it down in order."""
        if self._child is not None:
            self._child.stop(grace=30)

    def ask_to_stop(self) -> None:
        """Begin to shut it down; ``stop`` waits for the end."""
        if self._child is not None:
            self._child.ask_to_stop()

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self._child is not None:
            self._child.kill()


class Web(Component):
    """A program that listens on one loopback port and says over HTTP when it is ready.

    ``command`` may be replaced and ``overrides`` (of the environment) filled before a start: fault rigs run altered
    workers this way.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        port: int,
        log: Path,
        environment: Callable[[], Mapping[str, str]],
        ready_path: str = "/readyz",
    ) -> None:
        super().__init__(name, log=log)
        self.command = list(command)
        self.overrides: dict[str, str] = {}
        self.port = port
        self._environment = environment
        self._ready_path = ready_path

    @property
    def url(self) -> str:
        """Base url on loopback."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def address(self) -> str:
        """The base url."""
        return self.url

    def spawn(self) -> Child:
        """Start the command with its environment."""
        return Child(self.name, self.command, log=self.log, env={**self._environment(), **self.overrides})

    def ready(self) -> bool:
        """Whether the readiness path answers 200."""
        return fetch(self.port, self._ready_path)[0] == http.client.OK


def fetch(port: int, path: str, *, timeout: float = 3.0) -> tuple[int, bytes]:
    """GET from loopback, past any proxy settings; returns status and body, or status 0 when nobody answered."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
