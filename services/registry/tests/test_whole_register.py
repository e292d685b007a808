"""The whole register compared inside the service: ids come out, doubts become reviews, and what is sealed or decided stays so."""

import asyncio
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.identities import ReviewOpened
from tereze.contracts.referrals import Child, SealedForRegistry
from tereze.contracts.words import Sex
from tereze.registry import commands
from tereze.registry.matching.model import shipped_document
from tereze.registry.store.descriptions import description_of
from tereze.registry.store.records import Account, Linking, record

pytestmark = pytest.mark.filterwarnings("default")  # Splink's own
BORN = date(2014, 11, 23)
DESK, BODY = "almaty-desk:coordinator", "almaty-guardianship:manager"


def a_child(family: str, given: str, **more: Any) -> Child:
    return Child(family=family, given=given, birth_date=BORN, sex=Sex.MALE, phone="+7 000 000 00 17", **more)


@pytest.fixture
def brought_in(registry: Any) -> Any:
    """Call it with a child for a person who was never compared with anybody, as in a register from before."""

    async def keep(child: Child) -> str:
        said, person_id = SealedForRegistry(child=child), new_id("per")
        account = Account(new_id("rec"), "agc_" + "1" * 32, datetime.now(tz=UTC), "KZ-75", said)
        async with registry.runtime.database.work() as work:
            await record(work, account, Linking(person_id, "new", new=True), description_of(said, "KZ-75"))
        return person_id

    return keep


@pytest.fixture
def dedupe(registry: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call it with the command's words, in the environment of the service."""
    for name, value in registry.runtime.settings.model_dump(mode="json", exclude_none=True).items():
        monkeypatch.setenv(f"TEREZE_{name.upper()}", str(value))

    async def run(*words: str) -> int:
        return await asyncio.to_thread(commands.dedupe, list(words))

    return run


async def test_who_stands_in_it_twice_becomes_a_review_and_no_name_leaves(
    counter, brought_in, dedupe, tmp_path, capsys
):
    twice = [await brought_in(a_child("Омаров", "Дархан")), await brought_in(a_child("Omarov", "Darkhan"))]
    await brought_in(Child(family="Сейітов", given="Ерлан", birth_date=date(2011, 2, 5), sex=Sex.MALE))
    out = tmp_path / "pairs.ndjson"
    assert await dedupe("--out", str(out), "--raise") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["persons"], told["pairs"], told["raised"], told["not_described"]) == (3, 1, 1, 0)
    [pair] = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert sorted((pair["one"], pair["other"])) == sorted(twice)
    assert not [name for name in ("omar", "Омаров", "darhan", "2014") if name in out.read_text("utf-8")]
    [review] = [event for event in await counter.inside.told() if isinstance(event, ReviewOpened)]
    listed = (await counter.get(DESK, "identity-reviews")).json()["items"]
    assert [one["review_id"] for one in listed] == [review.review_id]
    assert await dedupe("--raise") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["raised"] == 0, "nothing is asked twice"


async def test_it_is_compared_by_the_model_that_the_registry_decides_by(
    brought_in, dedupe, monkeypatch, tmp_path, capsys
):
    own, out = tmp_path / "own.json", tmp_path / "pairs.ndjson"
    own.write_text(json.dumps({**shipped_document(), "version": "kz-own"}), encoding="utf-8")
    monkeypatch.setenv("TEREZE_MODEL", str(own))
    for family, given in (("Омаров", "Дархан"), ("Omarov", "Darkhan")):
        await brought_in(a_child(family, given))
    assert await dedupe("--out", str(out)) == 0
    assert json.loads(out.read_text("utf-8"))["waterfall"]["model"] == "kz-own"
    own.write_text("{}", encoding="utf-8")
    assert await dedupe("--out", str(out)) == 2
    assert "own.json holds no model" in capsys.readouterr().err


async def test_what_is_decided_sealed_or_erased_is_left_out(counter, brought_in, dedupe, tmp_path, capsys):
    one, other = await brought_in(a_child("Омаров", "Дархан")), await brought_in(a_child("Omarov", "Darkhan"))
    apart = {"other_person_id": other, "reason": "Cousins of one name."}
    await counter.post(DESK, f"persons/{one}/no-links", apart)
    before = await brought_in(a_child("Қалқанбаев", "Ернұр", address="Терезе көшесі, 14"))
    after = a_child("Қалқанбаев", "Ернұр", address="Терезе көшесі, 14").model_dump(mode="json", exclude_none=True)
    await counter.post(BODY, f"persons/{before}/adoption", {"child": after, "legal_basis": "Court order 3-44/2026"})
    erased = await brought_in(a_child("Самалтаев", "Асқар"))
    await brought_in(a_child("Samaltayev", "Askar"))
    why = {"reason": "An invented reason.", "legal_basis": "An invented order"}
    act = await counter.post("almaty-desk:head", f"persons/{erased}/erasures", why)
    await counter.post("ombudsman:ombudsman", f"persons/{erased}/erasures/{act['act_id']}/confirm", status=200)
    assert await dedupe("--out", str(tmp_path / "pairs"), "--raise") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["persons"], told["pairs"], told["raised"]) == (5, 0, 0)
    assert (tmp_path / "pairs").read_text("utf-8") == ""


async def test_an_empty_register_is_no_mistake_and_words_are_needed(registry, dedupe, capsys):
    assert registry is not None
    assert await dedupe("--raise") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["pairs"] == 0
    with pytest.raises(SystemExit):
        await dedupe()
    assert await dedupe("--raise", "--model", "nowhere.json") == 2
