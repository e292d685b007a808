from datetime import date
from pathlib import Path

import pytest

from tereze.contracts.words import AgencyKind
from tereze.directory.domain.country import PackMistake, check_pack
from tereze.directory.pack import read_pack

KZ = Path(__file__).parents[3] / "deploy/packs/kz"
TODAY = date(2026, 11, 21)
REGIONS = "iso_3166_2,kind,kk,ru,en\nKZ-75,city,Алматы,Алматы,Almaty\n"
DISTRICTS = "code,region_code,kk,ru,en\nKZ-75-medeu,KZ-75,Медеу,Медеу,Medeu\n"
RULES = (KZ / "attestation.yaml").read_text("utf-8")
NAME = "name: {kk: Мектеп, ru: Школа, en: School}"


def agency(number: int, *more: str) -> str:
    return (
        "- {"
        + ", ".join((f"agency_id: agc_{number:032x}", f"slug: school-{number}", "kind: school", NAME, *more))
        + "}"
    )


def catchment(kind: str, district: str = "KZ-75-medeu") -> str:
    return f"[{{catchment_id: cmt_{1:032x}, district_code: {district}, kind: {kind}, agency_id: agc_{1:032x}}}]"


@pytest.fixture
def write(tmp_path):
    def _write(**files: str) -> Path:
        (tmp_path / "demo").mkdir(exist_ok=True)
        (tmp_path / "series").mkdir(exist_ok=True)
        texts = {"pack.yaml": "{name: kz, version: kz-1}", "regions.csv": REGIONS, "demo/agencies.yaml": "[]"}
        texts |= {"attestation.yaml": RULES, "demo/staff.yaml": "[]", "demo/unattested.yaml": "[]"}
        texts |= {"districts.csv": DISTRICTS, "demo/catchments.yaml": "[]"}
        for name, text in {**texts, **files}.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return Path(tmp_path)

    return _write


def test_kazakhstan_has_twenty_regions_and_its_official_series():
    pack = read_pack(KZ, today=TODAY)
    check_pack(pack)
    assert (len(pack.regions), pack.agencies, pack.staff) == (20, (), ())
    (series,) = pack.series
    by_name = {(row.published_name, row.list): row for row in series.rows}
    assert by_name["Turkestan", "largest number"].region_code == "KZ-61"
    assert by_name["Almaty", "growth"].region_code is None  # the source does not say which Almaty
    assert by_name["Aktobe", "growth"].growth_percent_published == 14.3


def test_the_demo_adds_agencies_and_people_to_every_region():
    pack = read_pack(KZ, today=TODAY, demo=True)
    check_pack(pack)
    desks = {agency.region_code for agency in pack.agencies if agency.kind is AgencyKind.WINDOW_DESK}
    assert desks == {region.code for region in pack.regions}
    assert {member.agency_id for member in pack.staff} == {agency.agency_id for agency in pack.agencies}


MISTAKES = [
    ({"regions.csv": "code\nKZ-75\n"}, "regions.csv: columns missing"),
    ({"regions.csv": REGIONS + "Almaty,city,а,б,c\n"}, "regions.csv: Region.code"),
    ({"regions.csv": REGIONS + REGIONS.splitlines()[1]}, "region given twice: KZ-75"),
    ({"pack.yaml": "- kz"}, "pack.yaml should hold a dict"),
    ({"demo/agencies.yaml": "{: ["}, "agencies.yaml is not YAML"),
    ({"demo/agencies.yaml": agency(1, "region_code: KZ-99")}, "agency school-1 points to KZ-99"),
    ({"demo/agencies.yaml": agency(1, "colour: red")}, "agencies.yaml: Agency.colour"),
    ({"demo/agencies.yaml": agency(1) + "\n" + agency(1)}, "agency given twice"),
    (
        {"demo/staff.yaml": f"- {{staff_id: stf_{1:032x}, subject: s, agency_id: agc_{9:032x}, roles: [head], display_name: A}}"},
        "points to agc_",
    ),
    ({"districts.csv": DISTRICTS.replace(",KZ-75,", ",KZ-99,")}, "district KZ-75-medeu points to KZ-99"),
    ({"demo/agencies.yaml": agency(1), "demo/catchments.yaml": catchment("police")}, "of another kind than its agency"),
    ({"demo/agencies.yaml": agency(1), "demo/catchments.yaml": catchment("school", "KZ-75-x")}, "points to KZ-75-x"),
    ({"demo/unattested.yaml": "[demo:nobody]"}, "unattested points to demo:nobody"),
    ({"attestation.yaml": RULES.replace("code: vetting", "code: policy")}, "requirement given twice: policy"),
    ({"attestation.yaml": RULES.replace("valid_days: 365", "valid_days: 0")}, "requirements.0.valid_days"),
    ({"series/s.yaml": "{name: s}", "series/s.csv": "a\n"}, "s.csv: columns missing"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "words"), MISTAKES)
def test_a_mistake_in_a_pack_names_its_place(write, files, words):
    with pytest.raises(PackMistake, match=words.replace(".", r"\.")):
        check_pack(read_pack(write(**files), today=TODAY, demo=True))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PackMistake, match=r"pack\.yaml is missing"):
        read_pack(tmp_path, today=TODAY)
