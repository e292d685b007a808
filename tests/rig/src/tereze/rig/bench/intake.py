"""Decides how many referrals a second are accepted, beside a bare loop writing the same rows; must never count an answer other than 202."""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg

from tereze.local.issuer import TokenMint
from tereze.local.stack import Stack
from tereze.rig.bench.parts import machine, quantile
from tereze.rig.people import Cast

CONCURRENT = 16
WRITTEN = {"referral": "referral_id", "outbox": "position", "idempotency": "key"}  # table → the column that differs


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Accepted referrals a second through HTTP, authentication, validation and sealing; and the ratio to the bare loop."""
    seconds = 3.0 if quick else 20.0
    with tempfile.TemporaryDirectory(prefix="tereze-bench-") as folder:
        Path(folder).chmod(0o755)
        stack = Stack(Path(folder) / "data", services=("intake", "directory"), roles={"intake": ("api", "worker")})
        try:
            stack.start()
            cast = Cast(TokenMint(stack.layout.issuer, stack.url))
            for idle in ("intake-worker", "directory", "gateway"):
                stack[idle].kill()  # the outbox fills; nothing else competes for the two cores
            stack.kafka.kill()
            subject = cast.systems("school")[0]
            accepted, waits = _apart(_post, stack["intake-api"].url, cast.bearer(subject), cast.regions[0], seconds)
            bare = _apart(_bare_loop, stack.postgres.url("intake"), seconds)
        finally:
            stack.kill()
    return {
        "accepted_per_second": round(accepted),
        "p50_ms": round(quantile(waits, 0.5), 1),
        "p99_ms": round(quantile(waits, 0.99), 1),
        "bare_loop_per_second": round(bare),
        "ratio": round(accepted / bare, 3),
        "concurrent": CONCURRENT,
        "machine": machine(),
    }


def _apart(work: Callable[..., Any], *given: Any) -> Any:
    """Run in a process of its own, so that the load does not share an interpreter with the measuring."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def _post(url: str, bearer: str, region: str, seconds: float) -> tuple[float, list[float]]:
    return asyncio.run(_post_all(url, bearer, region, seconds))


async def _post_all(url: str, bearer: str, region: str, seconds: float) -> tuple[float, list[float]]:
    body = {
        "region_code": region,
        "risk": "high",
        "categories": ["kz-vac:physical"],
        "child": {"family": "Ойданов", "given": "Айдана", "birth_date": "2015-05-05", "sex": "female"},
        "narrative": "Ойдан шығарылған оқиға: бала сабаққа көгерген қолмен келді, себебін айтпады. " * 4,
    }
    waits: list[float] = []
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {bearer}"}) as session:

        async def client(until: float, noted: list[float]) -> None:
            while (at := time.perf_counter()) < until:
                async with session.post(
                    f"{url}/v1/referrals", json=body, headers={"Idempotency-Key": uuid4().hex}
                ) as answer:
                    if answer.status != 202:
                        raise RuntimeError(f"answered {answer.status}: {await answer.text()}")
                noted.append(1000 * (time.perf_counter() - at))

        async def clients(length: float, noted: list[float]) -> float:
            begun = time.perf_counter()
            await asyncio.gather(*(client(begun + length, noted) for _ in range(CONCURRENT)))
            return time.perf_counter() - begun

        await clients(2.0, [])  # warm
        took = await clients(seconds, waits)
    return len(waits) / took, waits


def _bare_loop(url: str, seconds: float) -> float:
    return asyncio.run(_bare(url, seconds))


async def _bare(url: str, seconds: float) -> float:
    """Copies of real rows into tables of the same shape and indexes, one transaction a referral; transactions per second."""
    pool = await asyncpg.create_pool(url, min_size=CONCURRENT, max_size=CONCURRENT)
    statements = []
    for table, differs in WRITTEN.items():
        await pool.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
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
    await asyncio.gather(*(client(begun + seconds) for _ in range(CONCURRENT)))
    took = time.perf_counter() - begun
    await pool.close()
    return count / took
