"""Decides the story of a child reported before birth; must never tell as born who was not."""

from datetime import timedelta

from tereze.client import NotFound, Tereze
from tereze.contracts.cases import CaseView
from tereze.contracts.persons import PersonKind, PersonView
from tereze.contracts.referrals import Child, ExpectedChild, ReferralSubmission, RelatedPerson
from tereze.contracts.words import Category, Kinship, Risk
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import Spelt, a_boy, a_girl
from tereze.rig.stories.following import person_of, settled_case
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, holds, soon

TITLE = "A concern about an unborn child hangs on the mother; at birth it is a person, on the same case"


class ExpectedChildStory:
    """One telling: a mother, two who worry, and a birth."""

    def __init__(self, ground: Ground, listener: Listener, cast: Cast) -> None:
        self._ground = ground
        self._listener = listener
        self._cast = cast
        self._clinic = cast.here("clinic-1:member")
        self._police = cast.here("police:member")

    def tell(self) -> None:
        """Before birth, two reports; the birth; after it, a report by name."""
        woman = a_girl()
        case = self.before_birth(woman)
        holder, person = self.somebody_takes_it_on(case)
        self.birth(woman, case, holder, person)

    def before_birth(self, woman: Spelt) -> CaseView:
        """The clinic and the police report one pregnancy, four weeks apart in the day they name."""
        due = self._ground.now().date() + timedelta(days=12)
        first = submit(self._clinic, ExpectedChild(mother=mother(woman, 0), due_date=due))
        case = settled_case(self._clinic, first)
        second = submit(self._police, ExpectedChild(mother=mother(woman, 1), due_date=due + timedelta(weeks=4)))
        other = settled_case(self._police, second)
        self._listener.scene("Before birth")
        self._listener.beat(f"the clinic reports a concern about an unborn child: case {case.case_id}")
        holds(other.case_id == case.case_id, "one pregnancy ended on two cases")
        holds(person_of(other) == person_of(case), "one pregnancy is two children")
        self._listener.beat("the police report the same pregnancy, due four weeks later: the same child, the same case")
        return case

    def somebody_takes_it_on(self, case: CaseView) -> tuple[Tereze, PersonView]:
        """Whoever accepts sees an expected child and the mother it hangs on."""
        task = case.tasks[0]
        holder = self._cast.act(f"{self._cast.slug(task.agency_id)}:member")
        holder.tasks.accept(task.task_id)
        person = soon(lambda: seen(holder, person_of(case)), "the holder does not see the person")
        holds(person.kind is PersonKind.EXPECTED, f"an unborn child is a {person.kind}")
        holds(person.mother_person_id, "the child does not hang on the mother")
        self._listener.beat(
            f"{self._cast.name(task.agency_id)} accepts and sees an expected child and who its mother is"
        )
        return holder, person

    def birth(self, woman: Spelt, case: CaseView, holder: Tereze, expected: PersonView) -> None:
        """Born: the same id, the same case; a later report by name finds both."""
        born = self._ground.now().date() - timedelta(days=1)
        child = Child(given=a_boy().given[0], family=woman.family[0], birth_date=born)
        person = holder.persons.record_birth(person_of(case), child)
        self._listener.scene("The child is born")
        holds(person.person_id == expected.person_id, "the born child is another person")
        holds(person.kind is PersonKind.PERSON, "the born child is still expected")
        self._listener.beat(f"{child.given} is born: the same person {person.person_id}")
        report = ReferralSubmission(
            region_code="KZ-75", risk=Risk.MEDIUM, categories=(Category.NEGLECT,), child=child, narrative="Not fed."
        )
        later = settled_case(self._police, self._police.referrals.submit(report).referral_id)
        holds(later.case_id == case.case_id, "a report by name opened another case")
        self._listener.beat(f"a report by the new name comes on the same case {case.case_id}")


def mother(woman: Spelt, spelling: int) -> RelatedPerson:
    """The mother as one agency spells her."""
    born = woman.born.replace(year=1998)
    names = {"family": woman.family[spelling], "given": woman.given[spelling]}
    return RelatedPerson(**names, birth_date=born, kinship=Kinship.MOTHER, relation="мать")


def submit(client: Tereze, expected: ExpectedChild) -> str:
    """Report a concern about an unborn child; returns the referral's id."""
    submission = ReferralSubmission(
        region_code="KZ-75", risk=Risk.MEDIUM, categories=(Category.NEGLECT,), child=Child(), expected=expected,
        narrative="She drinks every day and has no home.",
    )  # fmt: skip
    return client.referrals.submit(submission).referral_id


def seen(client: Tereze, person_id: str) -> PersonView | None:
    """A person, once the registry has heard that this agency works on the case."""
    try:
        return client.persons.get(person_id)
    except NotFound:
        return None


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        ExpectedChildStory(ground, listener, cast).tell()
