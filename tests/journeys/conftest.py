"""Decides the stack that journeys run on: one, whole, started once; must never be shared with a running ./tereze up."""

from collections.abc import Iterator

import pytest

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
