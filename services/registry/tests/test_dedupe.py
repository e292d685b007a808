"""A small register compared with itself: few of its pairs are one child, and a person is asked about few that are not."""

import csv
import json
import random
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from tereze.registry.linkage.dedupe import dedupe
from tereze.registry.matching.model import shipped_document

pytestmark = pytest.mark.filterwarnings("default")  # Splink's own
# So many that hardly two children share a whole name: as in a country, unlike a village.
_BEFORE = (
    "Ақ", "Бай", "Дос", "Ел", "Кен", "Мал", "Нар", "Сар", "Тас", "Ор", "Алты", "Бек", "Жан", "Қара", "Қой", "Мыр", "Өте", "Сұлу",
    "Тоқ", "Шоң",
)  # fmt: skip
_AFTER = (
    "терезебаев", "қалқанов", "жұлдызтаев", "көкпаров", "бұлақов", "көктемов", "арналин", "есіков", "үшқоңыров", "дариғаев",
    "сандықшин", "пернебеков",
)  # fmt: skip
FAMILIES = tuple(f"{before}{after}" for before, after in product(_BEFORE, _AFTER))
GIVEN = (
    "Әлихан", "Нұрсұлтан", "Жандос", "Шыңғыс", "Ернұр", "Қайрат", "Дархан", "Арман", "Ерлан", "Тимур", "Асқар", "Бауыржан",
    "Дәурен", "Ерасыл", "Жәнібек", "Ислам", "Қуаныш", "Мирас", "Нұржан", "Олжас", "Рүстем", "Санжар", "Талғат", "Мақсат",
    "Абай", "Батыр", "Ғани", "Досжан", "Еламан", "Жомарт", "Зейін", "Ілияс", "Кәрім", "Қобланды", "Мейіржан", "Нияз",
    "Орақ", "Перне", "Рахым", "Сұңғат", "Төлеген", "Уәли", "Үсен", "Фархат", "Хамит", "Шалқар", "Ырыс", "Алпамыс",
)  # fmt: skip
FATHERS = (
    "Болат",
    "Серік",
    "Марат",
    "Қанат",
    "Нұрлан",
    "Айдар",
    "Ержан",
    "Асхат",
    "Самат",
    "Бекзат",
    "Думан",
    "Азамат",
)
REGIONS = ("Алматы", "Астана", "Тараз", "Шымкент")
CHILDREN, HOMES = 240, 24
# As others write who is in the register: the child's own names first.
TWICE = (
    ({"family": "Мейіржанов", "given": "Әділет", "patronymic": "Болатұлы"}, {"family": "Meyirzhanov", "given": "Adilet"}),
    ({"family": "Қожабергенов", "given": "Ұлан", "patronymic": "Серікұлы"}, {"family": "Кожабергенов", "given": "Улан"}),
    ({"family": "Жүнісбеков", "given": "Шерхан", "patronymic": ""}, {"family": "Zhunusbekov", "given": "Sherkhan"}),
    ({"family": "Төлегенов", "given": "Ғалым", "patronymic": "Маратұлы"}, {"family": "Tulegenov", "given": "Galym"}),
    ({"family": "Өтегенов", "given": "Қасым", "patronymic": "Асхатұлы"}, {"family": "Қасым", "given": "Утегенов"}),
    ({"family": "Сәрсенбаев", "given": "Жасұлан", "patronymic": "Қанатұлы"}, {"family": "Сарсенбаев", "patronymic": ""}),
    ({"family": "Мұқанғалиев", "given": "Еркебұлан", "patronymic": "Саматұлы"}, {"given": "Yerkebulan", "place": "Астана"}),
    ({"family": "Досқалиев", "given": "Бекарыс", "patronymic": ""}, {"family": "Doskaliyev", "given": "Bekarys"}),
)  # fmt: skip


def in_a_year(drawn: random.Random) -> date:
    return date(2009, 1, 1) + timedelta(days=drawn.randrange(3_650))


def a_register(path: Path) -> Path:
    """Children of a few towns: brothers and twins among them, and eight who stand in it again as ``…-again``."""
    drawn = random.Random(15)  # noqa: S311 - an invented register
    rows: list[dict[str, str]] = []
    for number in range(CHILDREN):
        if HOMES <= number < 2 * HOMES:  # a brother of one of the first: every third of them a twin
            brother = rows[number - HOMES]
            born = brother["birth_date"] if number % 3 == 0 else str(in_a_year(drawn))
            other = drawn.choice([name for name in GIVEN if name != brother["given"]])
            rows.append(brother | {"rec_id": f"t{number}", "given": other, "birth_date": born})
            continue
        rows.append(
            {
                "rec_id": f"t{number}", "family": drawn.choice(FAMILIES), "given": drawn.choice(GIVEN),
                "patronymic": f"{drawn.choice(FATHERS)}ұлы" if drawn.random() < 0.7 else "", "sex": "m",
                "birth_date": str(in_a_year(drawn)), "place": drawn.choice(REGIONS),
            }
        )  # fmt: skip
    for number, (names, again) in enumerate(TWICE):
        row = {"rec_id": f"d{number}", **names, "sex": "m", "birth_date": str(in_a_year(drawn)), "place": "Алматы"}
        rows += [row, row | again | {"rec_id": f"d{number}-again"}]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_in_a_small_register_every_double_entry_is_proposed_and_few_others_are(tmp_path):
    out = tmp_path / "proposals.ndjson"
    dedupe(a_register(tmp_path / "records.csv"), None, shipped_document(), out)
    found = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    true = [one for one in found if f"{min(one['one'], one['other'])}-again" == max(one["one"], one["other"])]
    assert {min(one["one"], one["other"]) for one in true} == {f"d{number}" for number in range(len(TWICE))}
    wrong = [one for one in found if one not in true]
    assert not [one for one in wrong if one["kind"] == "link"]
    assert 5 * len(wrong) <= len(found), "not more than one in five that a person is asked about"
