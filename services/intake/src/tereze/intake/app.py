"""Decides how the intake service is put together; must never start without a protocol it can promise answers by."""

from tereze.chassis.handlers import Deadlines
from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.intake.api import routes
from tereze.intake.handlers import handlers
from tereze.intake.store import metadata
from tereze.protocol import read_country


def build(settings: ServiceSettings) -> Service:
    """The service, with the protocols and calendar of the country pack. Raises BadText where no protocol can be read."""
    return Service(
        name="intake",
        metadata=metadata,
        router=routes(read_country(settings.pack).protocols),
        handlers=handlers,
        deadlines=Deadlines(),
    )
