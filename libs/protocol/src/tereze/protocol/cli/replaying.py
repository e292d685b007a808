"""Decides how a replay is asked for and shown; must never hold more than one case in memory."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from rich.console import Console

from tereze.protocol.country import read_country
from tereze.protocol.history import read_history
from tereze.protocol.loader import load_pack
from tereze.protocol.pack import Pack
from tereze.protocol.past import Silence
from tereze.protocol.replay import CaseReplay, Judged, Standing, Verdict, replay
from tereze.protocol.shelf import Protocols


def replay_file(asked: argparse.Namespace) -> int:
    """Judge every case of a file; one JSON document a case, or a summary with the cases that differ."""
    protocols = read_country(asked.country).protocols
    as_of = asked.as_of or datetime.now(UTC)
    pack = _pack(protocols, asked.pack, as_of)
    with _lines(asked.history) as lines:
        found = replay(read_history(lines), pack, protocols.calendar, as_of)
        if asked.json:
            for case in found:
                sys.stdout.write(json.dumps(document(case, pack), ensure_ascii=False) + "\n")
        else:
            _summary(found, pack, Console(highlight=False, soft_wrap=True))
    return 0


def document(case: CaseReplay, pack: Pack) -> dict[str, Any]:
    """One case as plain values; durations in seconds, instants in UTC."""
    return {
        "case_id": case.case_id,
        "versions_then": list(case.versions),
        "version_asked": pack.version,
        "late_then": case.late(now=False),
        "late_now": case.late(now=True),
        "obligations": [_judged(each) for each in case.judged],
        "unanswered": [_silence(each) for each in case.unanswered],
        "gaps": case.gaps,
    }


def _judged(each: Judged) -> dict[str, Any]:
    return {
        "holder": each.part or "case",
        "agency_id": each.agency_id,
        "obligation": each.kind,
        "evidence_at": _utc(each.evidence_at),
        "then": _verdict(each.then),
        "now": _verdict(each.now),
    }


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "version": verdict.version,
        "row": verdict.row,
        "started_at": _utc(verdict.started_at),
        "due_at": _utc(verdict.due_at),
        "standing": verdict.standing,
        "late_by_seconds": verdict.late_by.total_seconds() if verdict.late_by else None,
    }


def _silence(each: Silence) -> dict[str, Any]:
    return {
        "holder": each.part or "case",
        "obligation": each.kind,
        "level": each.level,
        "fired_at": _utc(each.fired_at),
        "owed_by": each.owed_by,
        "told": list(each.told),
    }


def _summary(found: Iterator[CaseReplay], pack: Pack, console: Console) -> None:
    cases, differ, silent, gaps = 0, 0, 0, 0
    standings: Counter[tuple[str, Standing]] = Counter()
    for case in found:
        cases += 1
        silent += len(case.unanswered)
        gaps += case.gaps
        for each in case.judged:
            standings.update(("then", each.then.standing) for _ in (1,) if each.then)
            standings.update(("now", each.now.standing) for _ in (1,) if each.now)
        if case.late(now=False) != case.late(now=True):
            differ += 1
            console.print(
                f"{case.case_id}: late then {case.late(now=False)}, under {pack.version} {case.late(now=True)}; "
                f"unanswered escalations {len(case.unanswered)}"
            )
    if not cases:
        console.print("No case in this history: nothing was judged.", style="yellow")
        return
    console.print(f"\ncases {cases}; {differ} stand otherwise under {pack.version}; {silent} escalations unanswered")
    for when in ("then", "now"):
        told = ", ".join(f"{standing} {standings[when, standing]}" for standing in Standing)
        console.print(f"  {when:<5} {told}")
    if gaps:
        console.print(f"  {gaps} gaps: events are missing, or a case's events do not stand together", style="yellow")


def _pack(protocols: Protocols, asked: str | None, as_of: datetime) -> Pack:
    if asked is None:
        return protocols.in_force(as_of)
    path = Path(asked)
    return load_pack(path.read_text("utf-8"), path.name) if path.is_file() else protocols.version(asked)


@contextmanager
def _lines(path: Path) -> Iterator[IO[bytes]]:
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    with path.open("rb") as file:
        yield file


def _utc(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
