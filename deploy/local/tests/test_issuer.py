"""Decides that the demo issuer signs in invented people as a real issuer would, and nobody else."""

import json
import subprocess
import sys
import time
from urllib.parse import quote

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import ValidationError

from tereze.local.fixtures import PACK
from tereze.local.issuer import IssuerSettings, create_issuer
from tereze.local.issuer.device import DeviceError, DeviceLogins, UnknownCode
from tereze.local.issuer.people import Person

URL = "http://window.test"
SYSTEM = "demo:almaty-police:system"
MEMBER = "demo:almaty-school-1:member"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return IssuerSettings(mode="demo", issuer=URL, issuer_dir=tmp_path_factory.mktemp("issuer"), pack=PACK)


@pytest.fixture(scope="module")
async def browser(settings):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_issuer(settings)), base_url=URL) as client:
        yield client


async def ask(browser, **form):
    return await browser.post("/oauth/token", data=form)


async def claims_of(browser, answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    keys = KeySet.import_key_set((await browser.get("/.well-known/jwks.json")).json())
    token = jwt.decode(answer.json()["access_token"], keys, algorithms=["ES256"])
    assert token.header["typ"] == "at+jwt"
    return token.claims


async def test_discovery_names_addresses_below_the_issuers_own_url(browser):
    found = (await browser.get("/.well-known/openid-configuration")).json()
    assert found["issuer"] == URL
    assert found["token_endpoint"] == f"{URL}/oauth/token"
    assert found["jwks_uri"] == f"{URL}/.well-known/jwks.json"


async def test_the_published_keys_hold_no_private_part(browser):
    keys = (await browser.get("/.well-known/jwks.json")).json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256"]
    assert all("d" not in key for key in keys)


async def test_a_system_signs_in_with_its_secret_in_the_form(browser):
    claims = await claims_of(
        browser, await ask(browser, grant_type="client_credentials", client_id=SYSTEM, client_secret="demo")
    )
    assert claims["sub"] == SYSTEM
    assert claims["aud"] == "tereze"
    assert claims["agency"].startswith("agc_")
    assert 3_590 < claims["exp"] - time.time() <= 3_600
    assert claims.keys() == {"iss", "aud", "sub", "client_id", "agency", "iat", "exp", "jti"}


@pytest.mark.parametrize("client_id", [SYSTEM, quote(SYSTEM, safe="")])
async def test_a_system_signs_in_with_its_secret_in_the_header(browser, client_id):
    answer = await browser.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=httpx.BasicAuth(client_id, "demo")
    )
    assert (await claims_of(browser, answer))["sub"] == SYSTEM


def assertion(key, **changes):
    now = int(time.time())
    claims = {
        "iss": SYSTEM,
        "sub": SYSTEM,
        "aud": f"{URL}/oauth/token",
        "iat": now,
        "exp": now + 60,
        "jti": "one",
        **changes,
    }
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "ES256"}, claims, key),
    }


@pytest.fixture
def client_key(settings):
    key = ECKey.generate_key("P-256")
    folder = settings.issuer_dir / "clients"
    folder.mkdir(exist_ok=True)
    (folder / f"{SYSTEM.replace(':', '.')}.jwk").write_text(json.dumps(key.as_dict(private=False)))
    return key


async def test_a_system_signs_in_with_its_private_key_once_per_assertion(browser, client_key):
    form = assertion(client_key, jti="first")
    assert (await claims_of(browser, await ask(browser, **form)))["sub"] == SYSTEM
    again = await ask(browser, **form)
    assert again.status_code == 401
    assert again.json() == {"error": "invalid_client"}


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "http://elsewhere.test"},
        {"iss": MEMBER},
        {"sub": MEMBER},
        {"exp": 1},
        {"exp": 99_999_999_999},
        {"jti": ""},
    ],
)
async def test_a_wrong_assertion_proves_nothing(browser, client_key, changes):
    assert (await ask(browser, **assertion(client_key, **{"jti": str(changes), **changes}))).status_code == 401


@pytest.mark.usefixtures("client_key")
async def test_an_assertion_by_a_foreign_key_proves_nothing(browser):
    assert (await ask(browser, **assertion(ECKey.generate_key("P-256")))).status_code == 401


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"grant_type": "client_credentials", "client_id": SYSTEM, "client_secret": "guess"}, "invalid_client"),
        (
            {"grant_type": "client_credentials", "client_id": "demo:nowhere:system", "client_secret": "demo"},
            "invalid_client",
        ),
        ({"grant_type": "client_credentials"}, "invalid_client"),
        ({"grant_type": "password", "username": SYSTEM, "password": "demo"}, "unsupported_grant_type"),
        ({"grant_type": DEVICE_GRANT, "device_code": "guess"}, "invalid_grant"),
        ({}, "unsupported_grant_type"),
    ],
)
async def test_whoever_proves_nothing_gets_no_token(browser, form, code):
    answer = await ask(browser, **form)
    assert answer.status_code in {400, 401}
    assert answer.json() == {"error": code}


