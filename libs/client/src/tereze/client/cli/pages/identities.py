"""Decides how births, adoptions, unsealings and erasures look; must never tell whether a seal is there before two agreed."""

from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.persons import person_page
from tereze.contracts.persons import ActState, ActView, AdoptionRegistered, Unsealed


def adoption_page(desk: Desk, adopted: AdoptionRegistered) -> RenderableType:
    """The new identity, told once."""
    return Text(desk.words("adoption.registered", person=adopted.person_id))


def act_page(desk: Desk, person_id: str, kind: str, act: ActView) -> RenderableType:
    """What two people have to agree on, as it stands, and what to do next."""
    until = desk.words.at(act.open_until) if act.open_until else ""
    return Text(desk.words(f"{kind}.{act.state.value}", act=act.act_id, person=person_id, until=until))


def unsealed_page(desk: Desk, person_id: str, found: Unsealed) -> RenderableType:
    """Who else the child is known as; while the second word is missing, whose turn it is."""
    if found.act.state is ActState.AWAITING_SECOND:
        return act_page(desk, person_id, "unsealing", found.act)
    if not found.persons:
        return Text(desk.words("unsealing.nobody"))
    return Group(*(person_page(desk, person) for person in found.persons))
