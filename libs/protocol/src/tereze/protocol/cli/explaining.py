"""Decides how the protocol's answer is shown: steps, holders, due times and the row that decided; must never decide it."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from tereze.contracts.directory import LocalName
from tereze.contracts.words import Locale, Starts
from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.cli.phrases import phrase
from tereze.protocol.clocks import PlannedClock
from tereze.protocol.country import read_country, read_sheets
from tereze.protocol.guidance import Audience, Sheet
from tereze.protocol.ladder import Span, ladder
from tereze.protocol.pack import Pack
from tereze.protocol.plan import Facts, Plan, plan

_PIPED_WIDTH = 180  # nobody's window: rows stand on one line, so that they can be searched


class Answer:
    """The plan for some facts, in one language, with the instants a report received at ``at`` gives."""

    def __init__(self, pack: Pack, calendar: WorkingCalendar, facts: Facts, at: datetime, language: Locale) -> None:
        self.pack, self.calendar, self.facts, self.at, self.language = pack, calendar, facts, at, language
        self.plan: Plan = plan(pack, facts)

    def document(self) -> dict[str, Any]:
        """The whole answer as plain values, instants in UTC."""
        made = self.plan
        return {
            "protocol_version": made.protocol_version,
            "risk": made.risk,
            "categories": list(made.categories),
            "circumstances": sorted(made.circumstances),
            "received_at": _utc(self.at),
            "occurred_at": _utc(self.facts.occurred_at),
            "told_first": list(made.told_first),
            "never": sorted(made.never),
            "steps": [self._step(step) for step in made.steps],
            "case": [{"holder": each.holder, **self._clock(each.clock)} for each in made.case_clocks],
            "services": [self._service(each) for each in made.services],
            "placement": self._placement(),
            "commission": {
                "convene": made.commission.convene,
                "urgent": made.commission.urgent,
                "rows": list(made.commission.why),
            },
            "measures": sorted(made.measures),
        }

    def said(self, text: LocalName | None) -> str | None:
        """A text in the answer's language."""
        return getattr(text, self.language) if text else None

    def _step(self, step: Any) -> dict[str, Any]:
        return {
            "service": step.service,
            "step": step.code,
            "title": self.said(step.title),
            "mandatory": step.mandatory,
            "told_first": step.told_first,
            "because": list(step.because),
            "rows": list(step.rows),
            "depends_on": list(step.depends_on),
            "sheets": list(step.sheets),
            "obligations": [self._clock(clock) for clock in step.clocks],
        }

    def _clock(self, clock: PlannedClock) -> dict[str, Any]:
        duty = self.pack.obligations[clock.kind]
        shown: dict[str, Any] = {
            "obligation": clock.kind,
            "title": self.said(duty.title),
            "evidence": self.said(duty.evidence),
            "starts": clock.starts,
            "recurring": clock.recurring,
            "on_request": clock.on_request,
            "limits": [
                {"limit": str(b.limit), "row": b.row, "counted_from": "occurred" if b.from_event else clock.starts}
                for b in clock.bounds
            ],
            "due_at": None,
            "row": None,
        }
        if clock.at_once:
            due_at, bound = clock.ends(self.at, self.calendar, self.facts.occurred_at)
            levels = ladder(self.pack, Span(self.at, due_at), self.plan.risk)
            shown |= {"due_at": _utc(due_at), "row": bound.row}
            shown["ladder"] = [{"level": each.level, "at": _utc(each.at)} for each in levels]
        return shown

    def _service(self, each: Any) -> dict[str, Any]:
        return {
            "service": each.code,
            "title": self.said(each.title),
            "granted": each.granted,
            "ground": each.ground,
            "basis": self.said(each.basis),
            "decider": each.decider,
            "limit": str(each.limit),
            "gap": each.gap,
            "refusal": self.said(each.refusal),
            "row": each.row,
        }

    def _placement(self) -> dict[str, Any] | None:
        need = self.plan.placement
        if need is None:
            return None
        named = ("profiles", "placed_as", "papers", "rows")
        return {name: list(getattr(need, name)) for name in named}


def explain(asked: argparse.Namespace) -> int:
    """Print who must do what by when under the version in force, or the one asked for."""
    at = asked.at or datetime.now(UTC)
    protocols = read_country(asked.country).protocols
    pack = protocols.version(asked.version) if asked.version else protocols.in_force(at)
    if asked.calendar and asked.calendar not in protocols.unit_calendars:
        raise LookupError(f"there is no unit calendar {asked.calendar!r}")
    facts = Facts(asked.risk, asked.category, asked.facts, asked.occurred, at)
    answer = Answer(pack, protocols.calendar_of(asked.calendar), facts, at, asked.language)
    sheets = read_sheets(asked.country, pack.version) if asked.sheets else {}
    if asked.json:
        shown = answer.document() | ({"sheets": _sheets(answer, sheets)} if asked.sheets else {})
        sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
        return 0
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    _print(answer, console)
    for sheet in _named(answer, sheets):
        _print_sheet(sheet, answer, console)
    return 0


