"""Decides whether the embedded servers keep their promises across stops and kills; must never touch another's server."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tereze.local.fixtures import NewDatabase
from tereze.local.kafka import Kafka
from tereze.local.keys import make_keys
from tereze.local.ports import answers
from tereze.local.postgres import Postgres
from tereze.local.processes import Child, ChildFailed


def test_the_session_broker_answers(kafka: Kafka) -> None:
    assert answers(kafka.port)


def test_each_asked_for_database_is_new_and_closed_to_others(postgres: Postgres, empty_database: NewDatabase) -> None:
    first, second = empty_database(), empty_database()
    assert first != second
    postgres.create_service("stranger")
    name = first.rsplit("/", 1)[1]
    assert postgres.sql(f"SELECT has_database_privilege('stranger', '{name}', 'CONNECT')") == "f"


def test_postgres_keeps_data_and_port_across_a_kill(own_postgres: Postgres) -> None:
    own_postgres.sql("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    port = own_postgres.port
    own_postgres.kill()
    assert not answers(port)
    own_postgres.start()
    assert own_postgres.port == port
    assert own_postgres.sql("SELECT n FROM kept") == "7"


def test_postgres_is_found_again_by_another_handle_on_the_same_data(own_postgres: Postgres) -> None:
    own_postgres.create_service("intake")
    own_postgres.stop()
    again = Postgres(own_postgres.data)
    again.start()
    try:
        assert again.url("intake") == own_postgres.url("intake")
    finally:
        again.stop()


@pytest.mark.slow
def test_kafka_keeps_its_port_and_cluster_across_a_kill(own_kafka: Kafka) -> None:
    own_kafka.kill()
    own_kafka.start()
    assert answers(own_kafka.port)


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in make_keys(tmp_path).iterdir()}
    again = {path.name: path.read_bytes() for path in make_keys(tmp_path).iterdir()}
    assert first == again
    assert (tmp_path / "intake.kek").stat().st_mode & 0o077 == 0


def test_a_child_that_fails_says_why(tmp_path: Path) -> None:
    child = Child("Broken", [sys.executable, "-c", "raise SystemExit('no money left')"], log=tmp_path / "log")
    with pytest.raises(ChildFailed, match="no money left"):
        child.wait_until(lambda: False, timeout=20)


def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib; from tereze.local.processes import Child\n"
        f"child = Child('sleeper', ['sleep', '600'], log=pathlib.Path({str(tmp_path / 'log')!r}))\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        sleeper = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, signal.SIGKILL)
    sleeper.wait(10)


def test_a_child_that_ended_is_never_signalled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = Child("short", ["true"], log=tmp_path / "log")
    child.wait(20)
    signalled: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _: signalled.append(pid))
    monkeypatch.setattr(os, "killpg", lambda pid, _: signalled.append(pid))
    child.stop()
    child.kill()
    child.signal(signal.SIGTERM)
    assert signalled == []


def test_the_rest_of_a_group_dies_with_its_leader(tmp_path: Path) -> None:
    child = Child("leader", ["sh", "-c", "sleep 600 & echo $!; exec true"], log=tmp_path / "log")
    child.wait(20)
    sleeper = int((tmp_path / "log").read_text())
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(sleeper).wait(20)
