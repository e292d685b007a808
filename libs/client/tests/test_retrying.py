"""What is sent again."""

import httpx
import pytest

from tereze.client.call import Call, nothing
from tereze.client.plans import referrals, tasks
from tereze.client.problems import Unreachable, problem_of
from tereze.client.retrying import again

SAFE = Call("GET", "/v1/cases", nothing, repeatable=True)
COMMAND = Call("POST", "/v1/tasks/t/accept", nothing)


def unreachable(cause: Exception) -> Unreachable:
    error = Unreachable("no answer")
    error.__cause__ = cause
    return error


def test_a_lost_answer_is_retried_only_where_twice_is_once() -> None:
    lost = unreachable(httpx.ReadTimeout("slow"))
    assert again(SAFE)(lost) is True
    assert again(COMMAND)(lost) is False


def test_a_connection_never_made_is_retried_for_every_call() -> None:
    assert again(COMMAND)(unreachable(httpx.ConnectError("refused"))) is True


@pytest.mark.parametrize(
    ("header", "wait"), [({"retry-after": "3"}, 3.0), ({}, True), ({"retry-after": "3600"}, False)]
)
def test_unavailable_waits_as_long_as_it_is_told(header: dict[str, str], wait: float | bool) -> None:
    assert again(SAFE)(problem_of(503, header, b"")) == wait
    assert again(COMMAND)(problem_of(503, header, b"")) is False


def test_too_many_requests_is_retried_for_every_call() -> None:
    assert again(COMMAND)(problem_of(429, {"retry-after": "1"}, b"")) == 1.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 428, 500])
def test_a_refusal_is_never_retried(status: int) -> None:
    assert again(SAFE)(problem_of(status, {}, b"")) is False


def test_reading_and_creating_are_repeatable_and_commands_are_not() -> None:
    assert referrals.get("ref_1").repeatable
    assert not next(tasks.receive("tsk_1", version=1)).repeatable
