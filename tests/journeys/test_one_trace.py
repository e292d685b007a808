"""One trace tells the whole journey: from the POST through four services to the webhook."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx

from tereze.local.issuer import TokenMint
from tereze.local.stack import Stack
from tereze.rig.people import Cast
from tereze.rig.sink import Sink

TRACE = uuid4().hex


def spans_of(stack: Stack, trace_id: str) -> dict[str, list[dict[str, Any]]]:
    """The finished spans of one trace, by the service that wrote them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in (stack.layout.root / "traces").glob("*.ndjson"):
        for line in path.read_text("utf-8").splitlines():
            span = json.loads(line)
            if trace_id in json.dumps(span):
                found.setdefault(path.stem, []).append(span)
    return found


async def test_the_trace_begun_at_the_post_reaches_the_webhook(stack: Stack) -> None:
    cast = Cast(TokenMint(stack.layout.issuer, stack.url))
    seen: list[str] = []
    async with Sink() as sink, httpx.AsyncClient(base_url=stack.url) as client:
        sink.on_headers = lambda headers: seen.append(headers.get("traceparent", ""))
        watcher = {"Authorization": f"Bearer {cast.bearer('demo:ombudsman:ombudsman')}", "Idempotency-Key": uuid4().hex}
        subscribed = await client.post("/v1/subscriptions", json={"url": sink.url}, headers=watcher)
        body = {
            "region_code": "KZ-75", "risk": "medium", "categories": ["kz-vac:neglect"],
            "child": {"family": "Ізденісов", "given": "Сапар", "birth_date": "2014-01-02"}, "narrative": "Ойдан шығарылған.",
        }  # fmt: skip
        headers = {
            "Authorization": f"Bearer {cast.bearer('demo:almaty-school-1:member')}",
            "Idempotency-Key": uuid4().hex,
            "traceparent": f"00-{TRACE}-{uuid4().hex[:16]}-01",
        }
        assert (await client.post("/v1/referrals", json=body, headers=headers)).status_code == 202
        wanted = {"intake", "registry", "referral", "notifications"}
        async with asyncio.timeout(60):
            while not (any(TRACE in header for header in seen) and wanted <= spans_of(stack, TRACE).keys()):
                await asyncio.sleep(0.1)
        await client.delete(f"/v1/subscriptions/{subscribed.json()['subscription_id']}", headers=watcher)
