"""Decides how far the demo clock runs ahead, in every service at once; must never touch anything but a running demo stack."""

import re
from datetime import timedelta

from tereze.local.keys import SERVICES
from tereze.local.layout import Layout
from tereze.local.postgres import Postgres
from tereze.local.state import running_state

_CHANGE = re.compile(r"\+(?P<count>\d{1,4})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class NotNow(RuntimeError):
    """The clock cannot be moved, or not so."""


def change(layout: Layout, word: str) -> str:
    """Apply ``+4h``, ``+2d``, ``reset`` or ``show``; returns what the clock then says. Raises NotNow."""
    postgres = find_postgres(layout)
    return show(postgres) if word == "show" else set_ahead(postgres, target(word, ahead(postgres)))


def find_postgres(layout: Layout) -> Postgres:
    """The database server of a running demo stack. Raises NotNow where there is none."""
    state = running_state(layout.state)
    if state is None:
        raise NotNow(f"no stack runs on {layout.root}: ./tereze up first")
    if state.mode != "demo":
        raise NotNow("only a demo's clock can be moved")
    return Postgres(layout.postgres)


def target(word: str, now_ahead: timedelta) -> timedelta:
    """How far ahead the clock shall be. It goes back only by ``reset``: what has fired stays fired."""
    if word == "reset":
        return timedelta()
    parsed = _CHANGE.fullmatch(word)
    if parsed is None:
        raise NotNow(f"{word!r} is not a change of the clock: say +4h, +2d, +30m, reset or show")
    return now_ahead + timedelta(**{_UNITS[parsed["unit"]]: int(parsed["count"])})


def ahead(postgres: Postgres) -> timedelta:
    """How far the clock is ahead; every service's database holds the same."""
    seconds = postgres.sql("SELECT extract(epoch FROM ahead) FROM demo_clock", SERVICES[0])
    return timedelta(seconds=float(seconds or 0))


def set_ahead(postgres: Postgres, wanted: timedelta) -> str:
    """Write it into every service's database; timers that are due by then fire at their next poll."""
    for service in SERVICES:
        postgres.sql(f"UPDATE demo_clock SET ahead = make_interval(secs => {wanted.total_seconds():f})", service)  # noqa: S608 - a number
    return show(postgres)


def show(postgres: Postgres) -> str:
    """The demo's time and its distance from the real one, in words."""
    now = postgres.sql("SELECT to_char(tereze_now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')", SERVICES[0])
    distance = ahead(postgres)
    return f"Demo clock: {now} UTC" + (f", {distance} ahead of real time" if distance else ", the real time")
