"""Decides how somebody's access is taken and given back; must never give it back while an investigation is open."""

from collections.abc import Collection

from tereze.chassis.handlers import Handlers
from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.attestations import AttestationKind
from tereze.contracts.events import Envelope
from tereze.contracts.exclusions import StaffAccused
from tereze.contracts.investigations import BreachKind
from tereze.directory.domain.investigation import Consequence, Investigation, ReinstatementBarred, SuspensionReason
from tereze.directory.fitness import publish_staff, reckon
from tereze.directory.store.attestations import note_act, revoke
from tereze.directory.store.investigations import keep_investigation, known_accusation, open_investigations
from tereze.directory.store.staff import KeptStaff, lock_staff, set_suspended

handlers = Handlers()


async def suspend(work: Work, kept: KeptStaff, because: SuspensionReason, *, by: str | None) -> None:
    """Take somebody's access away. Whoever is suspended already stays so, for the reason they are."""
    if not kept.suspended:
        await set_suspended(work, kept.member.staff_id, because, by=by)
        await publish_staff(work, [kept.member.staff_id])


async def reinstate(work: Work, kept: KeptStaff, *, by: str) -> None:
    """Give somebody their access back, as far as they are attested. Raises ReinstatementBarred."""
    if not kept.suspended:
        return
    if await open_investigations(work, kept.member.staff_id):
        raise ReinstatementBarred
    await set_suspended(work, kept.member.staff_id, None, by=by)
    await publish_staff(work, [kept.member.staff_id])


async def open_investigation(
    work: Work,
    kept: KeptStaff,
    kind: BreachKind,
    concern: str | None,
    *,
    by: str | None,
    exclusion_id: str | None = None,
) -> Investigation:
    """Begin to look into what somebody is said to have done; their access ends with it."""
    one = Investigation(
        investigation_id=new_id("inv"),
        staff_id=kept.member.staff_id,
        kind=kind,
        opened_at=work.now,
        opened_by=by,
        exclusion_id=exclusion_id,
    )
    await keep_investigation(work, one, {"concern": concern})
    await suspend(work, kept, SuspensionReason.INVESTIGATION, by=by)
    return one


async def carry_out(work: Work, kept: KeptStaff, consequence: Consequence, *, by: str) -> None:
    """Let the outcome of an investigation take effect. Another open one, or an order, keeps the person suspended."""
    staff_id = kept.member.staff_id
    await _revoke(work, staff_id, consequence.revoked)
    if consequence.suspended is not None:
        await set_suspended(work, staff_id, consequence.suspended, by=by)
    elif kept.suspended_because is SuspensionReason.INVESTIGATION and not await open_investigations(work, staff_id):
        await set_suspended(work, staff_id, None, by=by)
    await reckon(work, [staff_id])
    await publish_staff(work, [staff_id])


async def _revoke(work: Work, staff_id: str, kinds: Collection[AttestationKind] | None) -> None:
    if kinds is None:
        await revoke(work, staff_id)
    for kind in kinds or ():
        await revoke(work, staff_id, kind=kind)


@handlers.on(StaffAccused)
async def suspend_accused(event: StaffAccused, work: Work, _envelope: Envelope) -> None:
    """A case accuses somebody: their access ends at once, and what follows is found by an investigation."""
    kept = await lock_staff(work, event.staff_id)
    if kept is None or await known_accusation(work, event.staff_id, event.exclusion_id):
        return
    await open_investigation(work, kept, BreachKind.ACCUSED_IN_A_CASE, None, by=None, exclusion_id=event.exclusion_id)
    await note_act(work, "accused", event.staff_id, by=None)
