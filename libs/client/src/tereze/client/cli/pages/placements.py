"""Decides how centres and placements look; must never leave out why a centre is not offered."""

from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.cases import clock_words
from tereze.client.cli.pages.tables import Cell, listed, risk, table
from tereze.contracts.placements import CentreView, Offer, PlacementSummary, PlacementView


def centre_list(desk: Desk, centres: list[CentreView]) -> RenderableType:
    """Centres with whom they take and how many beds are free."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (centre.centre_id, words.name(centre.name), centre.region_code,
         ", ".join(words.code("profile", profile) for profile in centre.profiles),
         f"{centre.youngest}–{centre.oldest}", f"{centre.free_beds}/{centre.capacity}")
        for centre in centres
    ]  # fmt: skip
    return listed(words, ("centre", "name", "region", "profile", "ages", "beds"), rows)


def placement_list(desk: Desk, placements: list[PlacementSummary]) -> RenderableType:
    """Placements with their beds."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (one.placement_id, risk(words, one.urgency), words.code("placement", one.state), one.centre_id,
         words.at(one.requested_at))
        for one in placements
    ]  # fmt: skip
    return listed(words, ("placement", "risk", "state", "centre", "when"), rows, "placement.none")


def placement_page(desk: Desk, placement: PlacementView) -> RenderableType:
    """One placement: where it stands, the act, the clocks, and each centre as it was weighed."""
    words = desk.words
    head = Text.assemble(
        (words.code("placement", placement.state), "bold"), "  ", words.code("profile", placement.profile), "  ",
        risk(words, placement.urgency),
    )  # fmt: skip
    lines = Text(f"{placement.placement_id} · {placement.case_id} · v{placement.version}", style="dim")
    parts: list[RenderableType] = [head, *_bed(desk, placement), lines, clock_words(desk, placement.clocks)]
    if placement.offers:
        parts.append(_offers(desk, placement.offers))
    return Group(*parts)


def _bed(desk: Desk, placement: PlacementView) -> list[RenderableType]:
    words = desk.words
    found: list[RenderableType] = []
    if placement.centre_agency_id and placement.centre_id:
        found.append(Text(f"{desk.agency(placement.centre_agency_id)} · {placement.centre_id}"))
    if placement.held_until:
        found.append(Text(words("placement.held-until", at=words.at(placement.held_until))))
    if placement.ahead_in_line is not None:
        found.append(Text(words("placement.ahead", count=placement.ahead_in_line)))
    if placement.legal_basis and placement.decision_id:
        basis = words.code("basis", placement.legal_basis)
        act = words("placement.act", basis=basis, decision=placement.decision_id, until=placement.term_ends_on)
        found.append(Text(act))
    return found


def _offers(desk: Desk, offers: tuple[Offer, ...]) -> RenderableType:
    rows: list[tuple[Cell, ...]] = [
        (str(offer.rank) if offer.rank else None, offer.title, "; ".join(reason.text for reason in offer.reasons),
         offer.centre_id)
        for offer in offers
    ]  # fmt: skip
    return table(desk.words, ("rank", "name", "why", "centre"), rows, title="head.offers")
