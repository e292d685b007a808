"""Decides how requests that two people have to agree on are kept; must never keep a reason in the clear."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from tereze.chassis.work import Work
from tereze.contracts.persons import ActState, ActView
from tereze.registry.store.facts import By
from tereze.registry.store.merges import seal_reason
from tereze.registry.store.tables import two_person_act

UNSEAL, ERASE = "unseal", "erase"
OPEN_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody asked for about a person, and whether another agreed."""

    act_id: str
    kind: str
    person_id: str
    state: ActState
    asked_at: datetime
    asked_by_agency_id: str
    asked_by_staff_id: str
    confirmed_at: datetime | None = None
    confirmed_by_staff_id: str | None = None

    @property
    def open_until(self) -> datetime | None:
        """Until when what was unsealed may be read."""
        return self.confirmed_at + OPEN_FOR if self.confirmed_at and self.kind == UNSEAL else None

    @property
    def view(self) -> ActView:
        """The request as it is answered."""
        return ActView(
            act_id=self.act_id,
            state=self.state,
            asked_at=self.asked_at,
            asked_by_staff_id=self.asked_by_staff_id,
            confirmed_by_staff_id=self.confirmed_by_staff_id,
            open_until=self.open_until,
        )


async def add_act(work: Work, act: Act, reason: str) -> None:
    """Keep what somebody asked for, and why."""
    row = {
        "act_id": act.act_id, "kind": act.kind, "person_id": act.person_id, "state": act.state.value,
        "asked_at": act.asked_at, "asked_by_agency_id": act.asked_by_agency_id,
        "asked_by_staff_id": act.asked_by_staff_id, "reason": await seal_reason(work, act.person_id, reason),
    }  # fmt: skip
    await work.db.execute(two_person_act.insert().values(row))


async def find_act(work: Work, act_id: str, kind: str) -> Act | None:
    """One request of a kind, held until the transaction ends."""
    query = select(two_person_act).where(two_person_act.c.act_id == act_id, two_person_act.c.kind == kind)
    row = (await work.db.execute(query.with_for_update())).mappings().one_or_none()
    return _act(row) if row else None


async def agree(work: Work, act: Act, by: By) -> None:
    """Another person agreed."""
    values = {"state": ActState.DONE.value, "confirmed_at": work.now, "confirmed_by_staff_id": by[1]}
    await work.db.execute(update(two_person_act).where(two_person_act.c.act_id == act.act_id).values(values))


def _act(row: Any) -> Act:
    return Act(
        act_id=row["act_id"],
        kind=row["kind"],
        person_id=row["person_id"],
        state=ActState(row["state"]),
        asked_at=row["asked_at"],
        asked_by_agency_id=row["asked_by_agency_id"],
        asked_by_staff_id=row["asked_by_staff_id"],
        confirmed_at=row["confirmed_at"],
        confirmed_by_staff_id=row["confirmed_by_staff_id"],
    )
