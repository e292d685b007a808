"""Decides that the operator sees who is not hearing, and that only what was heard is ever forgotten."""

from datetime import timedelta

from prometheus_client import REGISTRY

from tereze.notifications.courier.sweeps import sweep
from tereze.notifications.store import retention
from tereze.rig.casestory import CaseStory
from tereze.rig.inside import agency_id
from tereze.rig.partner import delivering, subscribe, until

POLICE = agency_id("almaty-police")


async def jump(inside, ahead: str) -> None:
    async with inside.runtime.database.work() as work:
        await work.raw.execute("UPDATE demo_clock SET ahead = $1::text::interval", ahead)


async def count(inside, table: str) -> int:
    async with inside.runtime.database.work() as work:
        return int(await work.raw.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a table of ours


async def test_the_operator_sees_how_long_a_subscriber_has_been_waiting(notifications, receiver):
    made = await subscribe(notifications, "almaty-police:system", receiver.url)
    await notifications.tell(CaseStory().assigned(to=POLICE))
    await jump(notifications, "2 hours")
    await sweep(notifications.runtime.database, notifications.runtime.settings)
    labels = {"subscription": made["subscription_id"]}
    assert REGISTRY.get_sample_value("tereze_subscriber_oldest_undelivered_seconds", labels) >= 7_200
    assert REGISTRY.get_sample_value("tereze_subscriber_undelivered", labels) == 1


async def test_what_is_kept_long_enough_is_forgotten_unless_somebody_still_waits_for_it(notifications, receiver):
    await subscribe(notifications, "almaty-police:system", receiver.url, types=["tereze.task.assigned.v1"])
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE))
    await jump(notifications, "46 days")
    async with notifications.runtime.database.work() as work:
        assert await retention.forget(work, timedelta(days=45), at_most=100) == 1
    assert await count(notifications, "log_entry") == 1
    async with delivering(notifications):
        await until(lambda: receiver.acknowledged)
        await until(lambda: nothing_kept(notifications))
    assert await count(notifications, "delivery") == await count(notifications, "addressed") == 0


async def nothing_kept(inside) -> bool:
    await sweep(inside.runtime.database, inside.runtime.settings)
    return await count(inside, "log_entry") == 0


async def test_recent_events_stay(notifications):
    await notifications.tell(CaseStory().assigned(to=POLICE))
    await sweep(notifications.runtime.database, notifications.runtime.settings)
    assert await count(notifications, "log_entry") == 1


async def test_what_was_lined_up_while_its_subscription_ended_is_cleared(notifications, receiver):
    made = await subscribe(notifications, "almaty-police:system", receiver.url)
    await notifications.tell(CaseStory().assigned(to=POLICE))
    async with notifications.runtime.database.work() as work:
        await work.raw.execute(
            "UPDATE subscription SET state = 'ended' WHERE subscription_id = $1", made["subscription_id"]
        )
    await sweep(notifications.runtime.database, notifications.runtime.settings)
    async with notifications.runtime.database.work() as work:
        assert await work.raw.fetchval("SELECT state FROM delivery") == "failed"
    assert await count(notifications, "lane") == 0
