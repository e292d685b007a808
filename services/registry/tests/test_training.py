"""Training and comparing a whole file, with the real Splink, on a small invented one."""

import json
import random
from pathlib import Path

import pytest

from tereze.registry.cli import main
from tereze.registry.matching.levels import LEVELS
from tereze.registry.matching.model import Model, shipped_document

pytestmark = pytest.mark.filterwarnings("default")  # Splink's own
FAMILIES = ("Терезебаев", "Қалқанбаев", "Жұлдызтаев", "Көкпарбаев", "Самалтаев", "Көктемов", "Айдынбеков", "Бұлақов")
GIVEN = ("Әлихан", "Нұрсұлтан", "Жандос", "Шыңғыс", "Ернұр", "Қайрат", "Дархан", "Арман", "Ерлан", "Тимур")
TWICE, ALONE = 60, 180


def slip(drawn: random.Random, row: dict[str, str]) -> dict[str, str]:
    """The same child written down another day."""
    year, month, day = row["birth_date"].split("-")
    slips = (
        {"family": row["family"][:-1]},
        {"given": row["given"].replace("ұ", "у").replace("Ә", "А") + "ъ"},
        {"patronymic": ""},
        {"patronymic": drawn.choice(GIVEN) + "ұлы"},
        {"birth_date": f"{year}-{month}-{int(day) % 28 + 1:02}"},
        {"phone": f"+7 777 {drawn.randrange(1000):03} 00 {drawn.randrange(100):02}"},
        {"place": "Астана"},
        {"sex": ""},
    )
    return row | drawn.choice(slips) | drawn.choice(slips)


def a_register(path: Path) -> Path:
    """Children of whom some stand in it twice, the second time with slips: ``t7`` and ``t7-again``."""
    drawn, rows = random.Random(11), []  # noqa: S311 - an invented register
    for number in range(TWICE + ALONE):
        row = {
            "rec_id": f"t{number}", "family": drawn.choice(FAMILIES), "given": drawn.choice(GIVEN),
            "patronymic": drawn.choice(GIVEN) + "ұлы", "sex": "m", "place": drawn.choice(("Алматы", "Астана", "Тараз")),
            "birth_date": f"{drawn.randrange(2008, 2020)}-{drawn.randrange(1, 13):02}-{drawn.randrange(1, 29):02}",
            "phone": f"+7 700 {number:03} 00 {drawn.randrange(100):02}",
        }  # fmt: skip
        rows += [row, slip(drawn, row) | {"rec_id": f"t{number}-again"}] if number < TWICE else [row]
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def is_again(proposal: dict[str, object]) -> bool:
    """Whether a proposal names a child and the same child again."""
    one, other = sorted((str(proposal["one"]), str(proposal["other"])))
    return other == f"{one}-again"


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_register(tmp_path_factory.mktemp("register") / "records.csv")


@pytest.fixture(scope="module")
def trained(register: Path) -> Path:
    """A model of that register, as the command wrote it."""
    out = register.parent / "model.json"
    assert main(["train", "--records", str(register), "--version", "kz-test", "--out", str(out), "--json"]) == 0
    return out


def proposals(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_trained_model_says_what_it_was_trained_on_and_weighs_agreement_above_difference(trained):
    document = json.loads(trained.read_text("utf-8"))
    assert (document["version"], document["trained"]["records"]) == ("kz-test", 2 * TWICE + ALONE)
    model = Model.from_document(document)
    for field in ("family", "given", "born", "phone", "patronymic"):
        assert model.weights[field][-1] > 0 > model.weights[field][0], field
    assert document["fields"].keys() == LEVELS.keys()
    assert document["fields"]["school"] == shipped_document()["fields"]["school"], "a field the file does not have"


def test_a_model_of_few_records_comes_with_advice(register, tmp_path, capsys):
    words = ["train", "--records", str(register), "--version", "kz-few", "--out", str(tmp_path / "m.json"), "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["advice"].startswith(f"{told['records']} records are few")


def test_no_whole_name_of_the_register_is_in_the_model(trained):
    told = trained.read_text("utf-8")
    assert not [family for family in FAMILIES if family in told]


@pytest.mark.parametrize("model", ["shipped", "trained"])
def test_whoever_stands_in_a_file_twice_is_proposed_and_hardly_anybody_else_is_joined(
    register, trained, tmp_path, capsys, model
):
    out = tmp_path / "proposals.ndjson"
    words = ["dedupe", "--records", str(register), "--out", str(out), "--json"]
    assert main([*words, *(["--model", str(trained)] if model == "trained" else [])]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    found = proposals(out)
    assert told["link"] + told["review"] == len(found)
    true = [one for one in found if is_again(one)]
    assert len(true) == TWICE
    links = [one for one in found if one["kind"] == "link"]
    assert len(links) - sum(map(is_again, links)) <= TWICE // 20
    assert [one["bits"] for one in found] != [0.0] * len(found)
    assert not [name for name in (*FAMILIES, *GIVEN) if name in out.read_text("utf-8")], "proposals carry ids only"


def test_a_file_without_columns_to_compare_proposes_nothing(tmp_path, capsys):
    records = tmp_path / "bare.csv"
    records.write_text("rec_id,colour\n1,red\n2,red\n", encoding="utf-8")
    assert main(["dedupe", "--records", str(records), "--out", str(tmp_path / "out"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["review"] == 0


def test_a_model_of_another_folding_is_refused_with_a_sentence(register, tmp_path, capsys):
    old = tmp_path / "old.json"
    old.write_text(json.dumps({**shipped_document(), "folding": 0}), encoding="utf-8")
    words = ["dedupe", "--records", str(register), "--model", str(old), "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert "folding 0" in capsys.readouterr().err
    old.write_text("{}", encoding="utf-8")
    assert main(words) == 2
    assert "old.json holds no model" in capsys.readouterr().err
