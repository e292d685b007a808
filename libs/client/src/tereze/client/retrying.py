"""Decides whether a failed call is sent again and after how long; must never repeat what could take effect twice."""

from collections.abc import Callable
from typing import Any

import httpx

from tereze.client.call import Call
from tereze.client.problems import Problem, TooManyRequests, Unavailable, Unreachable

_LONGEST_HOLD = 60.0


def again(call: Call[Any]) -> Callable[[Exception], bool | float]:
    """The rule for one call: False gives up, True waits with backoff and jitter, a number waits that many seconds.

    A connection that was never made and a 429 cannot have had an effect: they are repeated whatever the call is.
    """

    def rule(error: Exception) -> bool | float:
        if isinstance(error, TooManyRequests):
            return _hold(error)
        if isinstance(error, Unreachable):
            return call.repeatable or isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout)
        if isinstance(error, Unavailable):
            return _hold(error) if call.repeatable else False
        return False

    return rule


def _hold(error: Problem) -> bool | float:
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= _LONGEST_HOLD else False