async def test_a_person_confirms_a_device_and_the_device_gets_the_token_once(browser):
    asked = (await browser.post("/oauth/device_authorization", data={"client_id": "tereze-cli"})).json()
    fetch = {"grant_type": DEVICE_GRANT, "client_id": "tereze-cli", "device_code": asked["device_code"]}
    assert (await ask(browser, **fetch)).json() == {"error": "authorization_pending"}
    assert (await ask(browser, **fetch)).json() == {"error": "slow_down"}
    page = await browser.get(asked["verification_uri_complete"])
    assert asked["user_code"] in page.text
    assert "Sign in" in page.text
    confirmed = await browser.post("/oauth/device", data={"user_code": asked["user_code"].lower(), "subject": MEMBER})
    assert confirmed.status_code == 200
    assert (await claims_of(browser, await ask(browser, **fetch)))["sub"] == MEMBER
    assert (await ask(browser, **fetch)).json() == {"error": "invalid_grant"}


async def test_a_code_or_a_name_nobody_knows_is_refused_and_not_reflected(browser):
    nobody = await browser.post(
        "/oauth/device", data={"user_code": "AAAA-AAAA", "subject": "<script>alert(1)</script>"}
    )
    assert nobody.status_code == 400
    assert "<script" not in nobody.text
    unknown = await browser.post("/oauth/device", data={"user_code": "AAAA-AAAA", "subject": MEMBER})
    assert unknown.status_code == 400
    page = await browser.get("/oauth/device", params={"user_code": '"><script>'})
    assert "<script" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_anybody_of_the_demo_is_found_by_words(browser):
    few = await browser.get("/oauth/device")
    assert len(few.content) < 40_000
    assert MEMBER in few.text
    found = (await browser.get("/oauth/device", params={"who": "astana POLICE head"})).text
    assert 'value="demo:astana-police:head"' in found
    assert MEMBER not in found
    many = await browser.get("/oauth/device", params={"who": "head"})
    assert "more; add a word" in many.text
    assert len(many.content) < 40_000
    odd = await browser.get("/oauth/device", params={"who": '"><script>'})
    assert "<script" not in odd.text


async def test_an_overlong_form_is_refused(browser):
    assert (await browser.post("/oauth/token", content=b"a" * 20_000)).status_code == 413
    assert (await browser.post("/oauth/token", content=b"\xff=\xff")).status_code in {400, 401}


def test_a_device_code_ages():
    now = [0.0]
    logins = DeviceLogins(clock=lambda: now[0])
    person = Person("demo:a:member", "agc_1", "A", "B")
    device_code, user_code = logins.ask()
    now[0] = 601
    with pytest.raises(UnknownCode):
        logins.confirm(user_code, person)
    with pytest.raises(DeviceError, match="expired_token"):
        logins.fetch(device_code)


def test_a_code_is_confirmed_by_one_person_only():
    logins = DeviceLogins()
    device_code, user_code = logins.ask()
    logins.confirm(user_code, Person("demo:a:member", "agc_1", "A", "B"))
    with pytest.raises(UnknownCode):
        logins.confirm(user_code, Person("demo:b:member", "agc_2", "B", "B"))
    assert logins.fetch(device_code).subject == "demo:a:member"


def test_tokens_outlive_a_restart_on_the_same_directory(settings):
    first = create_issuer(settings)
    second = create_issuer(settings)
    assert first is not second
    assert (settings.issuer_dir / "issuer.private.jwk").stat().st_mode & 0o077 == 0


def test_production_is_refused(tmp_path):
    with pytest.raises(ValidationError, match="refuses to start"):
        IssuerSettings(mode="production", issuer=URL, issuer_dir=tmp_path, pack=PACK)
    environment = {
        "TEREZE_MODE": "production",
        "TEREZE_ISSUER": URL,
        "TEREZE_ISSUER_DIR": str(tmp_path),
        "TEREZE_PACK": str(PACK),
    }
    started = subprocess.run(
        [sys.executable, "-m", "tereze.local.issuer"], env=environment, capture_output=True, text=True, check=False
    )
    assert started.returncode != 0
    assert "refuses to start" in started.stderr
