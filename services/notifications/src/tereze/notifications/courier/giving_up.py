"""Decides how operators hear that events will not reach a subscriber; must never call what its agency ended itself given up."""

from tereze.chassis.ids import lasting_id
from tereze.chassis.work import Work
from tereze.contracts.operations import DeliveryGivenUp, GiveUpReason


def tell_given_up(work: Work, subscription_id: str, agency_id: str, reason: GiveUpReason, deliveries: int) -> None:
    """Make it a duty of the operators, one for each subscription, whose row is locked, that the agency is told by another way."""
    if deliveries:
        work.publish(
            DeliveryGivenUp(
                duty_id=lasting_id("dty", "subscription", subscription_id),
                subscription_id=subscription_id,
                agency_id=agency_id,
                reason=reason,
                deliveries=deliveries,
                given_up_at=work.now,
            )
        )
