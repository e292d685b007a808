"""Decides how the intake service is put together; must never start without a protocol it can promise answers by."""

from pathlib import Path

from tereze.chassis.handlers import Deadlines
from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.intake.api import routes
from tereze.intake.handlers import handlers
from tereze.intake.store import metadata
from tereze.protocol import Protocols, load_calendar, load_pack


def build(settings: ServiceSettings) -> Service:
    """The service, with the protocols and calendar of the country pack. Raises BadText for a pack with mistakes."""
    return Service(
        name="intake",
        metadata=metadata,
        router=routes(read_protocols(settings.pack)),
        handlers=handlers,
        deadlines=Deadlines(),
    )


def read_protocols(pack: Path) -> Protocols:
    """The protocol versions and the working calendar of a country pack's folder."""
    packs = [load_pack(path.read_text("utf-8"), path.name) for path in sorted((pack / "protocol").glob("*.yaml"))]
    years = [path.read_text("utf-8") for path in sorted((pack / "calendar").glob("*.yaml"))]
    return Protocols(packs, load_calendar(years))
