"""Decides how the referral service is put together; must never hold a route's or a table's rule."""

from datetime import UTC, datetime, timedelta

import structlog

from tereze.chassis.handlers import Handlers
from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.protocol import CalendarMissesYear, WorkingCalendar
from tereze.referral import relieving
from tereze.referral.api import router
from tereze.referral.deadlines import deadlines
from tereze.referral.handlers import handlers
from tereze.referral.moments import read_protocols
from tereze.referral.store.place_tables import metadata  # every table: this file stands on the others

_AHEAD = timedelta(days=60)  # the longest limit, with room to add the year
log = structlog.get_logger(__name__)


def build(settings: ServiceSettings) -> Service:
    """The service. A mistake in the protocol or the calendar stops it here, with its line."""
    _warn_of_missing_years(read_protocols(settings.pack).calendar, datetime.now(UTC))
    every = Handlers()
    every.include(handlers)
    every.include(relieving.handlers)
    return Service(name="referral", metadata=metadata, router=router, handlers=every, deadlines=deadlines)


def _warn_of_missing_years(calendar: WorkingCalendar, now: datetime) -> None:
    """Limits that reach into a year without data end earlier than they should; somebody has to add the year."""
    for year in sorted({now.year, (now + _AHEAD).year}):
        try:
            calendar.require(year)
        except CalendarMissesYear as missing:
            log.warning("limits count without days off", reason=str(missing))
