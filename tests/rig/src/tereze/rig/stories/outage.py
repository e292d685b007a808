"""Decides the story of an outage; must never count as kept what was not accepted, nor as lost what was refused."""

import time
from collections import Counter
from datetime import timedelta

from tereze.client import Tereze, Unavailable
from tereze.contracts.cases import CaseView, ClockBreached, TimelineEntry
from tereze.contracts.referrals import ReferralSubmission
from tereze.contracts.words import Category, ClockKind, Risk
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_boy
from tereze.rig.stories.following import settled_case
from tereze.rig.stories.ground import Ground, without
from tereze.rig.stories.telling import Listener, StoryBroken, holds, soon

TITLE = "The broker is down, then the database, then the office: nothing accepted is lost, no deadline is forgotten"
WHILE_DOWN = 5
EYES = "ombudsman:ombudsman"
BACK_WITHIN = 90.0
AN_HOUR = timedelta(hours=1)


class Outage:
    """One telling: a school that goes on reporting."""

    def __init__(self, ground: Ground, listener: Listener, cast: Cast) -> None:
        self._ground = ground
        self._listener = listener
        self._cast = cast
        self._school = cast.here("school-1:member")
        self._began = ground.now()
        self._newest: str | None = None

    def tell(self) -> None:
        """Broker, database, office."""
        self._school.regions.list()
        for event in self._cast.act(EYES).events():
            self._newest = event.id
        self.without_the_broker()
        self.without_the_database()
        self.without_the_office()

    def without_the_broker(self) -> None:
        """Reports are accepted all the same, and go on when the broker is back."""
        with without(self._ground, "kafka"):
            self._listener.scene("The broker is stopped")
            accepted = [self._submit(Risk.HIGH) for _ in range(WHILE_DOWN)]
            self._listener.beat(f"{len(accepted)} referrals are accepted all the same")
            waiting = [one for one in accepted if self._school.referrals.get(one).case_id is None]
            holds(waiting == accepted, "some came on a case with the broker down; was it?")
        started = time.monotonic()
        self._listener.scene("The broker is back")
        for referral_id in accepted:
            soon(lambda: self._school.referrals.get(referral_id).case_id, f"{referral_id} was lost", within=BACK_WITHIN)  # noqa: B023 - looked at within the round
        seconds = time.monotonic() - started
        self._listener.beat(f"all {len(accepted)} are on a case {seconds:.1f} s later")
        self._listener.beat(f"{self._no_gaps(accepted)} events reached the Ombudsman, none missing, each case in order")

    def without_the_database(self) -> None:
        """Refused clearly, with a time to come back; and the same report goes through afterwards."""
        hasty = self._cast.act("almaty-school-2:member", patience=0.1)
        hasty.regions.list()
        submission, key = a_report(Risk.HIGH), f"outage-{time.time_ns()}"
        with without(self._ground, "postgres"):
            self._listener.scene("The database is stopped")
            try:
                hasty.referrals.submit(submission, idempotency_key=key)
            except Unavailable as refusal:
                holds(refusal.status == 503, f"refused with HTTP {refusal.status}, not 503")
                holds(refusal.retry_after is not None, "refused without a Retry-After")
                self._listener.beat(
                    f"a report is refused, not lost: 503 {refusal.code}, try again in {refusal.retry_after:g} s"
                )
            else:
                raise StoryBroken("a report was accepted with nothing to keep it in")
        self._listener.scene("The database is back")
        referral_id = self._again(hasty, submission, key)
        soon(lambda: hasty.referrals.get(referral_id).case_id, f"{referral_id} came on no case", within=BACK_WITHIN)
        self._listener.beat("the same report with the same key goes through")

    def without_the_office(self) -> None:
        """Deadlines that ran out while nobody counted fire once, the most severe first, and say how late."""
        critical, high = self._submit(Risk.CRITICAL), self._submit(Risk.HIGH)
        cases = {
            risk: settled_case(self._school, one).case_id
            for risk, one in ((Risk.CRITICAL, critical), (Risk.HIGH, high))
        }
        with without(self._ground, "referral"):
            self._listener.scene("The service that keeps the deadlines is stopped for three hours")
            self._ground.jump(3 * AN_HOUR)
        self._listener.scene("It is back")
        breaches = {risk: soon(lambda: self._breaches(case_id), f"{case_id}: nothing fired", within=BACK_WITHIN)  # noqa: B023 - looked at within the round
                    for risk, case_id in cases.items()}  # fmt: skip
        for risk, found in breaches.items():
            late = [timedelta(milliseconds=entry.late_by_ms or 0) for entry in found]
            holds(all(one > timedelta(minutes=30) for one in late), f"{risk}: fired, but not marked late: {late}")
            counted = Counter((entry.task_id, entry.clock_kind) for entry in found)
            holds(set(counted.values()) == {1}, f"{risk}: a clock fired more than once: {counted}")
            shown = ", ".join(
                f"{minutes // 60} h {minutes % 60} min"
                for minutes in sorted({round(one.total_seconds() / 60) for one in late})
            )
            self._listener.beat(f"{risk}: {len(found)} overdue clocks fired once each, marked late by {shown}")
        first, second = (
            max(entry.at for entry in breaches[Risk.CRITICAL]),
            min(entry.at for entry in breaches[Risk.HIGH]),
        )
        holds(first <= second, "a high clock fired before a critical one")
        self._listener.beat("the critical ones first")

    def _submit(self, risk: Risk) -> str:
        return self._school.referrals.submit(a_report(risk)).referral_id

    def _again(self, client: Tereze, submission: ReferralSubmission, key: str) -> str:
        def look() -> str | None:
            try:
                return client.referrals.submit(submission, idempotency_key=key).referral_id
            except Unavailable:
                return None

        return soon(look, "the report is still refused", within=BACK_WITHIN)

    def _breaches(self, case_id: str) -> list[TimelineEntry] | None:
        """Every acknowledgement that was breached, once there are as many as there are tasks."""
        case = self._school.cases.get(case_id)
        found = [e for e in case.timeline if e.type == ClockBreached.type and e.clock_kind is ClockKind.ACKNOWLEDGE]
        return found if len({entry.task_id for entry in found}) >= len(case.tasks) else None

    def _no_gaps(self, referrals: list[str]) -> int:
        """How many events of these cases the feed has; breaks the story where one is missing or out of order."""
        ombudsman = self._cast.act(EYES)
        cases: dict[str, CaseView] = {}
        for referral_id in referrals:
            case = settled_case(self._school, referral_id)
            cases[case.case_id] = case
        got: dict[str, list[int]] = {case_id: [] for case_id in cases}

        def complete() -> bool:
            for versions in got.values():
                versions.clear()
            for event in ombudsman.events(after=self._newest):
                if event.subject in got:
                    got[event.subject].append(event.data["case_version"])
            return all(got[case_id][-1:] >= [ombudsman.cases.get(case_id).version] for case_id in cases)

        soon(complete, "the feed lacks the newest events", within=BACK_WITHIN)
        for case_id, versions in got.items():
            # A boy may be one whom somebody reported before: then his case's first events are older than this story.
            begins = 1 if cases[case_id].opened_at >= self._began else versions[0]
            holds(versions == list(range(begins, begins + len(versions))), f"{case_id} came as {versions}")
        return sum(len(versions) for versions in got.values())


def a_report(risk: Risk) -> ReferralSubmission:
    """A report of a boy nobody has reported yet."""
    return ReferralSubmission(
        region_code="KZ-75",
        risk=risk,
        categories=(Category.PHYSICAL,),
        child=a_boy().kazakh(),
        narrative="Bruises on both arms.",
    )


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        Outage(ground, listener, cast).tell()
