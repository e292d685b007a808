"""Decides that what rooms keep of a case goes with it into another; must never leave a child's bed behind on a joined case."""

from tereze.chassis.work import Work

_MOVE = """
WITH placements AS (UPDATE placement SET case_id = $2 WHERE case_id = $1),
     sittings AS (UPDATE sitting SET case_id = $2 WHERE case_id = $1),
     plans AS (UPDATE family_plan SET case_id = $2 WHERE case_id = $1)
UPDATE service_request SET case_id = $2 WHERE case_id = $1
"""


async def move_rooms(work: Work, joined_id: str, survivor_id: str) -> None:
    """Placements, sittings, family plans and service requests of a joined case are the surviving case's from now on."""
    await work.raw.execute(_MOVE, joined_id, survivor_id)
