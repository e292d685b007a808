"""Decides which protocol version is in force at an instant; must never change a version that was in force."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from tereze.protocol.calendar import WorkingCalendar
from tereze.protocol.pack import Pack


class NoProtocolInForce(LookupError):
    """No pack is effective at the time."""


class UnknownProtocol(LookupError):
    """No pack has this version."""


class Protocols:
    """The packs of a country with its working calendar."""

    def __init__(
        self,
        packs: Iterable[Pack],
        calendar: WorkingCalendar,
        unit_calendars: Mapping[str, WorkingCalendar] | None = None,
    ) -> None:
        self.calendar = calendar
        self.unit_calendars = dict(unit_calendars or {})
        self._packs = sorted(packs, key=lambda pack: (pack.effective, pack.version))
        versions = [pack.version for pack in self._packs]
        if len(set(versions)) != len(versions):
            raise ValueError(f"two packs with one version: {', '.join(versions)}")

    @property
    def packs(self) -> tuple[Pack, ...]:
        """Every version, the oldest first."""
        return tuple(self._packs)

    def calendar_of(self, unit_calendar_id: str | None) -> WorkingCalendar:
        """The calendar of a unit that has its own, else the country's."""
        return self.unit_calendars.get(unit_calendar_id or "", self.calendar)

    def in_force(self, at: datetime) -> Pack:
        """The pack with the latest effective date that has come on the country's clock; raises NoProtocolInForce."""
        day = self.calendar.local(at).date()
        for pack in reversed(self._packs):
            if pack.effective <= day:
                return pack
        raise NoProtocolInForce(f"no protocol is in force on {day}")

    def version(self, version: str) -> Pack:
        """The pack of one version; raises UnknownProtocol."""
        for pack in self._packs:
            if pack.version == version:
                return pack
        raise UnknownProtocol(version)
