"""Decides that beds hold whatever happens to them: never one child too many, nobody forgotten, each hold ended once."""

import contextlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tereze.contracts.directory import LocalName
from tereze.contracts.facts import Conflict
from tereze.contracts.placements import (
    Coordinates,
    LegalBasis,
    OfferReason,
    PlacementEnd,
    PlacementHeld,
    PlacementReleased,
    PlacementState,
)
from tereze.contracts.words import CentreProfile, PlacedAs, Risk, Sex
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.centres import BelowTaken, Centre, Need, distance_km, weigh_centres
from tereze.referral.domain.placement import (
    HOLD_EXPIRED,
    WITH_BED,
    InLine,
    Placement,
    admit_child,
    change_centre,
    decide_placement,
    discharge_child,
    first_for,
    hold_bed,
    release_bed,
    request_placement,
    withdraw_placement,
)
from tereze.referral.rooms import placement_rules

RULES = placement_rules(Path(__file__).resolve().parents[3] / "deploy" / "packs" / "kz")
NEEDS = (
    Need(CentreProfile.SUICIDE_ATTEMPTS, PlacedAs.SELF_DESTRUCTIVE, 14, Sex.FEMALE),
    Need(CentreProfile.VIOLENCE, PlacedAs.VICTIM, 8, Sex.MALE),
    Need(CentreProfile.VIOLENCE, PlacedAs.WITNESS, 16, Sex.UNKNOWN),
)
NAME = LocalName(kk="Самал", ru="Самал", en="Samal")
PICK = st.integers(0, 30)


def centre(number: int, beds: int, *, km: int = 0, agency: str | None = None, **facts: Any) -> Centre:
    """A centre ``km`` north of Almaty that takes everybody, unless said otherwise."""
    everybody = {
        "profiles": frozenset(CentreProfile), "situations": frozenset(PlacedAs), "youngest": 0, "oldest": 17,
        "sexes": frozenset({Sex.FEMALE, Sex.MALE}), "at": Coordinates(latitude=43.2 + km / 111.2, longitude=76.9),
    } | facts  # fmt: skip
    ids = {"centre_id": f"ctr_{number:032x}", "agency_id": agency or f"agc_{number:032x}", "region_code": "KZ-75"}
    return Centre(**ids, name=NAME, capacity=beds, **everybody)  # type: ignore[arg-type]


def weigh(centres: list[Centre], need: Need, excluded: frozenset[str] = frozenset()) -> list[tuple[int | None, Any]]:
    open_agencies = frozenset(each.agency_id for each in centres) - {"agc_closed"}
    origin = Coordinates(latitude=43.2, longitude=76.9)
    found = weigh_centres(centres, need, origin, excluded=excluded, open_agencies=open_agencies)
    return [(one.rank, one.reasons) for one in found]


def test_the_nearest_free_centre_comes_first_and_each_other_says_why_not() -> None:
    full, far, near = centre(1, 0, km=2), centre(2, 3, km=90), centre(3, 1, km=40)
    boys = centre(4, 5, sexes=frozenset({Sex.MALE}))
    small = centre(5, 5, oldest=10)
    addiction = centre(6, 5, profiles=frozenset({CentreProfile.DRUGS}), situations=frozenset({PlacedAs.VICTIM}))
    accused, closed = centre(7, 5, agency="agc_accused"), centre(8, 5, agency="agc_closed")
    found = weigh([full, far, near, boys, small, addiction, accused, closed], NEEDS[0], frozenset({"agc_accused"}))
    offered = (OfferReason.FITS, OfferReason.DISTANCE, OfferReason.FREE_BEDS)
    assert found[:3] == [(1, offered), (2, offered), (None, (OfferReason.FULL, OfferReason.DISTANCE))]
    assert {reason for rank, reasons in found[3:] if rank is None for reason in reasons} == {
        OfferReason.SEX, OfferReason.AGE, OfferReason.PROFILE, OfferReason.SITUATION, OfferReason.EXCLUDED, OfferReason.CLOSED,
    }  # fmt: skip


def test_a_child_of_unknown_sex_fits_only_where_both_are_taken() -> None:
    assert centre(1, 1, sexes=frozenset({Sex.MALE})).misfits(NEEDS[2]) == (OfferReason.SEX,)
    assert centre(1, 1).misfits(NEEDS[2]) == ()


def test_distances_are_those_of_the_globe() -> None:
    astana, almaty = Coordinates(latitude=51.13, longitude=71.43), Coordinates(latitude=43.24, longitude=76.95)
    assert 960 <= distance_km(astana, almaty) <= 980
    assert distance_km(almaty, almaty) == 0


def test_beds_that_are_taken_stay() -> None:
    house = centre(1, 2)
    house.take()
    with pytest.raises(BelowTaken):
        house.resize(0)
    house.resize(1)
    assert house.free == 0


