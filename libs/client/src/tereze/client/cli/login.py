"""Decides how a person or a system logs in, asks who it is, and logs out; must never print a token."""

import base64
import json
import sys
import time
from typing import Annotated, Any

import httpx
import typer
from rich.console import Group
from rich.text import Text

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.staff import attestation_page
from tereze.client.credentials import Profile
from tereze.client.demo import CLIENT_ID, DemoIdentity
from tereze.client.device import DevicePrompt, device_flow, device_login
from tereze.client.grants import ClientCredentials, Grant
from tereze.client.oauth import Exchange, OAuthClient, Token
from tereze.client.problems import Unreachable

app = typer.Typer()
_STDIN = "-"


@command(app, "login")
def login(
    desk: Desk,
    client_id: Annotated[str | None, typer.Option(help="A system's client id; a person needs none.")] = None,
    client_secret: Annotated[
        str | None,
        typer.Option(envvar="TEREZE_CLIENT_SECRET", help="Its secret; - reads it from stdin. Kept with mode 0600."),
    ] = None,
    issuer: Annotated[str | None, typer.Option(help="The issuer, where it is not at the window's own URL.")] = None,
) -> None:
    """Log in. A person confirms a code in the browser; a system gives its id and secret; --as is a demo shortcut."""
    if client_secret == _STDIN:
        client_secret = sys.stdin.readline().strip()
    if (client_id is None) != (client_secret is None):
        raise typer.BadParameter("a system gives both --client-id and --client-secret")
    where = issuer or desk.url
    with httpx.Client(trust_env=False, timeout=30.0) as http:
        if client_id is not None:
            token = exchange(http, ClientCredentials(client_id, client_secret), where)
        elif desk.identity:
            token = exchange(http, DemoIdentity(desk.identity), where)
        else:
            token = _in_the_browser(desk, http, where)
    profile = Profile(
        url=desk.url, issuer=where, client_id=client_id or CLIENT_ID, client_secret=client_secret,
        who=str(claims(token).get("sub", "")), token=token,
    )  # fmt: skip
    desk.credentials.save(profile)
    desk.say("login.done", url=desk.url, who=profile.who)
    if desk.as_json:
        desk.write({"url": profile.url, "subject": profile.who})


@command(app, "whoami")
def whoami(desk: Desk) -> None:
    """Say as whom you act: name, agency, roles; and if you may not act yet, what is missing and who mends it."""
    me = desk.client.staff.me()
    roles = ", ".join(me.roles)
    agency = desk.agency(me.agency_id) if me.fit else me.agency_id
    line = Text(desk.words("whoami", who=me.display_name, agency=agency, roles=roles))
    known = {"url": desk.url, **me.model_dump(mode="json", exclude={"attestations"})}
    desk.give(known, lambda: line if me.fit else Group(line, attestation_page(desk, me)))


@command(app, "logout")
def logout(desk: Desk) -> None:
    """Forget the saved login."""
    gone = desk.credentials.forget(desk.asked_url)
    desk.say("logout.done" if gone else "login.none", url=gone.url if gone else desk.url)
    if desk.as_json:
        desk.write({"url": gone.url if gone else None})


def exchange(http: httpx.Client, grant: Grant, issuer: str) -> Token:
    """Carry out a grant's requests."""
    renewal: Exchange[Token] = grant.renewal(issuer, None)
    try:
        asked = next(renewal)
        while True:
            asked = renewal.send(http.send(asked))
    except StopIteration as end:
        token: Token = end.value
        return token
    except httpx.TransportError as error:
        raise Unreachable(str(error)) from error


def claims(token: Token) -> dict[str, Any]:
    """What the token says about its bearer, for showing only: nothing here checks the signature, the window does."""
    parts = token.access_token.split(".")
    try:
        told = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    except (IndexError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _in_the_browser(desk: Desk, http: httpx.Client, issuer: str) -> Token:
    def show(prompt: DevicePrompt) -> None:
        url = prompt.verification_uri_complete or prompt.verification_uri
        desk.say("login.open", url=url, code=prompt.user_code)
        desk.say("login.waiting")

    try:
        return device_login(http, device_flow(issuer, OAuthClient(CLIENT_ID)), show=show, pause=time.sleep)
    except httpx.TransportError as error:
        raise Unreachable(str(error)) from error
