"""Decides how the registry service is put together; must never hold a route's or a table's rule."""

from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.registry.api import router
from tereze.registry.deadlines import deadlines
from tereze.registry.handlers import handlers
from tereze.registry.store.tables import metadata


def build(_settings: ServiceSettings) -> Service:
    """The service."""
    return Service(name="registry", metadata=metadata, router=router, handlers=handlers, deadlines=deadlines)
