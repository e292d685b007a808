"""Decides whether dead parts come back ever more slowly and strangers stay untouched; must never signal a process it did not start."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Timer

import psutil
import pytest

from tereze.local.components import Component
from tereze.local.journal import Follower, Journal
from tereze.local.layout import Layout
from tereze.local.lifecycle import NotUp, await_ready, bring_down, bring_up
from tereze.local.parts import NoSuchPart, start_part, stop_part
from tereze.local.ports import free_port
from tereze.local.processes import Child
from tereze.local.state import Part, Process, State, leftovers, read_state, running_state
from tereze.local.supervisor import LONGEST_PAUSE, AlreadySupervised, Watched, hold

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]


class Program(Component):
    """A component that is nothing but one command."""

    def __init__(self, name: str, command: list[str], log: Path) -> None:
        super().__init__(name, log=log)
        self.command = command

    def spawn(self) -> Child:
        return Child(self.name, self.command, log=self.log)

    def ready(self) -> bool:
        return self.running


class Said(list[tuple[str, str, str]]):
    def __call__(self, kind: str, subject: str, text: str) -> None:
        self.append((kind, subject, text))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self]


def sleeper(tmp_path: Path) -> Program:
    return Program("sleeper", ["sleep", "600"], tmp_path / "sleeper.log")


def test_a_killed_component_comes_back_after_a_pause_and_it_is_said(tmp_path: Path) -> None:
    component, said = sleeper(tmp_path), Said()
    component.launch()
    watched = Watched(component, condition="ready")
    assert not watched.look(0.0, said)
    component.kill()
    assert watched.look(0.0, said)
    assert watched.part().condition == "waiting"
    assert not watched.look(0.49, said)
    assert watched.look(0.5, said)
    try:
        assert component.running
        assert said.kinds == ["ended", "restarted"]
        assert "code -9" in said[0][2]
        assert watched.part().restarts == 1
    finally:
        component.kill()


def test_a_component_kept_stopped_stays_so_and_comes_back_when_asked(tmp_path: Path) -> None:
    component, said = sleeper(tmp_path), Said()
    component.launch()
    watched = Watched(component, condition="ready")
    try:
        assert watched.look(0.0, said, keep_stopped=True)
        assert not component.running
        assert watched.part().condition == "stopped"
        assert not watched.look(60.0, said, keep_stopped=True)
        assert watched.look(61.0, said)
        assert component.running
        assert said.kinds == ["stopped", "restarted"]
        assert watched.look(61.0, said)
        assert watched.part().condition == "ready"
    finally:
        component.kill()


def test_a_part_can_only_be_stopped_where_a_stack_runs_and_has_it(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    layout.prepare()
    with pytest.raises(NoSuchPart, match="no stack runs"):
        stop_part(layout, "kafka")
    state_of(Process.this(), Part("kafka", "ready")).write(layout.state)
    with pytest.raises(NoSuchPart, match="there are: kafka"):
        start_part(layout, "rabbit")


def test_pauses_grow_until_a_limit(tmp_path: Path) -> None:
    component, said = Program("broken", ["false"], tmp_path / "broken.log"), Said()
    component.launch()
    watched, now, pauses = Watched(component), 0.0, []
    for _ in range(9):
        assert component.child is not None
        with pytest.raises(RuntimeError):
            component.child.wait(20)
        watched.look(now, said)
        pauses.append(float(said[-1][2].split(" in ")[1].split()[0]))
        now += pauses[-1]
        watched.look(now, said)
    component.kill()
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert pauses[-1] == LONGEST_PAUSE


def test_an_up_that_finds_the_folder_held_says_so_and_leaves_it_alone(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    with hold(layout), pytest.raises(NotUp, match=f"a stack runs on {layout.root} already"):
        bring_up(layout, free_port(), detach=True)
    assert not layout.state.exists()


def test_an_up_waits_for_the_stack_that_another_one_is_starting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layout = Layout(tmp_path / "data")
    layout.prepare()
    starting = replace(state_of(Process.this()), ready=False)
    starting.write(layout.state)
    becomes_ready = Timer(0.3, state_of(Process.this()).write, [layout.state])
    becomes_ready.start()
    assert await_ready(layout, starting).ready
    assert "Another `up` is starting it" in capsys.readouterr().out
    becomes_ready.join()
    starting.write(layout.state)
    gives_up = Timer(0.3, layout.state.unlink)
    gives_up.start()
    with pytest.raises(NotUp, match="ended before the stack was ready"):
        await_ready(layout, starting)
    gives_up.join()


def test_only_one_supervisor_holds_a_data_directory(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    with hold(layout), pytest.raises(AlreadySupervised):
        hold(layout)
    hold(layout).close()


def state_of(supervisor: Process, *parts: Part) -> State:
    return State(supervisor, "http://127.0.0.1:1", "/data", "demo", 0.0, ready=True, parts=parts)


def test_a_state_file_reads_back_as_it_was_written(tmp_path: Path) -> None:
    state = state_of(Process.this(), Part("kafka", "ready", Process.this(), 1.0, 2, "127.0.0.1:1", 1))
    state.write(tmp_path / "state.json")
    assert read_state(tmp_path / "state.json") == state
    assert running_state(tmp_path / "state.json") == state


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"parts": []}'])
def test_a_damaged_state_file_means_nothing_runs(tmp_path: Path, damage: str) -> None:
    (tmp_path / "state.json").write_text(damage)
    assert running_state(tmp_path / "state.json") is None


def test_a_pid_used_again_by_a_stranger_is_not_taken_for_ours(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    layout.prepare()
    with subprocess.Popen(SLEEP) as stranger:
        earlier = Process(stranger.pid, psutil.Process(stranger.pid).create_time() - 3600)
        state_of(earlier, Part("kafka", "ready", earlier)).write(layout.state)
        assert running_state(layout.state) is None
        assert not bring_down(layout)
        assert stranger.poll() is None
        stranger.kill()


def test_down_ends_the_supervisor_and_what_it_left_and_nothing_else(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    layout.prepare()
    programs = [subprocess.Popen(SLEEP) for _ in range(3)]
    supervisor, part, stranger = programs
    state_of(Process.this(supervisor.pid), Part("kafka", "ready", Process.this(part.pid))).write(layout.state)
    try:
        assert bring_down(layout)
        assert supervisor.poll() is not None
        assert part.poll() is not None
        assert stranger.poll() is None
        assert not layout.state.exists()
    finally:
        for program in programs:
            program.kill()
            program.wait()


def test_leftovers_of_a_killed_supervisor_are_found_by_pid_and_start_time(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as dead:
        gone = Process.this(dead.pid)
    state_of(gone, Part("kafka", "ready", Process.this()), Part("postgres", "ready", gone)).write(tmp_path / "s.json")
    assert [process.pid for process in leftovers(tmp_path / "s.json")] == [os.getpid()]


def test_a_follower_sees_each_entry_once_and_no_half_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.ndjson")
    journal.write("step", "Kafka", "4.3 KRaft")
    follower = Follower(journal.path, journal.end())
    assert list(follower.new()) == []
    journal.write("up", "stack", seconds=3.14159)
    with journal.path.open("a") as half:
        half.write('{"kind": "st')
    assert [(entry.kind, entry.seconds) for entry in follower.new()] == [("up", 3.14)]
    assert list(follower.new()) == []
