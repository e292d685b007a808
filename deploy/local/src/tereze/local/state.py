"""Decides what is known about a running stack from outside it; must never take a stranger's process for ours."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import psutil

_SAME_START = 1.0  # seconds: the clock behind a process's start time has ticks
Condition = Literal["starting", "ready", "waiting", "stopped"]


@dataclass(frozen=True)
class Process:
    """One process named for good by pid and start time, since pids are used again."""

    pid: int
    created: float

    @classmethod
    def this(cls, pid: int | None = None) -> Self:
        """The running process ``pid``, or this one."""
        return cls(pid or os.getpid(), psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """The live process, or None when it ended; a newer process with the same pid is not it."""
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(self.pid)
            if abs(found.create_time() - self.created) < _SAME_START and found.status() != psutil.STATUS_ZOMBIE:
                return found
        return None


@dataclass(frozen=True)
class Part:
    """One component as the supervisor last saw it. ``since`` is a Unix time."""

    name: str
    condition: Condition
    process: Process | None = None
    since: float = 0.0
    restarts: int = 0
    address: str | None = None
    port: int | None = None


@dataclass(frozen=True)
class State:
    """What the supervisor writes for other processes."""

    supervisor: Process
    url: str
    data: str
    mode: str
    started_at: float
    ready: bool = False
    parts: tuple[Part, ...] = field(default=())

    def write(self, path: Path) -> None:
        """Replace the file in one step: a reader sees the old state or the new one."""
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self), indent=1))
        draft.replace(path)


def read_state(path: Path) -> State | None:
    """The last written state; None when there is none or it cannot be read."""
    try:
        fields: dict[str, Any] = json.loads(path.read_text())
        parts = tuple(Part(**{**part, "process": _process(part["process"])}) for part in fields.pop("parts"))
        supervisor = Process(**fields.pop("supervisor"))
        return State(supervisor=supervisor, parts=parts, **fields)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _process(fields: dict[str, Any] | None) -> Process | None:
    return Process(**fields) if fields is not None else None


def running_state(path: Path) -> State | None:
    """The state when its supervisor really runs."""
    state = read_state(path)
    return state if state is not None and state.supervisor.find() is not None else None


def leftovers(path: Path) -> list[psutil.Process]:
    """Our own processes that outlived their supervisor."""
    state = read_state(path)
    if state is None or state.supervisor.find() is not None:
        return []
    return [found for part in state.parts if part.process is not None and (found := part.process.find()) is not None]


def end_processes(processes: list[psutil.Process], *, grace: float = 10.0) -> None:
    """Ask each to end, then kill what remains."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=grace)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=grace)
