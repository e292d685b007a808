"""A service's process: it starts, tells that it is ready, stops on SIGTERM, and after SIGKILL goes on where it was."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tereze.chassis.database import Database
from tereze.chassis.ids import new_id
from tereze.contracts.identities import PersonIdentified
from tereze.local.fixtures import NewEnvironment
from tereze.local.kafka import Kafka
from tereze.local.ports import free_port

PROGRAM = """
import asyncio
from fastapi import APIRouter
from sqlalchemy import MetaData
from tereze.chassis.handlers import Deadlines, Handlers
from tereze.chassis.service import Service, run
from tereze.contracts.identities import PersonIdentified

handlers = Handlers()

@handlers.on(PersonIdentified)
async def note(event, work, envelope):
    await work.raw.execute("INSERT INTO effect VALUES ($1)", event.person_id)

async def prepare(runtime):
    held = True
    while held:
        async with runtime.database.work() as work:
            held = await work.raw.fetchval("SELECT EXISTS (SELECT FROM held)")
            await work.raw.execute("INSERT INTO effect VALUES ('preparing')")
        await asyncio.sleep(0.05)
    async with runtime.database.work() as work:
        await work.raw.execute("INSERT INTO effect VALUES ('prepared')")

parts = ("intake", MetaData(), APIRouter(), handlers, Deadlines())
run(lambda settings: Service(*parts, uses_directory=False, prepare=prepare))
"""
Start = Callable[..., Any]


@pytest.fixture
async def start(database: Database, kafka: Kafka, service_environment: NewEnvironment) -> Start:
    async with database.work() as work:
        await work.raw.execute("CREATE TABLE effect (person_id text)")
        await work.raw.execute("CREATE TABLE held (reason text)")
    port, instance = str(free_port()), new_id("test")
    named = service_environment(database.url, bootstrap=kafka.bootstrap, port=port, instance=instance)

    async def begin(*words: str) -> tuple[asyncio.subprocess.Process, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, *words, env={**os.environ, **named}, stdout=asyncio.subprocess.PIPE
        )
        return process, f"http://127.0.0.1:{port}/readyz"

    return begin


async def until_ready(address: str) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(address)).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def publish(database: Database) -> str:
    person = new_id("per")
    async with database.work() as work:
        work.publish(PersonIdentified(referral_id=new_id("ref"), person_id=person, matched_by="new"))
    return person


async def effects(database: Database, person: str) -> int:
    async with database.work() as work:
        count: int = await work.raw.fetchval("SELECT count(*) FROM effect WHERE person_id = $1", person)
    return count


async def until_effect(database: Database, person: str, *, at_least: int = 1) -> None:
    async with asyncio.timeout(60):
        while True:
            if await effects(database, person) >= at_least:
                return
            await asyncio.sleep(0.05)


async def hold(database: Database) -> None:
    """From now on a process that starts does not come to the end of its preparation."""
    async with database.work() as work:
        await work.raw.execute("INSERT INTO held VALUES ('a test')")


async def test_a_process_goes_on_after_a_kill_and_ends_on_sigterm(start: Start, database: Database) -> None:
    process, address = await start("--role", "all")
    await until_ready(address)
    await until_effect(database, await publish(database))
    process.kill()
    await process.communicate()
    meanwhile = await publish(database)
    process, address = await start("--role", "all")
    await until_ready(address)
    await until_effect(database, meanwhile)
    assert await effects(database, meanwhile) == 1
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        await process.communicate()
    assert process.returncode == 0


async def test_before_it_is_prepared_a_process_neither_answers_nor_consumes(start: Start, database: Database) -> None:
    waiting = await publish(database)
    await hold(database)
    process, address = await start("--role", "all")
    await until_effect(database, "preparing", at_least=10)
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(address)
    assert await effects(database, waiting) == 0
    async with database.work() as work:
        await work.raw.execute("DELETE FROM held")
    await until_effect(database, "prepared")
    await until_ready(address)
    await until_effect(database, waiting)
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        await process.communicate()
    assert process.returncode == 0


async def test_a_process_ends_on_sigterm_before_it_is_prepared(start: Start, database: Database) -> None:
    await hold(database)
    process, _address = await start("--role", "api")
    await until_effect(database, "preparing")
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        await process.communicate()
    assert (process.returncode, await effects(database, "prepared")) == (0, 0)


async def test_an_operator_lists_what_is_parked(start: Start) -> None:
    process, _address = await start("parked")
    told, _ = await process.communicate()
    assert (process.returncode, told) == (0, b"[]\n")


async def test_a_repair_without_a_name_is_refused(start: Start) -> None:
    process, _address = await start("discard", "--event", "1")
    await process.communicate()
    assert process.returncode == 2
