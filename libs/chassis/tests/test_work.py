"""What one transaction promises."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import text

from tereze.chassis.database import CommitLost, Database, DatabaseUnavailable
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.identities import PersonIdentified
from tereze.local.postgres import Postgres


class Broken(Exception):
    """What a test makes go wrong."""


def identified() -> PersonIdentified:
    return PersonIdentified(referral_id=new_id("ref"), person_id=new_id("per"), matched_by="new")


async def count(database: Database, table: str) -> int:
    async with database.work() as work:
        return int(await work.raw.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a table of ours


async def test_events_are_written_with_the_facts_they_tell(database: Database) -> None:
    async with database.work() as work:
        first = work.publish(identified())
        work.publish(identified())
        assert first.startswith("evt_")
    assert await count(database, "outbox") == 2


async def test_an_exception_undoes_everything(database: Database) -> None:
    async def fail() -> None:
        async with database.work() as work:
            await work.timers.set(kind="x", subject="s", due_at=work.now)
            work.publish(identified())
            raise Broken

    with pytest.raises(Broken):
        await fail()
    assert await count(database, "outbox") == 0
    assert await count(database, "timer") == 0


async def test_core_and_raw_share_one_transaction(database: Database) -> None:
    async def insert(*, fail: bool) -> None:
        async with database.work() as work:
            await work.db.execute(text("INSERT INTO parked_key (topic, key, fingerprint) VALUES ('t', 'k', 'f')"))
            assert await work.raw.fetchval("SELECT count(*) FROM parked_key") == 1
            if fail:
                raise Broken

    with pytest.raises(Broken):
        await insert(fail=True)
    assert await count(database, "parked_key") == 0
    await insert(fail=False)
    assert await count(database, "parked_key") == 1


async def test_a_swallowed_database_error_never_passes_for_a_commit(database: Database) -> None:
    async def swallow() -> None:
        async with database.work() as work:
            work.publish(identified())
            await work.flush()
            with pytest.raises(asyncpg.DivisionByZeroError):
                await work.raw.execute("SELECT 1/0")

    with pytest.raises(CommitLost):
        await swallow()
    assert await count(database, "outbox") == 0


async def fail_in(work: Work) -> None:
    async with work.attempt():
        work.publish(identified())
        await work.timers.set(kind="x", subject="s", due_at=work.now)
        raise Broken


async def test_an_attempt_that_fails_takes_its_events_with_it(database: Database) -> None:
    async with database.work() as work:
        work.publish(identified())
        with pytest.raises(Broken):
            await fail_in(work)
    assert await count(database, "outbox") == 1
    assert await count(database, "timer") == 0


async def test_domain_time_follows_the_demo_clock(database: Database) -> None:
    async with database.work() as work:
        before = work.now
        await work.raw.execute("UPDATE demo_clock SET ahead = interval '4 hours'")
    async with database.work() as work:
        assert (work.now - before).total_seconds() >= 4 * 3600


async def test_cancelling_a_request_leaves_no_half_open_transaction(database: Database) -> None:
    started = asyncio.Event()

    async def wait_long() -> None:
        async with database.work() as work:
            work.publish(identified())
            started.set()
            await work.raw.execute("SELECT pg_sleep(30)")

    task = asyncio.create_task(wait_long())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await count(database, "outbox") == 0


async def test_a_database_that_is_away_says_so() -> None:
    nobody = Database("postgresql://x:y@127.0.0.1:1/x", service="tester")
    with pytest.raises(DatabaseUnavailable):
        async with nobody.work():
            pass
    await nobody.close()


async def test_a_backend_killed_inside_a_transaction_is_an_outage_not_a_defect(
    database: Database, postgres: Postgres
) -> None:
    async def lose_the_backend() -> None:
        async with database.work() as work:
            pid = await work.raw.fetchval("SELECT pg_backend_pid()")
            postgres.sql(f"SELECT pg_terminate_backend({pid}, 5000)")
            await work.raw.execute("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        await lose_the_backend()
    assert await count(database, "outbox") == 0


async def test_two_takers_of_the_same_names_do_not_deadlock(database: Database) -> None:
    async def take(*names: str) -> None:
        async with database.work() as work:
            await work.lock(*names)
            await work.raw.execute("SELECT pg_sleep(0.01)")

    await asyncio.gather(*(take("a", "b", "c") if n % 2 else take("c", "b", "a") for n in range(8)))


async def test_whoever_finds_every_connection_at_work_is_told_so_and_the_next_one_is_served(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = Database(database.url, service="narrow", pool_size=1)
    async with narrow.work() as work:
        assert await work.raw.fetchval("SELECT 1") == 1
        monkeypatch.setattr("tereze.chassis.database.CONNECT_SECONDS", 0.05)
        with pytest.raises(DatabaseUnavailable):
            await count(narrow, "outbox")
    assert await count(narrow, "outbox") == 0
    await narrow.close()


async def test_a_connection_is_used_again_and_remembers_nothing_of_the_transaction_before(database: Database) -> None:
    pids = set()
    for _ in range(3):
        async with database.work() as work:
            await work.db.execute(text("SET LOCAL statement_timeout = '1234ms'"))
            pids.add(await work.raw.fetchval("SELECT pg_backend_pid()"))
        async with database.work() as work:
            pids.add(await work.raw.fetchval("SELECT pg_backend_pid()"))
            assert await work.raw.fetchval("SHOW statement_timeout") == "1min"
    assert len(pids) == 1


class Ledger:
    """Remembers what was done with what was put off, and writes a deadline for each so that undoing shows."""

    def __init__(self) -> None:
        self.done: list[list[str]] = []

    async def write(self, work: Work, items: list[str]) -> None:
        self.done.append(items)
        for item in items:
            if item == "bad":
                raise Broken
            await work.timers.set(kind="x", subject=item, due_at=work.now)
            work.publish(identified())


async def test_what_is_put_off_is_done_together_in_its_order_and_committed_with_the_rest(database: Database) -> None:
    ledger = Ledger()
    async with database.work() as work:
        for item in ("one", "two", "three"):
            work.put_off(ledger.write, item)
        assert ledger.done == []
    assert ledger.done == [["one", "two", "three"]]
    assert (await count(database, "timer"), await count(database, "outbox")) == (3, 3)


async def test_whoever_must_see_what_was_put_off_settles_first(database: Database) -> None:
    ledger = Ledger()
    async with database.work() as work:
        work.put_off(ledger.write, "one")
        await work.settle()
        assert await work.raw.fetchval("SELECT count(*) FROM timer") == 1
        work.put_off(ledger.write, "two")
        await work.settle()
        await work.settle()
    assert ledger.done == [["one"], ["two"]]


async def test_what_is_put_off_may_put_off_more(database: Database) -> None:
    ledger = Ledger()

    async def hand_on(work: Work, items: list[str]) -> None:
        for item in items:
            work.put_off(ledger.write, item)

    async with database.work() as work:
        work.put_off(hand_on, "one")
        work.put_off(hand_on, "two")
    assert ledger.done == [["one", "two"]]
    assert await count(database, "timer") == 2


async def test_a_failure_of_what_was_put_off_is_the_transactions(database: Database) -> None:
    async def put_off_badly() -> None:
        async with database.work() as work:
            await work.timers.set(kind="x", subject="s", due_at=work.now)
            work.put_off(Ledger().write, "bad")

    with pytest.raises(Broken):
        await put_off_badly()
    assert await count(database, "timer") == 0


async def put_off_in(work: Work, ledger: Ledger, *items: str, fail: bool = False) -> None:
    async with work.attempt():
        for item in items:
            work.put_off(ledger.write, item)
        if fail:
            raise Broken


async def test_what_an_attempt_puts_off_is_done_or_undone_with_it_and_with_nothing_else(database: Database) -> None:
    ledger = Ledger()
    async with database.work() as work:
        work.put_off(ledger.write, "before")
        await put_off_in(work, ledger, "good")
        with pytest.raises(Broken):
            await put_off_in(work, ledger, "half", "bad")
        with pytest.raises(Broken):
            await put_off_in(work, ledger, "never", fail=True)
        work.put_off(ledger.write, "after")
    assert ledger.done == [["before"], ["good"], ["half", "bad"], ["after"]]
    async with database.work() as work:
        kept = await work.raw.fetch("SELECT subject FROM timer ORDER BY subject")
    assert [row["subject"] for row in kept] == ["after", "before", "good"]
    assert await count(database, "outbox") == 3


_REMEMBER = "INSERT INTO parked_key (topic, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_SET = "INSERT INTO timer (kind, subject, generation, severity, due_at, wake_at) VALUES ($1, $2, 1, 1, $3, $3)"


async def test_what_is_left_for_last_goes_out_together_with_the_events(database: Database) -> None:
    async with database.work() as work:
        work.put_last(_REMEMBER, "t", "one", "f")
        work.put_last(_SET, "x", "s", work.now)
        work.put_last(_REMEMBER, "t", "two", "f")
        work.publish(identified())
        work.publish(identified())
        assert await work.raw.fetchval("SELECT count(*) FROM parked_key") == 0
    assert [await count(database, table) for table in ("parked_key", "timer", "outbox")] == [2, 1, 2]
    async with database.work() as work:
        work.put_last(_REMEMBER, "t", "three", "f")
    assert await count(database, "parked_key") == 3


async def test_an_insert_that_finds_its_row_there_undoes_everything_where_it_was_told_to(database: Database) -> None:
    async def remember(*, or_else: type[Exception] | None) -> None:
        async with database.work() as work:
            work.publish(identified())
            work.put_last(_REMEMBER, "t", "k", "f", or_else=or_else)

    await remember(or_else=Broken)
    with pytest.raises(Broken):
        await remember(or_else=Broken)
    assert await count(database, "outbox") == 1
    await remember(or_else=None)
    assert await count(database, "outbox") == 2


async def test_an_attempt_that_fails_takes_what_it_left_for_last_with_it(database: Database) -> None:
    async def leave(work: Work) -> None:
        async with work.attempt():
            work.put_last(_REMEMBER, "t", "undone", "f")
            raise Broken

    async with database.work() as work:
        work.put_last(_REMEMBER, "t", "done", "f")
        with pytest.raises(Broken):
            await leave(work)
    async with database.work() as work:
        assert [row["key"] for row in await work.raw.fetch("SELECT key FROM parked_key")] == ["done"]


async def test_a_transaction_can_begin_with_one_row_read_in_one_go_with_the_time(database: Database) -> None:
    query = "SELECT key, fingerprint FROM parked_key WHERE topic = $1"
    async with database.work(query, "t") as work:
        assert work.opened is not None
        assert (work.opened["key"], work.now.utcoffset()) == (None, timedelta(0))
        await work.raw.execute(_REMEMBER, "t", "k", "f")
    async with database.work(query, "t") as work:
        assert work.opened is not None
        assert (work.opened["key"], work.opened["fingerprint"]) == ("k", "f")
    async with database.work() as work:
        assert work.opened is None
