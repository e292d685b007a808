"""Decides that the feed is one gapless log per reader: cursor, long poll, stream, and only what may be seen when it is read."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from cloudevents.core.formats.json import JSONFormat

from tereze.chassis.ids import new_id
from tereze.contracts.directory import StaffPublished
from tereze.contracts.events import Envelope
from tereze.notifications.handlers import keep_and_address
from tereze.rig.casestory import CaseStory, invent
from tereze.rig.inside import agency_id, demo_staff
from tereze.rig.partner import until

POLICE, SCHOOL, CLINIC = agency_id("almaty-police"), agency_id("almaty-school-1"), agency_id("almaty-clinic-1")
DESK = agency_id("almaty-desk")
TASK = invent("tsk")
BATCH = "application/cloudevents-batch+json"


@pytest.fixture
async def police(notifications):
    async with notifications.caller("almaty-police:member") as caller:
        yield caller


async def ids(caller, **asked):
    answer = await caller.get("/v1/events", params=asked)
    assert answer.status_code == 200, answer.text
    return [event["id"] for event in answer.json()]


async def test_the_feed_is_a_batch_of_cloud_events_in_order(notifications, police):
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE, task=TASK), story.accepted(TASK, by=POLICE))
    answer = await police.get("/v1/events", headers={"Accept": f"{BATCH}, application/problem+json"})
    assert answer.headers["content-type"].startswith(BATCH)
    assert [event["data"]["case_version"] for event in answer.json()] == [1, 2, 3]
    for event in answer.json():
        understood = JSONFormat().read(None, json.dumps(event))
        assert (understood.get_specversion(), understood.get_subject()) == ("1.0", story.case_id)


async def test_reading_on_from_the_last_id_or_the_cursor_misses_and_repeats_nothing(notifications, police):
    stories = [CaseStory() for _ in range(3)]
    await notifications.tell(*(story.assigned(to=POLICE) for _ in range(4) for story in stories))
    whole = await ids(police)
    assert len(whole) == 12
    by_id, after = [], None
    while batch := await ids(police, limit=5, **({"after": after} if after else {})):
        by_id += batch
        after = batch[-1]
    assert by_id == whole
    by_link, link = [], "/v1/events?limit=5"
    while True:
        answer = await police.get(link)
        if not answer.json():
            break
        by_link += [event["id"] for event in answer.json()]
        link = answer.headers["link"].split(">")[0].strip("<") + "&limit=5"
    assert by_link == whole


async def test_only_the_asked_for_types_come(notifications, police):
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE, task=TASK), story.accepted(TASK, by=POLICE))
    answer = await police.get("/v1/events", params={"types": "tereze.task.accepted.v1,tereze.case.opened.v1"})
    assert [event["type"] for event in answer.json()] == ["tereze.case.opened.v1", "tereze.task.accepted.v1"]


async def test_each_reader_sees_its_own_cases_with_what_its_part_shows(notifications, police):
    ours, theirs = CaseStory(), CaseStory()
    await notifications.tell(ours.referred(by=SCHOOL), ours.assigned(to=POLICE), theirs.assigned(to=CLINIC))
    (referred, assigned) = (await police.get("/v1/events")).json()
    assert referred["data"]["risk"] == "high"
    assert assigned["data"]["agency_id"] == POLICE
    async with notifications.caller("almaty-school-1:member") as school:
        seen = (await school.get("/v1/events")).json()
    assert [event["subject"] for event in seen] == [ours.case_id] * 2
    assert all("risk" not in event["data"] for event in seen), "a referrer follows who acts, not what others reported"
    async with notifications.caller("almaty-clinic-2:member") as stranger:
        assert (await stranger.get("/v1/events")).json() == []


async def test_the_ombudsman_reads_the_whole_log_and_an_operator_its_operations(notifications):
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE))
    async with notifications.caller("ombudsman:ombudsman") as ombudsman:
        seen = (await ombudsman.get("/v1/events")).json()
        assert [event["data"]["risk"] for event in seen] == ["high", "high"]
        assert await ids(ombudsman, after=seen[0]["id"]) == [seen[1]["id"]]
    async with notifications.caller("ministry:operator") as operator:
        seen = (await operator.get("/v1/events")).json()
        assert len(seen) == 2
        assert not any("risk" in event["data"] or "region_code" in event["data"] for event in seen)


async def test_what_is_lost_meanwhile_is_not_read_any_more(notifications, police):
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE, task=TASK))
    assert len(await ids(police)) == 2
    await notifications.tell(story.kept_out(POLICE))
    await notifications.tell(story.rerouted(TASK, away_from=POLICE, to=CLINIC))
    assert await ids(police) == []


async def test_an_agency_offered_the_duty_after_a_conflict_elsewhere_still_reads(notifications):
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE, task=TASK))
    await notifications.tell(story.kept_out(POLICE))
    await notifications.tell(story.rerouted(TASK, away_from=POLICE, to=CLINIC))
    async with notifications.caller("almaty-clinic-1:member") as clinic:
        seen = (await clinic.get("/v1/events")).json()
    assert [event["data"]["case_version"] for event in seen] == [1, 2, 3, 4]


async def test_joining_two_cases_carries_over_who_was_told_and_who_must_not_hear(notifications, police):
    old, young = CaseStory(), CaseStory()
    task = invent("tsk")
    await notifications.tell(old.opened(), young.opened(), young.assigned(to=POLICE, task=task))
    await notifications.tell(young.kept_out(POLICE))
    await notifications.tell(young.breached(of=CLINIC, task=task, told=(DESK,)))
    await notifications.tell(old.kept_out(POLICE), old.moved_in(to=CLINIC, task=task), young.joined(into=old.case_id))
    await notifications.tell(old.received(task, by=CLINIC), old.assigned(to=POLICE))
    async with notifications.caller("almaty-desk:member") as desk:
        seen = [event for event in (await desk.get("/v1/events")).json() if event["subject"] == old.case_id]
    assert [event["data"]["case_version"] for event in seen] == [1, 2, 3, 4, 5]
    assert await ids(police) == []


async def test_withheld_events_in_between_do_not_end_a_page(notifications, police):
    lost, kept = CaseStory(), CaseStory()
    task = invent("tsk")
    await notifications.tell(lost.assigned(to=POLICE, task=task), *(lost.referred(by=SCHOOL) for _ in range(7)))
    await notifications.tell(lost.kept_out(POLICE))
    await notifications.tell(kept.assigned(to=POLICE))
    for limit in (1, 2, 100):
        answer = await police.get("/v1/events", params={"limit": limit})
        assert [event["subject"] for event in answer.json()] == [kept.case_id]


async def test_an_unchanged_batch_is_not_sent_again(notifications, police):
    await notifications.tell(CaseStory().assigned(to=POLICE))
    tag = (await police.get("/v1/events")).headers["etag"]
    again = await police.get("/v1/events", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    await notifications.tell(CaseStory().assigned(to=POLICE))
    assert (await police.get("/v1/events", headers={"If-None-Match": tag})).status_code == 200


async def test_a_long_poll_is_woken_by_the_event_it_waits_for(notifications, police):
    waiting = asyncio.create_task(police.get("/v1/events", params={"timeout": 30}))
    story = CaseStory()
    await asyncio.sleep(0)
    await notifications.tell(CaseStory().assigned(to=CLINIC), story.assigned(to=POLICE))
    answer = await asyncio.wait_for(waiting, 20)
    assert [event["subject"] for event in answer.json()] == [story.case_id]


async def test_a_long_poll_that_waits_in_vain_answers_an_empty_batch(police):
    answer = await police.get("/v1/events", params={"timeout": 0.2})
    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize("after", ["evt_" + "0" * 32, "nonsense", "e30", "eyJ4aWQiOi0xfQ", "\x00", "evt_\u0416"])
async def test_a_place_that_was_never_handed_out_is_refused(police, after):
    answer = await police.get("/v1/events", params={"after": after})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_nobody_waits_for_a_type_that_is_none(police, accept):
    asked = {"types": "tereze.task.assigned.v1,tereze.task.asigned.v1", "timeout": 30}
    answer = await police.get("/v1/events", params=asked, headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-event-type")


@pytest.mark.parametrize(
    "asked", [{"timeout": 31}, {"timeout": "nan"}, {"limit": 0}, {"limit": 1001}, {"types": "Ж"}, {"n": 1}]
)
async def test_odd_questions_are_refused(police, asked):
    assert (await police.get("/v1/events", params=asked)).status_code == 422


async def test_an_event_committed_late_by_an_older_transaction_is_not_skipped(notifications, police):
    """The reader may not pass a gap that an open transaction can still fill."""
    early, late = CaseStory(), CaseStory()
    database = notifications.runtime.database
    async with database.work() as slow:
        await slow.raw.execute("SELECT pg_current_xact_id()")
        await notifications.tell(late.assigned(to=POLICE))
        assert await ids(police) == [], "committed, but an older transaction may still put something before it"
        event = early.assigned(to=POLICE)
        await keep_and_address(event, slow, Envelope(new_id("evt"), "/tereze/test", slow.now, event))
    seen = (await police.get("/v1/events")).json()
    assert [event["subject"] for event in seen] == [early.case_id, late.case_id]


async def test_a_long_poll_sees_past_the_open_transaction_as_soon_as_it_ends(notifications, police):
    async with notifications.runtime.database.work() as slow:
        await slow.raw.execute("SELECT pg_current_xact_id()")
        await notifications.tell(CaseStory().assigned(to=POLICE))
        waiting = asyncio.create_task(police.get("/v1/events", params={"timeout": 30}))
        assert not (await asyncio.wait({waiting}, timeout=0.3))[0]
    assert len((await asyncio.wait_for(waiting, 20)).json()) == 1


async def test_concurrent_writers_and_a_following_reader_agree_on_every_event(notifications, police):
    stories = [CaseStory() for _ in range(8)]

    async def write(story):
        for _ in range(15):
            await notifications.tell(story.assigned(to=POLICE))

    async def follow():
        seen, after = [], None
        while len(seen) < 8 * 15:
            batch = await ids(police, limit=7, timeout=10, **({"after": after} if after else {}))
            assert batch, "the writers still write"
            seen += batch
            after = batch[-1]
        return seen

    seen, *_ = await asyncio.wait_for(asyncio.gather(follow(), *(write(story) for story in stories)), 60)
    assert len(set(seen)) == 8 * 15
    assert seen == await ids(police, limit=1000)


# --- the stream ---


@asynccontextmanager
async def served(inside):
    """The service on a real socket: streams need one."""
    server = uvicorn.Server(
        uvicorn.Config(inside.app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server._serve())
    await until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def lines_of(answer, seen):
    async for line in answer.aiter_lines():
        seen.append(line)


@asynccontextmanager
async def streaming(inside, who, url, **headers):
    """A stream's lines as they arrive, and the task that reads them (done when the stream ends)."""
    async with inside.caller(who) as caller:
        bearer = caller.headers["authorization"]
    sent = {"Authorization": bearer, "Accept": "text/event-stream", **headers}
    async with (
        httpx.AsyncClient(base_url=url, timeout=30) as client,
        client.stream("GET", "/v1/events", headers=sent) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        seen: list[str] = []
        reading = asyncio.create_task(lines_of(answer, seen))
        yield seen, reading
        reading.cancel()


def ids_in(lines):
    return [line.removeprefix("id: ") for line in lines if line.startswith("id: ")]


async def test_a_stream_brings_what_was_and_what_comes_and_can_be_taken_up_again(notifications, police):
    story = CaseStory()
    await notifications.tell(story.assigned(to=POLICE), story.assigned(to=POLICE))
    async with served(notifications) as url:
        async with streaming(notifications, "almaty-police:member", url) as (seen, _):
            await until(lambda: len(ids_in(seen)) == 2)
            await notifications.tell(story.assigned(to=POLICE))
            await until(lambda: len(ids_in(seen)) == 3)
        whole = await ids(police)
        assert ids_in(seen) == whole
        assert "event: tereze.task.assigned.v1" in seen
        again = {"Last-Event-ID": whole[0]}
        async with streaming(notifications, "almaty-police:member", url, **again) as (seen, _):
            await until(lambda: len(ids_in(seen)) == 2)
        assert ids_in(seen) == whole[1:]


async def test_a_quiet_stream_has_a_heartbeat(open_service):
    async with (
        open_service(stream_heartbeat=0.05) as inside,
        served(inside) as url,
        streaming(inside, "almaty-police:member", url) as (seen, _),
    ):
        await until(lambda: ": heartbeat" in seen)


async def test_a_right_that_is_taken_away_cuts_the_stream(open_service):
    who = demo_staff()["almaty-police:member"]
    suspended = who.model_copy(update={"active": False})
    async with (
        open_service(stream_heartbeat=0.05) as inside,
        served(inside) as url,
        streaming(inside, "almaty-police:member", url) as (seen, reading),
    ):
        await until(lambda: ": heartbeat" in seen)
        await inside.hear(StaffPublished(key_id=who.staff_id, version=2, staff=suspended))
        await inside.tell(CaseStory().assigned(to=POLICE))
        await asyncio.wait_for(reading, 20)
    assert ids_in(seen) == []


async def test_an_exclusion_holds_in_an_open_stream(notifications):
    story, other = CaseStory(), CaseStory()
    async with (
        served(notifications) as url,
        streaming(notifications, "almaty-police:member", url) as (seen, _),
    ):
        await notifications.tell(story.assigned(to=POLICE, task=TASK))
        await until(lambda: len(ids_in(seen)) == 1)
        await notifications.tell(story.kept_out(POLICE))
        await notifications.tell(story.rerouted(TASK, away_from=POLICE, to=CLINIC), story.clock_started(of=DESK))
        await notifications.tell(other.assigned(to=POLICE))
        await until(lambda: len(ids_in(seen)) == 2)
    assert len([line for line in seen if other.case_id in line]) == 1
    assert len([line for line in seen if story.case_id in line]) == 1


async def test_a_stream_needs_a_token_like_everything(notifications):
    async with notifications.client({"Accept": "text/event-stream"}) as stranger:
        assert (await stranger.get("/v1/events")).status_code == 401
