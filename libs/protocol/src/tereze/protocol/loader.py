"""Decides how a protocol text becomes a pack, or is refused whole; must never open a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.checks import mistakes_in
from tereze.protocol.languages import missing_languages
from tereze.protocol.located import BadText, locate
from tereze.protocol.pack import Pack
from tereze.protocol.shelf import Protocols


@dataclass(frozen=True, slots=True)
class Refused:
    """A text that holds no protocol: where it stood, and every mistake with its line."""

    source: str
    mistakes: tuple[str, ...]


def load_pack(text: str, source: str = "pack") -> Pack:
    """Read a protocol pack from YAML. Raises BadText: every mistake with its line."""
    located = locate(text, source)
    pack = located.read(Pack)
    located.fail([*mistakes_in(pack), *missing_languages(located.values)])
    return pack


def load_shelf(
    texts: Iterable[tuple[str, str]],
    calendar: WorkingCalendar,
    unit_calendars: Mapping[str, WorkingCalendar] | None = None,
) -> tuple[Protocols, tuple[Refused, ...]]:
    """Every protocol that can be read, from ``(source, text)`` pairs, and those that cannot.

    A pack with a mistake is refused whole; those beside it stay in force. Raises BadText when none is left.
    """
    packs: list[Pack] = []
    refused: list[Refused] = []
    for source, text in texts:
        try:
            packs.append(load_pack(text, source))
        except BadText as mistakes:
            refused.append(Refused(source, tuple(str(mistakes).splitlines())))
    if not packs:
        raise BadText("\n".join(line for each in refused for line in each.mistakes) or "there is no protocol")
    return Protocols(packs, calendar, unit_calendars), tuple(refused)
