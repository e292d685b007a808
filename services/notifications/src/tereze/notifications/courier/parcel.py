"""Decides what is carried to an endpoint and what is brought back; must never hold a right beyond one attempt."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from tereze.access import Decision
from tereze.notifications.store.deliveries import Waiting
from tereze.notifications.store.lanes import LaneKey


@dataclass(frozen=True, slots=True)
class Parcel:
    """One event for one endpoint, numbered. ``decision`` says what of it may be seen, as decided when it was taken up."""

    waiting: Waiting
    decision: Decision
    sequence: int
    previous_event_id: str | None


@dataclass(frozen=True, slots=True)
class Load:
    """Parcels of one leased lane, to be sent one after the other. ``key`` signs them."""

    lane: LaneKey
    url: str
    key: bytes = field(repr=False)
    parcels: tuple[Parcel, ...]
    taken_up_at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one POST. ``error`` is a short code of ours where no 2xx came."""

    status: int | None = None
    error: str | None = None
    asked_to_wait: timedelta | None = None

    @property
    def delivered(self) -> bool:
        """The receiver acknowledged."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)

    @property
    def gone(self) -> bool:
        """The receiver wants nothing any more."""
        return self.status == HTTPStatus.GONE


@dataclass(frozen=True, slots=True)
class Attempt:
    """A delivery and the answer to it."""

    waiting: Waiting
    answer: Answer


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a load: its attempts in order; what is not among them was not tried."""

    lane: LaneKey
    courier_id: str
    attempts: tuple[Attempt, ...] = ()
