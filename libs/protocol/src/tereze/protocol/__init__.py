"""Decides the response to a concern as pure functions over data; must never do I/O or ask the time."""

from tereze.protocol.answers import answers_due, answers_of
from tereze.protocol.calendar import CalendarMissesYear, WorkingCalendar, due
from tereze.protocol.clocks import Bound, PlannedClock
from tereze.protocol.eligibility import Convening, PlacementNeed, PlannedService
from tereze.protocol.ladder import Level, Span, ladder, level_at, levels_due
from tereze.protocol.limits import Limit, NotALimit, Unit, read_limit
from tereze.protocol.loader import load_calendar, load_pack
from tereze.protocol.located import BadText
from tereze.protocol.pack import Pack
from tereze.protocol.parts import Owed
from tereze.protocol.plan import CaseClock, Facts, Plan, PlannedStep, plan, planned_step, severity, stricter
from tereze.protocol.rules import Rules
from tereze.protocol.shelf import NoProtocolInForce, Protocols, UnknownProtocol
from tereze.protocol.switching import Duty, renewed
from tereze.protocol.transitions import ACCEPTED, GRAVE, OPEN, RULES, Party, Rule, transition

__all__ = [
    "ACCEPTED",
    "GRAVE",
    "OPEN",
    "RULES",
    "BadText",
    "Bound",
    "CalendarMissesYear",
    "CaseClock",
    "Convening",
    "Duty",
    "Facts",
    "Level",
    "Limit",
    "NoProtocolInForce",
    "NotALimit",
    "Owed",
    "Pack",
    "Party",
    "PlacementNeed",
    "Plan",
    "PlannedClock",
    "PlannedService",
    "PlannedStep",
    "Protocols",
    "Rule",
    "Rules",
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
    "planned_step",
    "read_limit",
    "renewed",
    "severity",
    "stricter",
    "transition",
]
