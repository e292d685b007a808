"""Decides the story of three reports that are small each; must never raise the risk by anybody's hand."""

from datetime import timedelta

from tereze.client import Tereze
from tereze.contracts.cases import CaseView, Contact
from tereze.contracts.casework import CaseRiskRaised, CaseScreenedOut
from tereze.contracts.referrals import Child, ReferralSubmission
from tereze.contracts.words import (
    AgencyKind,
    CaseState,
    Category,
    ClockKind,
    ClockState,
    Place,
    Risk,
    ScreenOutReason,
    TaskState,
)
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_boy
from tereze.rig.stories.following import clock_of, settled_case, task_for
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, holds

TITLE = "Three reports of neglect are low each; the third raises the risk, and the family comes under patronage"
_DAYS = timedelta(days=6)
_VISIT = timedelta(hours=72)


class ThreeSmallThings:
    """One telling: a neighbour who calls 111, a nurse, a teacher, the window desk, social patronage."""

    def __init__(self, ground: Ground, listener: Listener, cast: Cast) -> None:
        self._ground = ground
        self._listener = listener
        self._cast = cast
        self._desk = cast.here("desk:coordinator")
        self._child = a_boy().kazakh()

    def tell(self) -> None:
        """Two reports that are screened out, the third that is not, and what comes of it."""
        self.small(
            "A neighbour calls 111", self._cast.act("contact-centre:member"), "Бала кешке дейін аулада жалғыз жүреді."
        )
        self._ground.jump(_DAYS)
        self.small("Six days later a nurse reports", self._cast.here("clinic-1:member"), "Екпеге әкелмеді, өзі әлсіз.")
        self._ground.jump(_DAYS)
        case = self.third()
        case = self.patronage_visits(case)
        self.plan(case)

    def small(self, scene: str, reporter: Tereze, narrative: str) -> None:
        """One low report: triaged, then found below the threshold by a named person with their reasons."""
        case = self.case_of(reporter, narrative)
        self._listener.scene(scene)
        holds(case.risk is Risk.LOW, f"the risk is {case.risk}")
        triaged = self._desk.cases.triage(case, risk=Risk.LOW)
        screened = self._desk.cases.screen_out(
            triaged, reason=ScreenOutReason.ADVICE_WAS_ENOUGH, remark="Анасымен сөйлестік, кеңес берілді."
        )
        holds(screened.state is CaseState.SCREENED_OUT, f"the case is {screened.state}")
        holds(
            any(entry.type == CaseScreenedOut.type for entry in screened.timeline),
            "nobody is named as who screened it out",
        )
        holds(
            not [task for task in screened.tasks if task.state is TaskState.REQUESTED], "somebody still owes something"
        )
        again = " and is put up for a second look by another body" if screened.under_review else ""
        self._listener.beat(f"low risk: the desk's coordinator screens it out with reasons{again}")

    def third(self) -> CaseView:
        """The third within ninety days: nobody raises anything, the protocol does."""
        teacher = self._cast.here("school-1:member")
        case = self.case_of(teacher, "Сабаққа аш келеді, киімі маусымға сай емес.")
        self._listener.scene("Six days later his teacher reports")
        raised = [entry for entry in case.timeline if entry.type == CaseRiskRaised.type]
        holds(case.risk is Risk.MEDIUM, f"the third low report leaves the risk at {case.risk}")
        holds(len(raised) == 1, f"the risk was raised {len(raised)} times")
        self._listener.beat("low again, and the third in ninety days: the protocol raises the risk to medium by itself")
        clock = clock_of(task_for(case, AgencyKind.SOCIAL_PATRONAGE), ClockKind.SEE_THE_CHILD)
        holds(clock.due_at - clock.started_at == _VISIT, f"the visit is due after {clock.due_at - clock.started_at}")
        self._listener.beat(
            "social patronage now visits within 72 hours, not ten working days; the school keeps an eye on him"
        )
        return self._desk.cases.triage(case, risk=Risk.MEDIUM)

    def case_of(self, reporter: Tereze, narrative: str) -> CaseView:
        """Report, and look at the case as the window desk sees it."""
        followed = settled_case(reporter, submit(reporter, self._child, narrative))
        return self._desk.cases.get(followed.case_id)

    def patronage_visits(self, case: CaseView) -> CaseView:
        """The manager accepts; the lightest specialist of the service is chosen and sees the child."""
        manager = self._cast.here("patronage:manager")
        accepted = manager.tasks.accept(task_for(case, AgencyKind.SOCIAL_PATRONAGE).task_id)
        mine = {person.staff_id for person in manager.staff.list() if "member" in person.roles}
        holds(accepted.responsible_staff_id in mine, "no specialist of the service is responsible")
        self._listener.scene("Social patronage takes the family on")
        self._listener.beat("the manager accepts; the specialist with the fewest duties becomes responsible")
        contact = Contact(at=self._ground.now(), place=Place.HOME, child_seen_alone=True)
        seen = self._cast.here("patronage:member").tasks.start(accepted.task_id, contact=contact)
        holds(
            clock_of(seen, ClockKind.SEE_THE_CHILD).state is ClockState.MET, "the visit does not count as one in time"
        )
        self._listener.beat("the home visit is on record: the child was seen, alone, in time")
        return self._desk.cases.get(case.case_id)

    def plan(self, case: CaseView) -> None:
        """Three bodies sign a plan; its review has a deadline of its own."""
        signers = [
            self._cast.agency_id(f"{self._cast.region}-{office}") for office in ("patronage", "school-1", "clinic-1")
        ]
        planned = self._desk.cases.sign_plan(
            case, agency_ids=signers, at=self._ground.now(), summary="Тамақ, киім, дәрігер; апта сайын үйіне бару."
        )
        holds(planned.state is CaseState.PLAN_IN_FORCE, f"the case is {planned.state}")
        reviews = [clock for clock in planned.clocks if clock.kind is ClockKind.PLAN_REVIEW]
        holds(len(reviews) == 1, f"{len(reviews)} reviews of the plan are due")
        due = reviews[0].due_at
        self._listener.beat(f"a plan signed by three bodies is in force; its review is due on {due:%d.%m.%Y}")


def submit(reporter: Tereze, child: Child, narrative: str) -> str:
    """Report low-risk neglect; returns the referral's id."""
    submission = ReferralSubmission(
        region_code="KZ-75", risk=Risk.LOW, categories=(Category.NEGLECT,), child=child, narrative=narrative
    )
    return reporter.referrals.submit(submission).referral_id


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        ThreeSmallThings(ground, listener, cast).tell()
