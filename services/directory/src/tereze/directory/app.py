"""Decides how the directory service is put together; must never hold a route's or a table's rule."""

from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.directory.api import router
from tereze.directory.fitness import deadlines
from tereze.directory.store.tables import metadata
from tereze.directory.suspending import handlers


def build(_settings: ServiceSettings) -> Service:
    """The service. It knows its callers as every service does: from the topics it publishes itself."""
    return Service(name="directory", metadata=metadata, router=router, handlers=handlers, deadlines=deadlines)
