"""Decides that an agency looks after its own subscriptions, sees its secret once, and nobody else's anything."""

from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from tereze.rig.casestory import CaseStory, invent
from tereze.rig.inside import agency_id
from tereze.rig.partner import delivering, subscribe, until

POLICE, SCHOOL = agency_id("almaty-police"), agency_id("almaty-school-1")
URL = "https://partner.example/tereze"
US, THEM = "almaty-police:system", "almaty-school-1:system"


def fresh() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def nothing_waits(caller, made) -> bool:
    answer = await caller.get(f"/v1/subscriptions/{made['subscription_id']}")
    return bool(answer.json()["pending"] == 0)


@pytest.fixture
async def us(notifications):
    async with notifications.caller(US) as caller:
        yield caller


@pytest.fixture
async def them(notifications):
    async with notifications.caller(THEM) as caller:
        yield caller


async def test_making_one_shows_its_secret_once(us):
    wish = {"url": URL, "types": ["tereze.task.assigned.v1"], "description": "дежурная часть"}
    answer = await us.post("/v1/subscriptions", json=wish, headers=fresh())
    assert answer.status_code == 201
    made = answer.json()
    assert made["secret"].startswith("whsec_")
    Webhook(made["secret"])
    assert answer.headers["location"] == f"/v1/subscriptions/{made['subscription_id']}"
    read = await us.get(answer.headers["location"])
    assert read.headers["etag"] == answer.headers["etag"] == '"1"'
    assert read.json() == {name: value for name, value in made.items() if name != "secret"}
    assert read.json()["state"] == "active"


