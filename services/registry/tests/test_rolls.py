"""A school's roll: every row reported, nothing lost, a broken row in thirty harms no other, and nobody learns who was known."""

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.chassis.firing import Firing
from tereze.contracts.referrals import Child
from tereze.contracts.rolls import RollFormat
from tereze.registry.deadlines import deadlines
from tereze.registry.domain.roll import read_roll

HEAD = "almaty-school-1:head"
HEADING = "family;given;patronymic;birth_date;sex;iin;mother_family;mother_given;mother_birth_date"
GIVEN = ("Айсұлу", "Ернұр", "Дархан", "Меруерт", "Алан", "Санжар", "Жұлдыз", "Әсел")
BROKEN = (
    "Омаров;Ерлан", ";;;;;;;;", "Омаров;😀;;2014-02-03;m;;;;", "Омаровы;Айша и Дана;;2014-02-03;f;;;;",
    "Омаров;Ерлан;;31.02.2014;m;;;;", "Омаров;Ерлан;;2014-02-03;x;;;;", f"{'а' * 301};Ерлан;;2014-02-03;m;;;;",
)  # fmt: skip


def a_row(number: int) -> str:
    born = f"20{10 + number % 9}-{1 + number % 12:02}-{1 + number % 28:02}"
    return f"Терезебаев{'абвгдежз'[number % 8] * (1 + number // 8 % 9)};{GIVEN[number % 8]};;{born};;;;;"


def a_roll(rows: int, broken_share: float = 0.03) -> tuple[str, int]:
    """A roll of so many rows, some of them broken; and how many are."""
    draw = random.Random(7)  # noqa: S311 - protects nothing
    lines = [HEADING]
    broken = 0
    for number in range(rows):
        is_broken = draw.random() < broken_share
        broken += is_broken
        lines.append(draw.choice([one for one in BROKEN if one.strip(";")]) if is_broken else a_row(number))
    return "\n".join(lines), broken


async def run(registry: Any) -> None:
    firing = Firing(registry.runtime.database, deadlines)
    while await firing.fire_due():
        pass


async def load(registry: Any, counter: Any, content: str, **more: Any) -> dict[str, Any]:
    roll = await counter.post(HEAD, "rolls", {"format": "csv", "content": content, **more}, status=202)
    await run(registry)
    done: dict[str, Any] = (await counter.get(HEAD, f"rolls/{roll['roll_id']}")).json()
    return done


async def report_of(counter: Any, roll_id: str, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await counter.get(HEAD, f"rolls/{roll_id}/rows?limit=50{query}{cursor}")).json()
        rows += page["items"]
        cursor = f"&cursor={page['cursor']}" if page["cursor"] else None
    return rows


async def test_every_row_is_reported_and_broken_ones_harm_no_other(registry, counter):
    content, broken = a_roll(200)
    assert broken > 0
    roll = await load(registry, counter, content)
    assert (roll["state"], roll["rows"], roll["broken"]) == ("done", 200, broken)
    assert roll["taken"] + roll["repeated"] == 200 - broken
    report = await report_of(counter, roll["roll_id"])
    assert [row["line"] for row in report] == list(range(2, 202))
    assert all(row["faults"] for row in report if row["outcome"] == "broken")
    only = await report_of(counter, roll["roll_id"], "&outcome=broken")
    assert len(only) == broken
    counts = await registry.count("source_record", "person")
    assert counts["source_record"] == roll["taken"]
    assert "Терезебаев" not in await registry.everything()


async def test_a_dry_run_reports_the_same_and_keeps_nothing(registry, counter):
    content, broken = a_roll(60, 0.1)
    dry = await load(registry, counter, content, dry_run=True)
    assert (dry["broken"], dry["taken"]) == (broken, 60 - broken)
    assert (await registry.count("person", "source_record")) == {"person": 0, "source_record": 0}
    real = await load(registry, counter, content)
    assert real["broken"] == broken


async def test_the_same_roll_again_makes_nobody_twice(registry, counter):
    content, _ = a_roll(40, 0)
    first = await load(registry, counter, content)
    before = await registry.count("person", "source_record")
    again = await load(registry, counter, content)
    assert (again["taken"], again["repeated"]) == (0, 40)
    assert first["taken"] + first["repeated"] == 40
    assert await registry.count("person", "source_record") == before


async def test_a_child_known_from_a_report_is_not_told_of(registry, report, counter):
    known = Child(family="Терезебаева", given="Айсұлу")
    await registry.tell(report(known.model_copy(update={"iin": "150307599992"})))
    one = await load(registry, counter, f"{HEADING}\nТерезебаева;Айсұлу;;;;150307599992;;;")
    other = await load(registry, counter, f"{HEADING}\nОмарова;Меруерт;;2015-01-02;f;;;;")
    same = ("rows", "taken", "repeated", "broken", "state")
    assert [one[name] for name in same] == [other[name] for name in same]
    assert (await registry.count("person"))["person"] == 2


async def test_a_mother_on_the_roll_becomes_family(registry, counter):
    await load(registry, counter, f"{HEADING}\nОмаров;Ерлан;;03.02.2014;m;;Омарова;Гүлнар;1990-01-30")
    assert await registry.count("person", "family_edge") == {"person": 2, "family_edge": 1}


