"""Decides how events reach a program under development; must never touch the agency's real subscriptions."""

import base64
import binascii
import secrets
from datetime import UTC, datetime
from typing import Annotated

import httpx
import typer
from rich.text import Text
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.subscriptions import event_line
from tereze.contracts.subscriptions import CloudEvent

app = typer.Typer()
_SECRET_BYTES = 24


def address(value: str) -> str:
    """Where a program can receive webhooks."""
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise typer.BadParameter(f"{value} is no address like http://127.0.0.1:9000")
    return value


def signing_secret(value: str) -> str:
    """A secret that webhooks can be signed with."""
    try:
        Webhook(value)
    except (binascii.Error, EmptyWebhookSecretError):
        raise typer.BadParameter("a secret is whsec_ and base64, as subscribe shows it") from None
    return value


@command(app, "listen")
def listen(
    desk: Desk,
    *,
    forward_to: Annotated[
        str, typer.Option(parser=address, metavar="URL", help="Where your program receives webhooks.")
    ],
    agency: Annotated[
        str | None, typer.Option(metavar="SLUG", help="Act as this demo agency's system, like almaty-police.")
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(
            parser=signing_secret,
            metavar="SECRET",
            envvar="TEREZE_WEBHOOK_SECRET",
            help="Sign with this whsec_… instead of a new one.",
        ),
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="EVENT", help="Start after this event id; else from now.")
    ] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Start with the oldest event kept.")] = False,
) -> None:
    """Forward your agency's events to a local URL, signed as the window signs webhooks. Ends with Ctrl-C."""
    if agency:
        desk.identity = f"{agency}:system"
    key = secret or "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    start = after if after or from_start else _newest(desk)
    desk.say("listen.ready", agency=agency or desk.identity or desk.url, url=forward_to)
    desk.say("listen.secret", secret=key)
    with httpx.Client(trust_env=False, timeout=15.0) as http:
        for event in desk.client.watch(after=start):
            forwarded(desk, event, forward(http, forward_to, key, event))


def forward(http: httpx.Client, url: str, secret: str, event: CloudEvent) -> int | None:
    """Post one event; returns the receiver's status, or None when it did not answer."""
    body = event.model_dump_json(exclude_none=True)
    now = datetime.now(UTC)
    headers = {
        "Content-Type": "application/cloudevents+json",
        "Webhook-Id": event.id,
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(event.id, now, body),
    }
    try:
        return http.post(url, content=body, headers=headers).status_code
    except httpx.TransportError:
        return None


def forwarded(desk: Desk, event: CloudEvent, status: int | None) -> None:
    """Say what went where and what came back."""
    if desk.as_json:
        desk.write({"event_id": event.id, "type": event.type, "subject": event.subject, "status": status})
        return
    answer = str(status) if status is not None else desk.words("listen.no-answer")
    good = status is not None and httpx.codes.is_success(status)
    desk.out.print(event_line(desk, event).append_text(Text(f"  → {answer}", style="green" if good else "bold red")))


def _newest(desk: Desk) -> str | None:
    """The id of the newest event there is, so that only what happens from now on is forwarded."""
    newest = None
    for event in desk.client.events():
        newest = event.id
    return newest
