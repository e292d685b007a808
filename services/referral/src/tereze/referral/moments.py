"""Decides what the domain is told of the moment: time, protocol in force, agencies and their load; must never decide with it."""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from tereze.chassis.ids import new_id
from tereze.chassis.outage import Transient
from tereze.chassis.work import Work
from tereze.contracts.directory import Agency
from tereze.protocol import Country, Pack, Protocols, Sheet, read_country
from tereze.protocol.country import read_sheets
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.routing import Roster

# Load is counted only where several bodies of a kind compete, and up to a bound: beyond it they are equally full.
_ROSTER = """
SELECT record::text AS record, CASE WHEN rivals > 1 THEN (
           SELECT count(*) FROM (
               SELECT FROM task
               WHERE task.agency_id = id AND state IN ('requested', 'received', 'accepted', 'in_progress', 'on_hold') LIMIT 500
           ) AS counted
       ) ELSE 0 END AS load,
       id IN (SELECT record ->> 'agency_id' FROM replica WHERE kind = 'catchment' AND active AND subject = (
           SELECT district_code FROM referral
           WHERE (referral_id = $2 OR case_id = $3) AND district_code IS NOT NULL AND region_code = $1
           ORDER BY received_at DESC, referral_id DESC LIMIT 1
       )) AS responsible
FROM (
    SELECT id, record, count(*) OVER (PARTITION BY agency_kind, region_code) AS rivals
    FROM replica WHERE kind = 'agency' AND active AND (region_code = $1 OR region_code IS NULL)
) AS agency
ORDER BY id
"""


@cache
def country_of(folder: Path) -> Country:
    """What a country's folder says. Raises BadText where no protocol can be read."""
    return read_country(folder)


@cache
def sheets_of(folder: Path, version: str) -> Mapping[str, Sheet]:
    """The guidance sheets of one protocol version, by name."""
    return read_sheets(folder, version)


def read_protocols(folder: Path) -> Protocols:
    """Every protocol version that can be read, and the calendars."""
    return country_of(folder).protocols


async def roster_of(
    work: Work, region_code: str, *, referral_id: str | None = None, case_id: str | None = None
) -> Roster:
    """Who there is in a region and for the nation; responsible are those for the district of the referral or case, if it names one.

    Raises Transient while the directory has not told us yet.
    """
    rows = await work.raw.fetch(_ROSTER, region_code, referral_id, case_id)
    if not rows:
        raise Transient("the directory has not told us of any agency yet")
    agencies = tuple(_agency(row["record"]) for row in rows)
    loads = {agency.agency_id: row["load"] for agency, row in zip(agencies, rows, strict=True)}
    responsible = frozenset(agency.agency_id for agency, row in zip(agencies, rows, strict=True) if row["responsible"])
    return Roster(region_code, agencies, loads, responsible)


@lru_cache(maxsize=20_000)
def _agency(record: str) -> Agency:
    """An agency from its record, read once: a region has hundreds, and each routing asks for them all."""
    return Agency.model_validate_json(record)


async def new_moment(work: Work, region_code: str, *, referral_id: str | None = None) -> Moment:
    """The moment in which a case opens: under the protocol in force."""
    protocols = read_protocols(work.runtime.settings.pack)
    pack = protocols.in_force(work.now)
    return Moment(
        work.now,
        pack,
        protocols.calendar,
        await roster_of(work, region_code, referral_id=referral_id),
        new_id,
        protocols,
    )


async def moment_of(work: Work, file: CaseFile, *, also_in: str | None = None) -> Moment:
    """The moment in which something happens to a case: under the protocol it was opened with; what is new on it, under today's.

    The agencies are those of every region the case reaches into, ``also_in`` included. One that was founded since the case was
    read, below a body that is kept out with its units, is kept out of it too before anything is given to it.
    """
    protocols = read_protocols(work.runtime.settings.pack)
    home, others = file.region_code, {*file.also_in, *([also_in] if also_in else [])}
    elsewhere = {code: await roster_of(work, code, case_id=file.case_id) for code in sorted(others - {home})}
    roster = await roster_of(work, home, case_id=file.case_id)
    file.keep_units_out(agency for each in (roster, *elsewhere.values()) for agency in each.agencies)
    return Moment(work.now, pack_of(work, file), protocols.calendar, roster, new_id, protocols, elsewhere)


def pack_of(work: Work, file: CaseFile) -> Pack:
    """The protocol a case was opened with; it stays the case's own."""
    return read_protocols(work.runtime.settings.pack).version(file.protocol_version)
