"""Decides which addresses the service answers; must never answer about another agency's subscriptions."""

from fastapi import APIRouter

from tereze.notifications.api import deliveries, disclosures, subscriptions
from tereze.notifications.api.feed import feed_routes
from tereze.notifications.bell import Bell


def routes(bell: Bell) -> APIRouter:
    """Every route of the service; long polls and streams wait for this bell."""
    router = APIRouter(tags=["notifications"])
    router.include_router(subscriptions.router)
    router.include_router(deliveries.router)
    router.include_router(disclosures.router)
    router.include_router(feed_routes(bell))
    return router
