"""Decides how the referral service is put together; must never hold a route's or a table's rule."""

from datetime import UTC, date, datetime

import structlog

from tereze.chassis.handlers import Handlers
from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.chassis.signals import calendar_years_missing, protocols_refused
from tereze.protocol import Country
from tereze.referral import closing, leaving, relieving
from tereze.referral.api import router
from tereze.referral.deadlines import deadlines
from tereze.referral.handlers import handlers
from tereze.referral.moments import country_of
from tereze.referral.store.service_tables import metadata  # every table: this file stands on the others

log = structlog.get_logger(__name__)


def build(settings: ServiceSettings) -> Service:
    """The service. A protocol with a mistake is refused and told, the others stay; where none is left it stops here."""
    watch(country_of(settings.pack), datetime.now(UTC).date())
    every = Handlers()
    every.include(handlers)
    every.include(relieving.handlers)
    every.include(leaving.handlers)
    every.include(closing.handlers)
    return Service(name="referral", metadata=metadata, router=router, handlers=every, deadlines=deadlines)


def watch(country: Country, today: date) -> None:
    """Say loudly what somebody must mend: a refused protocol; a calendar year that is missing, from a quarter before it."""
    for refused in country.refused:
        for mistake in refused.mistakes:
            log.error("a protocol is refused, the others stay in force", source=refused.source, mistake=mistake)
    protocols_refused.set(len(country.refused))
    calendar = country.protocols.calendar
    if missing := calendar.missing_on(today):
        log.warning("limits will count without days off", years=", ".join(map(str, missing)))
    calendar_years_missing.set_function(lambda: len(calendar.missing_on(datetime.now(UTC).date())))
