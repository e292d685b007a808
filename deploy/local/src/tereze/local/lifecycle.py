"""Decides how a person's `up`, `down` and `reset` reach the supervisor; must never end a process that is not the stack's."""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from tereze.local import show
from tereze.local.checks import DEFAULT_PORT, check_machine
from tereze.local.journal import Follower, Journal
from tereze.local.layout import Layout
from tereze.local.processes import Child
from tereze.local.state import State, end_processes, leftovers, running_state

STOP_WITHIN = 90.0
LOOK_EVERY = 0.1


class NotUp(RuntimeError):
    """The stack did not come up; what is known was shown already."""


def bring_up(layout: Layout, port: int | None, *, detach: bool) -> None:
    """Check, start and show progress. Attached, stays until the stack ends; raises NotPossible, NotOurs or NotUp."""
    running = running_state(layout.state)
    if running is not None:
        say_running(await_ready(layout, running), port)
        return
    end_processes(leftovers(layout.state))
    port = port or DEFAULT_PORT
    show.line("Checks", " · ".join(check_machine(layout, port)))
    layout.prepare()
    follower = Follower(layout.journal, Journal(layout.journal).end())
    supervisor = start_supervisor(layout, port, detach=detach)
    with Interrupts() as interrupts:
        follow(follower, supervisor, until=lambda kinds: "up" in kinds or interrupts.count > 0)
        state = running_state(layout.state)
        if interrupts.count == 0 and state is not None and state.ready:
            show.welcome(state)
            if detach:
                return
            follow(follower, supervisor, until=lambda _: interrupts.count > 0)
        if supervisor.running:
            end_supervisor(follower, supervisor, interrupts)
    if supervisor.exit_code():
        raise NotUp(f"The stack did not start. Its logs are in {layout.log('supervisor').parent}.{why(supervisor)}")


def why(supervisor: Child) -> str:
    """The last words of a supervisor that ended by itself: those it cannot write into the journal."""
    last = supervisor.said().strip().splitlines()
    return "\n" + last[-1].removeprefix("✗ ") if last else ""


def await_ready(layout: Layout, running: State) -> State:
    """The state of a stack that another `up` starts, once it is ready; Ctrl-C stops the waiting only. Raises NotUp."""
    if not running.ready:
        show.out.print(f"  Another `up` is starting it since {_clock(running)}; waiting until it is ready …")
    state: State | None = running
    while state is not None and not state.ready:
        time.sleep(LOOK_EVERY)
        state = running_state(layout.state)
    if state is None:
        raise NotUp(f"The other `up` ended before the stack was ready. Its logs are in {layout.log('any').parent}.")
    return state


def _clock(state: State) -> str:
    return time.strftime("%H:%M:%S", time.localtime(state.started_at))


def say_running(state: State, port: int | None) -> None:
    """A second `up` on the same data changes nothing."""
    show.out.print(f"  Already running since {_clock(state)}.")
    if port is not None and not state.url.endswith(f":{port}"):
        show.out.print(f"  It keeps its address; to move it: ./tereze down, then ./tereze up --port {port}.")
    show.welcome(state)


def start_supervisor(layout: Layout, port: int, *, detach: bool) -> Child:
    """Start the process that owns the stack. Attached, it ends in order when this process dies."""
    command = [sys.executable, "-m", "tereze.local", "supervise", "--data", str(layout.root), "--port", str(port)]
    return Child("supervisor", command, log=layout.log("supervisor"), death_signal=None if detach else signal.SIGTERM)


def follow(follower: Follower, supervisor: Child, *, until: Callable[[set[str]], bool]) -> None:
    """Show what the supervisor writes until ``until`` holds for the kinds of entries seen, or it ends."""
    seen: set[str] = set()
    while True:
        alive = supervisor.running
        for entry in follower.new():
            seen.add(entry.kind)
            show.progress(entry)
        if not alive or until(seen):
            return
        time.sleep(LOOK_EVERY)


class Interrupts:
    """Counts Ctrl-C and SIGTERM instead of dying of them."""

    def __enter__(self) -> "Interrupts":
        self.count = 0
        self._before = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def _note(self, *_: object) -> None:
        self.count += 1

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def end_supervisor(follower: Follower, supervisor: Child, interrupts: Interrupts) -> None:
    """Ask the supervisor to stop everything; a second Ctrl-C kills it and with it all its children."""
    show.out.print("  Stopping …")
    already = interrupts.count
    supervisor.ask_to_stop()
    follow(follower, supervisor, until=lambda _: interrupts.count > already)
    if supervisor.running:
        supervisor.kill()


def bring_down(layout: Layout) -> bool:
    """Stop the stack on this data directory; returns whether one was running."""
    state = running_state(layout.state)
    process = state.supervisor.find() if state is not None else None
    if process is None:
        remains = leftovers(layout.state)
        end_processes(remains)
        layout.state.unlink(missing_ok=True)
        return bool(remains)
    with suppress(psutil.NoSuchProcess):
        os.kill(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_WITHIN)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(STOP_WITHIN)
    end_processes(leftovers(layout.state))
    layout.state.unlink(missing_ok=True)
    return True
