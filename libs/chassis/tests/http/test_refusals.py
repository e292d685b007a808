"""Decides that a service answers bad requests as documented, says nothing back that was sent in, and writes nothing half."""

import json
from datetime import timedelta

import pytest

from tereze.contracts.problems import Problem
from tereze.contracts.words import AgencyKind, StaffRole

POLICE, SCHOOL = "agc_" + "1" * 32, "agc_" + "2" * 32
JSON = {"Content-Type": "application/json"}


def problem(answer, status, code):
    assert answer.headers["content-type"] == "application/problem+json"
    stated = Problem.model_validate_json(answer.content)
    assert (answer.status_code, stated.status, stated.code) == (status, status, code), answer.text
    assert stated.type == f"/docs/problems/{code}"
    return stated


async def test_the_address_is_unknown(calm):
    problem(await calm.client.get("/v1/nothing"), 404, "not-found")
    problem(await calm.client.get("/v1/things/"), 404, "not-found")
    problem(await calm.client.get("/docs"), 404, "not-found")
    problem(await calm.client.get("/openapi.json"), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "allowed"), [("/v1/things", "GET, POST"), ("/v1/things/x", "GET, PUT"), ("/healthz", "GET")]
)
@pytest.mark.parametrize("method", ["DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY"])
async def test_the_method_is_unknown(calm, path, allowed, method):
    answer = await calm.client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    if method != "HEAD":
        problem(answer, 405, "method-not-allowed")


async def test_no_token(calm):
    for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer  "}):
        answer = await calm.client.post("/v1/things", content=b"{", headers=headers)
        problem(answer, 401, "token-missing")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_route_that_forgot_to_ask_who_calls_still_needs_a_token(calm):
    problem(await calm.client.get("/v1/forgotten"), 401, "token-missing")


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"iss": "http://evil.test"}, "token-invalid"),
        ({"aud": "other"}, "token-invalid"),
        ({"agency": None}, "token-invalid"),
        ({"exp": 1_000_000_000}, "token-expired"),
    ],
)
async def test_a_bad_token(calm, overrides, code):
    answer = await calm.client.get("/v1/things", headers=calm.token(**overrides))
    problem(answer, 401, code)
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    ("subject", "agency", "code"),
    [
        ("s:nobody", POLICE, "staff-unknown"),
        ("s:police:suspended", POLICE, "staff-suspended"),
        ("s:police:member", SCHOOL, "agency-mismatch"),
        ("s:police:new", POLICE, "not-attested"),
    ],
)
async def test_somebody_who_may_not_act(calm, subject, agency, code):
    problem(await calm.client.get("/v1/things", headers=calm.token(subject, agency)), 403, code)
    problem(await calm.client.get("/v1/whoami", headers=calm.token(subject, agency)), 403, code)


async def test_a_suspension_bites_on_the_next_call(world):
    assert (await world.client.get("/v1/things", headers=world.token())).status_code == 200
    await world.employ("s:police:member", POLICE, StaffRole.MEMBER, active=False)
    problem(await world.client.get("/v1/things", headers=world.token()), 403, "staff-suspended")


async def test_what_is_missing_is_named_and_ones_own_standing_stays_readable(calm):
    refused = problem(await calm.client.get("/v1/things", headers=calm.token("s:police:new")), 403, "not-attested")
    assert [error.code for error in refused.errors] == ["policy", "vetting"]
    assert "/attestation says who mends it" in refused.errors[0].detail
    assert (await calm.client.get("/v1/own-standing", headers=calm.token("s:police:new"))).status_code == 200
    problem(await calm.client.get("/v1/own-standing", headers=calm.token("s:police:suspended")), 403, "staff-suspended")


async def test_a_lapse_bites_at_its_instant_without_any_news(world):
    async with world.database.work() as work:
        now = work.now
    await world.employ(
        "s:police:member", POLICE, StaffRole.MEMBER, fit_until=now + timedelta(days=1), unmet=("vetting",)
    )
    assert (await world.client.get("/v1/things", headers=world.token())).status_code == 200
    async with world.database.work() as work:
        await work.raw.execute("UPDATE demo_clock SET ahead = interval '1 day'")
    refused = problem(await world.client.get("/v1/things", headers=world.token()), 403, "not-attested")
    assert [error.code for error in refused.errors] == ["vetting"]


async def test_one_is_not_fit_before_the_first_instant(world):
    async with world.database.work() as work:
        now = work.now
    await world.employ("s:police:member", POLICE, StaffRole.MEMBER, fit_from=now + timedelta(hours=1))
    problem(await world.client.get("/v1/things", headers=world.token()), 403, "not-attested")


async def test_an_agency_that_left_is_refused(world):
    await world.found(POLICE, AgencyKind.POLICE, active=False)
    problem(await world.client.get("/v1/things", headers=world.token()), 403, "agency-suspended")


async def test_who_calls_is_read_from_our_records(calm):
    answer = await calm.client.get("/v1/whoami", headers=calm.token(roles=["head"], scope="admin"))
    assert answer.json()["roles"] == ["member"]
    assert answer.json()["kind"] == "police"


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("limit=0", "too-small", "limit"),
        ("limit=101", "too-large", "limit"),
        ("limit=x", "wrong-format", "limit"),
        ("limit=1&limit=2", "repeated-parameter", "limit"),
        ("offset=5", "unknown-parameter", None),
        ("Иванов=1", "unknown-parameter", None),
        ("cursor=" + "a" * 2_000, "too-long", "cursor"),
    ],
)
async def test_a_bad_query(calm, query, code, parameter):
    stated = problem(await calm.client.get(f"/v1/things?{query}", headers=calm.token()), 422, "validation-failed")
    assert [(error.code, error.parameter) for error in stated.errors] == [(code, parameter)]


