"""Decides how a whole case is shown to whoever may read it; must never show one reporter what another said."""

from fastapi import Response

from tereze.access import Decision, redact
from tereze.chassis.http import Principal, Reply, etag
from tereze.contracts.labels import Sensitivity
from tereze.referral.api.reading import Visitor
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.permissions import may_read_narrative
from tereze.referral.store.disclosures import CASE, NARRATIVE, Shown, note_shown
from tereze.referral.store.lists import timeline_of
from tereze.referral.store.referrals import accounts_of, referrals_of
from tereze.referral.views import REFERRAL_ATTACHED, case_view


async def show_case(visit: Visitor, file: CaseFile, decision: Decision) -> Response:
    """Everything for whom the allegation may be shown; for others their own referral only, and how much is hidden."""
    caller, work = visit.caller, visit.work
    everything = Sensitivity.ALLEGATION in decision.labels
    referrals = [referral for _, referral in await referrals_of(work, file.case_id)]
    entries = await timeline_of(work, file.case_id)
    seen = [e for e in entries if everything or not _of_another(e.type, e.body.get("agency_id"), caller)]
    accounts = await accounts_of(work, file.case_id) if may_read_narrative(caller.actor, file) else {}
    await note_shown(work, caller.actor, NARRATIVE if accounts else CASE, [Shown(file.case_id, decision)])
    view = case_view(
        file,
        visit.words,
        referrals=[r for r in referrals if everything or r.agency_id == caller.agency_id],
        accounts=accounts,
        entries=seen,
        hidden=len(entries) - len(seen),
    )
    return Reply(200, redact(view, decision.labels), etag(file.version)).response()


def _of_another(event_type: str, agency_id: object, caller: Principal) -> bool:
    return event_type == REFERRAL_ATTACHED and agency_id != caller.agency_id
