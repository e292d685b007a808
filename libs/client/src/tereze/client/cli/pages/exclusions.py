"""Decides how exclusions and disclosures look; must never hide that something had been seen."""

from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, listed
from tereze.contracts.exclusions import Disclosure, ExclusionView


def exclusion_page(desk: Desk, kept: ExclusionView) -> RenderableType:
    """One exclusion, and what the excluded had seen."""
    state = desk.words.code("exclusion", kept.state)
    head = Text(f"{kept.exclusion_id}  {state}  {_bodies(desk, kept)}", style="bold")
    return Group(head, disclosure_list(desk, list(kept.had_seen)))


def exclusion_list(desk: Desk, kept: list[ExclusionView]) -> RenderableType:
    """Who is kept out, since when and on which ground."""
    rows: list[tuple[Cell, ...]] = [
        (
            one.exclusion_id,
            _bodies(desk, one),
            desk.words.code("basis", one.basis),
            desk.words.code("exclusion", one.state),
            desk.words.at(one.recorded_at),
            str(len(one.had_seen)),
        )
        for one in kept
    ]
    return listed(desk.words, ("exclusion", "who", "reason", "state", "when", "seen"), rows)


def disclosure_list(desk: Desk, shown: list[Disclosure]) -> RenderableType:
    """What was shown to whom, newest first."""
    rows: list[tuple[Cell, ...]] = [
        (desk.words.at(one.at), desk.agency(one.agency_id), one.staff_id, one.door, " ".join(one.labels), one.policy_id)
        for one in shown
    ]
    return listed(desk.words, ("when", "agency", "who", "what", "labels", "policy"), rows)


def _bodies(desk: Desk, kept: ExclusionView) -> str:
    return ", ".join([*map(desk.agency, kept.agency_ids), *kept.staff_ids])
