"""Decides which topics there are and how long each remembers; must never keep a sealed part without an end."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tereze.contracts.events import event_types

_DAY_MS = 24 * 60 * 60 * 1000
MAX_MESSAGE_BYTES = 3 * 1024 * 1024
PARTITIONS = 6
_COMPACTED = "tereze.directory."
_KEPT_DAYS = {"tereze.intake.referrals": 14}
_DEFAULT_DAYS = 30


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """How one topic is created where it is missing."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str] = field(default_factory=dict)


def topic_specs(replication: int) -> list[TopicSpec]:
    """Every topic of the contracts. Compacted ones hold the newest state of each key; the others forget after weeks."""
    names = sorted({event.topic for event in event_types().values() if event.topic.startswith("tereze.")})
    return [_spec(name, replication) for name in names]


def known_types() -> frozenset[str]:
    """Every CloudEvents type of this release."""
    return frozenset(event_types())


def _spec(name: str, replication: int) -> TopicSpec:
    config = {"max.message.bytes": str(MAX_MESSAGE_BYTES)}
    if name.startswith(_COMPACTED):
        return TopicSpec(name, 1, replication, {**config, "cleanup.policy": "compact"})
    keep = _KEPT_DAYS.get(name, _DEFAULT_DAYS) * _DAY_MS
    return TopicSpec(name, PARTITIONS, replication, {**config, "retention.ms": str(keep)})


def missing_from(specs: Iterable[TopicSpec], present: Iterable[str]) -> list[TopicSpec]:
    """The topics that have to be created."""
    known = set(present)
    return [spec for spec in specs if spec.name not in known]
