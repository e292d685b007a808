"""Decides whether the machine is checked and data guarded before anything starts; must never wipe what a test did not make."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tereze.local.checks import NotPossible, check_data, check_disk, check_machine, check_port
from tereze.local.layout import Layout, NotOurs
from tereze.local.ports import LOOPBACK, KeptPorts, free_port


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server((LOOPBACK, free_port())) as server:
        yield server.getsockname()[1]


def test_a_free_machine_passes(tmp_path: Path) -> None:
    found = check_machine(Layout(tmp_path / "new" / "data"), free_port())
    assert "ports free ok" in found
    assert not (tmp_path / "new").exists()


def test_a_taken_port_is_named_with_its_holder_and_the_way_out(taken_port: int) -> None:
    with pytest.raises(NotPossible, match=rf"port {taken_port} is taken by .*pid {os.getpid()}.*--port"):
        check_port(taken_port)


def test_a_port_of_the_administrator_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", forbidden)
    with pytest.raises(NotPossible, match=r"port 80 is kept for the administrator.*--port"):
        check_port(80)


def test_too_little_disk_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="GB left"):
        check_disk(tmp_path, least=2**60)


def test_a_file_is_no_data_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotPossible, match="--data"):
        check_data(Layout(tmp_path / "file"))


def test_a_strangers_directory_is_refused_and_never_wiped(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    layout = Layout(tmp_path)
    with pytest.raises(NotPossible, match="not a Tereze data directory"):
        check_data(layout)
    with pytest.raises(NotOurs):
        layout.prepare()
    with pytest.raises(NotOurs):
        layout.wipe()
    assert (tmp_path / "thesis.txt").exists()


def test_our_own_directory_is_wiped_whole(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "data")
    layout.prepare()
    layout.log("kafka").write_text("a log")
    layout.wipe()
    assert not layout.root.exists()


def test_a_port_is_kept_by_name_until_somebody_takes_it(tmp_path: Path, taken_port: int) -> None:
    ports = KeptPorts(tmp_path / "ports.json")
    intake = ports.get("intake")
    assert ports.get("registry") != intake
    assert KeptPorts(tmp_path / "ports.json").get("intake") == intake
    (tmp_path / "ports.json").write_text(f'{{"intake": {taken_port}}}')
    assert KeptPorts(tmp_path / "ports.json").get("intake") != taken_port
