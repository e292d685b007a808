"""Decides how emergency accesses look; must never hide that one still waits for its review."""

from rich.console import RenderableType

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, listed
from tereze.contracts.emergencies import EmergencyAccessView


def emergency_list(desk: Desk, found: list[EmergencyAccessView]) -> RenderableType:
    """Who opened which case to themselves, why, until when, what was shown by it and what another body found."""
    rows: list[tuple[Cell, ...]] = [
        (
            one.access_id,
            one.case_id,
            f"{desk.agency(one.agency_id)} {one.staff_id or ''}".strip(),
            desk.words.code("emergency", one.reason) if one.reason else "",
            desk.words.at(one.ends_at),
            str(len(one.looked_at)),
            desk.words.code("emergency", one.verdict or "to_be_reviewed"),
        )
        for one in found
    ]
    return listed(desk.words, ("access", "case", "who", "reason", "ends", "seen", "state"), rows)
