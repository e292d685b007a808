"""A register of older folding tables is folded anew, exactly as if everything came in now, before anybody is looked for in it."""

import asyncio
import json
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.referrals import Child, ExpectedChild, RelatedPerson, SealedForRegistry
from tereze.contracts.words import Kinship, Sex
from tereze.registry import commands
from tereze.registry.app import build
from tereze.registry.expecting import take_in
from tereze.registry.joining import ask_to_merge, split_person, undo_merge
from tereze.registry.matching.folding import VERSION
from tereze.registry.refolding import prepare, refold
from tereze.registry.store.records import Account, record_ids_of

BY = ("agc_" + "1" * 32, "stf_" + "1" * 32)
REASON = "The mother showed both birth certificates."
ERNUR = Child(family="Қалқанбаев", given="Ернұр", birth_date=date(2016, 4, 9), sex=Sex.MALE)
DARKHAN = Child(family="Омаров", given="Дархан", birth_date=date(2014, 11, 23), sex=Sex.MALE)
ASEL = Child(family="Терезебаева", given="Әсел", birth_date=date(2012, 1, 30), sex=Sex.FEMALE)
GONE = Child(family="Самалтаев", given="Асқар", birth_date=date(2013, 6, 1), sex=Sex.MALE)
MOTHER = RelatedPerson(family="Ахметова", given="Раушан", birth_date=date(1995, 3, 3), kinship=Kinship.MOTHER)
KEPT = "SELECT key, person_id, kind, folding FROM match_key ORDER BY 1, 2"
DESCRIBED = "SELECT folding, record_id FROM description ORDER BY 1, 2"


@pytest.fixture
def say(registry: Any) -> Any:
    """Call it with a child for the person and the record that an account of them makes."""

    async def said(child: Child, **more: Any) -> tuple[str, str]:
        account = Account(new_id("rec"), BY[0], datetime.now(UTC), "KZ-75", SealedForRegistry(child=child, **more))
        async with registry.runtime.database.work() as work:
            found = await take_in(work, account)
        assert found is not None
        return found.person_id, account.record_id

    return said


async def a_history(registry: Any, say: Any) -> None:
    """Four children and their lives: joined, joined and parted again, divided, erased, expected."""
    ernur, darkhan, asel = [(await say(child))[0] for child in (ERNUR, DARKHAN, ASEL)]
    _, erased_record = await say(GONE)
    again, divided_record = await say(ERNUR.model_copy(update={"given": "Yernur", "phone": "+7 701 000 00 17"}))
    assert again == ernur
    await say(Child(), expected=ExpectedChild(mother=MOTHER, due_date=date(2027, 2, 1)))
    async with registry.runtime.database.work() as work:
        await registry.runtime.vault.destroy(work, subject=erased_record)
        await ask_to_merge(work, darkhan, ernur, BY, REASON)
        second = await ask_to_merge(work, darkhan, asel, BY, REASON)
        divided, _ = await split_person(work, darkhan, [divided_record], BY, REASON)
        await undo_merge(work, second, BY, REASON)
        assert await record_ids_of(work, divided) == [divided_record]


async def in_rest(registry: Any, query: str) -> list[tuple[Any, ...]]:
    async with registry.runtime.database.work() as work:
        return [tuple(row) for row in await work.raw.fetch(query)]


async def as_if_folded_before(registry: Any) -> None:
    """As an older release would have left it: keys that nobody looks for now, descriptions of another version."""
    async with registry.runtime.database.work() as work:
        await work.raw.execute("UPDATE match_key SET folding = $1, key = sha256(key)", VERSION - 1)
        await work.raw.execute("UPDATE description SET folding = $1", VERSION - 1)


async def test_folded_anew_it_is_what_it_would_be_if_everything_came_in_now(registry, say):
    await a_history(registry, say)
    keys, described = await in_rest(registry, KEPT), await in_rest(registry, DESCRIBED)
    await as_if_folded_before(registry)
    older = await in_rest(registry, KEPT), await in_rest(registry, DESCRIBED)
    told: list[tuple[int, int]] = []
    assert await refold(registry.runtime, lambda done, waiting: told.append((done, waiting))) == len(described) - 1
    assert told[-1][0] == told[-1][1] == len(described) - 1, "all but the record whose key is destroyed"
    anew = [row for row in await in_rest(registry, KEPT) if row not in older[0]]
    erased = {row for row in keys if row not in anew}
    assert erased
    assert {row[1] for row in erased}.isdisjoint(row[1] for row in anew), (
        "only the keys of the child who was erased are missing"
    )
    assert sorted({*anew, *erased}) == sorted(keys)
    assert set(older[0]) <= set(await in_rest(registry, KEPT)), "the release that still runs finds what it found"
    assert set(older[1]) <= set(await in_rest(registry, DESCRIBED))


async def test_a_child_of_an_older_register_is_found_once_the_service_is_ready_and_not_before(registry, say):
    known, _ = await say(ERNUR)
    await as_if_folded_before(registry)
    unknown, _ = await say(ERNUR.model_copy(update={"birth_date": date(2016, 4, 10)}))
    assert unknown != known, "what an older release folded is not compared"
    await prepare(registry.runtime)
    found, _ = await say(ERNUR)
    assert found == known


async def test_every_process_of_the_registry_prepares_before_it_answers(registry):
    assert build(registry.runtime.settings).prepare is prepare


async def test_the_command_tells_how_far_it_is_and_forgets_only_when_asked(registry, say, monkeypatch, capsys):
    for name, value in registry.runtime.settings.model_dump(mode="json", exclude_none=True).items():
        monkeypatch.setenv(f"TEREZE_{name.upper()}", str(value))
    await say(ERNUR)
    await say(DARKHAN)
    keys = await in_rest(registry, KEPT)
    await as_if_folded_before(registry)
    told = await _command(capsys)
    assert told == ({"folding": VERSION, "folded": 2, "forgot": False}, "refold: 2 of 2 records")
    assert len(await in_rest(registry, KEPT)) == 2 * len(keys)
    told = await _command(capsys, "--forget")
    assert told == ({"folding": VERSION, "folded": 0, "forgot": True}, "refold: 0 of 0 records")
    assert await in_rest(registry, KEPT) == keys
    assert (await _command(capsys))[0]["folded"] == 0


async def _command(capsys: Any, *words: str) -> tuple[dict[str, Any], str]:
    assert await asyncio.to_thread(commands.refold, list(words)) == 0
    printed = capsys.readouterr()
    return json.loads(printed.out), printed.err.strip().rpartition("\n")[2]


async def test_a_record_is_described_once_by_each_version(registry, say):
    await say(ERNUR)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with registry.runtime.database.work() as work:
            await work.raw.execute(
                "INSERT INTO description (folding, record_id, sealed) SELECT folding, record_id, sealed FROM description"
            )
