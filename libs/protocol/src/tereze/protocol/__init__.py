"""Decides the response to a concern as pure functions over data; must never do I/O (but ``country``) or ask the time."""

from tereze.protocol.answers import answers_due, answers_of
from tereze.protocol.calendar import CalendarMissesYear, WorkingCalendar
from tereze.protocol.calendars import load_calendar, load_unit_calendar
from tereze.protocol.clocks import Bound, PlannedClock
from tereze.protocol.country import Country, read_country
from tereze.protocol.due import due
from tereze.protocol.eligibility import Convening, PlacementNeed, PlannedService
from tereze.protocol.guidance import Audience, Sheet, load_sheet
from tereze.protocol.history import BadHistory, Told, read_history
from tereze.protocol.ladder import Level, Span, ladder, level_at, levels_due
from tereze.protocol.limits import Limit, NotALimit, Unit, read_limit
from tereze.protocol.loader import Refused, load_pack, load_shelf
from tereze.protocol.located import BadText
from tereze.protocol.pack import Pack
from tereze.protocol.parts import Owed
from tereze.protocol.plan import CaseClock, Facts, Plan, PlannedStep, plan, planned_step, severity, stricter
from tereze.protocol.replay import CaseReplay, Standing, Verdict, replay
from tereze.protocol.rules import Rules
from tereze.protocol.shelf import NoProtocolInForce, Protocols, UnknownProtocol
from tereze.protocol.switching import Duty, renewed
from tereze.protocol.transitions import ACCEPTED, GRAVE, OPEN, RULES, Party, Rule, transition

__all__ = [
    "ACCEPTED",
    "GRAVE",
    "OPEN",
    "RULES",
    "Audience",
    "BadHistory",
    "BadText",
    "Bound",
    "CalendarMissesYear",
    "CaseClock",
    "CaseReplay",
    "Convening",
    "Country",
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
    "Refused",
    "Rule",
    "Rules",
    "Sheet",
    "Span",
    "Standing",
    "Told",
    "Unit",
    "UnknownProtocol",
    "Verdict",
    "WorkingCalendar",
    "answers_due",
    "answers_of",
    "due",
    "ladder",
    "level_at",
    "levels_due",
    "load_calendar",
    "load_pack",
    "load_sheet",
    "load_shelf",
    "load_unit_calendar",
    "plan",
    "planned_step",
    "read_country",
    "read_history",
    "read_limit",
    "renewed",
    "replay",
    "severity",
    "stricter",
    "transition",
]
