"""Decides how merges are kept from the first word to the last; must never keep a reason in the clear."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, update

from tereze.chassis.work import Work
from tereze.contracts.persons import MergeState, MergeView
from tereze.registry.domain.index import Merged
from tereze.registry.store.facts import By
from tereze.registry.store.tables import merge_act

PLACE = "identity.reason"


@dataclass(frozen=True, slots=True)
class MergeAct:
    """A merge: asked for, in force or undone. ``prior`` is known once it took effect."""

    merge_id: str
    state: MergeState
    survivor_id: str
    retired_id: str
    asked_at: datetime
    asked_by_agency_id: str
    asked_by_staff_id: str
    confirmed_by_staff_id: str | None = None
    undone_by_staff_id: str | None = None
    prior: tuple[tuple[str, str], ...] = ()

    @property
    def fact(self) -> Merged:
        """What took effect."""
        return Merged(self.merge_id, self.survivor_id, self.retired_id, self.prior)

    @property
    def view(self) -> MergeView:
        """The merge as it is answered."""
        return MergeView(
            merge_id=self.merge_id,
            state=self.state,
            person_id=self.survivor_id,
            retired_person_id=self.retired_id,
            asked_at=self.asked_at,
            asked_by_staff_id=self.asked_by_staff_id,
            confirmed_by_staff_id=self.confirmed_by_staff_id,
            undone_by_staff_id=self.undone_by_staff_id,
        )


async def add_merge(work: Work, act: MergeAct, reason: str) -> None:
    """Keep that somebody asked for a merge."""
    row = {
        "merge_id": act.merge_id, "state": act.state.value, "survivor_id": act.survivor_id, "retired_id": act.retired_id,
        "asked_at": act.asked_at, "asked_by_agency_id": act.asked_by_agency_id,
        "asked_by_staff_id": act.asked_by_staff_id, "reason": await seal_reason(work, act.survivor_id, reason),
    }  # fmt: skip
    await work.db.execute(merge_act.insert().values(row))


async def find_merge(work: Work, merge_id: str) -> MergeAct | None:
    """One merge, held until the transaction ends."""
    query = select(merge_act).where(merge_act.c.merge_id == merge_id).with_for_update()
    row = (await work.db.execute(query)).mappings().one_or_none()
    return _act(row) if row else None


async def took_effect(work: Work, fact: Merged, confirmed_by: By | None) -> None:
    """The merge is in force, with what was before it."""
    values = {
        "state": MergeState.MERGED.value, "prior": [list(pair) for pair in fact.prior],
        "confirmed_by_staff_id": confirmed_by[1] if confirmed_by else None,
    }  # fmt: skip
    await work.db.execute(update(merge_act).where(merge_act.c.merge_id == fact.merge_id).values(values))


async def was_undone(work: Work, merge_id: str, by: By, reason: bytes) -> None:
    """The merge is in force no longer, for a sealed reason."""
    values = {"state": MergeState.UNDONE.value, "undone_by_staff_id": by[1], "undone_reason": reason}
    await work.db.execute(update(merge_act).where(merge_act.c.merge_id == merge_id).values(values))


async def seal_reason(work: Work, person_id: str, reason: str) -> bytes:
    """A reason may name people: it rests sealed under the key of the person it is about."""
    return await work.runtime.vault.encrypt(work, subject=person_id, place=PLACE, text=reason.encode())


def _act(row: Any) -> MergeAct:
    prior = orjson.loads(row["prior"]) if isinstance(row["prior"], str) else row["prior"]
    return MergeAct(
        merge_id=row["merge_id"],
        state=MergeState(row["state"]),
        survivor_id=row["survivor_id"],
        retired_id=row["retired_id"],
        asked_at=row["asked_at"],
        asked_by_agency_id=row["asked_by_agency_id"],
        asked_by_staff_id=row["asked_by_staff_id"],
        confirmed_by_staff_id=row["confirmed_by_staff_id"],
        undone_by_staff_id=row["undone_by_staff_id"],
        prior=tuple((record, person) for record, person in prior or ()),
    )
