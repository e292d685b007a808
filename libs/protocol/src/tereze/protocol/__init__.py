"""Decides the response to a concern as pure functions over data; must never do I/O or ask the time."""

from tereze.protocol.answers import answers_due, answers_of
from tereze.protocol.calendar import CalendarMissesYear, WorkingCalendar, due
from tereze.protocol.ladder import Level, Span, ladder, level_at, levels_due
from tereze.protocol.limits import Limit, NotALimit, Unit, read_limit
from tereze.protocol.loader import load_calendar, load_pack
from tereze.protocol.located import BadText
from tereze.protocol.pack import Pack
from tereze.protocol.plan import CaseClock, Plan, PlannedClock, PlannedStep, plan, severity, stricter
from tereze.protocol.shelf import NoProtocolInForce, Protocols, UnknownProtocol
from tereze.protocol.transitions import OPEN, RULES, Rule, transition

__all__ = [
    "OPEN",
    "RULES",
    "BadText",
    "CalendarMissesYear",
    "CaseClock",
    "Level",
    "Limit",
    "NoProtocolInForce",
    "NotALimit",
    "Pack",
    "Plan",
    "PlannedClock",
    "PlannedStep",
    "Protocols",
    "Rule",
    "Span",
    "Unit",
    "UnknownProtocol",
    "WorkingCalendar",
    "answers_due",
    "answers_of",
    "due",
    "ladder",
    "level_at",
    "levels_due",
    "load_calendar",
    "load_pack",
    "plan",
    "read_limit",
    "severity",
    "stricter",
    "transition",
]
