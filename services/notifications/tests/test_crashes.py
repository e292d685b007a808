"""Decides that a courier killed at any moment loses nothing and reorders nothing: a real process, really killed."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import defaultdict

from tereze.rig.casestory import CaseStory
from tereze.rig.inside import agency_id
from tereze.rig.partner import subscribe, until

POLICE = agency_id("almaty-police")
COURIER = """
import asyncio, uvloop
from tereze.chassis.runtime import Runtime
from tereze.notifications.app import build
from tereze.notifications.settings import NotificationSettings

async def main():
    settings = NotificationSettings()
    runtime = Runtime.assemble(settings, build(settings))
    await runtime.service.loops[0](runtime)

uvloop.run(main())
"""


def start_courier(inside, environment) -> subprocess.Popen[bytes]:
    url = inside.runtime.settings.database_url
    quick = {"TEREZE_DELIVERY_SCHEDULE": str([0, *(0.05 for _ in range(60))]), "TEREZE_DELIVERY_LEASE": "0.6"}
    return subprocess.Popen(
        [sys.executable, "-c", COURIER],
        env={**os.environ, **environment(url), **quick, "TEREZE_CIRCUIT_OPENS_AFTER": "1000"},
        start_new_session=True,
    )


async def test_killing_couriers_loses_and_reorders_nothing(notifications, receiver, service_environment):
    chance = random.Random(7)  # noqa: S311 - a seeded storm can be told again

    async def slow(_received):
        await asyncio.sleep(chance.uniform(0, 0.02))
        return chance.choice([204, 204, 204, 503])

    receiver.answer = slow
    await subscribe(notifications, "almaty-police:system", receiver.url)
    stories = [CaseStory() for _ in range(15)]
    couriers = [start_courier(notifications, service_environment) for _ in range(2)]
    told = []
    try:
        for kill in range(4):
            before = len(receiver.received)
            batch = [story.assigned(to=POLICE) for story in chance.choices(stories, k=40)]
            await notifications.tell(*batch)
            told += batch
            await until(lambda before=before: len(receiver.received) >= before + chance.randint(1, 30), 30)
            victim = couriers[kill % 2]
            os.killpg(victim.pid, signal.SIGKILL)
            victim.wait()
            couriers[kill % 2] = start_courier(notifications, service_environment)
        await until(lambda: len({each.id for each in receiver.acknowledged}) == len(told), 60)
    finally:
        for courier in couriers:
            os.killpg(courier.pid, signal.SIGKILL)
            courier.wait()
    first = list(dict.fromkeys((each.case, each.version) for each in receiver.acknowledged))
    by_case = defaultdict(list)
    for case, version in first:
        by_case[case].append(version)
    assert sorted(first) == sorted((event.case_id, event.case_version) for event in told)
    assert all(versions == sorted(versions) for versions in by_case.values())
    numbers = {each.id: {one.sequence for one in receiver.received if one.id == each.id} for each in receiver.received}
    assert all(len(found) == 1 for found in numbers.values()), "a redelivery keeps its number"


async def test_a_paused_courier_does_not_send_under_a_lease_that_ran_out(notifications, receiver, service_environment):
    held = asyncio.Event()
    story = CaseStory()

    async def answer(received):
        if received.version == 1 and not held.is_set():
            held.set()
            await asyncio.sleep(60)
        return 204

    receiver.answer = answer
    await subscribe(notifications, "almaty-police:system", receiver.url)
    await notifications.tell(*(story.assigned(to=POLICE) for _ in range(5)))
    paused = start_courier(notifications, service_environment)
    second = None
    try:
        await asyncio.wait_for(held.wait(), 30)
        os.kill(paused.pid, signal.SIGSTOP)
        second = start_courier(notifications, service_environment)
        await until(lambda: len(receiver.acknowledged) == 5, 30)
        os.kill(paused.pid, signal.SIGCONT)
        await notifications.tell(*(story.assigned(to=POLICE) for _ in range(5)))
        await until(lambda: len({each.id for each in receiver.acknowledged}) == 10, 30)
    finally:
        for courier in (paused, second):
            if courier is not None:
                os.killpg(courier.pid, signal.SIGKILL)
                courier.wait()
    assert [each.version for each in receiver.acknowledged] == list(range(1, 11))
