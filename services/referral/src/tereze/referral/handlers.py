"""Decides what happens in the referral service because an event arrived; must never wait for another service."""

from datetime import timedelta

from tereze.chassis.handlers import Handlers
from tereze.chassis.work import Work
from tereze.contracts.events import Envelope
from tereze.contracts.identities import PersonIdentified, PersonsMerged, PersonSplit, PersonsUnmerged
from tereze.contracts.referrals import ReferralSubmitted
from tereze.protocol import severity
from tereze.referral.accusing import keep_out_whom_it_names
from tereze.referral.deadlines import IDENTITY
from tereze.referral.placing import place_referral, settle_case
from tereze.referral.regrouping import follow_merge, follow_parting, referrals_among
from tereze.referral.settings import ReferralSettings
from tereze.referral.store.referrals import find_referral, keep_identity, keep_referral

handlers = Handlers()


@handlers.on(ReferralSubmitted)
async def take_referral(event: ReferralSubmitted, work: Work, _envelope: Envelope) -> None:
    """A concern came in. Its clocks run since it was received; it waits for the registry for a moment only."""
    await work.lock(event.referral_id)
    fresh, person_id = await keep_referral(work, event)
    if not fresh:
        return
    await keep_out_whom_it_names(work, event)
    if person_id is None:
        settings = work.runtime.settings
        assert isinstance(settings, ReferralSettings)
        patience = timedelta(milliseconds=settings.identity_patience_ms)
        due_at, urgency = work.now + patience, severity(event.risk)
        await work.timers.set(kind=IDENTITY, subject=event.referral_id, due_at=due_at, severity=urgency)
        return
    kept = await find_referral(work, event.referral_id)
    assert kept is not None, "it was kept above"
    await place_referral(work, kept, person_id)


@handlers.on(PersonIdentified)
async def take_identity(event: PersonIdentified, work: Work, _envelope: Envelope) -> None:
    """The registry knows whose child a referral is about: before the referral came, in time, or too late."""
    await work.lock(event.referral_id)
    kept = await keep_identity(work, event)
    if kept is None:
        return
    if kept.case_id is None:
        await place_referral(work, kept, event.person_id)
        await work.timers.clear(kind=IDENTITY, subject=event.referral_id)  # nobody waits any more
    else:
        await settle_case(work, kept.case_id, event.person_id)


@handlers.on(PersonsMerged)
async def take_merge(event: PersonsMerged, work: Work, _envelope: Envelope) -> None:
    """Two persons are one child: their live cases become one."""
    moved = [one.record_id for one in event.prior if one.person_id == event.retired_person_id]
    await follow_merge(work, event.person_id, event.retired_person_id, referrals_among(moved), event.revision)


@handlers.on(PersonsUnmerged)
async def take_unmerge(event: PersonsUnmerged, work: Work, _envelope: Envelope) -> None:
    """They are two after all: what was joined comes apart."""
    restored = event.restored_person_id
    await follow_parting(work, event.person_id, restored, referrals_among(event.records), event.revision)


@handlers.on(PersonSplit)
async def take_split(event: PersonSplit, work: Work, _envelope: Envelope) -> None:
    """Some referrals are about another child."""
    await follow_parting(work, event.person_id, event.new_person_id, referrals_among(event.records), event.revision)
