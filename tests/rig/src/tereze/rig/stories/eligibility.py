"""Decides the story of a child hurt at home who is not "socially deprived"; must never grant what the rules do not."""

from tereze.contracts.cases import CaseView
from tereze.contracts.eligibility import ServiceRefusal, ServiceRequestState
from tereze.contracts.referrals import ReferralSubmission
from tereze.contracts.words import Category, ClockKind, Ground, Risk, ServiceCode
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_girl
from tereze.rig.stories.following import clock_time, settled_case
from tereze.rig.stories.ground import Ground as Stage
from tereze.rig.stories.telling import Listener, holds, soon

TITLE = "Hurt at home, not socially deprived: one service on the ground of violence, one refused for want of a ground"


class Eligibility:
    """One telling: a school, the bodies that decide, the Ombudsman's desk."""

    def __init__(self, listener: Listener, cast: Cast) -> None:
        self._listener = listener
        self._cast = cast
        self._school = cast.here("school-1:member")
        self._overseer = cast.act("ombudsman:ombudsman")

    def tell(self) -> None:
        """The whole story, in order."""
        case = self.report()
        self.what_she_may_receive(case)
        self.rehabilitation_is_granted(case)
        self.the_gap_is_counted(case)

    def report(self) -> CaseView:
        """A school reports."""
        submission = ReferralSubmission(
            region_code="KZ-75",
            risk=Risk.HIGH,
            categories=(Category.PHYSICAL,),
            child=a_girl().kazakh(),
            narrative="Үйде ұрады. Отбасы кедей емес.",
        )
        return settled_case(self._school, self._school.referrals.submit(submission).referral_id)

    def what_she_may_receive(self, case: CaseView) -> None:
        """Each service with its ground, decider and limit."""
        desk = self._cast.here("desk:coordinator")
        found = {one.service: one for one in desk.eligibility.of_case(case.case_id).services or ()}
        granted, refused = found[ServiceCode.REHABILITATION], found[ServiceCode.SPECIAL_SOCIAL_SERVICES]
        holds(granted.ground is Ground.VIOLENCE, f"rehabilitation stands on {granted.ground}")
        holds(not refused.entitled, "special social services are said to be hers")
        self._listener.scene("A school reports a girl who is hurt at home")
        self._listener.beat(f"{granted.title}: {granted.reason}; {granted.decider} decides within {granted.limit}")
        self._listener.beat(f"{refused.title}: {refused.reason}")

    def rehabilitation_is_granted(self, case: CaseView) -> None:
        """Asked for on the ground of violence, decided by the guardianship body, its clock stopped."""
        asked = self._school.eligibility.ask(case.case_id, service=ServiceCode.REHABILITATION)
        holds(asked.state is ServiceRequestState.ASKED, f"the request is {asked.state}")
        assert asked.decider_agency_id is not None
        assert asked.due_at is not None
        slug = self._cast.slug(asked.decider_agency_id)
        decider = self._cast.act(f"{slug}:head")
        given = decider.eligibility.decide(asked.request_id)
        holds(given.state is ServiceRequestState.GRANTED, f"the request is {given.state}")
        clocks = [c for c in self._school.cases.get(case.case_id).clocks if c.kind is ClockKind.SERVICE_DECISION]
        holds(clocks and clocks[0].stopped_at is not None, "the clock of the decision runs on")
        self._listener.scene("The school asks for rehabilitation")
        self._listener.beat(f"{slug} decides by {clock_time(asked.due_at)}, and grants it on the ground of violence")

    def the_gap_is_counted(self, case: CaseView) -> None:
        """Refused at once with the reason; the Ombudsman's desk sees one child more, and not which."""
        service = ServiceCode.SPECIAL_SOCIAL_SERVICES
        before = self._children(service)
        asked = self._school.eligibility.ask(case.case_id, service=service)
        holds(asked.refusal is ServiceRefusal.NO_GROUND, f"refused for {asked.refusal}")
        soon(lambda: self._children(service) == before + 1, "the gap was not counted")
        self._listener.scene("The school asks for special social services")
        self._listener.beat("refused at once: the rules have no ground, and say so")
        self._listener.beat(f"the Ombudsman's desk sees {before + 1} children who met this gap, and not which")

    def _children(self, service: ServiceCode) -> int:
        return sum(row.children for row in self._overseer.eligibility.gaps().rows if row.service is service)


def tell(ground: Stage, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        Eligibility(listener, cast).tell()
