"""Measures plans, clocks and replays of the response protocol, beside the bare walk and the bare parsing of the same data."""

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
from pydantic_core import from_json

from tereze.local.layout import PACK
from tereze.protocol import Facts, Pack, WorkingCalendar, plan, read_country, read_history, replay
from tereze.rig.bench.histories import EVENTS_PER_CASE, histories, some_facts

_PLANS = 100_000
_CASES = 200_000
_QUICK = 10
_CORES = 2
_AS_OF = datetime(2027, 7, 1, tzinfo=UTC)
_EARLY = 0.1  # memory is looked at after a tenth of the cases, when every cache is warm, and at the end


def measure(*, quick: bool) -> dict[str, Any]:
    """Plans and clocks of 100,000 invented histories on one core; a replay of 200,000 cases of 30 events on two."""
    part = _QUICK if quick else 1
    return {**_plans(_PLANS // part), **_replays(_CASES // part)}


def _country() -> tuple[Pack, WorkingCalendar]:
    protocols = read_country(PACK).protocols
    return protocols.version("kz-default/2"), protocols.calendar


def _plans(histories_wanted: int) -> dict[str, Any]:
    pack, calendar = _country()
    chance = random.Random(1)
    facts = [some_facts(chance) for _ in range(histories_wanted)]
    began, clocks = time.process_time(), 0
    for each in facts:
        clocks += _every_due(pack, calendar, each)
    ours = time.process_time() - began
    began = time.process_time()
    for each in facts:
        _bare_walk(pack, each)
    bare = time.process_time() - began
    return {
        "histories": histories_wanted,
        "clocks": clocks,
        "histories_per_minute": histories_wanted / ours * 60,
        "microseconds_a_history": ours / histories_wanted * 1e6,
        "peer_bare_walk_histories_per_minute": histories_wanted / bare * 60,
        "ratio_to_bare_walk": bare / ours,
    }


def _every_due(pack: Pack, calendar: WorkingCalendar, facts: Facts) -> int:
    """The plan, and when each of its clocks ends."""
    made, at = plan(pack, facts), facts.received_at
    assert at is not None
    clocks = [clock for step in made.steps for clock in step.at_once]
    clocks += [each.clock for each in made.case_clocks if each.clock.at_once]
    for clock in clocks:
        clock.ends(at, calendar, facts.occurred_at)
    return len(clocks)


def _bare_walk(pack: Pack, facts: Facts) -> int:
    """The same rows without a calendar, merging or reasons: every limit taken as minutes from the start."""
    at, found = facts.received_at, 0
    assert at is not None
    for category in facts.categories:
        for code in pack.categories[category].steps[facts.risk]:
            for kind in pack.steps[code].obligations:
                limit = pack.obligations[kind].limit(facts.risk)
                if limit is not None:
                    found += at + timedelta(minutes=limit.amount) > at
    return found


def _replays(cases: int) -> dict[str, Any]:
    share = cases // _CORES
    ranges = [range(core * share, (core + 1) * share) for core in range(_CORES)]
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(_CORES) as pool:
        workers = pool.map(_replay_share, ranges)
    took = time.monotonic() - began
    events = cases * EVENTS_PER_CASE
    replaying = sum(worker["replaying"] for worker in workers) / _CORES
    parsing = sum(worker["parsing"] for worker in workers) / _CORES
    return {
        "replay_cases": cases,
        "replay_events": events,
        "replay_cores": _CORES,
        "replay_seconds_without_writing_the_stream": replaying,
        "replay_seconds_with_writing_the_stream": took,
        "replay_events_per_second": events / replaying,
        "replay_minutes_for_a_year_of_a_country": replaying * (_CASES / cases) / 60,
        "peer_bare_json_parsing_seconds": parsing,
        "ratio_to_bare_json_parsing": parsing / replaying,
        "rss_mb_after_a_tenth": max(worker["early"] for worker in workers),
        "rss_mb_at_the_end": max(worker["late"] for worker in workers),
        "obligations_judged": sum(worker["judged"] for worker in workers),
    }


def _replay_share(cases: range) -> dict[str, float]:
    """One core's share. The stream is written, parsed and replayed case by case; each is timed apart, in CPU seconds."""
    pack, calendar = _country()
    spent = {"writing": 0.0, "parsing": 0.0, "replaying": 0.0}
    judged, early = 0, 0.0
    process = psutil.Process()
    batch = max(1, round(len(cases) * _EARLY / 10))
    for begin in range(cases.start, cases.stop, batch):
        some = range(begin, min(begin + batch, cases.stop))
        lines = _timed(spent, "writing", lambda some=some: list(histories(pack, calendar, some)))  # type: ignore[misc]
        _timed(spent, "parsing", lambda lines=lines: sum(1 for line in lines if from_json(line)))  # type: ignore[misc]
        judged += _timed(spent, "replaying", lambda lines=lines: _judge(iter(lines), pack, calendar))  # type: ignore[misc]
        del lines
        if not early and begin - cases.start >= len(cases) * _EARLY:
            early = process.memory_info().rss / 1e6
    return {**spent, "judged": judged, "early": early, "late": process.memory_info().rss / 1e6}


def _judge(lines: Iterator[bytes], pack: Pack, calendar: WorkingCalendar) -> int:
    return sum(len(case.judged) for case in replay(read_history(lines), pack, calendar, _AS_OF))


def _timed(spent: dict[str, float], what: str, work: Callable[[], Any]) -> Any:
    began = time.process_time()
    done = work()
    spent[what] += time.process_time() - began
    return done
