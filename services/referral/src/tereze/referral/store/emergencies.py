"""Decides how emergency accesses are kept and found; must never list one to whoever is kept out of its case."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from tereze.chassis.exclusions import shown_to
from tereze.chassis.work import Work
from tereze.contracts.emergencies import EmergencyReason, EmergencyVerdict
from tereze.referral.domain.casefile import CaseFile, EmergencyAccess

_KEEP = """
INSERT INTO emergency_access SELECT * FROM json_populate_recordset(NULL::emergency_access, $1::text::json)
ON CONFLICT (access_id) DO UPDATE SET
    case_id = excluded.case_id, ends_at = excluded.ends_at, verdict = excluded.verdict,
    reviewed_at = excluded.reviewed_at, reviewed_by_agency_id = excluded.reviewed_by_agency_id,
    reviewed_by_staff_id = excluded.reviewed_by_staff_id, reason_narrative_id = excluded.reason_narrative_id,
    review_narrative_id = excluded.review_narrative_id
"""
_BY_AGENCY = f"""
SELECT case_id, to_json(emergency_access)::text AS kept FROM emergency_access
WHERE agency_id = $1 AND access_id < $3 AND {shown_to("case_id", "$1", "$2")}
ORDER BY access_id DESC LIMIT $4
"""  # noqa: S608 - constants of the house
NEWEST = "emg_" + "g" * 32  # sorts after every id


async def keep_accesses(work: Work, file: CaseFile) -> None:
    """Keep what changed, in the transaction that changes the case."""
    changed = [one for one in file.accesses.values() if one.access_id in file.touched]
    if changed:
        await work.raw.execute(_KEEP, to_json([{**asdict(one), "case_id": file.case_id} for one in changed]).decode())


async def page_of_accesses(
    work: Work, agency_id: str, reader_staff_id: str, *, before: str, limit: int
) -> list[tuple[str, EmergencyAccess]]:
    """Up to ``limit`` accesses by an agency's people with their cases, newest first, as one of its own may see them."""
    rows = await work.raw.fetch(_BY_AGENCY, agency_id, reader_staff_id, before, limit)
    return [(row["case_id"], read_access(_mapping(row["kept"]))) for row in rows]


def read_access(kept: Mapping[str, Any]) -> EmergencyAccess:
    """An access from the JSON of its row."""
    return EmergencyAccess(
        access_id=kept["access_id"],
        agency_id=kept["agency_id"],
        staff_id=kept["staff_id"],
        reason=EmergencyReason(kept["reason"]),
        opened_at=datetime.fromisoformat(kept["opened_at"]),
        ends_at=datetime.fromisoformat(kept["ends_at"]),
        verdict=EmergencyVerdict(kept["verdict"]) if kept["verdict"] else None,
        reviewed_at=datetime.fromisoformat(kept["reviewed_at"]) if kept["reviewed_at"] else None,
        reviewed_by_agency_id=kept["reviewed_by_agency_id"],
        reviewed_by_staff_id=kept["reviewed_by_staff_id"],
        reason_narrative_id=kept["reason_narrative_id"],
        review_narrative_id=kept["review_narrative_id"],
    )


def _mapping(kept: str) -> Mapping[str, Any]:
    return dict(json.loads(kept))
