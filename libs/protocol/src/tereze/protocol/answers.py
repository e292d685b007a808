"""Decides who owes an answer by when at the moment a referral comes in; must never name an agency."""

from datetime import datetime

from tereze.contracts.referrals import AnswerDue
from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.pack import Pack
from tereze.protocol.plan import Facts, Plan, plan


def answers_due(pack: Pack, calendar: WorkingCalendar, facts: Facts, at: datetime) -> tuple[AnswerDue, ...]:
    """Every obligation the protocol starts for a referral received at an aware instant, soonest first (UTC)."""
    return answers_of(plan(pack, facts), calendar, at, facts.occurred_at)


def answers_of(
    planned: Plan, calendar: WorkingCalendar, at: datetime, occurred_at: datetime | None = None
) -> tuple[AnswerDue, ...]:
    """The same for a plan already made, which depends on neither the instants nor the calendar."""
    owed = [(clock.holder, clock.clock) for clock in planned.case_clocks]
    owed += [(step.service, clock) for step in planned.steps for clock in step.clocks]
    answers = [
        AnswerDue(holder=holder, obligation=clock.kind, due_at=clock.due(at, calendar, occurred_at))
        for holder, clock in owed
        if clock.at_once
    ]
    return tuple(sorted(answers, key=lambda answer: (answer.due_at, answer.holder, answer.obligation)))
