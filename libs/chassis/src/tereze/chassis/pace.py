"""Decides how much goes into one transaction, so that locks are held for a fraction of a second; must never fall below one."""

_AIM_SECONDS = 0.25
_WEIGHT = 0.3


class Pace:
    """Learns what one item costs and keeps a transaction near a quarter of a second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._cost = _AIM_SECONDS / most

    @property
    def size(self) -> int:
        """How many items the next transaction should take."""
        return max(1, min(self._most, int(_AIM_SECONDS / self._cost)))

    def took(self, count: int, seconds: float) -> None:
        """So many items took so long together."""
        if count:
            self._cost += _WEIGHT * (max(seconds, 1e-6) / count - self._cost)
