"""Which token a request carries, driven by hand: requests come out, responses go in."""

import time
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc.jwk import ECKey

from tereze.client import Bearer, ClientCredentials, Credentials, LoginFailed, Profile, SavedLogin, Unavailable
from tereze.client.demo import DemoIdentity
from tereze.client.device import DevicePrompt, Pause, device_flow
from tereze.client.oauth import OAuthClient, Token, read_token
from tereze.client.tokens import TokenAuth

URL = "http://window.example"
METADATA = {
    "issuer": URL,
    "token_endpoint": f"{URL}/oauth/token",
    "device_authorization_endpoint": f"{URL}/oauth/device_authorization",
}
SYSTEM = ClientCredentials("almaty-police", client_secret="invented")


def api_request() -> httpx.Request:
    return httpx.Request("GET", f"{URL}/v1/cases")


def token(value: str, expires_in: float = 300) -> httpx.Response:
    return httpx.Response(200, json={"access_token": value, "token_type": "Bearer", "expires_in": expires_in})


def form(request: httpx.Request) -> dict[str, list[str]]:
    return parse_qs(request.content.decode())


def test_a_system_finds_the_issuer_asks_once_and_uses_the_token_again() -> None:
    auth = TokenAuth(SYSTEM, URL)
    flow = auth.sync_auth_flow(api_request())
    assert str(next(flow).url) == f"{URL}/.well-known/openid-configuration"
    asked = flow.send(httpx.Response(200, json=METADATA))
    assert form(asked)["grant_type"] == ["client_credentials"]
    assert form(asked)["client_secret"] == ["invented"]
    assert flow.send(token("one")).headers["authorization"] == "Bearer one"
    flow.close()
    assert next(auth.sync_auth_flow(api_request())).headers["authorization"] == "Bearer one"


async def test_the_asynchronous_twin_does_the_same() -> None:
    flow = TokenAuth(SYSTEM, URL).async_auth_flow(api_request())
    assert str((await anext(flow)).url).endswith("openid-configuration")
    assert form(await flow.asend(httpx.Response(200, json=METADATA)))["grant_type"] == ["client_credentials"]
    assert (await flow.asend(token("one"))).headers["authorization"] == "Bearer one"
    with pytest.raises(StopAsyncIteration):
        await flow.asend(httpx.Response(200))


def test_a_token_that_is_about_to_expire_is_renewed_before_it_is_used() -> None:
    auth = TokenAuth(SYSTEM, URL)
    flow = auth.sync_auth_flow(api_request())
    next(flow)
    flow.send(httpx.Response(200, json=METADATA))
    flow.send(token("short", expires_in=30))
    flow.close()
    assert "openid-configuration" in str(next(auth.sync_auth_flow(api_request())).url)


def test_a_401_renews_once_and_no_more() -> None:
    flow = TokenAuth(SYSTEM, URL).sync_auth_flow(api_request())
    next(flow)
    flow.send(httpx.Response(200, json=METADATA))
    flow.send(token("revoked"))
    assert "openid-configuration" in str(flow.send(httpx.Response(401)).url)
    flow.send(httpx.Response(200, json=METADATA))
    assert flow.send(token("new")).headers["authorization"] == "Bearer new"
    with pytest.raises(StopIteration):
        flow.send(httpx.Response(401))


def test_the_lock_is_free_again_after_a_failed_renewal() -> None:
    auth = TokenAuth(SYSTEM, URL)
    flow = auth.sync_auth_flow(api_request())
    next(flow)
    with pytest.raises(LoginFailed, match="HTTP 404"):
        flow.send(httpx.Response(404))
    assert next(auth.sync_auth_flow(api_request())) is not None


def test_a_given_token_is_used_as_it_is() -> None:
    flow = TokenAuth(Bearer("given"), URL).sync_auth_flow(api_request())
    assert next(flow).headers["authorization"] == "Bearer given"
    with pytest.raises(StopIteration):
        flow.send(httpx.Response(401))


