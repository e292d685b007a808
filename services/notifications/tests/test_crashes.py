"""Decides that a courier killed at any moment loses nothing and reorders nothing: real processes, really killed."""

import asyncio
import os
import random
import signal
import subprocess
import sys

import pytest

from tereze.rig.casestory import CaseStory
from tereze.rig.inside import agency_id
from tereze.rig.partner import assert_whole_and_in_order, subscribe, until

POLICE = agency_id("almaty-police")
NURSERY = """
import os, signal, sys
import uvloop
from tereze.chassis.runtime import Runtime
from tereze.notifications.app import build
from tereze.notifications.settings import NotificationSettings

async def main():
    settings = NotificationSettings()
    runtime = Runtime.assemble(settings, build(settings))
    await runtime.service.loops[0](runtime)

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        uvloop.run(main())
    print(child, flush=True)
"""


class Couriers:
    """Couriers in processes of their own, born from one that has imported everything already."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.alive: list[int] = []
        self._nursery = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self) -> int:
        ask, answer = self._nursery.stdin, self._nursery.stdout
        assert ask is not None
        assert answer is not None
        ask.write("one more\n")
        ask.flush()
        pid = int(answer.readline())
        self.alive.append(pid)
        return pid

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.alive.remove(pid)

    def close(self) -> None:
        for pid in list(self.alive):
            self.kill(pid)
        self._nursery.communicate()


@pytest.fixture
def couriers(notifications, service_environment):
    quick = {  # the last pause is long, so that a machine that stands still for seconds gives nothing up
        "TEREZE_DELIVERY_SCHEDULE": str([0, *(0.05 for _ in range(60)), 3600.0]),
        "TEREZE_DELIVERY_LEASE": "0.6",
        "TEREZE_CIRCUIT_OPENS_AFTER": "1000",
    }
    started = Couriers({**service_environment(notifications.runtime.settings.database_url), **quick})
    yield started
    started.close()


async def test_killing_couriers_loses_and_reorders_nothing(notifications, receiver, couriers):
    chance = random.Random(7)  # noqa: S311 - a seeded storm can be told again

    async def moody(_received):
        await asyncio.sleep(chance.uniform(0, 0.02))
        return chance.choice([204, 204, 204, 503])

    receiver.answer = moody
    await subscribe(notifications, "almaty-police:system", receiver.url)
    stories, told = [CaseStory() for _ in range(15)], []
    couriers.start()
    couriers.start()
    for _ in range(10):
        before = len(receiver.received)
        batch = [story.assigned(to=POLICE) for story in chance.choices(stories, k=30)]
        await notifications.tell(*batch)
        told += batch
        goal = before + chance.randint(1, 30)
        await until(lambda goal=goal: len(receiver.received) >= goal, 30)
        couriers.kill(couriers.alive[0])
        couriers.start()
    await until(lambda: len({each.id for each in receiver.acknowledged}) == len(told), 60)
    assert_whole_and_in_order(receiver, told)
    numbers = {(each.id, each.sequence) for each in receiver.received}
    assert len(numbers) == len(told), "a redelivery keeps its number"


async def test_a_paused_courier_does_not_send_under_a_lease_that_ran_out(notifications, receiver, couriers):
    held, story = asyncio.Event(), CaseStory()

    async def hold_the_first(received):
        if received.version == 1 and not held.is_set():
            held.set()
            await asyncio.Event().wait()
        return 204

    receiver.answer = hold_the_first
    await subscribe(notifications, "almaty-police:system", receiver.url)
    told = [story.assigned(to=POLICE) for _ in range(5)]
    await notifications.tell(*told)
    paused = couriers.start()
    await asyncio.wait_for(held.wait(), 30)
    os.kill(paused, signal.SIGSTOP)
    couriers.start()
    await until(lambda: len(receiver.acknowledged) == 5, 30)
    os.kill(paused, signal.SIGCONT)
    more = [story.assigned(to=POLICE) for _ in range(5)]
    await notifications.tell(*more)
    await until(lambda: len({each.id for each in receiver.acknowledged}) == 10, 30)
    assert_whole_and_in_order(receiver, [*told, *more])
    assert [each.version for each in receiver.acknowledged] == list(range(1, 11))
