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

# A lookup is planned once a connection: what to look under differs, the way to look does not, and planning it anew each time cost more
# than looking.
SESSION = {"plan_cache_mode": "force_generic_plan"}


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
        session=SESSION,
    )
