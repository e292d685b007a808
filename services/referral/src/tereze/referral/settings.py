"""Decides what the referral service is told by its environment; must never hold a limit of the protocol."""

from pydantic import Field

from tereze.chassis.settings import ServiceSettings


class ReferralSettings(ServiceSettings):
    """Settings of the referral service."""

    identity_patience_ms: int = Field(
        default=3_000,
        ge=0,
        description="How long a referral waits for the registry before its case opens provisionally",
    )
