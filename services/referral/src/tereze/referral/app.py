"""Decides how the referral service is put together; must never hold a route's or a table's rule."""

from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.referral.api import router
from tereze.referral.deadlines import deadlines
from tereze.referral.handlers import handlers
from tereze.referral.moments import read_protocols
from tereze.referral.store.tables import metadata


def build(settings: ServiceSettings) -> Service:
    """The service. A mistake in the protocol or the calendar stops it here, with its line."""
    read_protocols(settings.pack)
    return Service(name="referral", metadata=metadata, router=router, handlers=handlers, deadlines=deadlines)
