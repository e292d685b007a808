"""Decides the story of a school's report and a silent clinic; must never help the clinic along."""

from datetime import datetime, timedelta

from tereze.client import Tereze
from tereze.contracts.cases import CaseView, ClockBreached, ClockWarned, Contact, TaskView
from tereze.contracts.referrals import ReferralAccepted, ReferralSubmission, RelatedPerson
from tereze.contracts.words import (
    AgencyKind,
    Category,
    ClockKind,
    ClockState,
    LadderLevel,
    Outcome,
    Place,
    Risk,
    TaskState,
)
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_girl
from tereze.rig.stories.following import clock_of, clock_time, entries, offered_to, reached, settled_case, task_for
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, holds, soon

TITLE = "A school reports, one clinic stays silent, the duty is offered on and taken"
LIMIT = timedelta(hours=2)
A_MOMENT = timedelta(seconds=2)


class SchoolReport:
    """One telling: the pedagogue of School 12, the police, two clinics."""

    def __init__(self, ground: Ground, listener: Listener, cast: Cast) -> None:
        self._ground = ground
        self._listener = listener
        self._cast = cast
        self._pedagogue = cast.here("school-1:member")

    def tell(self) -> None:
        """The whole story, in order."""
        accepted = self.report()
        case = self.response(accepted)
        self.police_acknowledge(case)
        self.clinic_is_warned(case.case_id)
        self.clinic_breaches(case.case_id)
        task = self.duty_is_offered(case.case_id)
        self.second_clinic_takes_it(case.case_id, task, accepted.received_at)
        self.outcome(case.case_id, task.task_id, accepted.referral_id)

    def report(self) -> ReferralAccepted:
        """16:40: the pedagogue reports and is told who answers by when."""
        submission = ReferralSubmission(
            region_code="KZ-75",
            risk=Risk.HIGH,
            categories=(Category.PHYSICAL,),
            child=a_girl().kazakh(),
            narrative="Екі қолында көгерген іздер бар. Қыз үйге барғысы келмейді, әкесінен қорқады.",
            alleged_perpetrators=(RelatedPerson(relation="father"),),
        )
        accepted = self._pedagogue.referrals.submit(submission)
        self._listener.scene(
            "The social pedagogue of School 12 reports a girl of primary school: high risk, the father named"
        )
        for kind in (AgencyKind.POLICE, AgencyKind.HEALTH):
            due = {(d.holder, d.obligation): d.due_at for d in accepted.answers_due}.get((kind, ClockKind.ACKNOWLEDGE))
            holds(due == accepted.received_at + LIMIT, f"{kind} is not said to acknowledge within two hours, but {due}")
        by = clock_time(accepted.received_at + LIMIT)
        self._listener.beat(f"accepted at once as {accepted.referral_id}: police and health acknowledge by {by}")
        return accepted

    def response(self, accepted: ReferralAccepted) -> CaseView:
        """Seconds later: one case, each part of the response with its holder."""
        case = settled_case(self._pedagogue, accepted.referral_id)
        holders = {task.service: self._cast.slug(task.agency_id) for task in case.tasks}
        for service in (AgencyKind.POLICE, AgencyKind.HEALTH, AgencyKind.GUARDIANSHIP):
            holds(service in holders, f"nobody of {service} holds a task")
        self._listener.scene("Seconds later")
        told = ", ".join(f"{service} → {slug}" for service, slug in sorted(holders.items()))
        self._listener.beat(f"one case, {case.case_id}; who holds what: {told}")
        for service in (AgencyKind.POLICE, AgencyKind.HEALTH):
            clock = clock_of(task_for(case, service), ClockKind.ACKNOWLEDGE)
            holds(clock.started_at == accepted.received_at, f"the clock of {service} did not start with the report")
        self._listener.beat("their clocks count from the report, not from when anybody looked")
        return case

    def police_acknowledge(self, case: CaseView) -> None:
        """40 minutes later, the weekend notwithstanding."""
        self._ground.jump(timedelta(minutes=40))
        self._listener.scene("40 minutes later")
        police = self._cast.here("police:member")
        task = police.tasks.accept(police.tasks.receive(task_for(case, AgencyKind.POLICE).task_id))
        clock = clock_of(task, ClockKind.ACKNOWLEDGE)
        holds(task.state is TaskState.ACCEPTED, f"the police's task is {task.state}")
        holds(clock.state is ClockState.MET, f"the police's acknowledgement counts as {clock.state}")
        self._listener.beat("the police have seen and accepted their task; their clock stopped in time")

    def clinic_is_warned(self, case_id: str) -> None:
        """A quarter of the time is left."""
        self._jump_to_just_before_the_next_level(case_id)
        task = self._await_level(case_id, LadderLevel.WARNING)
        case = self._pedagogue.cases.get(case_id)
        warned = entries(case, ClockWarned.type, task_id=task.task_id, clock=ClockKind.ACKNOWLEDGE)
        holds(len(warned) == 1, f"the clinic was warned {len(warned)} times")
        self._listener.scene("90 minutes after the report; the clinic has not looked")
        self._listener.beat(f"{self._cast.slug(task.agency_id)} is warned, once")
        self._who_is_told_next(task, LadderLevel.BREACH)

    def clinic_breaches(self, case_id: str) -> None:
        """The limit passes."""
        self._jump_to_just_before_the_next_level(case_id)
        task = self._await_level(case_id, LadderLevel.BREACH)
        case = self._pedagogue.cases.get(case_id)
        breaches = entries(case, ClockBreached.type, task_id=task.task_id, clock=ClockKind.ACKNOWLEDGE)
        holds(len(breaches) == 1, f"{len(breaches)} breaches of one clock")
        holds(task.breached, "the task does not say that it was breached")
        self._listener.scene("2 hours after the report")
        self._listener.beat(f"breach: fired by itself, {breaches[0].late_by_ms or 0} ms after it was due")
        self._who_is_told_next(task, LadderLevel.AGENCY_HEAD)

    def duty_is_offered(self, case_id: str) -> TaskView:
        """The head is told, and a second clinic is offered the duty."""
        self._jump_to_just_before_the_next_level(case_id)
        task = self._await_level(case_id, LadderLevel.AGENCY_HEAD)
        task = soon(lambda: self._offered(case_id), "the duty was offered to nobody")
        assert task.offered_agency_id is not None
        offered = self._cast.agencies[task.offered_agency_id]
        holds(offered.kind is AgencyKind.HEALTH, f"the duty was offered to {offered.kind}")
        holds(task.agency_id != offered.agency_id, "the duty was offered to the clinic that already holds it")
        self._listener.scene("Half an hour after the breach")
        holder = self._cast.slug(task.agency_id)
        self._listener.beat(
            f"the head of {holder} is told; {offered.slug} is offered the duty; {holder} stays accountable"
        )
        self._who_is_told_next(task, LadderLevel.REGIONAL_DEPARTMENT)
        return task

    def second_clinic_takes_it(self, case_id: str, task: TaskView, received_at: datetime) -> None:
        """The second clinic accepts; the clock that ran for the first is not reset."""
        second = self._second_clinic(task)
        seen = soon(lambda: offered_to(second, task.task_id), "the second clinic does not see what it was offered")
        taken = second.tasks.accept(seen)
        holds(taken.agency_id == task.offered_agency_id, f"{self._cast.slug(taken.agency_id)} is accountable now")
        clock = clock_of(taken, ClockKind.ACKNOWLEDGE)
        holds(clock.state is ClockState.MET_LATE, f"the acknowledgement counts as {clock.state}, not as late")
        holds(clock.started_at == received_at, "the clock was reset when the duty changed hands")
        shown = task_for(self._pedagogue.cases.get(case_id), AgencyKind.HEALTH)
        holds(shown.agency_id == taken.agency_id, "the pedagogue still sees the first clinic as the holder")
        self._listener.scene("The second clinic answers")
        self._listener.beat(
            f"{self._cast.slug(taken.agency_id)} has taken the duty; its clock counts from the report: met, but late"
        )

    def outcome(self, case_id: str, task_id: str, referral_id: str) -> None:
        """The child is seen, and whoever reported learns that it was done."""
        second = self._second_clinic(self._health(case_id))
        contact = Contact(at=self._health(case_id).assigned_at, place=Place.CLINIC, child_seen_alone=True)
        second.tasks.fulfil(second.tasks.start(task_id, contact=contact), outcome=Outcome.SERVICE_DELIVERED)

        def told() -> bool:
            view = self._pedagogue.referrals.get(referral_id)
            return any(e.task_id == task_id and e.state is TaskState.FULFILLED for e in view.progress)

        soon(told, "the pedagogue is not told that the examination was done")
        self._listener.beat("the girl was seen; the pedagogue reads that it was done, and no finding")

    def _jump_to_just_before_the_next_level(self, case_id: str) -> None:
        """What comes then fires by itself, in real time: nothing pushes it."""
        level_at = clock_of(self._health(case_id), ClockKind.ACKNOWLEDGE).next_level_at
        assert level_at is not None
        self._ground.jump(level_at - A_MOMENT - self._ground.now())

    def _health(self, case_id: str) -> TaskView:
        return task_for(self._pedagogue.cases.get(case_id), AgencyKind.HEALTH)

    def _await_level(self, case_id: str, level: LadderLevel) -> TaskView:
        def look() -> TaskView | None:
            task = self._health(case_id)
            return task if reached(clock_of(task, ClockKind.ACKNOWLEDGE), level) else None

        return soon(look, f"the clinic's clock did not reach {level}")

    def _offered(self, case_id: str) -> TaskView | None:
        task = self._health(case_id)
        return task if task.offered_agency_id is not None else None

    def _second_clinic(self, task: TaskView) -> Tereze:
        agency_id = task.offered_agency_id or task.agency_id
        return self._cast.act(f"{self._cast.slug(agency_id)}:member")

    def _who_is_told_next(self, task: TaskView, level: LadderLevel) -> None:
        clock = clock_of(task, ClockKind.ACKNOWLEDGE)
        holds(clock.next_level is level, f"the pedagogue reads that {clock.next_level} is told next, not {level}")
        assert clock.next_level_at is not None
        at = clock_time(clock.next_level_at)
        self._listener.beat(
            f"the pedagogue reads: held by {self._cast.slug(task.agency_id)}, told next: {level} at {at}"
        )


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        SchoolReport(ground, listener, cast).tell()
