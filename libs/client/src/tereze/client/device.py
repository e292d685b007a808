"""Decides the steps of the device flow (RFC 8628): ask, show a code, wait for consent; must never do I/O or sleep itself."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeAlias

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from tereze.client.oauth import Endpoints, OAuthClient, Token, discover, read_token
from tereze.client.problems import LoginFailed

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class DevicePrompt(BaseModel):
    """What the person needs: a page to open and a code to compare there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None = None
    expires_in: float = 600.0
    interval: float = 5.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds before going on."""

    seconds: float


DeviceFlow: TypeAlias = Generator[httpx.Request | DevicePrompt | Pause, httpx.Response | None, Token]


def device_flow(issuer: str, client: OAuthClient) -> DeviceFlow:
    """From nothing to a token. Yields requests (send the response back), one prompt to show, and pauses to keep."""
    finding = discover(issuer)
    asked = next(finding)
    endpoints = _ending(finding, (yield asked))
    prompt = read_prompt((yield ask_for_code(endpoints, client)))
    yield prompt
    return (yield from _poll(endpoints, client, prompt))


def ask_for_code(endpoints: Endpoints, client: OAuthClient) -> httpx.Request:
    """The request that starts the flow."""
    if endpoints.device_authorization_endpoint is None:
        raise LoginFailed(
            "unsupported_grant_type", "this issuer offers no device login; ask for a client id and secret"
        )
    return client.form(endpoints.device_authorization_endpoint, DEVICE_CODE)


def read_prompt(response: httpx.Response | None) -> DevicePrompt:
    """What the issuer wants shown."""
    assert response is not None
    if not response.is_success:
        read_token(response)
    try:
        return DevicePrompt.model_validate_json(response.content)
    except ValidationError as error:
        raise LoginFailed("invalid_response", "the issuer's answer to the device login cannot be read") from error


def ask_for_token(endpoints: Endpoints, client: OAuthClient, prompt: DevicePrompt) -> httpx.Request:
    """The request that is repeated until the person has consented."""
    return client.form(endpoints.token_endpoint, DEVICE_CODE, device_code=prompt.device_code)


def _poll(endpoints: Endpoints, client: OAuthClient, prompt: DevicePrompt) -> DeviceFlow:
    interval, waited = prompt.interval, 0.0
    while waited <= prompt.expires_in:
        yield Pause(interval)
        waited += interval
        response = yield ask_for_token(endpoints, client, prompt)
        assert response is not None
        try:
            return read_token(response)
        except LoginFailed as error:
            if error.code == "slow_down":
                interval += 5.0
            elif error.code != "authorization_pending":
                raise
    raise LoginFailed("expired_token", "nobody confirmed the code in time")


def _ending(finding: Generator[httpx.Request, httpx.Response, Endpoints], response: httpx.Response | None) -> Endpoints:
    assert response is not None
    try:
        finding.send(response)
    except StopIteration as end:
        found: Endpoints = end.value
        return found
    raise AssertionError  # pragma: no cover - discovery is one request


def device_login(
    http: httpx.Client, flow: DeviceFlow, *, show: Callable[[DevicePrompt], None], pause: Callable[[float], None]
) -> Token:
    """Carry out a device flow: ``show`` is called with the code, ``pause`` (``time.sleep``) keeps the waits."""
    response: httpx.Response | None = None
    while True:
        try:
            step = flow.send(response)
        except StopIteration as end:
            token: Token = end.value
            return token
        response = None
        if isinstance(step, DevicePrompt):
            show(step)
        elif isinstance(step, Pause):
            pause(step.seconds)
        else:
            response = http.send(step)
