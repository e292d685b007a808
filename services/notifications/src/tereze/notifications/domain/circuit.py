"""Decides how much may be sent to one endpoint while it fails; must never look at another endpoint."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class CircuitRules:
    """After ``opens_after`` failures in a row only one probe each ``probe_pause``, which doubles up to ``longest_pause``."""

    opens_after: int = 5
    probe_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(minutes=5)
    lanes_at_once: int = 32


@dataclass(frozen=True, slots=True)
class Circuit:
    """How one endpoint has behaved lately: its first and its last failure in a row. Nothing is sent before ``blocked_until``."""

    failures: int = 0
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    blocked_until: datetime | None = None

    def is_open(self, rules: CircuitRules) -> bool:
        """Whether only a probe may be sent."""
        return self.failures >= rules.opens_after

    def room(self, now: datetime, rules: CircuitRules, *, in_flight: int = 0) -> int:
        """How many more cases may have a delivery under way."""
        if self.blocked_until is not None and self.blocked_until > now:
            return 0
        most = 1 if self.is_open(rules) else rules.lanes_at_once
        return max(0, most - in_flight)

    def after_success(self) -> "Circuit":
        """The endpoint acknowledged a delivery."""
        return Circuit()

    def after_failure(self, now: datetime, rules: CircuitRules, asked_to_wait: timedelta | None = None) -> "Circuit":
        """The endpoint failed, or asked to wait for a while (``Retry-After``)."""
        failures = self.failures + 1
        pause = max(asked_to_wait or timedelta(), _probe_pause(failures, rules))
        blocked = max(filter(None, (self.blocked_until, now + pause)), default=now) if pause else self.blocked_until
        return Circuit(failures, failing_since=self.failing_since or now, failed_at=now, blocked_until=blocked)

    def while_probing(self, now: datetime, rules: CircuitRules) -> "Circuit":
        """A probe is on its way: nobody else sends one meanwhile."""
        if not self.is_open(rules):
            return self
        return replace(self, blocked_until=now + _probe_pause(self.failures, rules))


def _probe_pause(failures: int, rules: CircuitRules) -> timedelta:
    beyond = failures - rules.opens_after
    if beyond < 0:
        return timedelta()
    return min(rules.probe_pause * int(2 ** min(beyond, 20)), rules.longest_pause)
