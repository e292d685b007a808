"""Decides that an address leads to one responsible body of each kind, and that it leaves no trace."""

import pytest

from tereze.contracts.catchments import Catchment, ResolveAddress, StreetPart
from tereze.contracts.words import AgencyKind
from tereze.directory.domain.catchment import folded, responsible_for
from tereze.rig.inside import agency_id

MEDEU = "KZ-75-medeu"
WHERE = "/v1/regions/KZ-75/catchments"


def catchment(number: int, *streets: StreetPart, kind=AgencyKind.SCHOOL, district=MEDEU, active=True) -> Catchment:
    return Catchment(
        catchment_id=f"cmt_{number:032x}", district_code=district, kind=kind, agency_id=f"agc_{number:032x}",
        streets=streets, active=active,
    )  # fmt: skip


def street(name: str, house_from: int | None = None, house_to: int | None = None) -> StreetPart:
    return StreetPart(street=name, house_from=house_from, house_to=house_to)


WHOLE, ALONG, HOUSES = catchment(1), catchment(2, street("Абай даңғылы")), catchment(3, street("Абай даңғылы", 1, 20))
EVERY = [WHOLE, ALONG, HOUSES, catchment(4, district="KZ-75-alatau"), catchment(5, active=False)]


@pytest.mark.parametrize(
    ("address", "number", "by"),
    [
        ({}, 1, "district"),
        ({"street": "Другая"}, 1, "district"),
        ({"street": "проспект АБАЙ"}, 2, "street"),
        ({"street": "Абай", "house": 7}, 3, "house"),
        ({"street": "Абай", "house": 21}, 2, "street"),
    ],
)
def test_the_nearest_responsibility_counts(address, number, by):
    [found] = responsible_for(EVERY, ResolveAddress(district_code=MEDEU, **address))
    assert (found.agency_id, found.by) == (f"agc_{number:032x}", by)


def test_each_kind_has_its_own_and_the_order_does_not_depend_on_the_rows():
    rows = [*EVERY, catchment(6, kind=AgencyKind.POLICE)]
    address = ResolveAddress(district_code=MEDEU, street="Абай")
    forward, backward = responsible_for(rows, address), responsible_for(rows[::-1], address)
    assert [one.kind for one in forward] == ["police", "school"]
    assert forward == backward


@pytest.mark.parametrize("same", ["көшесі Терезе", "Терезе  КӨШЕСІ", "ул. терезе", "Терезе"])
def test_a_street_is_known_however_it_is_written(same):
    assert folded(same) == folded("Терезе көшесі")


async def test_the_districts_of_a_region_and_who_is_responsible(office):
    listed = (await office.get("almaty-school-1:member", WHERE)).json()
    assert len(listed["districts"]) == 8
    assert {one["kind"] for one in listed["catchments"]} == {
        "police", "school", "health", "social_patronage", "guardianship",
    }  # fmt: skip
    assert (await office.get("almaty-school-1:member", "/v1/regions/KZ-10/catchments")).status_code == 404


async def test_an_address_is_answered_and_leaves_no_trace(office, capsys):
    async with office.caller("almaty-school-1:member") as caller:
        whole = (await caller.post(f"{WHERE}/resolve", json={"district_code": MEDEU})).json()["items"]
        words = {"district_code": MEDEU, "street": "ТЕРЕЗЕ көшесі", "house": 14}
        house = (await caller.post(f"{WHERE}/resolve", json=words)).json()["items"]
        missing = await caller.post(f"{WHERE}/resolve", json={"district_code": "KZ-75-none"})
    assert missing.status_code == 404
    schools = [next(one for one in items if one["kind"] == "school") for items in (whole, house)]
    assert [one["by"] for one in schools] == ["district", "house"]
    assert {one["agency_id"] for one in schools} == {agency_id("almaty-school-1"), agency_id("almaty-school-2")}
    assert "ТЕРЕЗЕ" not in await office.directory.everything()
    assert "ТЕРЕЗЕ" not in capsys.readouterr().out
