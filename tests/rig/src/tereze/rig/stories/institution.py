"""Decides the story of an institution whose staff are accused; must never let it learn anything, nor look away from a door."""

import random
from collections.abc import Callable
from functools import partial

from tereze.client import NotFound, Problem, Tereze
from tereze.contracts.cases import CaseView, TaskView
from tereze.contracts.exclusions import ExclusionBasis, ExclusionView
from tereze.contracts.referrals import Named, ReferralSubmission
from tereze.contracts.words import AgencyKind, Category, Channel, ClockKind, Risk, TaskState
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import a_boy
from tereze.rig.stories.following import settled_case, task_for
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, StoryBroken, at_rest, holds, soon

TITLE = "A boy accuses an educator and the director of a children's home: the home, its people and the body above it learn nothing"
REGIONS = ("mangystau", "kostanay", "pavlodar", "kyzylorda", "turkestan", "aktobe")
NOWHERE = "http://127.0.0.1:9/tereze"


class Institution:
    """One telling: the home, the department above it, and everybody who acts without them."""

    def __init__(self, listener: Listener, cast: Cast) -> None:
        self._listener = listener
        self._cast = cast
        self._home = cast.here("rehabilitation:manager")
        self._hotline = cast.act("contact-centre:member")
        self._bystanders = {
            "the home's deputy": self._home,
            "the home's computer": cast.here("rehabilitation:system"),
            "the department above": cast.here("department:head"),
        }

    def tell(self) -> None:
        """The whole story, in order."""
        accused = self._accused()
        known = at_rest(self._what_everybody_sees, "other cases never came to rest")
        case = self.report(accused)
        self.accused_are_shut_out(case)
        self.the_home_learns_nothing(case, known)
        task = self.the_handling_team_works(case)
        self.a_brother_is_found(case, task)
        self.the_home_learns_nothing(case, known)

    def _accused(self) -> list[str]:
        """The ids of the educator and the director, and a subscription of the home that was there before."""
        if not any(one.state == "active" for one in self._home.subscriptions.list()):
            self._home.subscriptions.create(NOWHERE)
        offices = (":member", ":head")
        return [one.staff_id for one in self._home.staff.list() if one.subject.endswith(offices)]

    def report(self, accused: list[str]) -> CaseView:
        """The boy's words reach the contact centre; whom he accuses is kept out before anything is routed."""
        home = self._cast.agency_id(f"{self._cast.region}-rehabilitation")
        submission = ReferralSubmission(
            region_code=self._region_code,
            risk=Risk.HIGH,
            categories=(Category.INSTITUTIONAL,),
            channel=Channel.HOTLINE,
            child=a_boy().kazakh(),
            narrative="Тәрбиеші балаларды ұрады, директор біледі, бірақ ештеңе істемейді.",
            concerns=(Named(agency_id=home), *(Named(staff_id=staff_id) for staff_id in accused)),
        )
        accepted = self._hotline.referrals.submit(submission)
        case = settled_case(self._hotline, accepted.referral_id)
        holders = {task.service: self._cast.slug(task.agency_id) for task in case.tasks}
        shut_out = {f"{self._cast.region}-{office}" for office in ("rehabilitation", "department")}
        holds(not shut_out & set(holders.values()), f"an excluded body holds a task: {holders}")
        wanted = {AgencyKind.OMBUDSMAN, AgencyKind.POLICE, AgencyKind.PROSECUTOR, AgencyKind.MINISTRY}
        holds(wanted <= set(holders), f"nobody acts for {wanted - set(holders)}")
        self._listener.scene("A boy tells the contact centre that an educator beats children and the director knew")
        self._listener.beat(
            f"the tasks are with {', '.join(sorted(set(holders.values())))}; the home and the department have none"
        )
        self._own_clocks(case)
        return case

    def _own_clocks(self, case: CaseView) -> None:
        running = {clock.kind for clock in self._ombudsman.cases.get(case.case_id).clocks}
        wanted = {ClockKind.STRATEGY_DISCUSSION, ClockKind.SCREEN_OTHERS}
        holds(wanted <= running, f"nobody owes {wanted - running}")
        self._listener.beat("a strategy discussion and the screening of the other children are due within 72 hours")

    def accused_are_shut_out(self, case: CaseView) -> None:
        """Their accounts are dead on the next call, whatever they ask."""
        for office in ("member", "head"):
            client = self._cast.here(f"rehabilitation:{office}")
            soon(partial(_suspended, client), f"the home's {office} still has access")
        self._listener.beat("the educator's and the director's accounts are refused on their next call, everywhere")
        [exclusion] = [e for e in self._exclusions(case) if not e.staff_ids]
        holds(len(exclusion.agency_ids) > 1, "the body above the home was not kept out")

    def the_home_learns_nothing(self, case: CaseView, known: dict[str, object]) -> None:
        """Every door, asked by everybody of the home and above it, answers as if there were no case."""
        for who, client in self._bystanders.items():
            for look in _doors(client, case):
                _finds_nothing(look, f"{who} reaches the case")
            fresh = [one.case_id for one in client.cases.list() if one.opened_at >= case.opened_at]
            holds(not fresh, f"{who} finds a case in the list that was opened since: {fresh}")
            seen = self._what_is_seen(client)
            holds(seen == known[who], f"{who} sees something move: {seen} instead of {known[who]}")
            holds(case.case_id not in {event.subject for event in client.events()}, f"{who} reads it in the feed")
        self._listener.beat(
            "reads, lists, feed, deliveries, waiting counts and the board show the home and the department nothing"
        )

    def the_handling_team_works(self, case: CaseView) -> TaskView:
        """The police accept, and their inspector reads the case."""
        inspector = self._cast.here("police:member")
        task = inspector.tasks.accept(task_for(inspector.cases.get(case.case_id), AgencyKind.POLICE))
        narrative = inspector.cases.get(case.case_id).referrals[0].narrative
        holds(narrative, "whoever accepted does not read what the boy said")
        self._listener.scene("The police take their task")
        self._listener.beat("their inspector has accepted, and read what the boy said")
        return task

    def a_brother_is_found(self, case: CaseView, task: TaskView) -> None:
        """The inspector is the director's brother: out at once, the task with a colleague, and what he saw is listed."""
        inspector, chief = self._cast.here("police:member"), self._cast.here("police:head")
        brother = task.responsible_staff_id
        desk = self._cast.here("desk:coordinator")
        found = desk.cases.exclude(
            case.case_id,
            staff_id=brother,
            basis=ExclusionBasis.CONFLICT_OF_INTEREST,
            remark="Директордың бауыры.",
        )
        doors = {shown.door for shown in found.had_seen}
        holds({"narrative", "task"} <= doors, f"what he had seen is not listed: {doors}")
        _finds_nothing(lambda: inspector.cases.get(case.case_id), "the brother still reads the case")
        _finds_nothing(lambda: inspector.tasks.get(task.task_id), "the brother still reads his task")
        handed = chief.tasks.get(task.task_id)
        holds(handed.state is TaskState.REQUESTED, f"his task is {handed.state}")
        holds(handed.agency_id == task.agency_id, "the task left the police with him")
        taken = chief.tasks.accept(handed)
        holds(taken.responsible_staff_id not in {None, brother}, "nobody else took the task")
        self._listener.scene("Later the inspector turns out to be the director's brother")
        self._listener.beat(
            f"he is kept out and finds nothing any more; what he had seen is listed: {', '.join(sorted(doors))}"
        )
        self._listener.beat("a colleague has taken his task; its clocks ran on")

    @property
    def _ombudsman(self) -> Tereze:
        return self._cast.act("ombudsman:ombudsman")

    @property
    def _region_code(self) -> str:
        desk = self._cast.agency_id(f"{self._cast.region}-desk")
        code = self._cast.agencies[desk].region_code
        assert code is not None
        return code

    def _exclusions(self, case: CaseView) -> tuple[ExclusionView, ...]:
        return self._ombudsman.cases.exclusions(case.case_id).items

    def _what_everybody_sees(self) -> dict[str, object]:
        return {who: self._what_is_seen(client) for who, client in self._bystanders.items()}

    def _what_is_seen(self, client: Tereze) -> object:
        """What somebody can look at beside cases, as one value that must not move; older cases may still climb to them."""
        rows = [row.model_copy(update={"worst_overdue_seconds": None}) for row in client.sla().rows]
        subscriptions = list(client.subscriptions.list())
        return (
            {one.task_id for one in client.tasks.list()},
            {one.referral_id for one in client.referrals.list()},
            rows,
            [(one.subscription_id, one.pending) for one in subscriptions],
            [one.delivery_id for own in subscriptions for one in client.subscriptions.deliveries(own.subscription_id)],
        )


def _doors(client: Tereze, case: CaseView) -> list[Callable[[], object]]:
    assert case.person_id is not None
    person_id = case.person_id
    return [
        lambda: client.cases.get(case.case_id),
        lambda: client.cases.exclusions(case.case_id),
        lambda: list(client.cases.disclosures(case.case_id)),
        lambda: list(client.cases.event_disclosures(case.case_id)),
        lambda: client.tasks.get(case.tasks[0].task_id),
        lambda: client.tasks.receive(case.tasks[0].task_id),
        lambda: client.persons.get(person_id),
        lambda: client.referrals.get(case.referrals[0].referral_id),
    ]


def _finds_nothing(look: Callable[[], object], otherwise: str) -> None:
    try:
        look()
    except NotFound:
        return
    raise StoryBroken(otherwise)


def _suspended(client: Tereze) -> bool:
    try:
        list(client.tasks.list(limit=1))
    except Problem as problem:
        return problem.code == "staff-suspended"
    return False


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground, in one of the regions no other story plays in; raises StoryBroken where it does not hold."""
    with Cast(ground.url, region=random.choice(REGIONS)) as cast:
        Institution(listener, cast).tell()
