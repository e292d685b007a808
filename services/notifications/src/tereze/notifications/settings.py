"""Decides what can be set about deliveries and the feed; must never hold a secret."""

from datetime import timedelta

from pydantic import Field

from tereze.chassis.settings import ServiceSettings
from tereze.notifications.domain.circuit import CircuitRules
from tereze.notifications.domain.retry import SCHEDULE


class NotificationSettings(ServiceSettings):
    """Settings of the notifications service (``TEREZE_…``). Times are seconds."""

    delivery_schedule: tuple[float, ...] = Field(
        default=SCHEDULE, min_length=1, description="Pause before each attempt; the last one failing gives up"
    )
    delivery_timeout: float = Field(default=10.0, gt=0)
    delivery_lease: float = Field(
        default=5.0, gt=0, description="After so long the work of a dead courier is taken over"
    )
    delivery_poll: float = Field(default=1.0, gt=0, description="Longest sleep while nothing wakes the courier")
    lanes_per_endpoint: int = Field(default=32, ge=1, description="Cases of one subscriber under way at once")
    lanes_in_all: int = Field(default=256, ge=1)
    circuit_opens_after: int = Field(default=5, ge=1)
    circuit_probe_pause: float = Field(default=5.0, gt=0)
    circuit_longest_pause: float = Field(default=300.0, gt=0)
    stream_heartbeat: float = Field(default=15.0, gt=0)
    log_keep_days: int = Field(default=45, ge=1, description="How far back events can be read and replayed")
    subscriptions_per_agency: int = Field(default=20, ge=1)

    @property
    def demo(self) -> bool:
        """Whether deliveries may go to this machine over plain http."""
        return self.mode == "demo"

    @property
    def circuit(self) -> CircuitRules:
        """How endpoints that fail are treated."""
        return CircuitRules(
            opens_after=self.circuit_opens_after,
            probe_pause=timedelta(seconds=self.circuit_probe_pause),
            longest_pause=timedelta(seconds=self.circuit_longest_pause),
            lanes_at_once=self.lanes_per_endpoint,
        )

    @property
    def lease(self) -> timedelta:
        """How long a courier that went silent keeps what it holds."""
        return timedelta(seconds=self.delivery_lease)

    @property
    def patience(self) -> timedelta:
        """How long an endpoint may fail before what waits for it is given up."""
        return timedelta(seconds=sum(self.delivery_schedule))
