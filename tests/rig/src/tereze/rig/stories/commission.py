"""Decides the story of a killing and of the commission that it convenes; must never ask the commission to convene."""

from datetime import timedelta

from tereze.client import Conflict, Stale
from tereze.contracts.cases import CaseView
from tereze.contracts.commission import (
    Answer,
    CommissionMeasure,
    HoldSitting,
    MakeDecision,
    Present,
    SittingState,
    SittingView,
)
from tereze.contracts.inquiries import IndependentFinding
from tereze.contracts.referrals import ReferralSubmission
from tereze.contracts.words import Category, ClockKind, ClockState, LadderLevel, Outcome, Risk
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_boy
from tereze.rig.stories.following import clock_of, clock_time, reached, settled_case
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, holds, soon

TITLE = "A killing: the commission convenes by itself, its decisions are duties, one is not done and climbs the ladder"
_MEASURES = (
    ("police", CommissionMeasure.PROTECT_CHILD),
    ("clinic-1", CommissionMeasure.EXAMINE_CHILD),
    ("school-1", CommissionMeasure.SUPPORT_AT_SCHOOL),
    ("patronage", CommissionMeasure.VISIT_HOME),
    ("guardianship", CommissionMeasure.FAMILY_PLAN),
)
_A_MOMENT = timedelta(seconds=2)