def test_a_private_key_signs_an_assertion_instead_of_sending_a_secret() -> None:
    key = ECKey.generate_key("P-256").as_pem(private=True).decode()
    sent = form(OAuthClient("almaty-police", private_key=key).form(f"{URL}/oauth/token", "client_credentials"))
    assert sent["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    assert "client_secret" not in sent


@pytest.fixture
def saved(tmp_path: Path) -> Credentials:
    return Credentials(tmp_path / "tereze" / "credentials.json")


def a_profile(expires_at: float) -> Profile:
    kept = Token(access_token="old", refresh_token="again", expires_at=expires_at)
    return Profile(url=URL, issuer=URL, client_id="tereze-cli", token=kept, who="Aigul")


def test_a_saved_login_is_refreshed_and_kept(saved: Credentials) -> None:
    profile = a_profile(expires_at=time.time() - 1)
    saved.save(profile)
    flow = TokenAuth(SavedLogin(profile, saved), URL).sync_auth_flow(api_request())
    next(flow)
    assert form(flow.send(httpx.Response(200, json=METADATA)))["refresh_token"] == ["again"]
    assert flow.send(token("new")).headers["authorization"] == "Bearer new"
    kept = saved.profile(URL)
    assert kept is not None
    assert kept.token is not None
    assert (kept.token.access_token, kept.token.refresh_token) == ("new", "again")


def test_a_login_that_another_process_renewed_is_taken_over(saved: Credentials) -> None:
    profile = a_profile(expires_at=time.time() - 1)
    newer = Token(access_token="newer", refresh_token="more", expires_at=time.time() + 300)
    saved.save(profile.model_copy(update={"token": newer}))
    flow = TokenAuth(SavedLogin(profile, saved), URL).sync_auth_flow(api_request())
    assert next(flow).headers["authorization"] == "Bearer newer"


def test_the_credentials_file_is_for_its_owner_alone(saved: Credentials) -> None:
    saved.save(a_profile(expires_at=0))
    assert saved.path.stat().st_mode & 0o777 == 0o600
    assert saved.path.parent.stat().st_mode & 0o777 == 0o700


def test_logging_out_forgets_the_token(saved: Credentials) -> None:
    saved.save(a_profile(expires_at=0))
    gone = saved.forget()
    assert gone is not None
    assert gone.who == "Aigul"
    assert "old" not in saved.path.read_text()
    assert saved.profile() is None
    assert saved.forget() is None


def test_a_damaged_credentials_file_says_what_to_do(saved: Credentials) -> None:
    saved.save(a_profile(expires_at=0))
    saved.path.write_text("{")
    with pytest.raises(LoginFailed, match="remove it and log in"):
        saved.profile()


def test_the_device_flow_shows_a_code_and_asks_until_consent() -> None:
    flow = device_flow(URL, OAuthClient("tereze-cli"))
    assert isinstance(next(flow), httpx.Request)
    started = flow.send(httpx.Response(200, json=METADATA))
    assert isinstance(started, httpx.Request)
    assert str(started.url) == METADATA["device_authorization_endpoint"]
    given = {"device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": f"{URL}/oauth/device", "interval": 1}
    prompt = flow.send(httpx.Response(200, json=given))
    assert isinstance(prompt, DevicePrompt)
    assert prompt.user_code == "WDJB-MJHT"
    assert flow.send(None) == Pause(1.0)
    asked = flow.send(None)
    assert isinstance(asked, httpx.Request)
    assert form(asked)["device_code"] == ["d"]
    assert flow.send(httpx.Response(400, json={"error": "authorization_pending"})) == Pause(1.0)
    flow.send(None)
    assert flow.send(httpx.Response(400, json={"error": "slow_down"})) == Pause(6.0)
    flow.send(None)
    with pytest.raises(StopIteration) as end:
        flow.send(token("consented"))
    assert end.value.value.access_token == "consented"


def test_a_refused_device_login_says_so() -> None:
    with pytest.raises(LoginFailed) as refusal:
        read_token(httpx.Response(400, json={"error": "access_denied", "error_description": "the person said no"}))
    assert refusal.value.code == "access_denied"


def test_an_issuer_that_is_down_is_unavailable_and_not_a_failed_login() -> None:
    with pytest.raises(Unavailable):
        read_token(httpx.Response(503))


DEVICE = {"device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": f"{URL}/oauth/device", "interval": 1}


def test_a_demo_identity_confirms_its_own_code_through_the_ordinary_door() -> None:
    flow = TokenAuth(DemoIdentity("almaty-school-1:member"), URL).sync_auth_flow(api_request())
    next(flow)
    assert str(flow.send(httpx.Response(200, json=METADATA)).url) == METADATA["device_authorization_endpoint"]
    confirmed = flow.send(httpx.Response(200, json=DEVICE))
    assert str(confirmed.url) == f"{URL}/oauth/device"
    assert form(confirmed) == {"user_code": ["WDJB-MJHT"], "subject": ["demo:almaty-school-1:member"]}
    assert form(flow.send(httpx.Response(200)))["device_code"] == ["d"]
    assert flow.send(token("invented")).headers["authorization"] == "Bearer invented"


def test_a_demo_identity_gets_nothing_where_the_issuer_asks_a_real_person() -> None:
    flow = TokenAuth(DemoIdentity("almaty-school-1:member"), URL).sync_auth_flow(api_request())
    next(flow)
    flow.send(httpx.Response(200, json=METADATA))
    flow.send(httpx.Response(200, json=DEVICE))
    with pytest.raises(LoginFailed, match="not a demo issuer"):
        flow.send(httpx.Response(403))


def test_a_demo_identity_without_a_role_is_told_what_one_looks_like() -> None:
    flow = TokenAuth(DemoIdentity("almaty-school-1"), URL).sync_auth_flow(api_request())
    with pytest.raises(LoginFailed, match="AGENCY:ROLE"):
        next(flow)