@pytest.mark.parametrize("cursor", ["x", "e30x", "bm90IGpzb24", "WzFd", "%00", "eyJhIjoiXHUwMDAwIn0", "ключ"])
async def test_a_bad_cursor(calm, cursor):
    problem(await calm.client.get(f"/v1/things?cursor={cursor}", headers=calm.token()), 400, "bad-cursor")


async def test_a_good_cursor_turns_the_page(world):
    for number in range(3):
        await world.keep(f"c{number}", key=str(number))
    first = (await world.client.get("/v1/things?limit=2", headers=world.token())).json()
    rest = (await world.client.get(f"/v1/things?limit=2&cursor={first['cursor']}", headers=world.token())).json()
    assert [item["code"] for item in first["items"] + rest["items"]] == ["c0", "c1", "c2"]


@pytest.mark.parametrize("path", ["ref_1", "%00", "..%2f..%2fetc", "ref_" + "g" * 32, "Иванов"])
async def test_an_id_that_cannot_be_is_not_found(calm, path):
    problem(await calm.client.get(f"/v1/things/{path}", headers=calm.token()), 404, "not-found")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 428, "precondition-required"),
        ({"If-Match": "*"}, 400, "if-match-malformed"),
        ({"If-Match": '"1", "2"'}, 400, "if-match-malformed"),
        ({"If-Match": 'W/"3"'}, 400, "if-match-malformed"),
        ({"If-Match": '"99999999999999999999"'}, 400, "if-match-malformed"),
        ({"If-Match": "-1"}, 400, "if-match-malformed"),
        ({"If-Match": '"2"'}, 412, "stale-version"),
    ],
)
async def test_a_command_on_another_version(calm, headers, status, code):
    path = f"/v1/things/ref_{'0' * 32}"
    answer = await calm.client.put(path, json={"code": "a"}, headers={**calm.token(), **headers})
    stated = problem(answer, status, code)
    if status == 412:
        assert (stated.current_version, stated.current_state) == (3, "kept")
    for good in ('"3"', "3", ' "3" '):
        done = await calm.client.put(path, json={"code": "a"}, headers={**calm.token(), "If-Match": good})
        assert done.status_code == 200


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", JSON, 400, "malformed-json"),
        (b'{"code": "\xff"}', JSON, 400, "malformed-json"),
        (b'{"code": "a"}', {"Content-Type": "text/plain"}, 415, "unsupported-media-type"),
        (b'{"code": "a"}', {}, 415, "unsupported-media-type"),
        (b'{"code": "a"}', {"Content-Type": "application/json; charset=utf-16"}, 415, "unsupported-media-type"),
        (b'{"code": "a"}', {"Content-Type": b"\xe4\xf6"}, 415, "unsupported-media-type"),
        (b'{"code": "a"}', {**JSON, "Content-Encoding": "gzip"}, 415, "unsupported-media-type"),
        (json.dumps({"code": "n" * 5_000_000}).encode(), JSON, 413, "body-too-large"),
        (json.dumps({"code": "n" * 40_000}).encode(), JSON, 422, "validation-failed"),
        (b'{"code": "a\\u0000"}', JSON, 422, "validation-failed"),
        (b'{"code": "a", "admin": true}', JSON, 422, "validation-failed"),
    ],
)
async def test_a_bad_body(calm, content, headers, status, code):
    problem(await calm.client.post("/v1/echo", content=content, headers=headers), status, code)


async def test_a_body_without_an_announced_length_is_capped_too(calm):
    sent = 0

    async def endless():
        nonlocal sent
        while sent < 64:
            sent += 1
            yield b" " * 65_536

    problem(await calm.client.post("/v1/echo", content=endless(), headers=JSON), 413, "body-too-large")
    assert sent <= 18


async def test_the_json_media_type_may_name_utf8(calm):
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}
    assert (await calm.client.post("/v1/echo", content=b'{"code": "a"}', headers=headers)).status_code == 200


async def test_a_failure_is_a_problem_without_its_message_and_undone(world):
    answer = await world.client.get("/v1/failure")
    problem(answer, 500, "internal")
    assert "canary" not in answer.text
    assert await world.things() == []


async def test_a_fact_of_the_service_keeps_its_code_and_undoes_the_work(world):
    stated = problem(await world.keep("enough"), 409, "too-many-things")
    assert (stated.detail, stated.title) == ("No more today.", "There are enough things")
    assert stated.current_version is not None
    assert await world.things() == []


async def test_every_answer_forbids_caching_and_sniffing(calm):
    for path in ("/v1/things", "/v1/nothing", "/v1/failure"):
        answer = await calm.client.get(path, headers=calm.token())
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_probes_need_no_token(calm):
    assert (await calm.client.get("/healthz")).json() == {"status": "ok"}
    assert (await calm.client.get("/readyz")).json() == {"status": "ready"}
    await calm.client.get("/v1/things", headers=calm.token())
    metrics = (await calm.client.get("/metrics")).text
    assert 'tereze_http_requests_total{method="GET",route="/v1/things",service="intake",status="200"}' in metrics
