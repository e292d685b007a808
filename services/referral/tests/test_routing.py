"""Decides that a duty always finds a body: of the kind and region first, then national, then the bodies of last resort."""

from typing import Any

import pytest

from tereze.contracts.words import AgencyKind
from tereze.referral.domain.routing import NoEligibleAgency, Roster


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
