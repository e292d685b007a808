"""Decides how the oversight service is put together; must never hold a rule."""

from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.oversight.api import router
from tereze.oversight.deadlines import deadlines
from tereze.oversight.handlers import handlers
from tereze.oversight.showing import keep_showing
from tereze.oversight.store.tables import metadata


def build(_settings: ServiceSettings) -> Service:
    """The service: it listens to clocks and to what waits for operators, and answers how each stands."""
    return Service(
        name="oversight",
        metadata=metadata,
        router=router,
        handlers=handlers,
        deadlines=deadlines,
        loops=(keep_showing,),
    )
