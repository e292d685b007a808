"""Decides the story of a girl after a suicide attempt, and of the last bed that two hospitals ask for; must never reserve one beforehand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tereze.client import Tereze
from tereze.contracts.cases import CaseView
from tereze.contracts.directory import LocalName
from tereze.contracts.placements import (
    CentreView,
    Coordinates,
    LegalBasis,
    OfferReason,
    OpenCentre,
    PlacementEnd,
    PlacementState,
    PlacementView,
    RequestPlacement,
)
from tereze.contracts.referrals import ReferralSubmission
from tereze.contracts.words import AgencyKind, Category, CentreProfile, ClockKind, PlacedAs, Risk, Sex
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_girl
from tereze.rig.stories.following import clock_of, clock_time, settled_case, task_for
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, holds, soon

TITLE = "A suicide attempt: a person within two hours, a bed among ranked centres, the last bed asked for twice at once"
_CONTACT = timedelta(hours=2)
_STAY = timedelta(days=60)
_AGE = (
    2  # none of the demo's own centres takes so small a child: only this story's three are weighed against each other
)


class SuicideAttempt:
    """One telling: two clinics, three centres of this story's own, and their beds."""

    def __init__(self, ground: Ground, listener: Listener, cast: Cast) -> None:
        self._ground = ground
        self._listener = listener
        self._cast = cast
        self._clinic, self._head = cast.here("clinic-1:member"), cast.here("clinic-1:head")
        self._other = cast.here("clinic-2:member")
        self._centre = cast.here("rehabilitation:member")

    def tell(self) -> None:
        """Report, bed, stay, and the last bed."""
        centres = self.three_centres()
        case = self.report(self._clinic)
        placement = self.a_bed_is_held(case, centres)
        self.the_stay(placement)
        self.the_last_bed(centres)

    def three_centres(self) -> list[CentreView]:
        """The nearest is full, the second has two beds, the third is far."""
        self._close_those_of_earlier_tellings()
        return [self._open(10, 0), self._open(40, 2), self._open(120, 0)]

    def report(self, clinic: Tereze) -> CaseView:
        """A clinic reports; a person meets the girl within two hours."""
        submission = ReferralSubmission(
            region_code="KZ-75",
            risk=Risk.HIGH,
            categories=(Category.SELF_HARM,),
            child=a_girl().kazakh(),
            narrative="Түнде түсті. Бала сөйлесуге келісті.",
        )
        case = settled_case(clinic, clinic.referrals.submit(submission).referral_id)
        clock = clock_of(task_for(case, AgencyKind.HEALTH), ClockKind.SEE_THE_CHILD)
        holds(clock.due_at - clock.started_at <= _CONTACT, f"nobody has to see the girl before {clock.due_at}")
        self._listener.scene("A clinic reports a suicide attempt")
        self._listener.beat(
            f"a person meets the girl by {clock_time(clock.due_at)}; a message does not stop that clock"
        )
        return case

    def a_bed_is_held(self, case: CaseView, centres: list[CentreView]) -> PlacementView:
        """Centres ranked with reasons; the nearest is full, a bed is held at the second."""
        placement = self._ask(self._clinic, case)
        full, second, _far = centres
        holds(placement.state is PlacementState.HELD, f"the placement is {placement.state}")
        holds(placement.centre_id == second.centre_id, "the bed is not at the nearest centre that has one")
        reasons = {offer.centre_id: [reason.code for reason in offer.reasons] for offer in placement.offers}
        holds(OfferReason.FULL in reasons[full.centre_id], f"of the full centre it is said: {reasons[full.centre_id]}")
        self._listener.scene("The clinic asks for a bed in a rehabilitation centre")
        for offer in [offer for offer in placement.offers if offer.centre_id in {c.centre_id for c in centres}]:
            self._listener.beat(f"{offer.rank or '–'} {offer.title}: {'; '.join(r.text for r in offer.reasons)}")
        return placement

    def the_stay(self, placement: PlacementView) -> None:
        """Legal basis, number, last day; then the review clock runs."""
        last_day = (self._ground.now() + _STAY).date()
        decided = self._head.placements.decide(
            placement, legal_basis=LegalBasis.GUARDIANSHIP_DECISION, decision_id="ОО-114/2026", term_ends_on=last_day
        )
        running = {clock.kind for clock in decided.clocks if clock.stopped_at is None}
        owed = {ClockKind.PLACEMENT_REVIEW, ClockKind.PLACEMENT_TERM}
        holds(owed <= running, f"only {sorted(running)} are owed")
        admitted = self._centre.placements.admit(self._centre.placements.get(placement.placement_id))
        holds(admitted.state is PlacementState.ADMITTED, f"the child is {admitted.state}")
        self._listener.scene("A decision, and the girl arrives")
        self._listener.beat(f"placed by act ОО-114/2026 until {last_day}; review and term have their clocks")

    def the_last_bed(self, centres: list[CentreView]) -> None:
        """Two hospitals at the same instant: one gets it, one waits, and moves up when the bed is free."""
        cases = [(self._clinic, self.report(self._clinic)), (self._other, self.report(self._other))]
        with ThreadPoolExecutor(len(cases)) as places:
            asked = list(places.map(lambda pair: (pair[0], self._ask(*pair)), cases))
        states = sorted(placement.state for _, placement in asked)
        holds(states == ["held", "waiting"], f"two asked for the last bed and are {states}")
        second = self._cast.act("ombudsman:operator").centres.get(centres[1].centre_id)
        holds(second.free_beds == 0, f"the centre has {second.free_beds} beds left")
        self._listener.scene("Two clinics ask for the last bed at the same instant")
        self._listener.beat("one gets it, the other is in line; never one child too many")
        lucky, held = next(pair for pair in asked if pair[1].state is PlacementState.HELD)
        unlucky, waiting = next(pair for pair in asked if pair[1].state is PlacementState.WAITING)
        lucky.placements.withdraw(held, reason=PlacementEnd.NOT_NEEDED)

        def moved_up() -> bool:
            return unlucky.placements.get(waiting.placement_id).state is PlacementState.HELD

        soon(moved_up, "the freed bed did not find the child in line")
        self._listener.beat("the first asks no longer: the bed goes to the child in line, by itself")

    def _ask(self, client: Tereze, case: CaseView) -> PlacementView:
        wanted = RequestPlacement(
            case_id=case.case_id,
            profile=CentreProfile.SUICIDE_ATTEMPTS,
            placed_as=PlacedAs.SELF_DESTRUCTIVE,
            age=_AGE,
            sex=Sex.FEMALE,
        )
        return client.placements.request(wanted)

    def _open(self, km: int, beds: int) -> CentreView:
        operator = self._cast.act("ombudsman:operator")
        name = f"Story Centre, {km} km"
        return operator.centres.open(
            OpenCentre(
                agency_id=self._cast.agency_id("almaty-rehabilitation"),
                region_code="KZ-75",
                name=LocalName(kk=name, ru=name, en=name),
                profiles=(CentreProfile.SUICIDE_ATTEMPTS,),
                situations=(PlacedAs.SELF_DESTRUCTIVE,),
                youngest=_AGE,
                oldest=_AGE,
                sexes=(Sex.FEMALE, Sex.MALE),
                capacity=beds,
                at=Coordinates(latitude=43.2 + km / 111.2, longitude=76.9),
            )
        )

    def _close_those_of_earlier_tellings(self) -> None:
        operator = self._cast.act("ombudsman:operator")
        for centre in operator.centres.list(profile=CentreProfile.SUICIDE_ATTEMPTS, region="KZ-75", limit=100):
            if centre.name.en.startswith("Story Centre") and centre.free_beds:
                operator.centres.set_capacity(centre, capacity=centre.capacity - centre.free_beds)


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        SuicideAttempt(ground, listener, cast).tell()
