"""Decides which invented histories the protocol's bench replays; must never hold more than the case it is writing."""

import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from tereze.contracts.words import Category, Circumstance, Risk
from tereze.protocol import Facts, Pack, WorkingCalendar, plan

EVENTS_PER_CASE = 30
_YEAR_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
_MINUTES_A_YEAR = 365 * 24 * 60
_RISKS = [*[Risk.LOW] * 4, *[Risk.MEDIUM] * 3, *[Risk.HIGH] * 2, Risk.CRITICAL]
_EVIDENCE = {
    "acknowledge": "task.received",
    "decide": "task.accepted",
    "see_the_child": "task.started",
}


def some_facts(chance: random.Random) -> Facts:
    """What is known of one invented case."""
    categories = chance.sample(list(Category), chance.choice((1, 1, 1, 2, 3)))
    circumstances = frozenset(chance.sample(list(Circumstance), chance.choice((0, 0, 1, 2))))
    received_at = _YEAR_BEGINS + timedelta(minutes=chance.randrange(_MINUTES_A_YEAR))
    occurred_at = received_at - timedelta(hours=chance.randrange(100)) if chance.random() < 0.3 else None
    return Facts(chance.choice(_RISKS), categories, circumstances, occurred_at, received_at)


def histories(pack: Pack, calendar: WorkingCalendar, cases: range) -> Iterator[bytes]:
    """The events of so many cases as lines of CloudEvents, thirty a case; the same lines for the same cases."""
    for number in cases:
        yield from _case(pack, calendar, number)


class _Writer:
    """Writes the events of one case, numbered."""

    def __init__(self, number: int, version: str, opened_at: datetime) -> None:
        self.case_id = f"cas_{number:032x}"
        self.version = version
        self.numbers = count(1)
        self.at = opened_at

    def line(self, what: str, at: datetime, **data: object) -> bytes:
        body = {
            "case_id": self.case_id,
            "case_version": next(self.numbers),
            "region_code": "KZ-75",
            "protocol_version": self.version,
            **data,
        }
        event = {
            "specversion": "1.0",
            "id": f"evt_{self.case_id[4:]}",
            "type": f"tereze.{what}.v1",
            "source": "/tereze/referral",
            "subject": self.case_id,
            "time": at.isoformat(),
            "data": body,
        }
        return json.dumps(event).encode()


def _case(pack: Pack, calendar: WorkingCalendar, number: int) -> Iterator[bytes]:
    chance = random.Random(number)
    facts = some_facts(chance)
    assert facts.received_at is not None
    at = facts.received_at
    writer = _Writer(number, pack.version, at)
    lines = list(_response(pack, calendar, facts, writer, chance))[: EVENTS_PER_CASE - 1]
    yield from lines
    for _ in range(EVENTS_PER_CASE - len(lines)):
        yield writer.line("case.person-settled", at, person_id=f"per_{number:032x}")


def _response(
    pack: Pack, calendar: WorkingCalendar, facts: Facts, writer: _Writer, chance: random.Random
) -> Iterator[bytes]:
    at = writer.at
    known = {"risk": facts.risk, "categories": list(facts.categories)}
    yield writer.line("case.opened", at, person_id=f"per_{writer.case_id[4:]}", opened_at=at.isoformat(), **known)
    yield writer.line(
        "case.referral-attached", at, received_at=at.isoformat(), circumstances=sorted(facts.circumstances), **known
    )
    for place, step in enumerate(plan(pack, facts).steps):
        task = {
            "task_id": f"tsk_{writer.case_id[5:]}{place:x}",
            "agency_id": f"agc_{place:032x}",
            "service": step.service,
        }
        yield writer.line("task.assigned", at, risk=facts.risk, step=step.code, state="requested", **task)
        for index, clock in enumerate(step.at_once[:3]):
            due_at, bound = clock.ends(at, calendar, facts.occurred_at)
            told = {
                "clock_id": f"clk_{writer.case_id[6:]}{place:x}{index:x}",
                "clock_kind": clock.kind,
                "started_at": at.isoformat(),
                "due_at": due_at.isoformat(),
                "row": bound.row,
                "risk": facts.risk,
                **{name: task[name] for name in ("task_id", "agency_id")},
            }
            yield from _clock(writer, told, task, due_at, at + (due_at - at) * chance.choice((0.3, 0.6, 0.9, 1.4)))


def _clock(
    writer: _Writer, told: Mapping[str, object], task: Mapping[str, str], due_at: datetime, met_at: datetime
) -> Iterator[bytes]:
    """One clock from its start to the evidence, with a breach where that came late."""
    yield writer.line("clock.started", writer.at, **told)
    if met_at > due_at:
        level = {"level": "breach", "fired_at": due_at.isoformat(), "told_agency_ids": [task["agency_id"]]}
        yield writer.line("clock.breached", due_at, **told, **level)
    kind = str(told["clock_kind"])
    if kind in _EVIDENCE:
        yield writer.line(_EVIDENCE[kind], met_at, state="received", **task)
    state = "met_late" if met_at > due_at else "met"
    yield writer.line("clock.stopped", met_at, **told, stopped_at=met_at.isoformat(), state=state)
