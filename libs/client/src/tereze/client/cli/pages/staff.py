"""Decides how staff, their attestation and investigations of them look; must never show a requirement as met that is not."""

from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, listed, table
from tereze.contracts.attestations import AttestationView, RequirementStanding
from tereze.contracts.directory import StaffMember
from tereze.contracts.investigations import InvestigationView


def staff_list(desk: Desk, found: list[StaffMember]) -> RenderableType:
    """People by name, and whether each may act now."""
    rows: list[tuple[Cell, ...]] = [
        (member.display_name, ", ".join(member.roles), _may_act(desk, member),
         desk.words.at(member.fit_until) if member.fit_until else None, member.staff_id)
        for member in found
    ]  # fmt: skip
    return listed(desk.words, ("name", "roles", "may-act", "until", "id"), rows)


def attestation_page(desk: Desk, view: AttestationView) -> RenderableType:
    """What is asked of a person, how they stand on each, and who mends what is missing."""
    words = desk.words
    word = "attest.fit" if view.fit else "attest.unfit"
    head = Text(words(word), style="bold" if view.fit else "bold red")
    rows = [_requirement_row(desk, asked) for asked in view.requirements]
    return Group(head, table(words, ("requirement", "met", "until", "mend"), rows))


def investigation_list(desk: Desk, found: list[InvestigationView]) -> RenderableType:
    """Investigations with how far each has come."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (words.code("breach-kind", one.kind), words.code("investigation", one.state), words.at(one.opened_at),
         words.at(one.interviewed_at) if one.interviewed_at else None, words.at(one.account_at) if one.account_at else None,
         words.code("investigation-outcome", one.outcome), one.investigation_id)
        for one in found
    ]  # fmt: skip
    return listed(words, ("kind", "state", "opened", "interviewed", "account", "outcome", "id"), rows)


def _requirement_row(desk: Desk, asked: RequirementStanding) -> tuple[Cell, ...]:
    words = desk.words
    met = Text(words("attest.met") if asked.met else words("attest.missing"), style="" if asked.met else "bold red")
    until = words.at(asked.until) if asked.until else None
    return words.name(asked.title), met, until, None if asked.met else words.name(asked.mend)


def _may_act(desk: Desk, member: StaffMember) -> Text:
    able = member.active and member.fit_at(desk.now)
    return Text(desk.words("attest.may-act" if able else "attest.may-not-act"), style="" if able else "bold red")
