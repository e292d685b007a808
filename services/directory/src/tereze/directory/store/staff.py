"""Decides how staff are kept and found, with their standing; must never decide who may see or change them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, select, update

from tereze.chassis.work import Work
from tereze.contracts.directory import StaffMember, StaffRecord, Standing
from tereze.contracts.words import AgencyKind
from tereze.directory.domain.investigation import SuspensionReason
from tereze.directory.store.country import without_version
from tereze.directory.store.tables import agency, staff

_STANDING = ("fit_from", "fit_until", "unmet")
_BESIDES = ("agency_kind", "parent_agency_id")


@dataclass(frozen=True, slots=True)
class KeptStaff:
    """A staff member as kept; ``member.active`` is false while suspended."""

    member: StaffMember
    suspended_because: SuspensionReason | None
    version: int
    agency_kind: AgencyKind
    parent_agency_id: str | None
    left_agency_id: str | None = None
    left_at: datetime | None = None

    @property
    def suspended(self) -> bool:
        """Whether their access was taken away."""
        return self.suspended_because is not None

    @property
    def standing(self) -> Standing:
        """Between which instants they are fit to act, as last reckoned."""
        return Standing(**{name: getattr(self.member, name) for name in _STANDING})

    @property
    def record(self) -> StaffRecord:
        """The part of a staff member that other services need."""
        left = {"left_agency_id": self.left_agency_id, "left_at": self.left_at}
        return StaffRecord.model_validate(self.member.model_dump(exclude={"display_name"}) | left)


def _with_agency() -> Select[Any]:
    return select(staff, agency.c.kind.label("agency_kind"), agency.c.parent_agency_id).join(
        agency, agency.c.agency_id == staff.c.agency_id
    )


async def page_of_staff(work: Work, *, agency_id: str, after: str, limit: int) -> list[StaffMember]:
    """Up to ``limit`` staff members of one agency after an id, by id."""
    query = (
        select(staff)
        .where(staff.c.agency_id == agency_id, staff.c.staff_id > after)
        .order_by(staff.c.staff_id)
        .limit(limit)
    )
    return [member_of(row) for row in (await work.db.execute(query)).mappings()]


async def lock_staff(work: Work, staff_id: str) -> KeptStaff | None:
    """One staff member, locked until the work is done."""
    kept = await lock_each(work, [staff_id])
    return kept[0] if kept else None


async def lock_each(work: Work, staff_ids: Sequence[str] | None) -> list[KeptStaff]:
    """These staff members, or all, by id; locked until the work is done."""
    query = _with_agency().order_by(staff.c.staff_id).with_for_update(of=staff)
    if staff_ids is not None:
        query = query.where(staff.c.staff_id.in_(staff_ids))
    return [_kept_staff(row) for row in (await work.db.execute(query)).mappings()]


async def read_staff(work: Work, staff_id: str) -> KeptStaff | None:
    """One staff member as they are now."""
    row = (await work.db.execute(_with_agency().where(staff.c.staff_id == staff_id))).mappings().one_or_none()
    return None if row is None else _kept_staff(row)


async def set_suspended(work: Work, staff_id: str, because: SuspensionReason | None, *, by: str | None) -> None:
    """Suspend a staff member for a reason, or (None) lift the suspension, in another's name."""
    suspended = because is not None
    statement = (
        update(staff)
        .where(staff.c.staff_id == staff_id)
        .values(
            suspended_at=work.now if suspended else None,
            suspended_by=by if suspended else None,
            suspended_because=because.value if because else None,
            version=staff.c.version + 1,
        )
    )
    await work.db.execute(statement)


async def write_standings(work: Work, standings: Iterable[tuple[str, Standing]]) -> None:
    """Keep the standing of each of these staff members; their versions grow."""
    rows = [
        {"of": staff_id, "since": standing.fit_from, "until": standing.fit_until, "missing": list(standing.unmet)}
        for staff_id, standing in standings
    ]
    if not rows:
        return
    statement = (
        update(staff)
        .where(staff.c.staff_id == bindparam("of"))
        .values(
            fit_from=bindparam("since"),
            fit_until=bindparam("until"),
            unmet=bindparam("missing"),
            version=staff.c.version + 1,
        )
    )
    await work.db.execute(statement, rows)


def _kept_staff(row: RowMapping) -> KeptStaff:
    return KeptStaff(
        member=member_of({name: value for name, value in row.items() if name not in _BESIDES}),
        suspended_because=SuspensionReason(row["suspended_because"]) if row["suspended_because"] else None,
        version=row["version"],
        agency_kind=AgencyKind(row["agency_kind"]),
        parent_agency_id=row["parent_agency_id"],
        left_agency_id=row["left_agency_id"],
        left_at=row["left_at"],
    )


def member_of(row: RowMapping | dict[str, Any]) -> StaffMember:
    """A row as a staff member; inactive while suspended."""
    values = without_version(row)
    suspended = values.pop("suspended_at") is not None
    del values["suspended_by"], values["suspended_because"], values["left_agency_id"], values["left_at"]
    return StaffMember.model_validate({**values, "active": values["active"] and not suspended}, strict=False)
