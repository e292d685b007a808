"""Decides which of a service's measurements an operator sees first; must never show anything about a person."""

from collections.abc import Iterator, Mapping

from tereze.local.components import fetch

SHOWN: Mapping[str, str] = {
    "tereze_consumer_lag": "lag",
    "tereze_consumer_behind_seconds": "behind_s",
    "tereze_outbox_oldest_seconds": "outbox_oldest_s",
    "tereze_parked_keys": "parked",
    "tereze_timers_overdue_seconds": "overdue_s",
    "tereze_timers_parked": "timers_parked",
    "tereze_loop_waiting": "waiting",
    "tereze_subscriber_oldest_undelivered_seconds": "undelivered_s",
}


def read_signals(port: int) -> dict[str, float]:
    """The signals one process shows on /metrics, the worst of each; empty when it does not answer."""
    _, body = fetch(port, "/metrics")
    return worst_signals(body.decode(errors="replace"))


def worst_signals(text: str) -> dict[str, float]:
    """The largest value of each shown measurement, over all its labels."""
    worst: dict[str, float] = {}
    for name, value in _samples(text):
        if name in SHOWN:
            label = SHOWN[name]
            worst[label] = max(value, worst.get(label, value))
    return worst


def _samples(text: str) -> Iterator[tuple[str, float]]:
    """Name and value of each line of the Prometheus text format."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            head, _, value = line.rpartition(" ")
            yield head.partition("{")[0], float(value)
