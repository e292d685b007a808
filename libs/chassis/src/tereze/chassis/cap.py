"""Decides when so much fails that the events cannot be to blame; must never count an event that only queues behind another."""

from collections import deque

_REMEMBERED = 500


class ParkingCapReached(Exception):
    """Consuming stops until a person looks: this is a bad deploy, not a bad event."""


class ParkingCap:
    """Watches how many events are parked without a success in between, and their share of the last few hundred."""

    def __init__(self, *, share: float, run: int) -> None:
        self._share, self._run = share, run
        self._in_a_row = 0
        self._outcomes: deque[bool] = deque(maxlen=_REMEMBERED)

    def remember(self, parked: int) -> None:
        """So many were parked shortly before this process began: a restart alone is no new start."""
        self._in_a_row = max(self._in_a_row, min(parked, self._run - 1))

    def judge(self, *, good: int, bad: int, batch_had_good: bool = True) -> None:
        """Take in one transaction's outcome before it commits. Raises ParkingCapReached where it must not."""
        self._outcomes.extend([False] * min(good, _REMEMBERED))
        self._outcomes.extend([True] * bad)
        if good or (bad and batch_had_good):
            self._in_a_row = 0
        else:
            self._in_a_row += bad
        if not bad:
            return
        failed = sum(self._outcomes)
        too_large_a_share = failed >= self._run and failed > self._share * len(self._outcomes)
        if self._in_a_row >= self._run or too_large_a_share:
            raise ParkingCapReached
