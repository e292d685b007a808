"""Decides how the notifications service is put together; must never hold a route's, a table's or an endpoint's rule."""

import asyncio
import random
from functools import partial

from tereze.chassis.handlers import Deadlines
from tereze.chassis.runtime import Runtime
from tereze.chassis.service import Service
from tereze.chassis.settings import ServiceSettings
from tereze.notifications.api import routes
from tereze.notifications.bell import Bell
from tereze.notifications.courier.loop import Courier
from tereze.notifications.courier.posting import Poster
from tereze.notifications.courier.rounds import Rules
from tereze.notifications.courier.sweeps import keep_sweeping
from tereze.notifications.handlers import handlers
from tereze.notifications.settings import NotificationSettings
from tereze.notifications.store.tables import metadata


def build(_settings: ServiceSettings) -> Service:
    """The service: one bell wakes the courier and everybody who waits at the feed."""
    bell = Bell()
    return Service(
        name="notifications",
        metadata=metadata,
        router=routes(bell),
        handlers=handlers,
        deadlines=Deadlines(),
        loops=(partial(deliver, bell),),
    )


async def deliver(bell: Bell, runtime: Runtime) -> None:
    """Carry what is lined up to its endpoints until cancelled."""
    settings = runtime.settings
    assert isinstance(settings, NotificationSettings)
    rules = Rules(settings.delivery_schedule, settings.circuit, settings.lanes_in_all, random.SystemRandom().random)
    async with Poster(demo=settings.demo, timeout=settings.delivery_timeout) as poster:
        courier = Courier(runtime.database, poster, bell, rules, lease=settings.lease, poll=settings.delivery_poll)
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_sweeping(runtime.database, settings))
            group.create_task(courier.run())
