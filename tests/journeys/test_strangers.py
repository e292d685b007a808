"""Decides that an id in a stranger's hands answers as one that was never given, at every door; must never pass a door over."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiohttp import web
from rich.console import Console

from tereze.local.issuer import TokenMint
from tereze.local.stack import Stack
from tereze.rig.apidocs.__main__ import FOLDER
from tereze.rig.inside import demo_agencies, demo_staff
from tereze.rig.people import Cast
from tereze.rig.stories import STORIES
from tereze.rig.stories.ground import OwnGround
from tereze.rig.stories.telling import Narrator
from tereze.rig.strangers import Door, Finder, NothingToTry, doors, knock, lists, made_up, told

DOCUMENT = FOLDER / "openapi.json"
DOORS = doors(DOCUMENT)
STRANGE = "KZ-10"
STRANGERS = [
    *{agency.kind: agency.agency_id for agency in demo_agencies().values() if agency.region_code == STRANGE}.values()
]
"""One body of each kind, far from every case there is."""
KEPT_OUT = demo_agencies()["almaty-school-2"].agency_id
REFUSED = {403, 404}
BY_DESIGN = {"POST /v1/cases/{case_id}/emergency-access": "opens a case to whoever knows its id, watched and reviewed"}
OWN_STAFF = "responsible_staff_id"
WHY = {"reason": "An invented reason.", "legal_basis": "An invented order 1/2026"}

Does = Callable[..., Awaitable[dict[str, Any]]]


def people_of(agency_id: str) -> list[str]:
    """Somebody of each set of roles there is in a body: a second member is let in by the same policies as the first."""
    found = {member.roles: member.subject for member in demo_staff().values() if member.agency_id == agency_id}
    return list(found.values())


@dataclass
class There:
    """What exists, and who tries to reach it."""

    client: httpx.AsyncClient
    cast: Cast
    cases: list[str]
    kept_from: list[str]
    finder: Finder

    async def differing(self, door: Door, ids: Mapping[str, str], who: str) -> str | None:
        """How somebody could tell that something is there; None where they cannot."""
        member = demo_staff()[who.removeprefix("demo:")]
        if door.body and OWN_STAFF in door.body:
            door = replace(door, body={**door.body, OWN_STAFF: member.staff_id})
        token = self.cast.bearer(who)
        real = await knock(self.client, door, ids, token)
        never = await knock(self.client, door, made_up(ids), token)
        if told(real) == told(never) and real.status_code in REFUSED:
            return None
        return f"{door.name} as {who}: {real.status_code} {real.text[:200]} | {never.status_code} {never.text[:200]}"


@pytest.fixture(scope="module")
async def there(stack: Stack) -> AsyncIterator[There]:
    cast = Cast(TokenMint(stack.layout.issuer, stack.url))
    finder = Finder(stack, STRANGERS)
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(base_url=stack.url, timeout=60, limits=limits) as client:

        async def does(who: str, path: str, body: object = None, *, method: str = "POST", version: int = 1) -> Any:
            headers = {"Authorization": f"Bearer {cast.bearer(f'demo:{who}')}", "Idempotency-Key": uuid4().hex}
            headers |= {"If-Match": f'"{version}"'} if method == "POST" else {}
            answer = await client.request(method, path, json=body, headers=headers)
            assert answer.is_success, f"{method} {path}: {answer.text}"
            return answer.json()

        await leave_something_everywhere(does, OwnGround(stack).now())
        for door in DOORS:
            try:
                await finder.ids(door, await finder.cases_without_strangers())
            except NothingToTry:
                await tell_every_story(stack)
                break
        cases, kept_from = await finder.cases_without_strangers(), await finder.cases_kept_from(KEPT_OUT)
        yield There(client, cast, cases, kept_from, finder)


async def tell_every_story(stack: Stack) -> None:
    for name in sorted(STORIES):
        await asyncio.to_thread(STORIES[name].tell, OwnGround(stack), Narrator(Console(quiet=True)))


async def soon(ask: Callable[[], Awaitable[Any]]) -> Any:
    for _ in range(300):
        if found := await ask():
            return found
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come about")


async def leave_something_everywhere(does: Does, now: datetime) -> None:
    """What no story leaves behind: a thing of every kind that can be asked for by id."""
    case, other = await a_case(does), await a_case(does)
    person, case_id = case["person_id"], case["case_id"]
    police = next(task for task in case["tasks"] if task["service"] == "police")
    officer = demo_staff()["almaty-police:member"].staff_id
    await does(
        "almaty-police:manager",
        f"/v1/tasks/{police['task_id']}/accept",
        {"responsible_staff_id": officer},
        version=police["version"],
    )
    entry = {"section": "social", "text": "An invented note.", "override": WHY}

    async def wrote() -> Any:
        try:
            return await does("almaty-police:member", f"/v1/families/{person}/entries", entry)
        except AssertionError:  # the registry has not heard yet that they accepted
            return None

    await soon(wrote)
    merge = {"with_person_id": other["person_id"], "reason": "An invented reason."}
    await does("almaty-desk:coordinator", f"/v1/persons/{person}/merges", merge)
    doubt = {"person_id": (await a_case(does))["person_id"], "candidate_person_id": person}
    await does("almaty-desk:coordinator", "/v1/identity-reviews", doubt)
    await does("almaty-guardianship:manager", f"/v1/persons/{person}/unsealings", WHY)
    await does("almaty-desk:head", f"/v1/persons/{other['person_id']}/erasures", WHY)
    kept_out = {"basis": "accused", "agency_id": KEPT_OUT, "remark": "An invented reason."}
    version = (await does("almaty-desk:coordinator", f"/v1/cases/{case_id}", method="GET"))["version"]
    await does("almaty-desk:coordinator", f"/v1/cases/{case_id}/exclusions", kept_out, version=version)
    services = [{"service": "home_visits", "agency_id": police["agency_id"], "limit": "10 WD"}]
    plan = {"case_id": case_id, "goals": ["child_safe_at_home"], "services": services, "remark": "Invented."}
    await does("almaty-patronage:manager", "/v1/plans", plan)
    why = {"reason": "independent_review", "remark": "An invented reason."}
    await does("ombudsman:ombudsman", f"/v1/cases/{case_id}/emergency-access", why)
    roll = {"format": "csv", "content": "family,given,birth_date\nКөктемова,Айзере,2017-04-09"}
    await does("almaty-school-1:head", "/v1/rolls", roll)
    shift = {"staff_id": officer, "since": now.isoformat(), "until": (now + timedelta(hours=8)).isoformat()}
    await does("almaty-police:manager", f"/v1/agencies/{police['agency_id']}/rota", shift)
    school = demo_agencies()["almaty-school-1"].agency_id
    post = {"agency_id": school, "specialism": "psychologist", "pupils": 410}
    await does("almaty-school-1:head", "/v1/workforce/posts", post)
    await give_a_delivery_up(does)


async def a_case(does: Does) -> dict[str, Any]:
    """A case of a child who is like nobody else's: names of invented letters."""
    family, given = ("".join(random.choices("абгдежзклмнопрсту", k=12)).title() for _ in range(2))  # noqa: S311
    child = {"family": family, "given": given, "birth_date": f"201{random.randint(0, 8)}-03-04"}  # noqa: S311
    report = {
        "region_code": "KZ-75", "risk": "high", "categories": ["kz-vac:physical"], "child": child, "narrative": "An invented account.",
    }  # fmt: skip
    submitted = await does("almaty-school-1:member", "/v1/referrals", report)
    path = f"/v1/referrals/{submitted['referral_id']}"

    async def settled() -> Any:
        seen = await does("almaty-school-1:member", path, method="GET")
        if not seen.get("case_id"):
            return None
        case = await does("almaty-desk:coordinator", f"/v1/cases/{seen['case_id']}", method="GET")
        return case if len(case["tasks"]) > 2 else None

    return dict(await soon(settled))


