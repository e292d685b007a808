"""Decides who owes an answer by when at the moment a referral comes in; must never name an agency."""

from collections.abc import Sequence
from datetime import datetime

from tereze.contracts.referrals import AnswerDue
from tereze.contracts.words import Category, Risk
from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.pack import Pack
from tereze.protocol.plan import Plan, plan


def answers_due(
    pack: Pack, calendar: WorkingCalendar, risk: Risk, categories: Sequence[Category], at: datetime
) -> tuple[AnswerDue, ...]:
    """Every obligation the protocol starts for a referral received at an aware instant, soonest first (UTC)."""
    return answers_of(plan(pack, risk, categories), calendar, at)


def answers_of(planned: Plan, calendar: WorkingCalendar, at: datetime) -> tuple[AnswerDue, ...]:
    """The same for a plan already made, which depends on neither the instant nor the calendar."""
    owed = [(clock.holder, clock.clock) for clock in planned.case_clocks]
    owed += [(step.service, clock) for step in planned.steps for clock in step.clocks]
    answers = [
        AnswerDue(holder=holder, obligation=clock.kind, due_at=clock.due(at, calendar)) for holder, clock in owed
    ]
    return tuple(sorted(answers, key=lambda answer: (answer.due_at, answer.holder, answer.obligation)))
