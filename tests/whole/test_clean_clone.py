"""Decides whether a newcomer's first minutes work from a clean clone; must never touch the checkout it was cloned from."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tereze.local.components import fetch
from tereze.local.keys import SERVICES
from tereze.local.ports import free_port

REPOSITORY = Path(__file__).resolve().parents[2]
GIT = shutil.which("git") or "git"
MINUTES = 60.0
PARTS = {"kafka", "postgres", "issuer", "gateway", *SERVICES}

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Newcomer:
    """Somebody with nothing but a clone, in a folder with a space and Kazakh letters, standing elsewhere."""

    clone: Path
    elsewhere: Path

    def types(self, *words: str, expect: int = 0) -> str:
        done = subprocess.run(
            [str(self.clone / "tereze"), *words],
            cwd=self.elsewhere,
            capture_output=True,
            text=True,
            check=False,
            timeout=10 * MINUTES,
        )
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def status(self) -> dict[str, Any]:
        words = [str(self.clone / "tereze"), "status", "--json"]
        done = subprocess.run(words, cwd=self.elsewhere, capture_output=True, text=True, check=False)
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    def part(self, name: str) -> dict[str, Any]:
        return next(part for part in self.status()["components"] if part["name"] == name)

    def supervisor(self) -> psutil.Process:
        state = json.loads((self.clone / ".tereze" / "state.json").read_text())
        return psutil.Process(state["supervisor"]["pid"])


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    folder = tmp_path_factory.mktemp("newcomer")
    clone = folder / "бір терезе, жаңа"
    subprocess.run([GIT, "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
    (folder / "elsewhere").mkdir()
    someone = Newcomer(clone, folder / "elsewhere")
    yield someone
    subprocess.run([str(clone / "tereze"), "reset", "--yes"], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def port(newcomer: Newcomer) -> int:
    """Where the newcomer's stack answers, once it is up."""
    chosen = free_port()
    said = newcomer.types("up", "--detach", "--port", str(chosen))
    assert f"http://127.0.0.1:{chosen}" in said
    assert "DEMO, never for real children" in said
    return chosen


def until(holds: Callable[[], bool], seconds: float = 2 * MINUTES) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.2)


def test_everything_is_ready_behind_one_url(newcomer: Newcomer, port: int) -> None:
    found = newcomer.status()
    assert found["state"] == "ready"
    assert {part["name"] for part in found["components"]} == PARTS
    assert fetch(port, "/docs/")[0] == 200
    assert fetch(port, "/openapi.json")[0] == 200
    assert fetch(port, "/.well-known/openid-configuration")[0] == 200


def test_a_second_up_says_it_runs_already(newcomer: Newcomer, port: int) -> None:
    assert "Already running" in newcomer.types("up", "--detach")
    assert newcomer.status()["url"].endswith(f":{port}")


@pytest.mark.usefixtures("port")
def test_a_killed_service_comes_back_and_is_counted(newcomer: Newcomer) -> None:
    os.kill(newcomer.part("intake")["pid"], signal.SIGKILL)
    until(lambda: newcomer.part("intake")["restarts"] == 1 and newcomer.status()["state"] == "ready")
    assert "ended with code -9" in (newcomer.clone / ".tereze" / "journal.ndjson").read_text()


@pytest.mark.usefixtures("port")
def test_the_demo_clock_moves_and_returns(newcomer: Newcomer) -> None:
    assert "4:00:00 ahead" in newcomer.types("clock", "+4h")
    assert "the real time" in newcomer.types("clock", "reset")


def test_a_killed_supervisor_leaves_nothing_that_blocks_the_next_up(newcomer: Newcomer, port: int) -> None:
    pids = [part["pid"] for part in newcomer.status()["components"]]
    newcomer.supervisor().kill()
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids))
    newcomer.types("status", expect=3)
    newcomer.types("up", "--detach", "--port", str(port))
    assert newcomer.status()["state"] == "ready"


@pytest.mark.usefixtures("port")
def test_down_stops_everything_and_reset_wipes_it(newcomer: Newcomer) -> None:
    pids = [part["pid"] for part in newcomer.status()["components"]]
    newcomer.types("down")
    assert not any(psutil.pid_exists(pid) for pid in pids)
    newcomer.types("status", expect=3)
    newcomer.types("reset", "--yes")
    assert not (newcomer.clone / ".tereze").exists()
