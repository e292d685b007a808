"""Decides the story of a report fifty hours after an assault; must never count from anything but the assault."""

from datetime import datetime, timedelta

from tereze.contracts.cases import CaseView, ClockView, Contact, TaskView
from tereze.contracts.referrals import ReferralAccepted, ReferralSubmission
from tereze.contracts.words import AgencyKind, Category, ClockKind, ClockState, Place, Risk
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_girl
from tereze.rig.stories.following import ALMATY, clock_of, clock_time, settled_case, task_for
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, StoryBroken, holds

TITLE = (
    "A clinic reports fifty hours after the assault: twenty-two hours are left, and follow-ups exist from the first day"
)
AGO = timedelta(hours=50)
LEFT = timedelta(hours=72) - AGO
A_DAY = timedelta(hours=24)
TWO_WEEKS = timedelta(days=14)
FOLLOW_UPS = (ClockKind.FIRST_FOLLOW_UP, ClockKind.SECOND_FOLLOW_UP, ClockKind.THIRD_FOLLOW_UP)


class SexualViolence:
    """One telling: a children's clinic, the police, the guardianship body, the window desk."""

    def __init__(self, ground: Ground, listener: Listener, cast: Cast) -> None:
        self._ground = ground
        self._listener = listener
        self._cast = cast
        self._clinic = cast.here("clinic-1:member")

    def tell(self) -> None:
        """The whole story, in order."""
        accepted = self.report()
        case = settled_case(self._clinic, accepted.referral_id)
        self.told_first(case)
        self.hours_that_are_left(case, accepted.received_at)
        self.one_interview(case)
        self.follow_ups(case.case_id, accepted.received_at)
        self.seen_in_time(case)

    def report(self) -> ReferralAccepted:
        """The clinic says when it happened, and is told what that leaves."""
        submission = ReferralSubmission(
            region_code="KZ-75",
            risk=Risk.HIGH,
            categories=(Category.SEXUAL_CONTACT,),
            occurred_at=self._ground.now() - AGO,
            child=a_girl().kazakh(),
            narrative="Қыз екі тәулік бұрын болған оқиғаны дәрігерге өзі айтты; қасында әжесі болды.",
        )
        accepted = self._clinic.referrals.submit(submission)
        self._listener.scene("A clinic reports a girl; the assault was fifty hours ago")
        owed = {(each.holder, each.obligation): each.due_at for each in accepted.answers_due}
        due_at = owed[AgencyKind.HEALTH, ClockKind.SEE_THE_CHILD]
        holds(_close(due_at - accepted.received_at, LEFT), f"a doctor has until {due_at}")
        self._listener.beat(f"accepted; a doctor must see her by {clock_time(due_at)}: 22 hours, not 24 and not 72")
        return accepted

    def told_first(self, case: CaseView) -> None:
        """Police, health and guardianship have their tasks at once."""
        first = (AgencyKind.POLICE, AgencyKind.HEALTH, AgencyKind.GUARDIANSHIP)
        holders = {kind: self._cast.slug(task_for(case, kind).agency_id) for kind in first}
        self._listener.scene("Seconds later")
        self._listener.beat(f"told at once: {', '.join(holders.values())}")

    def hours_that_are_left(self, case: CaseView, received_at: datetime) -> None:
        """The task itself says by when, and which row decided."""
        health = task_for(self._clinic.cases.get(case.case_id), AgencyKind.HEALTH)
        for kind in (ClockKind.SEE_THE_CHILD, ClockKind.PREVENTIVE_TREATMENT):
            clock = clock_of(health, kind)
            holds(_close(clock.due_at - received_at, LEFT), f"{kind} is due at {clock.due_at}")
            holds(clock.row is not None and ".from_event." in clock.row, f"{kind} was decided by {clock.row}")
        psychologist = clock_of(health, ClockKind.PSYCHOLOGIST)
        holds(psychologist.due_at - received_at == A_DAY, f"the psychologist is due at {psychologist.due_at}")
        self._listener.beat(
            f"the clinic's task counts from the assault: seen and treated by {clock_time(received_at + LEFT)}; "
            "a psychologist within 24 hours"
        )

    def one_interview(self, case: CaseView) -> None:
        """However many bodies need it, the girl is asked once."""
        police = self._cast.here("police:member").tasks.get(task_for(case, AgencyKind.POLICE).task_id)
        interview = clock_of(police, ClockKind.FORENSIC_INTERVIEW)
        desk = self._cast.here("desk:coordinator").cases.get(case.case_id)
        asked = [clock for task in desk.tasks for clock in task.clocks if clock.kind is ClockKind.FORENSIC_INTERVIEW]
        holds(len(asked) == 1, f"{len(asked)} bodies are to interview the girl")
        self._listener.beat(
            f"one forensic interview, the police's, by {_day(interview.due_at)}; nobody else is to ask her"
        )

    def follow_ups(self, case_id: str, received_at: datetime) -> None:
        """They run from the first day, so that nobody has to remember them."""
        desk = self._cast.here("desk:coordinator")
        clocks = {clock.kind: clock for clock in desk.cases.get(case_id).clocks}
        found = [self._follow_up(clocks, kind) for kind in FOLLOW_UPS]
        holds(found[0].due_at - received_at == TWO_WEEKS, f"the first follow-up is due at {found[0].due_at}")
        begun = received_at.astimezone(ALMATY)
        for clock, months in zip(found[1:], (3, 6), strict=True):
            due = clock.due_at.astimezone(ALMATY)
            holds((due.year - begun.year) * 12 + due.month - begun.month == months, f"{clock.kind} is due at {due}")
        self._listener.scene("The first day")
        self._listener.beat(f"follow-ups are running already: {', '.join(_day(clock.due_at) for clock in found)}")

    def _follow_up(self, clocks: dict[ClockKind, ClockView], kind: ClockKind) -> ClockView:
        if kind not in clocks:
            raise StoryBroken(f"there is no {kind}")
        clock = clocks[kind]
        holds(clock.state is ClockState.RUNNING, f"{kind} is {clock.state}")
        holds(self._cast.agencies[clock.agency_id].kind is AgencyKind.HEALTH, f"{kind} is held by {clock.agency_id}")
        return clock

    def seen_in_time(self, case: CaseView) -> None:
        """The clinic sees the girl; the rest of what it owes runs on."""
        tasks = self._clinic.tasks
        task: TaskView = tasks.accept(tasks.receive(task_for(case, AgencyKind.HEALTH).task_id))
        contact = Contact(at=task.assigned_at, place=Place.CLINIC, child_seen_alone=True)
        task = tasks.start(task, contact=contact)
        seen = clock_of(task, ClockKind.SEE_THE_CHILD)
        holds(seen.state is ClockState.MET, f"the clinic saw the girl, and the clock is {seen.state}")
        follow_up = {c.kind: c for c in self._cast.here("desk:coordinator").cases.get(case.case_id).clocks}
        holds(follow_up[FOLLOW_UPS[0]].state is ClockState.RUNNING, "the visit ended a follow-up")
        self._listener.scene("The clinic sees the girl the same evening")
        self._listener.beat("in time, counted from the assault; the three follow-ups run on")


def _close(span: timedelta, wanted: timedelta) -> bool:
    """Whether two spans are one, but for the moment between the reporter's clock and the window's."""
    return abs(span - wanted) < timedelta(minutes=1)


def _day(instant: datetime) -> str:
    return f"{instant.astimezone(ALMATY):%d %B %Y}"


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        SexualViolence(ground, listener, cast).tell()
