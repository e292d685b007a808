"""Decides the stack that journeys run on: one, whole, started once; must never be shared with a running ./tereze up."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tereze.client.cli import app
from tereze.local.postgres import NOT_DURABLE
from tereze.local.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything: Kafka, PostgreSQL, issuer, services, gateway, demo data; spans in ``traces/``."""
    stack = Stack(tmp_path_factory.mktemp("stack"), heap_mb=256, postgres_settings=NOT_DURABLE)
    traces = stack.layout.root / "traces"
    traces.mkdir()
    for name, worker in stack.workers.items():
        worker.overrides["TEREZE_TRACE_FILE"] = str(traces / f"{name}.ndjson")
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def run(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Call it with the words of a command, and who gives it; the exit code must be the one that is expected."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("TEREZE_URL", stack.url)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TZ", "Asia/Almaty")

    def invoke(*words: str, who: str | None = None, code: int = 0, **given: Any) -> Result:
        result = CliRunner().invoke(app, [*words, *(("--as", who) if who else ())], **given)
        assert result.exit_code == code, (words, result.output, result.exception)
        return result

    return invoke