async def test_the_same_key_gives_the_same_subscription(us):
    key = fresh()
    answers = [await us.post("/v1/subscriptions", json={"url": URL}, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotent-replayed"] == "true"
    other = await us.post("/v1/subscriptions", json={"url": URL + "/other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len((await us.get("/v1/subscriptions")).json()["items"]) == 1


async def test_the_secret_rests_encrypted(notifications, us):
    made = (await us.post("/v1/subscriptions", json={"url": URL}, headers=fresh())).json()
    kept = await notifications.everything()
    assert URL in kept, "everything is really looked at"
    secret = made["secret"].removeprefix("whsec_")
    assert secret not in kept
    async with notifications.runtime.database.work() as work:
        assert Webhook(made["secret"])._whsecret not in await work.raw.fetchval("SELECT secret FROM subscription")


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/",
        "https://10.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "ftp://x.example/",
    ],
)
async def test_an_address_that_is_not_public_is_refused(us, url):
    answer = await us.post("/v1/subscriptions", json={"url": url}, headers=fresh())
    assert (answer.status_code, answer.json()["code"]) == (422, "unsafe-url")
    assert url not in answer.text


async def test_production_takes_no_loopback(open_service):
    async with open_service(mode="production") as inside, inside.caller(US) as caller:
        answer = await caller.post("/v1/subscriptions", json={"url": "http://127.0.0.1:9/hook"}, headers=fresh())
    assert (answer.status_code, answer.json()["code"]) == (422, "unsafe-url")


async def test_a_type_that_is_never_delivered_is_refused_and_pointed_at(us):
    wish = {"url": URL, "types": ["tereze.task.assigned.v1", "tereze.task.asigned.v1"]}
    answer = await us.post("/v1/subscriptions", json=wish, headers=fresh())
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-event-type")
    assert "/types/1" in answer.text


@pytest.mark.parametrize("path", ["", "/test", "/replay"])
async def test_another_agency_finds_nothing(us, them, path):
    made = (await us.post("/v1/subscriptions", json={"url": URL}, headers=fresh())).json()
    address = f"/v1/subscriptions/{made['subscription_id']}{path}"
    method = "POST" if path else "GET"
    for asked in (address, address.replace(made["subscription_id"], invent("sub"))):
        answer = await them.request(method, asked)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert (await them.delete(f"/v1/subscriptions/{made['subscription_id']}")).status_code == 404
    deliveries = await them.get("/v1/deliveries", params={"subscription_id": made["subscription_id"]})
    assert deliveries.status_code == 404
    assert (await them.get("/v1/subscriptions")).json()["items"] == []


async def test_pages_follow_one_another(us):
    made = [(await us.post("/v1/subscriptions", json={"url": URL}, headers=fresh())).json() for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = (await us.get("/v1/subscriptions", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        seen += [item["subscription_id"] for item in page["items"]]
        cursor = page["cursor"]
        if not page["has_more"]:
            break
    assert seen == [each["subscription_id"] for each in made]


async def test_an_unchanged_list_is_not_sent_again(us):
    await us.post("/v1/subscriptions", json={"url": URL}, headers=fresh())
    tag = (await us.get("/v1/subscriptions")).headers["etag"]
    assert (await us.get("/v1/subscriptions", headers={"If-None-Match": tag})).status_code == 304
    await us.post("/v1/subscriptions", json={"url": URL}, headers=fresh())
    assert (await us.get("/v1/subscriptions", headers={"If-None-Match": tag})).status_code == 200


async def test_an_agency_may_have_only_so_many(open_service):
    async with open_service(subscriptions_per_agency=2) as inside, inside.caller(US) as caller:
        answers = [await caller.post("/v1/subscriptions", json={"url": URL}, headers=fresh()) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 409]
        assert answers[2].json()["code"] == "too-many-subscriptions"
        await caller.delete(answers[0].headers["location"])
        assert (await caller.post("/v1/subscriptions", json={"url": URL}, headers=fresh())).status_code == 201


async def test_deleting_one_ends_deliveries_and_destroys_the_secret(notifications, us, receiver):
    made = await subscribe(notifications, US, receiver.url)
    address = f"/v1/subscriptions/{made['subscription_id']}"
    await notifications.tell(CaseStory().assigned(to=POLICE))
    assert (await us.delete(address)).status_code == 204
    async with delivering(notifications):
        await notifications.tell(CaseStory().assigned(to=POLICE))
    assert receiver.received == []
    assert (await us.get(address)).status_code == 404
    assert (await us.delete(address)).status_code == 204, "a repeated command has the effect it had"
    async with notifications.runtime.database.work() as work:
        assert await work.raw.fetchval("SELECT wrapped_key FROM subject_key") is None
        assert await work.raw.fetchval("SELECT count(*) FROM delivery WHERE state = 'pending'") == 0


async def test_a_test_event_goes_to_its_subscription_only(notifications, us, receiver):
    made = await subscribe(notifications, US, receiver.url, types=["tereze.task.assigned.v1"])
    await subscribe(notifications, "ombudsman:ombudsman", receiver.url + "?other")
    async with delivering(notifications):
        answer = await us.post(f"/v1/subscriptions/{made['subscription_id']}/test")
        assert (answer.status_code, answer.json()["state"]) == (202, "pending")
        await until(lambda: receiver.received)
    (received,) = receiver.received
    assert received.event["type"] == "tereze.subscription.tested.v1"
    assert received.event["data"]["subscription_id"] == made["subscription_id"]
    Webhook(made["secret"]).verify(received.body, received.headers)
    assert (await us.get("/v1/events")).json() == []
    listed = (await us.get("/v1/deliveries", params={"subscription_id": made["subscription_id"]})).json()["items"]
    assert [item["event_id"] for item in listed] == [received.id]


async def test_a_replay_sends_the_rest_of_the_log_again_in_order(notifications, us, receiver):
    made = await subscribe(notifications, US, receiver.url)
    story = CaseStory()
    address = f"/v1/subscriptions/{made['subscription_id']}/replay"
    async with delivering(notifications):
        await notifications.tell(*(story.assigned(to=POLICE) for _ in range(4)))
        await until(lambda: nothing_waits(us, made))
        after = receiver.ids[1]
        answer = await us.post(address, params={"after": after})
        assert answer.status_code == 202, answer.text
        await until(lambda: nothing_waits(us, made))
        assert receiver.ids[4:] == receiver.ids[2:4], "the same ids, so that a receiver knows them"
        assert [each.sequence for each in receiver.received] == [1, 2, 3, 4, 5, 6]
        await us.post(address)
        await until(lambda: len(receiver.acknowledged) == 10)
        assert [each.version for each in receiver.received[6:]] == [1, 2, 3, 4]


async def test_a_new_subscription_can_catch_up_on_all_that_is_kept(notifications, us, receiver):
    story = CaseStory()
    await notifications.tell(story.opened(), story.assigned(to=POLICE), story.assigned(to=POLICE))
    made = await subscribe(notifications, US, receiver.url, types=["tereze.task.assigned.v1"])
    async with delivering(notifications):
        await us.post(f"/v1/subscriptions/{made['subscription_id']}/replay")
        await until(lambda: len(receiver.received) == 2)
    assert [each.version for each in receiver.received] == [2, 3]


@pytest.mark.parametrize("after", ["evt_" + "0" * 32, "nonsense", "e30", "eyJ4aWQiOi0xfQ", "evt_"])
async def test_a_replay_from_nowhere_is_refused(us, after):
    made = (await us.post("/v1/subscriptions", json={"url": URL}, headers=fresh())).json()
    answer = await us.post(f"/v1/subscriptions/{made['subscription_id']}/replay", params={"after": after})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor")


async def test_deliveries_are_listed_newest_first_page_by_page(notifications, us, receiver):
    made = await subscribe(notifications, US, receiver.url)
    story = CaseStory()
    await notifications.tell(*(story.assigned(to=POLICE) for _ in range(5)))
    seen, cursor = [], None
    while True:
        asked = {"subscription_id": made["subscription_id"], "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await us.get("/v1/deliveries", params=asked)).json()
        seen += page["items"]
        cursor = page["cursor"]
        if not page["has_more"]:
            break
    assert len({item["delivery_id"] for item in seen}) == 5
    assert [item["state"] for item in seen] == ["pending"] * 5
    events = (await us.get("/v1/events")).json()
    assert [item["event_id"] for item in seen] == [event["id"] for event in reversed(events)]


async def test_what_is_waiting_shows_in_the_subscription(notifications, us):
    made = (await us.post("/v1/subscriptions", json={"url": URL}, headers=fresh())).json()
    await notifications.tell(CaseStory().assigned(to=POLICE))
    found = (await us.get(f"/v1/subscriptions/{made['subscription_id']}")).json()
    assert found["pending"] == 1
    assert found["oldest_pending_at"]
