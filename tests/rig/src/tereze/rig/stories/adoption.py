"""Decides the story of a child who is somebody else by law; must never tell who without the sealed duty."""

from collections.abc import Callable

from tereze.client import Conflict, NotFound, Tereze
from tereze.contracts.cases import CaseView
from tereze.contracts.referrals import Child, ReferralSubmission
from tereze.contracts.words import Category, Risk
from tereze.rig.stories.cast import Cast
from tereze.rig.stories.children import Spelt, a_boy
from tereze.rig.stories.expected_child import seen
from tereze.rig.stories.following import person_of, settled_case
from tereze.rig.stories.ground import Ground
from tereze.rig.stories.telling import Listener, holds, soon

TITLE = "A child gets a new number by adoption; only two people together can see that the two are one"
COURT = "Decision 7-112/2026 of the district court"


class Adoption:
    """One telling: a boy, his two identities, and who may see that there are two."""

    def __init__(self, listener: Listener, cast: Cast) -> None:
        self._listener = listener
        self._cast = cast
        self._school = cast.here("school-1:member")
        self._clinic = cast.here("clinic-1:member")
        self._guardian = cast.here("guardianship:manager")
        self._head = cast.here("guardianship:head")

    def tell(self) -> None:
        """Known, adopted, reported anew; looked at by many, seen by two."""
        boy, home = a_boy(), a_boy()
        old = self.known(boy)
        adopted_id, new = self.adopted(boy, home, old)
        self.nobody_sees(old, new)
        self.two_see(adopted_id, old, boy)

    def known(self, boy: Spelt) -> CaseView:
        """The school reports him under the name and number he was born with."""
        child = boy.kazakh().model_copy(update={"iin": boy.iin()})
        case = settled_case(self._school, submit(self._school, child))
        self._listener.scene("Before the adoption")
        self._listener.beat(f"the school reports {child.family} {child.given}: person {person_of(case)}")
        return case

    def adopted(self, boy: Spelt, home: Spelt, old: CaseView) -> tuple[str, CaseView]:
        """The guardianship body registers the adoption; a clinic reports him by the new number."""
        number = home.iin()
        child = boy.kazakh().model_copy(update={"family": home.family[0], "iin": number})
        adopted_id = self._guardian.persons.register_adoption(person_of(old), child, legal_basis=COURT).person_id
        case = settled_case(self._clinic, submit(self._clinic, Child(iin=number)))
        self._listener.scene("After the adoption")
        holds(person_of(case) == adopted_id, "the new number does not find who the child is now")
        holds(case.case_id != old.case_id, "the new identity came on the old case")
        self._listener.beat(f"a clinic reports the new number: another person {adopted_id}, a case of its own")
        return adopted_id, case

    def nobody_sees(self, old: CaseView, new: CaseView) -> None:
        """Not who works on the new case, not the desk that answers for who is who, not a head of police."""
        task = new.tasks[0]
        holder = self._cast.act(f"{self._cast.slug(task.agency_id)}:member")
        holder.tasks.accept(task.task_id)
        person = soon(lambda: seen(holder, person_of(new)), "the holder does not see the child")
        holds(person_of(old) not in person.model_dump_json(), "the new identity names the old one")
        self._listener.beat(
            f"{self._cast.name(task.agency_id)} works for the child and sees nothing of the earlier life"
        )
        desk = self._cast.here("desk:coordinator")
        refused = refusal(
            Conflict, lambda: desk.persons.merge(person_of(old), person_of(new), reason="They look alike.")
        )
        holds(refused == "must-stay-apart", "the desk could join the two")
        self._listener.beat("the desk cannot join the two, and hears only that they are kept apart")
        police = self._cast.here("police:head")
        asked = refusal(
            NotFound, lambda: police.persons.ask_to_unseal(person_of(new), reason="An inquiry.", legal_basis="None.")
        )
        holds(asked == "not-found", "the head of police could ask for the seal")
        self._listener.beat("a head of police cannot even ask")

    def two_see(self, adopted_id: str, old: CaseView, boy: Spelt) -> None:
        """The manager asks, the head agrees, the manager reads; for an hour, and it is written down."""
        why = "The court asks for the earlier history."
        act = self._guardian.persons.ask_to_unseal(adopted_id, reason=why, legal_basis=COURT)
        self._listener.scene("The sealed duty")
        holds(not self._guardian.persons.unsealed(adopted_id, act.act_id).persons, "one person alone saw it")
        self._listener.beat("the manager of the guardianship body asks, and alone sees nothing")
        self._head.persons.confirm_unsealing(adopted_id, act.act_id)
        [earlier] = self._guardian.persons.unsealed(adopted_id, act.act_id).persons
        holds(earlier.person_id == person_of(old), "the seal led to somebody else")
        holds(earlier.child is not None and earlier.child.family == boy.family[0], "the history is not there")
        self._listener.beat(f"the head agrees: for an hour the manager sees who the child was, {earlier.person_id}")


def submit(client: Tereze, child: Child) -> str:
    """Report a child; returns the referral's id."""
    submission = ReferralSubmission(
        region_code="KZ-75", risk=Risk.MEDIUM, categories=(Category.NEGLECT,), child=child, narrative="Left alone."
    )
    return client.referrals.submit(submission).referral_id


def refusal(kind: type[Conflict] | type[NotFound], act: Callable[[], object]) -> str | None:
    """The code with which something is refused; None where it is not."""
    try:
        act()
    except kind as refused:
        return refused.code
    return None


def tell(ground: Ground, listener: Listener) -> None:
    """Tell the story on this ground; raises StoryBroken where it does not hold."""
    with Cast(ground.url) as cast:
        Adoption(listener, cast).tell()
