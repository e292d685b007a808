"""Decides that a duty always finds a body: of the kind and region first, then national, then the bodies of last resort."""

from dataclasses import replace
from typing import Any

import pytest

from tereze.chassis.ids import new_id
from tereze.contracts.catchments import Catchment, CatchmentPublished
from tereze.contracts.words import AgencyKind
from tereze.referral.domain.routing import NoEligibleAgency, Roster
from tereze.rig.inside import agency_id


def chosen(world: Any, service: str, *without: str, **asked: Any) -> str:
    excluded = frozenset(world.agency(slug) for slug in without)
    return str(world.slug(world.roster.holder(AgencyKind(service), excluded=excluded, **asked).agency_id))


@pytest.mark.parametrize(
    ("service", "without", "holder"),
    [
        ("police", [], "almaty-police"),
        ("health", [], "almaty-clinic-1"),
        ("health", ["almaty-clinic-1"], "almaty-clinic-2"),
        ("health", ["almaty-clinic-1", "almaty-clinic-2"], "almaty-department"),
        ("police", ["almaty-police", "almaty-department"], "almaty-desk"),
        ("police", ["almaty-police", "almaty-department", "almaty-desk"], "ministry"),
        ("police", ["almaty-police", "almaty-department", "almaty-desk", "ministry"], "ombudsman"),
        ("ombudsman", [], "ombudsman"),
        ("prosecutor", [], "prosecutor"),
    ],
)
def test_the_next_eligible_body_holds_the_duty(world: Any, service: str, without: list[str], holder: str) -> None:
    assert chosen(world, service, *without) == holder


def test_of_several_the_least_loaded_then_the_first_by_id(world: Any) -> None:
    world.open_tasks = {"almaty-clinic-1": 3, "almaty-clinic-2": 2}
    assert chosen(world, "health") == "almaty-clinic-2"
    world.open_tasks = {"almaty-clinic-1": 2, "almaty-clinic-2": 2}
    assert chosen(world, "health") == min(("almaty-clinic-1", "almaty-clinic-2"), key=world.agency)


def test_a_preferred_body_gets_only_its_own_kind_of_duty(world: Any) -> None:
    school = world.agency("almaty-school-2")
    assert chosen(world, "school", prefer=school) == "almaty-school-2"
    assert chosen(world, "health", prefer=school) == "almaty-clinic-1"
    assert chosen(world, "school", "almaty-school-2", prefer=school) == "almaty-school-1"


def test_after_two_hops_the_regional_department_holds_it(world: Any) -> None:
    assert chosen(world, "health", hop=2) == "almaty-clinic-1"
    assert chosen(world, "health", hop=3) == "almaty-department"


def test_a_directory_that_told_us_of_nobody_is_an_error_to_try_again() -> None:
    with pytest.raises(NoEligibleAgency):
        Roster("KZ-75", ()).holder(AgencyKind.POLICE)


def test_the_body_in_whose_catchment_the_child_is_comes_first_however_busy(world: Any) -> None:
    second, school = world.agency("almaty-clinic-2"), world.agency("almaty-school-2")
    roster = replace(world.roster, responsible=frozenset({second}))
    assert roster.holder(AgencyKind.HEALTH).agency_id == second
    first = world.agency("almaty-clinic-1")
    assert roster.holder(AgencyKind.HEALTH, excluded=frozenset({second})).agency_id == first
    assert roster.holder(AgencyKind.SCHOOL, prefer=school).agency_id == school


async def test_a_referral_that_names_its_district_goes_to_the_bodies_responsible_for_it(window: Any) -> None:
    second = agency_id("almaty-clinic-2")
    whole = Catchment(catchment_id=new_id("cmt"), district_code="KZ-75-medeu", kind=AgencyKind.HEALTH, agency_id=second)
    await window.inside.hear(CatchmentPublished(key_id=whole.catchment_id, version=1, catchment=whole))
    held = []
    for district in ("KZ-75-medeu", "KZ-75-medeu", "KZ-75-alatau"):
        told = window.submitted().model_copy(update={"district_code": district})
        await window.tell(told, window.identified(told))
        [row] = await window.rows("SELECT case_id FROM referral WHERE referral_id = $1", told.referral_id)
        held.append((await window.task_of(row["case_id"], "health"))["agency_id"])
    assert held == [second, second, agency_id("almaty-clinic-1")], "the busier one, because it is theirs"
