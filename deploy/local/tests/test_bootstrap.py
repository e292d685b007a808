"""Decides whether ./tereze renews its environment exactly when needed; must never touch the environment that runs the tests."""

import importlib.machinery
import importlib.util
import shutil
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A checkout with everything the fingerprint looks at, in a folder with a space and Kazakh letters."""
    checkout = tmp_path / "бір терезе"
    for listed in ("tereze", "pyproject.toml", "requirements.lock"):
        (checkout / listed).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / listed, checkout / listed)
    for member in load(checkout).members():
        (checkout / member).mkdir(parents=True)
        shutil.copy(REPOSITORY / member / "pyproject.toml", checkout / member)
    return checkout


def load(checkout: Path) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("tereze_command", str(checkout / "tereze"))
    spec = importlib.util.spec_from_loader("tereze_command", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def fingerprint(checkout: Path) -> str:
    command = load(checkout)
    return str(command.fingerprint(command.members()))


def test_the_fingerprint_stays_while_nothing_changes(house: Path) -> None:
    assert fingerprint(house) == fingerprint(house)


@pytest.mark.parametrize("path", ["requirements.lock", "pyproject.toml", "services/intake/pyproject.toml"])
def test_the_fingerprint_follows_what_the_environment_is_made_from(house: Path, path: str) -> None:
    before = fingerprint(house)
    with (house / path).open("a") as listed:
        listed.write("\n# changed\n")
    assert fingerprint(house) != before


def test_a_checkout_that_moved_gets_a_new_environment(house: Path) -> None:
    before = fingerprint(house)
    moved = house.rename(house.with_name("moved"))
    assert fingerprint(moved) != before


def test_nothing_is_prepared_twice(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = load(house)
    steps: list[str] = []

    def record(words: list[str], purpose: str) -> None:
        steps.append(purpose)
        if words[1:3] == ["-m", "venv"]:
            (house / ".venv" / "bin").mkdir(parents=True)
            (house / ".venv" / "bin" / "python").touch()

    monkeypatch.setattr(command, "run", record)
    command.prepare()
    assert steps == ["make .venv", "fetch uv", "fetch the locked packages", "install Tereze's own packages"]
    steps.clear()
    command.prepare()
    assert steps == []


def test_uv_itself_is_taken_from_the_lock_with_its_hashes(house: Path) -> None:
    block = load(house).locked("uv")
    assert block.startswith("uv==")
    assert "--hash=sha256:" in block
    assert "uvloop" not in block


def test_an_old_python_is_told_what_to_do(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = load(house)
    monkeypatch.setattr(command.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(command.shutil, "which", lambda _: None)
    with pytest.raises(command.CannotStart, match=r"3\.11 or newer; this is 3\.9"):
        command.find_python()


def test_a_full_disk_is_said_before_anything_is_fetched(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = load(house)
    monkeypatch.setattr(command.shutil, "disk_usage", lambda _: SimpleNamespace(free=200 * 1024**2))
    with pytest.raises(command.CannotStart, match=r"(?s)has 0\.2 GB left.*Make room"):
        command.prepare()
    assert not (house / ".venv").exists()


def test_a_failed_fetch_shows_its_last_lines(house: Path) -> None:
    command = load(house)
    with pytest.raises(command.CannotStart, match=r"(?s)Could not fetch uv.*no route to the index"):
        command.run(["sh", "-c", "echo no route to the index; exit 1"], "fetch uv")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, {}),
        ({"PYTHONDONTWRITEBYTECODE": "1"}, {"PYTHONPYCACHEPREFIX": ".venv/compiled"}),
        ({"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/c"}, {"PYTHONPYCACHEPREFIX": "/c"}),
    ],
)
def test_nothing_is_compiled_for_every_process_anew(house: Path, given: dict[str, str], kept: dict[str, str]) -> None:
    environment = dict(given)
    load(house).keep_compiled(environment)
    assert environment == {name: str(house / place) for name, place in kept.items()}