def _print(answer: Answer, console: Console) -> None:
    say = phrase(answer.language)
    shown = answer.document()
    console.print(f"[bold]{shown['protocol_version']}[/] · {shown['risk']} · {', '.join(shown['categories'])}")
    if shown["told_first"]:
        console.print(f"{say('told first')}: {', '.join(map(say, shown['told_first']))}")
    if shown["never"]:
        console.print(f"{say('never')}: {', '.join(map(say, shown['never']))}", style="red")
    console.print(_obligations(answer, shown))
    console.print(_services(answer, shown))
    need, commission = shown["placement"], shown["commission"]
    if need:
        console.print(
            f"{say('placement')}: {', '.join(need['profiles']) or '—'} · {', '.join(need['papers'])} · {need['rows'][0]}"
        )
    if commission["convene"]:
        urgent = say("urgent") if commission["urgent"] else say("in its term")
        console.print(f"{say('commission')}: {urgent} · {', '.join(commission['rows'])}")
    if shown["measures"]:
        console.print(f"{say('by itself')}: {', '.join(shown['measures'])}")


def _obligations(answer: Answer, shown: Mapping[str, Any]) -> Table:
    say = phrase(answer.language)
    table = Table(*(say(head) for head in ("who", "what", "due")))
    table.add_column(say("row that decided"), overflow="fold")
    for step in shown["steps"]:
        table.add_row(say(step["service"]), step["title"], "", str(step["step"]), style="bold")
        for clock in step["obligations"]:
            table.add_row("", f"  {clock['title']}", _due(answer, clock), _row(clock))
    for clock in shown["case"]:
        table.add_row(say(clock["holder"]), clock["title"], _due(answer, clock), _row(clock))
    return table


def _services(answer: Answer, shown: Mapping[str, Any]) -> Table:
    say = phrase(answer.language)
    table = Table(*(say(head) for head in ("service", "ground", "who decides", "within", "row that decided")))
    for each in shown["services"]:
        ground = each["basis"] if each["granted"] else f"✗ {each['refusal']}"
        table.add_row(each["title"], ground, say(each["decider"]), each["limit"], each["row"])
    return table


def _due(answer: Answer, clock: Mapping[str, Any]) -> str:
    say = phrase(answer.language)
    if clock["on_request"]:
        return say("on request")
    limits = ", ".join(str(each["limit"]) for each in clock["limits"])
    if clock["starts"] != Starts.RECEIVED:
        return f"{limits} {say('after')} {say(clock['starts'])}"
    local = answer.calendar.local(datetime.fromisoformat(clock["due_at"]))
    return f"{local:%Y-%m-%d %H:%M} ({limits})"


def _row(clock: Mapping[str, Any]) -> str:
    return str(clock["row"] or (clock["limits"][0]["row"] if clock["limits"] else ""))


def _named(answer: Answer, sheets: Mapping[str, Sheet]) -> Iterator[Sheet]:
    names = dict.fromkeys(name for step in answer.plan.steps for name in step.sheets)
    return (sheets[name] for name in names if name in sheets)


def _sheets(answer: Answer, sheets: Mapping[str, Sheet]) -> list[dict[str, Any]]:
    return [
        {
            "sheet": sheet.sheet,
            "title": answer.said(sheet.title),
            **{
                audience: {
                    "do": [answer.said(line) for line in sheet.advice(audience).do],
                    "never": [answer.said(line) for line in sheet.advice(audience).never],
                }
                for audience in Audience
            },
        }
        for sheet in _named(answer, sheets)
    ]


def _print_sheet(sheet: Sheet, answer: Answer, console: Console) -> None:
    say = phrase(answer.language)
    console.print(f"\n{answer.said(sheet.title)}", style="bold cyan", markup=False)
    for audience in Audience:
        console.print(f"  {say(audience)}", style="bold", markup=False)
        for line in sheet.advice(audience).do:
            console.print(f"    ✓ {answer.said(line)}", markup=False)
        for line in sheet.advice(audience).never:
            console.print(f"    ✗ {answer.said(line)}", style="red", markup=False)


def _utc(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
