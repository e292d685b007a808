"""Nothing personal leaves the sealed places: canaries planted in every field are looked for in everything the stack wrote."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import httpx

from tereze.local.components import fetch
from tereze.local.issuer import TokenMint
from tereze.local.stack import Stack
from tereze.rig.people import Cast
from tereze.rig.sink import Sink

MARK = uuid4().hex[:10]
CANARIES = {
    "family": f"Канар{MARK}ова",
    "given": f"Айканар{MARK}",
    "patronymic": f"Канар{MARK}қызы",
    "iin": "160304699" + str(int(MARK[:2], 16)).zfill(3),
    "address": f"Ойдан {MARK} көшесі, 1",
    "school": f"№ {MARK} мектеп",
    "phone": f"+7 700 {MARK}",
}
NARRATIVE = f"Ойдан шығарылған әңгіме {MARK}-narrative."
REPORTER = f"Хабаршы {MARK}"
SUSPECT = f"Күдікті {MARK}"
SECRETS = [*CANARIES.values(), NARRATIVE, REPORTER, SUSPECT]


def submission() -> dict[str, object]:
    return {
        "region_code": "KZ-75",
        "risk": "high",
        "categories": ["kz-vac:physical"],
        "child": {**CANARIES, "birth_date": "2016-03-04", "sex": "female"},
        "narrative": NARRATIVE,
        "reporter": {"name": REPORTER, "position": REPORTER, "phone": REPORTER},
        "caregivers": [{"family": SUSPECT}],
        "alleged_perpetrators": [{"family": SUSPECT, "given": SUSPECT, "relation": "father"}],
    }


def everything_written(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """Every file below the data directory (broker logs, database files and WAL, logs, traces) and every service's metrics."""
    for path in sorted(stack.layout.root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(stack.layout.root)), path.read_bytes()
    for name, worker in stack.workers.items():
        yield f"{name}/metrics", fetch(worker.port, "/metrics")[1]


async def test_no_name_identifier_or_narrative_rests_or_travels_in_the_clear(stack: Stack) -> None:
    cast = Cast(TokenMint(stack.layout.issuer, stack.url))
    async with Sink() as sink, httpx.AsyncClient(base_url=stack.url) as client:
        watcher = {"Authorization": f"Bearer {cast.bearer('demo:ombudsman:ombudsman')}", "Idempotency-Key": uuid4().hex}
        subscribed = await client.post("/v1/subscriptions", json={"url": sink.url}, headers=watcher)
        assert subscribed.status_code == 201, subscribed.text
        reporter = {
            "Authorization": f"Bearer {cast.bearer('demo:almaty-school-1:member')}",
            "Idempotency-Key": uuid4().hex,
        }
        accepted = await client.post("/v1/referrals", json=submission(), headers=reporter)
        assert accepted.status_code == 202, accepted.text
        referral = accepted.json()["referral_id"]
        async with asyncio.timeout(60):
            while not any(receipt.data.get("referral_id") == referral for receipt in sink.receipts):
                await asyncio.sleep(0.05)
        webhooks = str(sink.receipts)
        await client.delete(f"/v1/subscriptions/{subscribed.json()['subscription_id']}", headers=watcher)
    stack.postgres.sql("CHECKPOINT")
    looked_at = {"webhooks": webhooks.encode(), **dict(everything_written(stack))}
    found = {
        (place, secret) for place, content in looked_at.items() for secret in SECRETS if secret.encode() in content
    }
    assert found == set()
    where = {place.split("/")[0] for place, content in looked_at.items() if referral.encode() in content}
    assert {"kafka", "postgres", "webhooks"} <= where, (
        "the search looked in the right places: it finds what may be there"
    )
    assert any(place.startswith("logs/") and content for place, content in looked_at.items())
    assert any(place.startswith("traces/") and content for place, content in looked_at.items())


async def test_the_search_would_find_a_name(stack: Stack) -> None:
    leak = stack.layout.log("leak")
    leak.write_text(f"received {CANARIES['family']}\n", "utf-8")
    try:
        assert any(CANARIES["family"].encode() in content for _, content in everything_written(stack))
    finally:
        leak.unlink()
