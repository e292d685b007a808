"""Decides how investigations are kept and found, their texts sealed; must never decide who may read one."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.dialects.postgresql import insert

from tereze.chassis.work import Work
from tereze.contracts.investigations import BreachKind, InvestigationOutcome
from tereze.directory.domain.investigation import Investigation
from tereze.directory.store.tables import investigation, investigation_text


async def keep_investigation(work: Work, one: Investigation, texts: Mapping[str, str | None]) -> None:
    """Write an investigation as it is now, and whichever of its texts are given."""
    values = asdict(one)
    statement = insert(investigation).values(values)
    await work.db.execute(statement.on_conflict_do_update(index_elements=["investigation_id"], set_=values))
    for kind, text in texts.items():
        if text is not None:
            sealed = await work.runtime.vault.encrypt(
                work, subject=one.investigation_id, place=f"investigation.{kind}", text=text.encode()
            )
            await work.db.execute(
                insert(investigation_text).values(investigation_id=one.investigation_id, kind=kind, sealed=sealed)
            )


async def lock_investigation(work: Work, investigation_id: str) -> Investigation | None:
    """One investigation, locked until the work is done."""
    query = select(investigation).where(investigation.c.investigation_id == investigation_id).with_for_update()
    row = (await work.db.execute(query)).mappings().one_or_none()
    return None if row is None else _investigation(row)


async def investigations_of(work: Work, staff_id: str) -> list[Investigation]:
    """Every investigation of one person, the newest first."""
    query = select(investigation).where(investigation.c.staff_id == staff_id)
    rows = await work.db.execute(query.order_by(investigation.c.investigation_id.desc()))
    return [_investigation(row) for row in rows.mappings()]


async def open_investigations(work: Work, staff_id: str) -> int:
    """How many investigations of a person are open."""
    query = select(func.count()).where(investigation.c.staff_id == staff_id, investigation.c.concluded_at.is_(None))
    return int((await work.db.execute(query)).scalar_one())


async def known_accusation(work: Work, staff_id: str, exclusion_id: str) -> bool:
    """Whether an accusation opened an investigation already."""
    query = select(investigation.c.investigation_id).where(
        investigation.c.staff_id == staff_id, investigation.c.exclusion_id == exclusion_id
    )
    return (await work.db.execute(query)).first() is not None


async def texts_of(work: Work, investigation_id: str) -> dict[str, str]:
    """The texts of an investigation in the clear, by kind."""
    query = select(investigation_text).where(investigation_text.c.investigation_id == investigation_id)
    query = query.order_by(
        investigation_text.c.text_id
    )  # an account given again stands beside the first; the last is shown
    found: dict[str, str] = {}
    for row in (await work.db.execute(query)).mappings():
        place = f"investigation.{row['kind']}"
        text = await work.runtime.vault.decrypt(work, subject=investigation_id, place=place, sealed=row["sealed"])
        if text is not None:
            found[row["kind"]] = text.decode()
    return found


def _investigation(row: RowMapping) -> Investigation:
    values: dict[str, Any] = dict(row)
    outcome = values.pop("outcome")
    return Investigation(
        **{**values, "kind": BreachKind(values["kind"])},
        outcome=InvestigationOutcome(outcome) if outcome else None,
    )
