"""Decides what a bench runs on: a fresh broker and a fresh durable database; must never borrow those of a running stack."""

import os
import platform
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tereze.local.kafka import Kafka
from tereze.local.postgres import Postgres


@dataclass(frozen=True)
class Parts:
    """A started broker (where asked for) and a started database with fsync on."""

    postgres: Postgres
    kafka: Kafka | None

    @property
    def bootstrap(self) -> str:
        """The broker's address."""
        assert self.kafka is not None
        return self.kafka.bootstrap


@contextmanager
def fresh_parts(*, kafka: bool, settings: Mapping[str, str] | None = None) -> Iterator[Parts]:
    """Start what a bench needs in a folder that goes away with it. ``settings`` override PostgreSQL's."""
    with tempfile.TemporaryDirectory(prefix="tereze-bench-") as folder:
        Path(folder).chmod(0o755)  # the database's own user walks through it
        postgres = Postgres(Path(folder) / "postgres", settings=settings)
        broker = Kafka(Path(folder) / "kafka") if kafka else None
        try:
            postgres.start()
            if broker is not None:
                broker.start()
            yield Parts(postgres, broker)
        finally:
            if broker is not None:
                broker.kill()
            postgres.kill()


def quantile(values: list[float], share: float) -> float:
    """The value below which ``share`` of the values lie (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def machine() -> str:
    """What the figures were taken on."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"
