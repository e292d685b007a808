"""Decides what happens when a part of the running stack dies: it comes back, ever more slowly; must never give up or hide it."""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

from tereze.local.components import Component
from tereze.local.journal import Journal
from tereze.local.layout import Layout
from tereze.local.processes import ChildFailed
from tereze.local.stack import MODE, Stack, Step
from tereze.local.state import Condition, Part, Process, State

FIRST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0  # seconds alive that make an end count as the first again
LOOK_EVERY = 0.25


class AlreadySupervised(RuntimeError):
    """Another supervisor holds this data directory."""


@dataclass
class Watched:
    """One component under watch: how often it came back and when it may next."""

    component: Component
    restarts: int = 0
    condition: Condition = "starting"
    since: float = field(default_factory=time.time)
    _pause: float = FIRST_PAUSE
    _again_at: float | None = None

    def look(self, now: float, say: Callable[[str, str, str], None], *, keep_stopped: bool = False) -> bool:
        """See how it is and bring it back when it is time; returns whether anything changed. ``now`` is monotonic."""
        if keep_stopped:
            return self._keep_stopped(say)
        if self.condition == "stopped":
            self._again_at = now
        if self._again_at is not None:
            return self._bring_back(now, say)
        if not self.component.running:
            self._schedule(now, say)
            return True
        if self.condition == "starting" and self.component.ready():
            self.condition = "ready"
            say("ready", self.component.name, "")
            return True
        return False

    def _keep_stopped(self, say: Callable[[str, str, str], None]) -> bool:
        if self.condition == "stopped":
            return False
        self.component.stop()
        self.condition, self._again_at = "stopped", None
        say("stopped", self.component.name, "stopped on request")
        return True

    def _schedule(self, now: float, say: Callable[[str, str, str], None]) -> None:
        if time.time() - self.since > STEADY_AFTER:
            self._pause = FIRST_PAUSE
        child = self.component.child
        code = child.exit_code() if child is not None else None
        say("ended", self.component.name, f"ended with code {code}; starts again in {self._pause:g} s")
        self._again_at = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self.condition = "waiting"

    def _bring_back(self, now: float, say: Callable[[str, str, str], None]) -> bool:
        assert self._again_at is not None
        if now < self._again_at:
            return False
        self._again_at = None
        self.restarts += 1
        self.since = time.time()
        self.condition = "starting"
        try:
            self.component.launch()
        except (ChildFailed, OSError) as failure:
            say("failed", self.component.name, str(failure))
            return True
        say("restarted", self.component.name, f"started again, {self.restarts} so far")
        return True

    def part(self) -> Part:
        """What other processes may know of it."""
        pid = self.component.pid
        return Part(
            name=self.component.name,
            condition=self.condition,
            process=Process.this(pid) if pid is not None else None,
            since=self.since,
            restarts=self.restarts,
            address=self.component.address,
            port=getattr(self.component, "port", None),
        )


class Supervisor:
    """Starts a stack, keeps it running until told to stop, and writes down what it sees."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._layout = stack.layout
        self._journal = Journal(stack.layout.journal)
        self._watched: list[Watched] = []
        self._told_to_stop = threading.Event()
        self._started_at = time.time()

    def run(self) -> int:
        """Start, watch, stop; returns the exit code. SIGTERM and SIGINT end it in order."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_on_signal)
        try:
            self._start()
            self._watch()
        except ChildFailed as failure:
            self._journal.write("failed", "stack", str(failure))
            return 1
        except _ToldToStop:
            pass
        finally:
            self._stop()
        return 0

    def _stop_on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if not self._told_to_stop.is_set():
            self._told_to_stop.set()
            raise _ToldToStop

    def _start(self) -> None:
        for name in self._stack.components:
            self._layout.kept_stopped(name).unlink(missing_ok=True)
        self._write_state(ready=False)
        self._stack.start(self._report)
        self._watched = [Watched(component, condition="ready") for component in self._stack.components.values()]
        self._write_state(ready=True)
        self._journal.write("up", "stack", self._stack.url, seconds=time.time() - self._started_at)

    def _report(self, step: Step) -> None:
        self._journal.write("step", step.name, step.text, seconds=step.seconds)
        self._write_state(ready=False)

    def _watch(self) -> None:
        while not self._told_to_stop.wait(LOOK_EVERY):
            changed = [self._look(watched) for watched in self._watched]
            if any(changed):
                self._write_state(ready=True)

    def _look(self, watched: Watched) -> bool:
        kept_stopped = self._layout.kept_stopped(watched.component.name).exists()
        return watched.look(time.monotonic(), self._journal.write, keep_stopped=kept_stopped)

    def _stop(self) -> None:
        self._told_to_stop.set()
        self._journal.write("stopping", "stack")
        self._stack.stop()
        self._layout.state.unlink(missing_ok=True)
        self._journal.write("stopped", "stack")

    def _write_state(self, *, ready: bool) -> None:
        parts = self._watched or [
            Watched(component) for component in self._stack.components.values() if component.child is not None
        ]
        State(
            supervisor=Process.this(),
            url=self._stack.url,
            data=str(self._layout.root),
            mode=MODE,
            started_at=self._started_at,
            ready=ready,
            parts=tuple(watched.part() for watched in parts),
        ).write(self._layout.state)


class _ToldToStop(Exception):
    """Leaves whatever the supervisor is in the middle of."""


def hold(layout: Layout) -> IO[str]:
    """Take the data directory for this process; raises AlreadySupervised. Keep the file open to keep the hold."""
    layout.prepare()
    held = layout.lock.open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise AlreadySupervised(f"a stack runs on {layout.root} already") from None
    held.write(str(os.getpid()))
    held.flush()
    return held
