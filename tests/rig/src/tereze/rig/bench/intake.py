"""Decides how many referrals a second are accepted, beside a bare loop writing the same rows; must never count an answer other than 202."""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import uvloop

from tereze.local.issuer import TokenMint
from tereze.local.stack import Stack
from tereze.rig.bench.parts import machine, quantile
from tereze.rig.bench.usage import cpu_ms_each, cpu_seconds
from tereze.rig.bench.wire import Wire
from tereze.rig.people import Cast

APIS = ("intake-api", "intake-api-2")
CONCURRENT = 16
WRITTEN = {"referral": "referral_id", "outbox": "position", "idempotency": "key"}  # table → the column that differs
BODY = {
    "risk": "high",
    "categories": ["kz-vac:physical"],
    "child": {"family": "Ойданов", "given": "Айдана", "birth_date": "2015-05-05", "sex": "female"},
    "narrative": "Ойдан шығарылған оқиға: бала сабаққа көгерген қолмен келді, себебін айтпады. " * 4,
}


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Accepted referrals a second through HTTP, authentication, validation and sealing; and the ratio to the bare loop.

    Two API processes serve; the bare loop runs in one process and in two, and its better figure counts.
    """
    seconds = 3.0 if quick else 20.0
    with tempfile.TemporaryDirectory(prefix="tereze-bench-") as folder:
        Path(folder).chmod(0o755)
        roles = {"intake": ("api", "api", "worker")}
        stack = Stack(Path(folder) / "data", services=("intake", "directory"), roles=roles)
        try:
            stack.start()
            cast = Cast(TokenMint(stack.layout.issuer, stack.url))
            for idle in ("intake-worker", "directory", "gateway"):
                stack[idle].kill()  # the outbox fills; nothing else competes for the two cores
            stack.kafka.kill()
            post = partial(_post, [stack[api].url for api in APIS], _headers(cast), cast.regions[0])
            _apart([partial(post, 2.0)])  # warms
            before = cpu_seconds(stack)
            [(waits, took, load)] = _apart([partial(post, seconds)])
            spent = cpu_ms_each(before, {**cpu_seconds(stack), "rig": before["rig"] + load}, len(waits))
            bare, bare_cost = max(_bare(stack, seconds / 2, processes) for processes in (1, 2))
        finally:
            stack.kill()
    accepted = len(waits) / took
    return {
        "accepted_per_second": round(accepted),
        "p50_ms": round(quantile(waits, 0.5), 1),
        "p99_ms": round(quantile(waits, 0.99), 1),
        "cpu_ms_per_referral": spent,
        "bare_loop_per_second": round(bare),
        "bare_loop_cpu_ms": round(bare_cost, 2),
        "ratio": round(accepted / bare, 3),
        "ratio_of_cpu": round(bare_cost / spent["all"], 3),
        "concurrent": CONCURRENT,
        "machine": machine(),
    }


def _headers(cast: Cast) -> dict[str, str]:
    return {"Authorization": f"Bearer {cast.bearer(cast.systems('school')[0])}"}


def _apart(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run each in a process of its own, so that load and measuring share no interpreter."""
    with multiprocessing.get_context("spawn").Pool(len(works)) as pool:
        return [waiting.get() for waiting in [pool.apply_async(work) for work in works]]


def _post(
    urls: Sequence[str], headers: dict[str, str], region: str, seconds: float
) -> tuple[list[float], float, float]:
    """Milliseconds each referral waited, seconds in all, and what the load itself cost in processor seconds."""
    waits: list[float] = []

    async def caller(wire: Wire, until: float) -> None:
        while (at := time.perf_counter()) < until:
            await wire.post(expected=202)
            waits.append(1000 * (time.perf_counter() - at))

    async def all_callers() -> float:
        async with AsyncExitStack() as stack:
            body = {**BODY, "region_code": region}
            wires = [
                await stack.enter_async_context(Wire(urls[n % len(urls)], "/v1/referrals", body, headers))
                for n in range(CONCURRENT)
            ]
            begun = time.perf_counter()
            await asyncio.gather(*(caller(wire, begun + seconds) for wire in wires))
            return time.perf_counter() - begun

    cost = time.process_time()
    took = uvloop.run(all_callers())
    return waits, took, time.process_time() - cost


def _bare(stack: Stack, seconds: float, processes: int) -> tuple[float, float]:
    """Transactions a second of the bare loop over so many processes, and milliseconds of processor time for each."""
    url = stack.postgres.url("intake")
    asyncio.run(_bare_tables(url))
    before = cpu_seconds(stack)["postgres"]
    ran = _apart([partial(_bare_loop, url, seconds, CONCURRENT // processes)] * processes)
    spent = cpu_seconds(stack)["postgres"] - before + sum(cost for _, _, cost in ran)
    return sum(count / took for count, took, _ in ran), 1000 * spent / sum(count for count, _, _ in ran)


def _bare_loop(url: str, seconds: float, connections: int) -> tuple[int, float, float]:
    """Transactions, seconds, processor seconds."""
    cost = time.process_time()
    count, took = uvloop.run(_insert_all(url, seconds, connections))
    return count, took, time.process_time() - cost


async def _bare_tables(url: str) -> None:
    """Tables of the same shape and indexes, empty."""
    connection = await asyncpg.connect(url)
    for table in WRITTEN:
        await connection.execute(
            f"DROP TABLE IF EXISTS bare_{table}; CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)"
        )
    await connection.close()


async def _insert_all(url: str, seconds: float, connections: int) -> tuple[int, float]:
    """Copies of real rows, one transaction a referral: how many, in how many seconds."""
    pool = await asyncpg.create_pool(url, min_size=connections, max_size=connections)
    statements = []
    for table, differs in WRITTEN.items():
        row = await pool.fetchrow(f"SELECT * FROM {table} ORDER BY {differs} DESC LIMIT 1")
        names = [name for name in row.keys() if name != "position"]  # noqa: SIM118 - a record iterates over its values
        holes = ", ".join(f"${n}" for n in range(1, len(names) + 1))
        columns = ", ".join(f'"{name}"' for name in names)
        statements.append((f"INSERT INTO bare_{table} ({columns}) VALUES ({holes})", names, dict(row), differs))
    count = 0

    async def client(until: float) -> None:
        nonlocal count
        async with pool.acquire() as connection:
            while time.perf_counter() < until:
                async with connection.transaction():
                    for statement, names, row, differs in statements:
                        await connection.execute(
                            statement, *({**row, differs: "ref_" + uuid4().hex}[name] for name in names)
                        )
                count += 1

    begun = time.perf_counter()
    await asyncio.gather(*(client(begun + seconds) for _ in range(connections)))
    took = time.perf_counter() - begun
    await pool.close()
    return count, took
