"""Decides which pack and calendar the tests read: the ones that ship."""

from pathlib import Path

import pytest

from tereze.protocol import Pack, WorkingCalendar, load_calendar, load_pack

COUNTRY = Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz"


@pytest.fixture(scope="session")
def pack_text() -> str:
    return (COUNTRY / "protocol" / "kz-default.yaml").read_text()


@pytest.fixture(scope="session")
def pack(pack_text: str) -> Pack:
    return load_pack(pack_text, "kz-default.yaml")


@pytest.fixture(scope="session")
def newest_text() -> str:
    return (COUNTRY / "protocol" / "kz-default-2.yaml").read_text()


@pytest.fixture(scope="session")
def newest(newest_text: str) -> Pack:
    return load_pack(newest_text, "kz-default-2.yaml")


@pytest.fixture(scope="session")
def calendar() -> WorkingCalendar:
    return load_calendar(path.read_text() for path in sorted((COUNTRY / "calendar").glob("*.yaml")))