async def give_a_delivery_up(does: Does) -> None:
    """A receiver that is gone for good: what it did not hear is an operator's duty."""

    async def gone(_request: web.Request) -> web.Response:
        return web.Response(status=410)

    app = web.Application()
    app.router.add_post("/hook", gone)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        await does("almaty-police:system", "/v1/subscriptions", {"url": url})
        await a_case(does)

        async def owed() -> Any:
            return (await does("contact-centre:operator", "/v1/duties", method="GET"))["items"]

        await soon(owed)
    finally:
        await runner.cleanup()


async def test_a_stranger_cannot_tell_what_exists_from_what_never_did(there: There) -> None:
    found = []
    assert BY_DESIGN.keys() <= {door.name for door in DOORS}
    for door in (door for door in DOORS if door.name not in BY_DESIGN):
        ids = await there.finder.ids(door, there.cases)
        people = (who for agency_id in STRANGERS for who in people_of(agency_id))
        found += await asyncio.gather(*(there.differing(door, ids, who) for who in people))
    assert [one for one in found if one] == []
    assert len(found) >= 1_000


async def test_whoever_is_kept_out_of_a_case_cannot_tell_that_it_exists(there: There) -> None:
    assert there.kept_from
    tried, found = set(), []
    for door in DOORS:
        try:
            ids = await there.finder.ids_in_case(door, there.kept_from)
        except NothingToTry:
            continue
        tried.add(door.name)
        found += await asyncio.gather(*(there.differing(door, ids, who) for who in people_of(KEPT_OUT)))
    assert [one for one in found if one] == []
    assert len(tried) >= 40


async def test_no_list_names_anything_to_a_stranger(there: There) -> None:
    known = {value for door in DOORS for value in (await there.finder.ids(door, there.cases)).values()}
    known = {one for one in known if not one.startswith(("agc_", "stf_"))}  # bodies and their people are in directories
    answered: dict[str, int] = {}
    for path in lists(DOCUMENT):
        for agency_id in STRANGERS:
            for who in people_of(agency_id):
                headers = {"Authorization": f"Bearer {there.cast.bearer(who)}"}
                answer = await there.client.get(path, headers=headers)
                answered[path] = answered.get(path, 0) + answer.is_success
                assert not [one for one in known if one in answer.text], f"{path} as {who}"
    assert sum(answered.values()) >= 300, answered
