"""Decides that a demo login can be renewed, by its refresh token only; must never accept an access token for one."""

from collections.abc import AsyncIterator

import httpx
import pytest
from joserfc import jwt

from tereze.local.fixtures import PACK
from tereze.local.issuer import IssuerSettings, TokenMint, create_issuer

URL = "http://window.test"
MEMBER = "demo:almaty-school-1:member"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> IssuerSettings:
    return IssuerSettings(mode="demo", issuer=URL, issuer_dir=tmp_path_factory.mktemp("issuer"), pack=PACK)


@pytest.fixture(scope="module")
def mint(settings: IssuerSettings) -> TokenMint:
    return TokenMint(settings.issuer_dir, issuer=URL)


@pytest.fixture(scope="module")
async def browser(settings: IssuerSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_issuer(settings)), base_url=URL) as client:
        yield client


async def renew(browser: httpx.AsyncClient, token: str) -> httpx.Response:
    return await browser.post("/oauth/token", data={"grant_type": "refresh_token", "refresh_token": token})


async def test_a_login_is_renewed_for_the_same_person(browser: httpx.AsyncClient, mint: TokenMint) -> None:
    answer = await renew(browser, mint.mint_refresh(MEMBER))
    assert answer.status_code == 200
    claims = jwt.decode(answer.json()["access_token"], mint.key, algorithms=["ES256"]).claims
    assert claims["sub"] == MEMBER
    assert mint.read_refresh(answer.json()["refresh_token"]) == MEMBER


async def test_an_access_token_renews_nothing(browser: httpx.AsyncClient, mint: TokenMint) -> None:
    answer = await renew(browser, mint.mint(MEMBER, "agc_1", aud=URL))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
async def test_what_is_no_token_renews_nothing(browser: httpx.AsyncClient, token: str) -> None:
    assert (await renew(browser, token)).json()["error"] == "invalid_grant"


async def test_an_old_or_foreign_or_unknown_refresh_token_renews_nothing(
    browser: httpx.AsyncClient,
    mint: TokenMint,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    foreign = TokenMint(tmp_path_factory.mktemp("foreign"), issuer=URL).mint_refresh(MEMBER)
    monkeypatch.setattr("tereze.local.issuer.mint.REFRESH_SECONDS", -1)
    for token in (foreign, mint.mint_refresh(MEMBER)):
        assert (await renew(browser, token)).json()["error"] == "invalid_grant"
    monkeypatch.undo()
    assert (await renew(browser, mint.mint_refresh("demo:nobody:member"))).json()["error"] == "invalid_grant"
