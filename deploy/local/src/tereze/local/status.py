"""Decides what `./tereze status` says about a stack; must never guess: what does not answer is not ready."""

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tereze.local import show
from tereze.local.components import fetch
from tereze.local.layout import Layout
from tereze.local.ports import answers
from tereze.local.signals import read_signals
from tereze.local.state import Part, State, running_state

HTTP_OK = 200
ALL_READY, NOT_ALL_READY, NOT_RUNNING = 0, 1, 3
READY_PATHS = {"issuer": "/.well-known/jwks.json", "gateway": "/healthz"}
NO_HTTP = ("kafka", "postgres")


@dataclass(frozen=True)
class Line:
    """One component as it is at this moment."""

    name: str
    state: str
    pid: int | None
    uptime_s: int
    restarts: int
    address: str | None
    signals: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """The whole stack as it is at this moment."""

    data: Path
    state: State | None
    lines: tuple[Line, ...] = ()

    @property
    def word(self) -> str:
        """stopped, starting, ready or degraded."""
        if self.state is None:
            return "stopped"
        if not self.state.ready:
            return "starting"
        return "ready" if all(line.state == "ready" for line in self.lines) else "degraded"

    @property
    def exit_code(self) -> int:
        """0 all ready, 1 not all, 3 nothing runs."""
        if self.state is None:
            return NOT_RUNNING
        return ALL_READY if self.word == "ready" else NOT_ALL_READY

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        about = {"state": self.word, "data": str(self.data)}
        if self.state is not None:
            about |= {"url": self.state.url, "mode": self.state.mode}
        return {**about, "components": [asdict(line) for line in self.lines]}


def look(layout: Layout) -> Seen:
    """Ask every component now."""
    state = running_state(layout.state)
    lines = tuple(_look_at(part) for part in state.parts) if state is not None else ()
    return Seen(layout.root, state, lines)


def _look_at(part: Part) -> Line:
    process = part.process.find() if part.process is not None else None
    alive = process is not None and part.port is not None
    ready = alive and _answers(part)
    return Line(
        name=part.name,
        state="ready" if ready else part.condition if not alive else "not ready",
        pid=process.pid if process is not None else None,
        uptime_s=int(time.time() - part.since) if process is not None else 0,
        restarts=part.restarts,
        address=part.address,
        signals=read_signals(part.port) if ready and part.port and _has_metrics(part) else {},
    )


def _answers(part: Part) -> bool:
    assert part.port is not None
    if part.name in NO_HTTP:
        return answers(part.port)
    return fetch(part.port, READY_PATHS.get(part.name, "/readyz"))[0] == HTTP_OK


def _has_metrics(part: Part) -> bool:
    return part.name not in (*NO_HTTP, *READY_PATHS)


def draw(seen: Seen) -> None:
    """For people."""
    if seen.state is None:
        show.out.print(f"  Nothing runs on {seen.data}. Start it: ./tereze up --detach")
        return
    show.out.print(f"  [bold]{'component':<22}{'state':<11}{'pid':>8}{'up':>10}{'restarts':>10}  address[/bold]")
    for line in seen.lines:
        colour = "green" if line.state == "ready" else "red"
        signals = " ".join(f"{name}={value:g}" for name, value in sorted(line.signals.items()) if value)
        show.out.print(
            f"  {line.name:<22}[{colour}]{line.state:<11}[/{colour}]{line.pid or '-':>8}{_duration(line.uptime_s):>10}"
            f"{line.restarts:>10}  {line.address or '-'}  {signals}".rstrip()
        )
    show.out.print(f"\n  {seen.state.url}   {seen.word}   data {seen.data}   mode {seen.state.mode.upper()}")


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}"
