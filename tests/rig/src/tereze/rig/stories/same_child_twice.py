"""Decides the story of one child reported twice at the same instant; must never tell the registry which spellings to expect."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tereze.client import Tereze
from tereze.contracts.cases import CaseView
from tereze.contracts.referrals import Child, ReferralSubmission
from tereze.contracts.words import Category, Risk
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import Spelt, a_boy, twin_of
from tereze.rig.stories.following import settled_case
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, holds

TITLE = "Two agencies report one boy in the same second, in two alphabets; his twin stays another person"


class SameChildTwice:
    """One telling: the police, the school, a clinic, and two brothers."""

    def __init__(self, ground: Ground, listener: Listener, cast: Cast) -> None:
        self._ground = ground
        self._listener = listener
        self._police = cast.here("police:member")
        self._school = cast.here("school-1:member")
        self._clinic = cast.here("clinic-1:member")

    def tell(self) -> None:
        """Weighed names, then the twin, then the exact number."""
        boy = a_boy()
        case = self.two_spellings(boy)
        self.the_twin(boy, case)
        self.the_number()

    def two_spellings(self, boy: Spelt) -> CaseView:
        """Cyrillic without patronymic, and Latin with a letter missing, day and month swapped, in the same second."""
        by_police, by_school = boy.russian(), boy.latin_mistyped_with_day_and_month_swapped()
        first, second = at_once((self._police, by_police), (self._school, by_school))
        of_police, of_school = settled_case(self._police, first), settled_case(self._school, second)
        self._listener.scene("In the same second")
        self._listener.beat(f"the police report {named(by_police)}, the school {named(by_school)}")
        holds(of_police.case_id == of_school.case_id, "the two reports ended on two cases")
        holds(of_police.person_id == of_school.person_id, "the two reports ended on two persons")
        on_case = {referral.referral_id for referral in self._police.cases.get(of_police.case_id).referrals}
        holds({first, second} <= on_case, "the case does not hold both reports")
        self._listener.beat(f"one person, one case {of_police.case_id}, both reports on it")
        services = [task.service for task in of_police.tasks]
        holds(len(services) == len(set(services)), f"one part of the response was asked for twice: {services}")
        self._listener.beat("and each agency was asked once")
        return of_police

    def the_twin(self, boy: Spelt, case: CaseView) -> None:
        """An hour later: same surname, same day of birth, another given name."""
        self._ground.jump(timedelta(hours=1))
        twin = twin_of(boy)
        other = settled_case(self._school, submit(self._school, twin.kazakh()))
        self._listener.scene("An hour later")
        holds(other.person_id != case.person_id, "the twin was taken for his brother")
        holds(other.case_id != case.case_id, "the twin was put on his brother's case")
        self._listener.beat(f"the school reports his twin {named(twin.kazakh())}: another person, a case of his own")

    def the_number(self) -> None:
        """The same number, and nothing else in common."""
        boy = a_boy()
        number = boy.iin()
        with_names = boy.kazakh().model_copy(update={"iin": number})
        alone = Child(iin=f"{number[:6]} {number[6:]}", sex=boy.sex)
        first, second = at_once((self._clinic, with_names), (self._police, alone))
        cases = settled_case(self._clinic, first), settled_case(self._police, second)
        self._listener.scene("Another boy: the clinic knows his names and number, the police the number alone")
        holds(cases[0].case_id == cases[1].case_id, "one number ended on two cases")
        self._listener.beat(f"one case {cases[0].case_id}")


def submit(client: Tereze, child: Child) -> str:
    """Report a child; returns the referral's id."""
    submission = ReferralSubmission(
        region_code="KZ-75",
        risk=Risk.MEDIUM,
        categories=(Category.PHYSICAL,),
        child=child,
        narrative="Bruises on both arms.",
    )
    return client.referrals.submit(submission).referral_id


def at_once(*reports: tuple[Tereze, Child]) -> tuple[str, ...]:
    """Report from several places at the same instant."""
    for client, _ in reports:
        client.regions.list()  # signed in and connected, so that nothing but the report itself takes time
    with ThreadPoolExecutor(len(reports)) as places:
        return tuple(places.map(lambda report: submit(*report), reports))


def named(child: Child) -> str:
    """A child as a story tells it."""
    return f"{child.family} {child.given}, born {child.birth_date}"


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        SameChildTwice(ground, listener, cast).tell()
