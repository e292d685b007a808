"""Decides how the oversight service is put together; must never hold a rule."""

from tereze.chassis.handlers import Deadlines
from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.oversight.api import router
from tereze.oversight.handlers import handlers
from tereze.oversight.store import metadata


def build(_settings: ServiceSettings) -> Service:
    """The service: it listens to clocks and answers how agencies stand."""
    return Service(name="oversight", metadata=metadata, router=router, handlers=handlers, deadlines=Deadlines())
