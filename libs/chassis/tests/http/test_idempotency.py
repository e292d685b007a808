"""Decides that one key has one effect and one answer, whatever is cut, repeated or raced."""

import asyncio
from datetime import timedelta

import pytest

from tereze.chassis.http import expire_keys

SCHOOL = "agc_" + "2" * 32


def code(answer):
    return answer.json().get("code")


async def test_the_same_request_gets_the_same_answer(world):
    first = await world.keep("a", key="k")
    again = await world.keep("a", key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await world.things() == ["a"]


async def test_the_order_and_the_defaults_of_a_body_do_not_matter(world):
    await world.keep("a", key="k")
    answer = await world.keep("a", key="k", parts=[], size=1)
    assert answer.headers["idempotent-replayed"] == "true"


async def test_another_body_under_the_key_is_refused(world):
    await world.keep("a", key="k")
    answer = await world.keep("b", key="k")
    assert (answer.status_code, code(answer)) == (422, "idempotency-key-reused")
    assert await world.things() == ["a"]


async def test_another_caller_has_keys_of_their_own(world):
    await world.keep("a", key="k")
    answer = await world.keep("b", key="k", who={"subject": "s:school:system", "agency": SCHOOL})
    assert answer.status_code == 201
    assert await world.things() == ["a", "b"]


@pytest.mark.parametrize("key", ["", "k" * 256, "ключ".encode(), b"tab\there"])
async def test_a_key_is_printable_and_short(world, key):
    assert code(await world.keep("a", key=key)) == "idempotency-key-malformed"


async def test_two_keys_are_refused_since_a_retry_could_carry_either(world):
    headers = [*world.token().items(), ("Idempotency-Key", "k"), ("Idempotency-Key", "l")]
    answer = await world.client.post("/v1/things", json={"code": "a"}, headers=headers)
    assert (answer.status_code, code(answer)) == (400, "idempotency-key-malformed")
    assert await world.things() == []


async def test_a_key_is_required(world):
    answer = await world.keep("a", key=None)
    assert (answer.status_code, code(answer)) == (400, "idempotency-key-required")


async def test_a_request_that_failed_leaves_its_key_free(world):
    assert (await world.keep("enough", key="k")).status_code == 409
    assert (await world.keep("a", key="k")).status_code == 201


async def test_while_the_first_runs_the_second_is_told_to_wait(world):
    running = asyncio.create_task(world.keep("hold", key="k"))
    await world.stage.entered.wait()
    rival = await world.keep("hold", key="k")
    assert (rival.status_code, code(rival)) == (409, "idempotency-key-in-use")
    assert rival.headers["retry-after"] == "1"
    world.stage.go_on.set()
    assert (await running).status_code == 201
    assert (await world.keep("hold", key="k")).headers["idempotent-replayed"] == "true"


async def test_a_rival_that_committed_unseen_undoes_the_second_effect(world):
    running = asyncio.create_task(world.keep("hold", key="k"))
    await world.stage.entered.wait()
    async with world.database.work() as work:
        blind = world.runtime.vault.blind
        scope, key = blind("idempotency-scope", "s:police:member").hex(), blind("idempotency-key", "k").hex()
        await work.raw.execute(
            "INSERT INTO idempotency (scope, key, request_hash, body) VALUES ($1, $2, '', '')", scope, key
        )
    world.stage.go_on.set()
    answer = await running
    assert (answer.status_code, code(answer)) == (409, "idempotency-key-in-use")
    assert await world.things() == []


async def test_a_crowd_under_one_key_has_one_effect(world):
    answers = await asyncio.gather(*(world.keep("a", key="k") for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await world.things() == ["a"]


async def test_a_cut_request_leaves_its_key_free(world):
    running = asyncio.create_task(world.keep("hold", key="k"))
    await world.stage.entered.wait()
    running.cancel()
    await asyncio.wait([running])
    world.stage.go_on.set()
    assert (await world.keep("hold", key="k")).status_code == 201
    assert await world.things() == ["hold"]


async def test_what_is_kept_shows_neither_caller_nor_key_nor_answer(world):
    await world.keep("canary-code", key="canary-key")
    async with world.database.work() as work:
        rows = await work.raw.fetch("SELECT * FROM idempotency")
        dump = repr([dict(row) for row in rows])
    assert len(rows) == 1
    for canary in ("canary", "s:police"):
        assert canary not in dump


async def test_keys_are_forgotten_after_thirty_days(world):
    await world.keep("a", key="old")
    async with world.database.work() as work:
        await work.raw.execute("UPDATE idempotency SET created_at = created_at - $1::interval", timedelta(days=31))
    await world.keep("a", key="young")
    async with world.database.work() as work:
        assert await expire_keys(work) == 1
        assert await expire_keys(work) == 0
    assert "idempotent-replayed" not in (await world.keep("b", key="old")).headers
    assert "idempotent-replayed" in (await world.keep("a", key="young")).headers