class Commission:
    """One telling: the police report, the commission of Almaty sits."""

    def __init__(self, ground: Ground, listener: Listener, cast: Cast) -> None:
        self._ground = ground
        self._listener = listener
        self._cast = cast
        self._secretary = cast.here("commission:member")
        self._ombudsman = cast.act("ombudsman:ombudsman")

    def tell(self) -> None:
        """The whole story, in order."""
        case = self.report()
        self.review_opens_by_itself(case)
        sitting = self.it_convenes_by_itself(case)
        held = self.it_decides(sitting)
        self.four_are_done_and_one_is_not(held)
        self.review_has_findings(case)

    def report(self) -> CaseView:
        """The police report a killing; a brother lives in the home."""
        police = self._cast.here("police:member")
        submission = ReferralSubmission(
            region_code="KZ-75",
            risk=Risk.CRITICAL,
            categories=(Category.KILLING,),
            child=a_boy().kazakh(),
            narrative="Үйде інісі қалды, оны қорғау керек.",
        )
        return settled_case(police, police.referrals.submit(submission).referral_id)

    def review_opens_by_itself(self, case: CaseView) -> None:
        """The Ombudsman owes findings from the first moment, and reads what was reported."""
        seen = self._ombudsman.cases.get(case.case_id)
        owed = [clock for clock in seen.clocks if clock.kind is ClockKind.INDEPENDENT_REVIEW]
        holds(seen.under_review and len(owed) == 1, "no independent review opened")
        holds(any(referral.narrative for referral in seen.referrals), "the reviewer may not read what was reported")
        self._listener.scene("The police report a killing")
        self._listener.beat(
            f"an independent review opens by itself: {self._cast.slug(owed[0].agency_id)} owes findings by {owed[0].due_at:%d.%m.%Y}"
        )

    def review_has_findings(self, case: CaseView) -> None:
        """What the Ombudsman found about how it was handled."""
        finding = IndependentFinding.DUTIES_WERE_MISSED

        def found() -> CaseView | None:
            try:
                return self._ombudsman.cases.record_findings(
                    case.case_id, findings=[finding], remark="Бір шешім орындалмады."
                )
            except Stale:  # what became late in the jump is still climbing: read the case again
                return None

        seen = soon(found, "the case never came to rest")
        owed = next(clock for clock in seen.clocks if clock.kind is ClockKind.INDEPENDENT_REVIEW)
        holds(not seen.under_review and owed.state is ClockState.MET, "the findings did not end the review")
        self._listener.beat("the independent review finds that a duty was missed; its own deadline is met")

    def it_convenes_by_itself(self, case: CaseView) -> SittingView:
        """Nobody asked for it."""

        def look() -> str | None:
            listed = self._secretary.commission.list(state=SittingState.CONVENED, limit=100)
            return next((one.sitting_id for one in listed if one.case_id == case.case_id), None)

        sitting = self._secretary.commission.get(soon(look, "the commission was not convened"))
        holds(sitting.urgent, "the sitting is not urgent")
        holds(len(sitting.members) > sitting.quorum, f"{len(sitting.members)} bodies for a quorum of {sitting.quorum}")
        names = ", ".join(self._cast.slug(member.agency_id) for member in sitting.members)
        self._listener.beat(f"the commission is convened by itself, for {clock_time(sitting.sits_at)}: {names}")
        return sitting

    def it_decides(self, sitting: SittingView) -> SittingView:
        """Without a quorum nothing; with it, five decisions are five tasks."""
        police = self._cast.here("police:member").commission.answer(sitting.sitting_id, answer=Answer.COMING)
        holds(police.version > sitting.version, "the answer of the police changed nothing")
        self._listener.beat("the police answer that somebody comes")
        present = [self._present(member.agency_id) for member in sitting.members]
        self._refused_without_quorum(sitting, present[: sitting.quorum - 1])
        decisions = tuple(
            MakeDecision(
                measure=measure,
                holder_agency_id=self._cast.agency_id(f"almaty-{body}"),
                limit="24 h W",
                remark="Комиссия шешімі.",
            )
            for body, measure in _MEASURES
        )
        held = HoldSitting(present=tuple(present), minutes="Отырыс хаттамасы.", decisions=decisions)
        sat = self._secretary.commission.hold(sitting.sitting_id, held)
        holds(sat.state is SittingState.HELD, f"the sitting is {sat.state}")
        holds(len(sat.decisions) == len(_MEASURES), f"{len(sat.decisions)} tasks came of five decisions")
        self._listener.scene("The commission sits, its quorum checked")
        for made in sat.decisions:
            holder = self._cast.slug(made.holder_agency_id)
            self._listener.beat(f"{made.title} → {holder}, by {clock_time(made.due_at)}")
        return sat

    def four_are_done_and_one_is_not(self, sat: SittingView) -> None:
        """The one that nobody carries out escalates like any other."""
        *done, open_one = sat.decisions
        for made in done:
            client = self._cast.act(f"{self._cast.slug(made.holder_agency_id)}:member")
            task = client.tasks.accept(client.tasks.receive(made.task_id))
            client.tasks.fulfil(task, outcome=Outcome.SERVICE_DELIVERED)
        holder = self._cast.act(f"{self._cast.slug(open_one.holder_agency_id)}:member")
        holder.tasks.accept(holder.tasks.receive(open_one.task_id))
        self._ground.jump(open_one.due_at + timedelta(hours=5) - self._ground.now() - _A_MOMENT)

        def climbed() -> bool:
            clock = clock_of(holder.tasks.get(open_one.task_id), ClockKind.COMPLETE)
            return reached(clock, LadderLevel.AGENCY_HEAD)

        soon(climbed, "the decision that was not carried out did not escalate")
        follow_up = self._secretary.commission.get(sat.sitting_id)
        breached = [made.task_id for made in follow_up.decisions if made.breached]
        holds(breached == [open_one.task_id], f"the follow-up shows {len(breached)} late decisions")
        self._listener.scene("A day and five hours later")
        self._listener.beat(
            "four decisions are carried out; the fifth is breached and has climbed to the agency's head"
        )
        self._listener.beat("the commission's follow-up shows which one")

    def _present(self, agency_id: str) -> Present:
        role = "coordinator" if self._cast.slug(agency_id).endswith("-desk") else "member"
        client = self._cast.act(f"{self._cast.slug(agency_id)}:{role}")
        staff = next(one for one in client.staff.list() if role in one.roles)
        return Present(agency_id=agency_id, staff_id=staff.staff_id)

    def _refused_without_quorum(self, sitting: SittingView, few: list[Present]) -> None:
        try:
            self._secretary.commission.hold(sitting.sitting_id, HoldSitting(present=tuple(few), minutes="-"))
        except Conflict as refused:
            holds(refused.code == "no-quorum", f"refused with {refused.code}")
            self._listener.beat(f"{len(few)} bodies may not decide: {sitting.quorum} must be present")
            return
        holds(False, "the commission decided without its quorum")


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        Commission(ground, listener, cast).tell()
