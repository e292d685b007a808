"""Decides when reports that are low each are not low together; must never lower a risk."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tereze.contracts.casework import CaseRiskRaised
from tereze.protocol import due, stricter
from tereze.referral.domain.casefile import CaseFile, Moment, Referral
from tereze.referral.domain.response import respond


def window_start(referral: Referral, moment: Moment) -> datetime:
    """Since when reports count together with this one."""
    rule = moment.pack.rules.accumulation
    return referral.received_at - (due(rule.within, referral.received_at, moment.calendar) - referral.received_at)


def accumulate(file: CaseFile, referral: Referral, others: Sequence[datetime], moment: Moment) -> None:
    """One more report of the counted risk, beside ``others`` on the same child within the window, may raise the case's risk.

    ``others``: when they were received, on this case or on any other of the child, screened-out ones included.
    """
    rule = moment.pack.rules.accumulation
    since = window_start(referral, moment)
    reports = 1 + sum(since < at <= referral.received_at for at in others)
    if referral.risk is not rule.risk or reports < rule.reports or stricter(file.risk, rule.raised_to) is file.risk:
        return
    file.risk = rule.raised_to
    within = due(rule.within, referral.received_at, moment.calendar) - referral.received_at
    file.tell(CaseRiskRaised, risk=file.risk, reports=reports, within_days=within // timedelta(days=1))
    respond(file, moment, since=referral.received_at)
