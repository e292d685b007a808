"""Decides the story of a monitor who may not act yet, lapses on a Tuesday, and breaks the policy; must never lend them a right."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from tereze.client import Problem, Tereze
from tereze.contracts.attestations import AttestationKind, AttestationView, RecordAttestation
from tereze.contracts.cases import TaskView
from tereze.contracts.investigations import BreachKind, InvestigationOutcome
from tereze.contracts.referrals import ReferralSubmission
from tereze.contracts.words import AgencyKind, Category, Risk
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_boy
from tereze.rig.stories.following import ALMATY, settled_case, task_for
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, holds, soon

TITLE = "A new monitor may do nothing until signed, trained and vetted; lapses on a Tuesday; breaks the policy and is removed"
A_MOMENT = timedelta(seconds=3)
_TUESDAY, _MORNING = 1, 10


class UnvettedMonitor:
    """One telling: the Ombudsman's new monitor, their head, a colleague, and a school that reports."""

    def __init__(self, ground: Ground, listener: Listener, cast: Cast) -> None:
        self._ground = ground
        self._listener = listener
        self._school = cast.here("school-1:member")
        self._monitor = cast.act("ombudsman:monitor")
        self._colleague = cast.act("ombudsman:member")
        self._head = cast.act("ombudsman:head")
        self._lapse = next_tuesday(ground.now())

    def tell(self) -> None:
        """The whole story, in order."""
        monitor_id = self.appointed()
        self.becomes_fit(monitor_id)
        duties = [self.takes_a_duty() for _ in range(2)]
        self.lapses(monitor_id, duties)
        self.renewed(monitor_id)
        self.removed(monitor_id)

    def appointed(self) -> str:
        """The monitor is there and may do nothing; whoever was removed before is appointed anew and stands as new."""
        staff_id = next(one.staff_id for one in self._head.staff.list() if one.subject.endswith(":monitor"))
        self._head.staff.reinstate(staff_id)
        me = soon(lambda: readable(self._monitor), "the monitor cannot read what is missing")
        holds(not me.fit, "the new monitor is fit already")
        self._listener.scene("The Ombudsman has a new monitor")
        holds(refusal(lambda: self._monitor.tasks.list(limit=1)) == "not-attested", "the new monitor may read tasks")
        holds(refusal(lambda: self._monitor.agencies.list(limit=1)) == "not-attested", "the new monitor may read on")
        missing = ", ".join(asked.title.en for asked in me.requirements if not asked.met)
        self._listener.beat(f"every call is refused; missing, said in kk, ru and en: {missing}")
        return staff_id

    def becomes_fit(self, staff_id: str) -> None:
        """Signed in person, trained and vetted by the word of others; the last one opens the door."""
        self._monitor.staff.sign(evidence="read and signed")
        code = refusal(lambda: self._monitor.staff.attest(staff_id, vetting(until=None)))
        holds(code in {"not-attested", "forbidden"}, f"the monitor could vet themselves: {code}")
        self._listener.beat("signs the policy and the handbooks in person; cannot vet themselves")
        training = RecordAttestation(
            kind=AttestationKind.TRAINING, discipline="child-rights", grade=1, evidence="CERT-2026-7"
        )
        self._head.staff.attest(staff_id, training)
        holds(refusal(lambda: self._monitor.tasks.list(limit=1)) == "not-attested", "may act without a vetting")
        view = self._head.staff.attest(staff_id, vetting(until=self._lapse))
        holds(view.fit and view.fit_until == self._lapse, f"fit until {view.fit_until}, not until the vetting ends")
        soon(lambda: self._may_act() or None, "fit, and still refused")
        self._listener.beat(
            f"trained and vetted by the head: may act, until Tuesday {self._lapse.astimezone(ALMATY):%d.%m. %H:%M}"
        )

    def takes_a_duty(self) -> TaskView:
        """A school reports its own staff; the Ombudsman's part is the monitor's."""
        submission = ReferralSubmission(
            region_code="KZ-75",
            risk=Risk.MEDIUM,
            categories=(Category.INSTITUTIONAL,),
            child=a_boy().kazakh(),
            narrative="Бала интернаттағы тәрбиешіден қорқатынын айтты.",
        )
        referral = self._school.referrals.submit(submission)
        case = settled_case(self._school, referral.referral_id)
        task = self._monitor.tasks.accept(task_for(case, AgencyKind.OMBUDSMAN).task_id)
        me = self._monitor.staff.me()
        holds(task.responsible_staff_id == me.staff_id, "the monitor took the duty and is not responsible for it")
        return task

    def lapses(self, staff_id: str, duties: list[TaskView]) -> None:
        """On Tuesday the vetting ends: access and duties go in the same minute, and no clock begins again."""
        self._listener.scene("Tuesday")
        self._listener.beat(f"the monitor answers for {len(duties)} open duties")
        self._ground.jump(self._lapse - A_MOMENT - self._ground.now())
        soon(
            lambda: refusal(lambda: self._monitor.tasks.list(limit=1)) == "not-attested" or None,
            "the lapse did not bite",
        )
        self._listener.beat("the vetting lapses: the next call is refused")
        for duty in duties:
            now = soon(partial(self._passed, duty, staff_id), f"{duty.task_id} stayed with the monitor")
            holds(now.state is duty.state, f"a handed-over duty is {now.state}")
            before, after = ({clock.clock_id: clock.due_at for clock in one.clocks} for one in (duty, now))
            holds(before.items() <= after.items(), "a clock changed with the hand-over")
        self._listener.beat("both duties are a fit colleague's, in the state they were in, every clock as it was")

    def renewed(self, staff_id: str) -> None:
        """The vetting is renewed; nothing else was needed."""
        self._head.staff.attest(staff_id, vetting(until=None))
        soon(lambda: self._may_act() or None, "renewed, and still refused")
        self._listener.beat("the vetting is renewed: the monitor may act again")

    def removed(self, staff_id: str) -> None:
        """A breach of the policy: paused at once, heard, and removed from the role."""
        concern = "The monitor spoke of a child by name in a shared car."
        one = self._head.staff.investigate(staff_id, kind=BreachKind.CONFIDENTIALITY, concern=concern)
        self._listener.scene("The monitor is said to have named a child aloud")
        suspended = "staff-suspended"
        soon(lambda: refusal(lambda: self._monitor.tasks.list(limit=1)) == suspended or None, "the role was not paused")
        self._listener.beat("an investigation opens and the role is paused: the next call is refused")
        unheard = refusal(
            lambda: self._head.staff.conclude(one, outcome=InvestigationOutcome.REMOVAL, finding="So it was.")
        )
        holds(unheard == "not-heard", f"judged unheard: {unheard}")
        one = self._head.staff.interview(one, at=self._ground.now())
        one = self._head.staff.account(one, account="I thought that nobody listened.")
        self._head.staff.conclude(one, outcome=InvestigationOutcome.REMOVAL, finding="Two colleagues heard it.")
        view = self._head.staff.attestation(staff_id)
        holds(
            not view.active and not any(asked.met for asked in view.requirements), "removed, and something still counts"
        )
        holds(refusal(lambda: self._monitor.tasks.list(limit=1)) == suspended, "removed, and let in")
        self._listener.beat(
            "heard, the account recorded, removed from the role: nothing that was signed or vetted counts any more"
        )

    def _may_act(self) -> bool:
        return refusal(lambda: self._monitor.tasks.list(limit=1)) is None

    def _passed(self, duty: TaskView, staff_id: str) -> TaskView | None:
        now = self._colleague.tasks.get(duty.task_id)
        return now if now.responsible_staff_id not in {None, staff_id} else None


def next_tuesday(now: datetime) -> datetime:
    """Tuesday, ten in the morning in the country's time, at least an hour ahead."""
    local = (now + timedelta(hours=1)).astimezone(ALMATY)
    day = local + timedelta(days=(_TUESDAY - local.weekday()) % 7)
    chosen = day.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return chosen if chosen > local else chosen + timedelta(days=7)


def vetting(*, until: datetime | None) -> RecordAttestation:
    """The outcome of a vetting, as a superior records it."""
    return RecordAttestation(kind=AttestationKind.VETTING, evidence="file 12", valid_until=until)


def refusal(call: Callable[[], object]) -> str | None:
    """The code with which a call is refused, if it is."""
    try:
        answer = call()
        if hasattr(answer, "__next__"):
            next(answer, None)  # a list asks for its first page only when it is wanted
    except Problem as problem:
        return problem.code
    return None


def readable(client: Tereze) -> AttestationView | None:
    """One's own standing, as soon as it may be read."""
    try:
        return client.staff.me()
    except Problem:
        return None


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        UnvettedMonitor(ground, listener, cast).tell()