@pytest.mark.parametrize("who", ["almaty-police:head", "almaty-school-1:member", "ombudsman:ombudsman"])
async def test_nobody_else_loads_a_roll_or_reads_its_report(registry, counter, who):
    await counter.post(who, "rolls", {"format": "csv", "content": HEADING}, status=403)
    roll = await load(registry, counter, a_roll(3)[0])
    for path in (f"rolls/{roll['roll_id']}", f"rolls/{roll['roll_id']}/rows"):
        assert (await counter.get(who, path)).status_code == 404


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("2014-02-03", "2014-02-03"),
        ("03.02.2014", "2014-02-03"),
        ("3/2/2014", "2014-02-03"),
        ("02/25/2014", "2014-02-25"),
        ("2014/02/03", "2014-02-03"),
        ("2014.2.3", "2014-02-03"),
    ],
)
def test_dates_come_in_three_orders(written, born):
    [row] = read_roll(f"family,given,birth_date\nOmarov,Yerlan,{written}", RollFormat.CSV)
    assert row.said
    assert str(row.said.child.birth_date) == born


def test_a_year_alone_is_a_year():
    [row] = read_roll('{"family": "Omarov", "given": "Yerlan", "birth_date": "2014"}', RollFormat.NDJSON)
    assert row.said
    assert (row.said.child.birth_date, row.said.child.birth_year) == (None, 2014)


def test_headings_may_be_kazakh_or_russian_and_a_wrong_number_is_kept_with_a_flag():
    [row] = read_roll("Тегі;Аты;ЖСН;сынып\nОмаров;Ерлан;123;5А", RollFormat.CSV)
    assert row.said
    assert row.said.child.iin == "123"
    assert {fault.code for fault in row.faults} == {"iin-not-twelve-digits", "unknown-column"}


@pytest.mark.parametrize("line", BROKEN[2:])
def test_what_is_broken_says_why(line):
    [row] = read_roll(f"{HEADING}\n{line}", RollFormat.CSV)
    assert row.said is None
    assert row.faults[0].code


@pytest.mark.parametrize("stray", ['Омаров;"Ерлан;;2014-02-03;m;;;;', '"Омаров;Ерлан', "а" * 200_000])
def test_a_stray_quotation_mark_breaks_its_own_row_and_no_other(stray):
    lines = [HEADING, *map(a_row, range(20)), stray, *map(a_row, range(20, 60)), stray, *map(a_row, range(60, 80))]
    found = list(read_roll("\n".join(lines), RollFormat.CSV))
    assert [row.line for row in found] == list(range(2, len(lines) + 1))
    assert [(row.line, row.faults[0].code) for row in found if row.said is None] == [
        (22, "unclosed-quote"), (63, "unclosed-quote"),
    ]  # fmt: skip


def test_a_cell_may_hold_lines_and_marks_that_are_closed():
    written = 'family,given,address\r\nОмаров,Ерлан,"Абай 1,\r\nкв. 5, ""Нұр"""\r\nОмарова,Дана,'
    first, second = read_roll(written, RollFormat.CSV)
    assert first.said
    assert first.said.child.address == 'Абай 1,\nкв. 5, "Нұр"'
    assert (second.line, second.said is not None) == (4, True)


def test_lines_end_as_any_machine_ends_them():
    for end in ("\n", "\r\n", "\r"):
        assert len(list(read_roll(end.join((HEADING, a_row(1), a_row(2), "")), RollFormat.CSV))) == 2


@pytest.mark.parametrize("cell", ['["Ерлан"]', '{"first": "Ерлан"}', "true"])
def test_what_is_no_text_or_number_is_no_name(cell):
    [row] = read_roll(f'{{"family": "Омаров", "given": {cell}}}', RollFormat.NDJSON)
    assert (row.said, row.faults[0].column, row.faults[0].code) == (None, "given", "not-as-documented")


@pytest.mark.parametrize("born", ["2026-11-28", "28.11.2026", "2027"])
def test_nobody_on_a_roll_is_born_after_it(born):
    [row] = read_roll(f"family,given,birth_date\nOmarov,Yerlan,{born}", RollFormat.CSV, loaded_on=date(2026, 11, 27))
    assert (row.said, row.faults[0].code) == (None, "in-the-future")


WRITTEN = st.text(alphabet=st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(st.lists(WRITTEN))
def test_whatever_is_written_every_line_is_reported(lines: list[str]) -> None:
    told = [line for line in lines if line.strip()]
    assert len(list(read_roll("\n".join(told), RollFormat.NDJSON))) == len(told)


@given(st.lists(st.text(alphabet='";,аб 1', min_size=1, max_size=30)), st.integers(0, 20))
def test_whatever_is_written_no_whole_row_of_a_table_is_lost(lines: list[str], at: int) -> None:
    lines.insert(min(at, len(lines)), a_row(1))
    found = list(read_roll("\n".join((HEADING, *lines)), RollFormat.CSV))
    assert [row.said.child.family for row in found if row.said and row.said.child.birth_date] == ["Терезебаевб"]
