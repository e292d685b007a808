"""Decides how gaps of the rules are kept, a child once for each; must never be read out by child."""

from tereze.chassis.work import Work
from tereze.contracts.eligibility import GapRow, ServiceGapFound
from tereze.contracts.words import ServiceCode

_KEEP = """
INSERT INTO service_gap (person_id, service, protocol_version, found_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, service, protocol_version) DO NOTHING
"""
_COUNT = """
SELECT service, protocol_version, count(*) AS children, max(found_at) AS last_found_at
FROM service_gap GROUP BY service, protocol_version ORDER BY children DESC, service, protocol_version
"""


async def keep_gap(work: Work, gap: ServiceGapFound) -> None:
    """A child met a gap; met again, it is counted once."""
    await work.raw.execute(_KEEP, gap.person_id, gap.service, gap.protocol_version, work.now)


async def count_gaps(work: Work) -> tuple[GapRow, ...]:
    """How many children met each gap, the widest first."""
    rows = await work.raw.fetch(_COUNT)
    return tuple(GapRow(**{**row, "service": ServiceCode(row["service"])}) for row in map(dict, rows))
