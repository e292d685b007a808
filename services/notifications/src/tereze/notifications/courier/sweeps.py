"""Decides what is given up, forgotten and shown to the operator; must never give up on an endpoint that still answers."""

import asyncio
from datetime import timedelta

import structlog
from prometheus_client import Gauge

from tereze.chassis.database import Database
from tereze.chassis.work import Work
from tereze.contracts.operations import GiveUpReason
from tereze.notifications.courier.giving_up import tell_given_up
from tereze.notifications.settings import NotificationSettings
from tereze.notifications.store import deliveries, endpoints, lanes, retention

EVERY = 10.0
_AT_ONCE = 5_000
_log = structlog.get_logger()

OLDEST = Gauge(
    "tereze_subscriber_oldest_undelivered_seconds",
    "Age of the oldest event a subscriber has not heard.",
    ["subscription"],
)
PENDING = Gauge("tereze_subscriber_undelivered", "Events a subscriber has not heard.", ["subscription"])


async def give_up_on_the_silent(work: Work, patience: timedelta) -> None:
    """What waited longer than all retries for an endpoint that never answered meanwhile has failed, tried or not.

    The time counts from the first failure to the last one: while no courier ran, nobody asked the endpoint.
    """
    for subscription_id, agency_id, failed_at in await endpoints.failing_for(work, patience):
        given_up = await deliveries.abandon(work, subscription_id, "endpoint-did-not-answer", failed_at - patience)
        tell_given_up(work, subscription_id, agency_id, GiveUpReason.ENDPOINT_SILENT, given_up)
        await lanes.clear_emptied(work, subscription_id)


async def clear_the_stranded(work: Work) -> None:
    """What was lined up while its subscription ended."""
    for subscription_id in await endpoints.stranded(work):
        await deliveries.abandon(work, subscription_id, "subscription-ended", work.now)
        await lanes.clear_emptied(work, subscription_id)


async def show_backlogs(work: Work) -> None:
    """Tell the operator how long each subscriber has been waiting."""
    OLDEST.clear()
    PENDING.clear()
    for backlog in await endpoints.backlogs(work):
        OLDEST.labels(backlog.subscription_id).set((work.now - backlog.since).total_seconds())
        PENDING.labels(backlog.subscription_id).set(backlog.pending)


async def sweep(database: Database, settings: NotificationSettings) -> None:
    """Do all of it once."""
    async with database.work() as work:
        await give_up_on_the_silent(work, settings.patience)
    async with database.work() as work:
        await clear_the_stranded(work)
    async with database.work() as work:
        await show_backlogs(work)
    forgotten = _AT_ONCE
    while forgotten == _AT_ONCE:
        async with database.work() as work:
            forgotten = await retention.forget(work, timedelta(days=settings.log_keep_days), at_most=_AT_ONCE)


async def keep_sweeping(database: Database, settings: NotificationSettings) -> None:
    """Sweep until cancelled."""
    while True:
        try:
            await sweep(database, settings)
        except Exception:  # noqa: BLE001 - the next sweep tries again; the operator sees it
            _log.exception("a sweep failed")
        await asyncio.sleep(EVERY)
