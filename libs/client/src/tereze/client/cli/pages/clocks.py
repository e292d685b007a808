"""Decides how a deadline is put into words: until when, how late, who is told next; must never show colour alone."""

from datetime import datetime, timedelta

from rich.text import Text

from tereze.client.cli.words import Words
from tereze.contracts.cases import ClockView
from tereze.contracts.words import ClockState

_STYLE = {ClockState.BREACHED: "bold red", ClockState.MET: "green", ClockState.MET_LATE: "yellow"}


def clock_lines(clock: ClockView, now: datetime, words: Words) -> Text:
    """Where the clock stands and, while it runs, who is told next and when."""
    text = Text(standing(clock, now, words), style=_STYLE.get(clock.state, ""))
    if clock.state in {ClockState.RUNNING, ClockState.BREACHED}:
        if clock.reached is not None:
            text.append("\n  " + words("clock-words.reached", level=words.code("level", clock.reached)), "dim")
        following = told_next(clock, now, words)
        if following:
            text.append("\n  " + following, "dim")
    return text


def standing(clock: ClockView, now: datetime, words: Words) -> str:
    """One sentence about the clock itself."""
    duty = words.code("clock", clock.kind)
    left = clock.due_at - now
    if clock.state is ClockState.RUNNING:
        key = "running" if left > timedelta(0) else "passing"
        return words(f"clock-words.{key}", duty=duty, at=words.at(clock.due_at), span=words.span(left))
    if clock.state is ClockState.BREACHED:
        return words("clock-words.breached", duty=duty, span=words.span(left))
    late = (clock.stopped_at or clock.due_at) - clock.due_at
    return words(f"clock-words.{clock.state.value}", duty=duty, span=words.span(late))


def told_next(clock: ClockView, now: datetime, words: Words) -> str | None:
    """Who is told next and when, if nobody acts."""
    if clock.next_level is None or clock.next_level_at is None:
        return None
    level = words.code("level", clock.next_level)
    left = clock.next_level_at - now
    if left <= timedelta(0):
        return words("clock-words.next-now", level=level)
    return words("clock-words.next", level=level, at=words.at(clock.next_level_at), span=words.span(left))
