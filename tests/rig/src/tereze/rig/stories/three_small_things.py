"""Decides the story of three reports that are small each; must never raise the risk by anybody's hand."""

from datetime import datetime, timedelta

from tereze.client import Tereze
from tereze.contracts.cases import CaseView, Contact
from tereze.contracts.casework import CaseRiskRaised, CaseScreenedOut
from tereze.contracts.plans import (
    DraftPlan,
    FamilyPlanState,
    FamilyPlanView,
    FamilyService,
    PlanGoal,
    ServiceOfPlan,
    VisitFamily,
)
from tereze.contracts.referrals import Child, ReferralSubmission, RelatedPerson
from tereze.contracts.words import (
    AgencyKind,
    CaseState,
    Category,
    ClockKind,
    ClockState,
    Kinship,
    Place,
    Risk,
    ScreenOutReason,
    TaskState,
)
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_boy, mother_of, sister_of
from tereze.rig.stories.following import clock_of, person_of, settled_case, task_for
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, holds, soon

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
        boy = a_boy()
        self._child, self._sister, self._mother = boy.kazakh(), sister_of(boy).kazakh(), mother_of(boy)

    def tell(self) -> None:
        """His sister, two reports that are screened out, the third that is not, and what comes of it."""
        sister = self.his_sister()
        self.small(
            "A neighbour calls 111", self._cast.act("contact-centre:member"), "Бала кешке дейін аулада жалғыз жүреді."
        )
        self._ground.jump(_DAYS)
        self.small("Six days later a nurse reports", self._cast.here("clinic-1:member"), "Екпеге әкелмеді, өзі әлсіз.")
        self._ground.jump(_DAYS)
        case = self.third()
        case = self.patronage_visits(case)
        self.sibling_surfaces(case, sister)
        self.lead(self.plan(case))

    def his_sister(self) -> CaseView:
        """Weeks before: his little sister, of whom nobody who reports him knows; patronage has accepted."""
        manager = self._cast.here("patronage:manager")
        case = self.case_of(self._cast.here("school-1:member"), "Бөбегі балабақшаға көп келмейді.", self._sister)
        manager.tasks.accept(task_for(case, AgencyKind.SOCIAL_PATRONAGE).task_id)
        self._listener.scene("Before it all the school reported a little girl")
        self._listener.beat("low risk of neglect: social patronage took her case on")
        return case

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

    def case_of(self, reporter: Tereze, narrative: str, child: Child | None = None) -> CaseView:
        """Report, and look at the case as the window desk sees it."""
        followed = settled_case(reporter, submit(reporter, child or self._child, self._mother, narrative))
        return self._desk.cases.get(followed.case_id)

    def patronage_visits(self, case: CaseView) -> CaseView:
        """The manager accepts; the specialist who has least to do of those on duty is chosen and sees the child."""
        manager = self._cast.here("patronage:manager")
        may_act = [row for row in manager.caseload().items if row.may_act]
        loads = {row.staff_id: row.open_duties for row in [row for row in may_act if row.on_duty] or may_act}
        accepted = manager.tasks.accept(task_for(case, AgencyKind.SOCIAL_PATRONAGE).task_id)
        chosen = accepted.responsible_staff_id
        holds(len(loads) > 1, "the service has no two specialists to choose from")
        holds(chosen in loads and loads[chosen] == min(loads.values()), f"{chosen} was chosen among {loads}")
        self._listener.scene("Social patronage takes the family on")
        self._listener.beat("the manager accepts; the specialist with the fewest duties becomes responsible")
        contact = Contact(at=self._ground.now(), place=Place.HOME, child_seen_alone=True)
        seen = self._cast.here("patronage:member").tasks.start(accepted.task_id, contact=contact)
        holds(
            clock_of(seen, ClockKind.SEE_THE_CHILD).state is ClockState.MET, "the visit does not count as one in time"
        )
        self._listener.beat("the home visit is on record: the child was seen, alone, in time")
        return self._desk.cases.get(case.case_id)

    def sibling_surfaces(self, case: CaseView, sister: CaseView) -> None:
        """One mother, so the family graph tells whoever works for both: they are brother and sister."""
        worker, boy, girl = self._cast.here("patronage:member"), person_of(case), person_of(sister)

        def related() -> bool:
            family = worker.families.get(boy)
            mine = {(one.relative_id, one.kinship) for one in family.relations if one.person_id == boy}
            mine |= {(one.person_id, one.kinship) for one in family.relations if one.relative_id == boy}
            known = {one.person_id: one.has_open_case for one in family.members}
            return (girl, Kinship.SIBLING) in mine and bool(known.get(girl))

        soon(related, "his sister does not surface in the family")
        self._listener.beat("one mother: the little girl surfaces in the family as his sister, with a case of her own")

    def plan(self, case: CaseView) -> FamilyPlanView:
        """Patronage drafts a plan with goals and services by three bodies; it is in force with the last signature."""
        services = (
            (FamilyService.HOME_VISITS, "patronage", "30 WD"),
            (FamilyService.SCHOOL_SUPPORT, "school-1", "20 WD"),
            (FamilyService.MEDICAL_CARE, "clinic-1", "10 WD"),
        )
        named = tuple(
            ServiceOfPlan(service=service, agency_id=self._cast.agency_id(f"{self._cast.region}-{office}"), limit=limit)
            for service, office, limit in services
        )
        wanted = DraftPlan(
            case_id=case.case_id,
            goals=(PlanGoal.CHILD_SAFE_AT_HOME, PlanGoal.REGULAR_SCHOOL, PlanGoal.HEALTH),
            services=named,
            remark="Тамақ, киім, дәрігер; апта сайын үйіне бару.",
        )
        plan = self._cast.here("patronage:manager").plans.draft(wanted)
        self._listener.scene("A plan for the family")
        for _, office, _ in services:
            holds(plan.state is FamilyPlanState.DRAFT, f"the plan is {plan.state} before {office} has signed")
            plan = self._cast.here(f"{office}:manager").plans.sign(plan.plan_id)
        holds(plan.state is FamilyPlanState.IN_FORCE, f"signed by all, the plan is {plan.state}")
        holds(all(one.task_id for one in plan.services), "a service of the plan is nobody's duty")
        planned = self._desk.cases.get(case.case_id)
        holds(planned.state is CaseState.PLAN_IN_FORCE, f"the case is {planned.state}")
        duties = {task.task_id: task for task in planned.tasks}
        for one in plan.services:
            running = [clock for clock in duties[str(one.task_id)].clocks if clock.state is ClockState.RUNNING]
            holds(running, f"no deadline runs for {one.service}")
            holds(duties[str(one.task_id)].title != duties[str(one.task_id)].step, f"{one.service} has no title")
        self._listener.beat(
            "three goals, services by three bodies, each signed: it is in force, each service is a duty"
        )
        return plan

    def lead(self, plan: FamilyPlanView) -> None:
        """Visits and reviews come round by deadlines of their own."""
        worker = self._cast.here("patronage:member")
        visits, reviews = due(plan, ClockKind.HOME_VISIT), due(plan, ClockKind.PLAN_REVIEW)
        self._ground.jump(_DAYS)
        contact = Contact(at=self._ground.now(), place=Place.HOME, child_seen_alone=True)
        visited = worker.plans.visit(plan.plan_id, VisitFamily(contact=contact, remark="Үй жылы, тамақ бар."))
        holds(due(visited, ClockKind.HOME_VISIT) > visits, "the next visit has no deadline of its own")
        self._listener.beat(f"a visit is on record; the next is due on {due(visited, ClockKind.HOME_VISIT):%d.%m.%Y}")
        reviewed = worker.plans.review(
            plan.plan_id, remark="Мақсаттар орындалуда.", child_view="Мектепке барғым келеді."
        )
        holds(due(reviewed, ClockKind.PLAN_REVIEW) > reviews, "the next review has no deadline of its own")
        self._listener.beat(
            f"the plan was reviewed, the boy heard; the next review is due on {due(reviewed, ClockKind.PLAN_REVIEW):%d.%m.%Y}"
        )


def due(plan: FamilyPlanView, kind: ClockKind) -> datetime:
    """By when the next visit or review of a plan is owed."""
    running = [clock.due_at for clock in plan.clocks if clock.kind is kind and clock.state is ClockState.RUNNING]
    holds(len(running) == 1, f"{len(running)} deadlines {kind} run")
    return running[0]


def submit(reporter: Tereze, child: Child, mother: RelatedPerson, narrative: str) -> str:
    """Report low-risk neglect; returns the referral's id."""
    submission = ReferralSubmission(
        region_code="KZ-75",
        risk=Risk.LOW,
        categories=(Category.NEGLECT,),
        child=child,
        caregivers=(mother,),
        narrative=narrative,
    )
    return reporter.referrals.submit(submission).referral_id


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        ThreeSmallThings(ground, listener, cast).tell()