class House(RuleBasedStateMachine):
    """Two centres, any number of children, and everything that can happen to their beds."""

    new_world: Any = None

    @initialize(near=st.integers(0, 3), far=st.integers(0, 3))
    def open_centres(self, near: int, far: int) -> None:
        self.world = type(self).new_world()
        self.centres = {one.centre_id: one for one in (centre(1, near, km=5), centre(2, far, km=80))}
        self.children: list[tuple[CaseFile, Placement]] = []
        self.by = self.world.staff("almaty-clinic-1")

    def _bed_of(self, placement: Placement) -> Centre | None:
        return self.centres[placement.centre_id] if placement.state in WITH_BED and placement.centre_id else None

    def _line(self) -> list[InLine]:
        waiting = [pair for pair in self.children if pair[1].state is PlacementState.WAITING]
        return [InLine(placement, file.risk, file.excluded) for file, placement in waiting]

    def _fill(self) -> None:
        """What a freed bed sets off by itself."""
        for house in self.centres.values():
            for one in list(first_for(house, self._line()))[: house.free]:
                file = next(file for file, placement in self.children if placement is one.placement)
                hold_bed(file, one.placement, house, self.world.moment, RULES)

    @rule(risk=st.sampled_from(Risk), need=st.sampled_from(NEEDS))
    def ask(self, risk: Risk, need: Need) -> None:
        file = self.world.case(risk)
        moment = self.world.after(minutes=1)
        placement = request_placement(file, need, self.by, region_code="KZ-75", moment=moment, rules=RULES)
        self.children.append((file, placement))
        self._fill()

    @rule(hours=st.sampled_from([1, 23, 25, 80]))
    def let_holds_run_out(self, hours: int) -> None:
        moment = self.world.after(hours=hours)
        for file, placement in self.children:
            house = self._bed_of(placement)
            if placement.held_until and placement.held_until <= moment.now and house:
                release_bed(file, placement, house, moment, HOLD_EXPIRED)
        self._fill()

    @rule(pick=PICK, verb=st.sampled_from(["decide", "admit", "discharge", "withdraw", "move"]), other=st.booleans())
    def say(self, pick: int, verb: str, other: bool) -> None:
        if not self.children:
            return
        file, placement = self.children[pick % len(self.children)]
        with contextlib.suppress(Conflict):
            self._do(verb, file, placement, list(self.centres.values())[int(other)])
        self._fill()

    def _do(self, verb: str, file: CaseFile, placement: Placement, other: Centre) -> None:
        house, moment, by = self._bed_of(placement), self.world.moment, self.by
        facts: dict[str, Any] = {"reason": PlacementEnd.NOT_NEEDED, "moment": moment}
        if verb == "decide":
            ends = (moment.now + timedelta(days=60)).date()
            basis = {"basis": LegalBasis.COURT_DECISION, "decision_id": "2-114", "term_ends_on": ends}
            decide_placement(file, placement, by, moment, RULES, **basis)
        elif verb == "admit":
            admit_child(file, placement, by, moment)
        elif verb == "discharge" and house:
            discharge_child(file, placement, house, by, **facts)
        elif verb == "withdraw":
            withdraw_placement(file, placement, house, by, **facts)
        elif verb == "move":
            change_centre(file, placement, house, other, by=by, moment=moment, rules=RULES)

    @rule(pick=st.booleans(), beds=st.integers(0, 4))
    def change_the_number_of_beds(self, pick: bool, beds: int) -> None:
        with contextlib.suppress(BelowTaken):
            list(self.centres.values())[int(pick)].resize(beds)
        self._fill()

    @invariant()
    def never_more_children_than_beds(self) -> None:
        for house in getattr(self, "centres", {}).values():
            here = [p for _, p in self.children if p.state in WITH_BED and p.centre_id == house.centre_id]
            assert len(here) == house.taken <= house.capacity

    @invariant()
    def nobody_waits_for_a_bed_that_is_free(self) -> None:
        for house in getattr(self, "centres", {}).values():
            assert not (house.free and first_for(house, self._line()))

    @invariant()
    def each_hold_ends_once(self) -> None:
        for file, placement in getattr(self, "children", []):
            held = sum(isinstance(event, PlacementHeld) for event in file.news)
            released = sum(isinstance(event, PlacementReleased) for event in file.news)
            assert held == placement.holds
            assert released <= held
            assert (placement.held_until is not None) == (placement.state is PlacementState.HELD)

    @invariant()
    def whoever_waits_or_stays_is_owed_something(self) -> None:
        for file, placement in getattr(self, "children", []):
            going = {clock.kind for clock in file.going_clocks(None)}
            assert bool(going & {"placement", "placement_review", "placement_term"}) == placement.open


@pytest.mark.parametrize("seeds", [60])
def test_beds_hold_whatever_happens(new_world: Any, seeds: int) -> None:
    machine = type("Told", (House,), {"new_world": staticmethod(new_world)})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=seeds, stateful_step_count=30, deadline=None, suppress_health_check=checks),
    )
