"""Decides how the registry service is put together; must never hold a route's or a table's rule."""

from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.registry.api import router
from tereze.registry.deadlines import deadlines
from tereze.registry.handlers import handlers
from tereze.registry.matching import model_at
from tereze.registry.refolding import prepare
from tereze.registry.settings import RegistrySettings
from tereze.registry.store.tables import metadata


def build(settings: ServiceSettings) -> Service:
    """The service. Raises OSError or ValueError for a model that it cannot decide by."""
    if isinstance(settings, RegistrySettings):
        model_at(settings.model)
    return Service(
        name="registry",
        metadata=metadata,
        router=router,
        handlers=handlers,
        deadlines=deadlines,
        prepare=prepare,
    )
