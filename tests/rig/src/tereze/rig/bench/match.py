"""Decides how long it takes to find who a child is among many, in the real tables; must never measure a register kept in the clear.

Each person of the invented register lies in PostgreSQL as the registry keeps them: blind keys, a sealed description, a wrapped key of
its own. A query folds a report, looks its keys up, opens the candidates and decides, on one connection. The peer reads the same persons
from a table in the clear, by the beginnings of both names.
"""

import asyncio
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any, cast

import asyncpg
import psutil

from tereze.chassis.database import Database
from tereze.chassis.migrate import upgrade
from tereze.chassis.service import Runtime
from tereze.chassis.vault import Vault
from tereze.chassis.work import Work
from tereze.registry.app import SESSION
from tereze.registry.matching import decide, keys, shipped_model
from tereze.registry.matching.folding import VERSION
from tereze.registry.store.descriptions import PLACE
from tereze.registry.store.keys import blind_keys, find_sharing
from tereze.rig.bench.parts import Parts, fresh_parts, machine, quantile
from tereze.rig.bench.register import reports
from tereze.rig.bench.register.population import Person, live
from tereze.rig.bench.register.reports import described, registered

_SIZES, _QUICK_SIZES = (10_000, 100_000, 1_000_000), (2_000, 10_000)
_QUERIES, _PEER_QUERIES, _WARM = 4_000, 100, 200
_BUFFERS_MB = (
    psutil.virtual_memory().total // 2**20 // 4
)  # a quarter of the memory, as a database of a country is given
_SEED, _A_CHUNK = 20261125, 5_000
_KEK, _INDEX_KEY = b"k" * 32, b"i" * 32  # of the bench alone
_TABLES: dict[str, tuple[str, ...]] = {
    "person": ("person_id", "first_seen_at", "kind", "state"),
    "source_record": ("record_id", "key_subject", "received_at", "agency_id", "flags", "sealed", "source"),
    "link": ("record_id", "person_id", "matched_by", "model", "decided_at", "how"),
    "description": ("record_id", "folding", "sealed"),
    "subject_key": ("subject", "wrapped_key"),
    "match_key": ("key", "person_id", "kind", "folding"),
    "plain": ("person_id", "family", "given"),
}
_PEER = "SELECT person_id FROM plain WHERE family LIKE $1 AND given LIKE $2"
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class _Keys:
    """What of a Runtime the registry's store asks for."""

    vault: Vault


def measure(*, quick: bool, sizes: tuple[int, ...] = ()) -> dict[str, Any]:
    """Milliseconds a decision (p50, p99) and decisions a second, by size of the register, and how that grows."""
    sizes = tuple(sorted(sizes)) or (_QUICK_SIZES if quick else _SIZES)
    people = live(sizes[-1], _SEED)
    with fresh_parts(kafka=False, settings={"shared_buffers": f"{_BUFFERS_MB}MB"}) as parts:
        found = asyncio.run(_all(parts, people, sizes))
    first, last = found[0], found[-1]
    growth = round(last["p50_ms"] / first["p50_ms"], 2)
    return {
        "machine": machine(),
        "shared_buffers_mb": _BUFFERS_MB,
        "sizes": found,
        f"growth_{first['persons']}_to_{last['persons']}": growth,
    }


async def _all(parts: Parts, people: list[Person], sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    url = parts.postgres.create_service("registry")
    await asyncio.to_thread(upgrade, "tereze.registry", url)
    database = Database(url, service="registry", session=SESSION)
    database.runtime = cast(Runtime, _Keys(Vault(kek=_KEK, index_key=_INDEX_KEY)))
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE plain (person_id VARCHAR PRIMARY KEY, family VARCHAR, given VARCHAR)")
    found, loaded = [], 0
    for size in sizes:
        await _load(connection, people, loaded, size)
        loaded = size
        found.append(
            {"persons": size, **await _ours(database, people[:size]), **await _peer(connection, people[:size])}
        )
    await connection.close()
    await database.close()
    return found


async def _load(connection: asyncpg.Connection, people: list[Person], begin: int, end: int) -> None:
    chunks = [(number, people[number : min(number + _A_CHUNK, end)]) for number in range(begin, end, _A_CHUNK)]
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        for rows in workers.map(_prepare, chunks):
            for table, columns in _TABLES.items():
                await connection.copy_records_to_table(table, records=rows[table], columns=columns)
    await connection.execute("VACUUM ANALYZE")  # as autovacuum leaves a register that was not filled in one minute


def _prepare(chunk: tuple[int, list[Person]]) -> Rows:
    """The rows of some persons, as the registry would have written them."""
    vault, rows = Vault(kek=_KEK, index_key=_INDEX_KEY), Rows((table, []) for table in _TABLES)
    for number, person in enumerate(chunk[1], start=chunk[0]):
        said = registered(person, Random(f"{_SEED}/{number}"))
        for table, row in _rows_of(vault, f"per_{number:032x}", f"ref_{number:032x}", said):
            rows[table].append(row)
    return rows


def _rows_of(vault: Vault, person_id: str, record_id: str, said: reports.Said) -> Iterator[tuple[str, tuple[Any, ...]]]:
    description = described(said)
    wrapped, sealed = vault.seal_apart(subject=record_id, place=PLACE, text=description.to_json())
    yield "person", (person_id, reports.SEEN, "person", "live")
    yield "source_record", (record_id, record_id, reports.SEEN, "agc_bench", [], b"", "bench")
    yield "link", (record_id, person_id, "new", "bench", reports.SEEN, "auto")
    yield "description", (record_id, VERSION, sealed)
    yield "subject_key", (record_id, wrapped)
    yield "plain", (person_id, said["family"], said["given"])
    for kind, text in keys(description):
        yield "match_key", (vault.blind(f"match:{kind}", text), person_id, kind, VERSION)


async def _ours(database: Database, people: list[Person]) -> dict[str, Any]:
    asked = [query.said for query in reports.queries(people, _QUERIES + _WARM, reports.KNOWN, _SEED)]
    async with database.work() as work:
        for said in asked[:_WARM]:
            await _decide(work, said)
        spent = [await _timed(_decide(work, said)) for said in asked[_WARM:]]
    return _figures(spent) | {"reports": len(spent)}


async def _decide(work: Work, said: reports.Said) -> None:
    description = described(said)
    found = await find_sharing(work, blind_keys(work, description))
    decide(description, found.known, shipped_model(), found.n_persons, crowded=found.crowded)


async def _peer(connection: asyncpg.Connection, people: list[Person]) -> dict[str, Any]:
    asked = [query.said for query in reports.queries(people, _PEER_QUERIES, reports.KNOWN, _SEED)]
    spent = [await _timed(connection.fetch(_PEER, f"{said['family'][:3]}%", f"{said['given'][:2]}%")) for said in asked]
    return {"peer_like_over_names_in_the_clear": _figures(spent)}


async def _timed(work: Any) -> float:
    begin = time.perf_counter()
    await work
    return (time.perf_counter() - begin) * 1000


def _figures(spent: Iterable[float]) -> dict[str, float]:
    milliseconds = list(spent)
    return {
        "p50_ms": round(quantile(milliseconds, 0.5), 3),
        "p99_ms": round(quantile(milliseconds, 0.99), 3),
        "per_second": round(1000 * len(milliseconds) / sum(milliseconds), 1),
    }
