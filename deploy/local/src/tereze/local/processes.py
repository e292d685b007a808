"""Decides how the stack's child processes start, stop and die with their parent; must never signal a process it did not start."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import psutil

LEASH = Path(__file__).with_name("leash.py")
LOG_TAIL_BYTES = 4000
KILL_SECONDS = 30.0
LOOK_EVERY = 0.02


class ChildFailed(RuntimeError):
    """A child process ended, or was not ready in time; the message carries the end of its log."""


class _Spawner:
    """Starts children from one thread that lives as long as the process: a death signal follows the starting *thread*."""

    def __init__(self) -> None:
        self._orders: queue.Queue[tuple[Callable[[], subprocess.Popen[bytes]], Future[subprocess.Popen[bytes]]]] = (
            queue.Queue()
        )
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def __call__(self, order: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="spawner", daemon=True)
                self._thread.start()
        answer: Future[subprocess.Popen[bytes]] = Future()
        self._orders.put((order, answer))
        return answer.result()

    def _work(self) -> None:
        while True:
            order, answer = self._orders.get()
            try:
                answer.set_result(order())
            except OSError as error:
                answer.set_exception(error)


_spawn = _Spawner()


class Child:
    """One running program in its own session, appending to one log file, killed by the kernel when this process dies."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        uid: int | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals | None = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log_from = log.stat().st_size if log.exists() else 0
        leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(death_signal or 0))]
        leash += [str(uid) if uid is not None else "-", "--", *command]
        with log.open("ab") as out:
            self._popen = _spawn(
                lambda: subprocess.Popen(
                    leash,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env=dict(os.environ if env is None else env),
                    cwd=cwd,
                )
            )
        self.pid = self._popen.pid
        self.started_at = time.time()
        self._asked = False
        self._lock = threading.RLock()

    def exit_code(self) -> int | None:
        """None while it runs.

        The end is noticed before the kernel may give its pid to somebody else; only then is the rest of its group killed.
        """
        with self._lock:
            if self._popen.returncode is None and self._has_ended():
                self._kill_group()
                self._popen.wait()
            return self._popen.returncode

    def _has_ended(self) -> bool:
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # somebody else in this process has waited for it: its pid is no longer ours
            self._popen.poll()
            return False

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    @property
    def running(self) -> bool:
        """Whether the program has not ended."""
        return self.exit_code() is None

    def create_time(self) -> float:
        """The kernel's start time, which together with the pid names this process for good."""
        return psutil.Process(self.pid).create_time()

    def stop(self, grace: float = 15.0) -> None:
        """Ask politely, then kill. Returns when the program is gone."""
        if self.running:
            self.ask_to_stop()
            if not self._ends_within(grace):
                self.kill()

    def ask_to_stop(self) -> None:
        """Ask politely, once; returns at once."""
        if not self._asked:
            self._asked = True
            self.signal(self._stop_signal)

    def kill(self) -> None:
        """SIGKILL the program and its group, as a power cut would. Returns when the program is gone."""
        with self._lock:
            self.signal(signal.SIGKILL)
            if self.running:
                self._kill_group()
        self._ends_within(KILL_SECONDS)

    def signal(self, number: signal.Signals) -> None:
        """Send one signal to the program itself, if it still runs."""
        with self._lock:
            if self.running:
                os.kill(self.pid, number)

    def _ends_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running:
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_EVERY)
        return True

    def wait_until(self, ready: Callable[[], bool], *, timeout: float) -> None:
        """Poll ``ready`` until it holds; raises ChildFailed when the program ends or ``timeout`` seconds pass."""
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.running:
                raise ChildFailed(f"{self.name} ended with code {self.exit_code()}.\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ChildFailed(f"{self.name} was not ready within {timeout:.0f} s.\n{self.log_tail()}")
            time.sleep(LOOK_EVERY)

    def wait(self, timeout: float) -> None:
        """Wait until the program has done its work; raises ChildFailed when it fails or takes longer."""
        if not self._ends_within(timeout):
            self.kill()
            raise ChildFailed(f"{self.name} did not end within {timeout:.0f} s.\n{self.log_tail()}")
        code = self.exit_code()
        if code:
            raise ChildFailed(f"{self.name} ended with code {code}.\n{self.log_tail()}")

    def log_tail(self) -> str:
        """The end of its log, for messages."""
        return self._log_after(0)

    def said(self) -> str:
        """The end of what was written to its log since this program began."""
        return self._log_after(self._log_from)

    def _log_after(self, begin: int) -> str:
        with self.log.open("rb") as log:
            log.seek(max(begin, self.log.stat().st_size - LOG_TAIL_BYTES))
            return log.read().decode(errors="replace")
