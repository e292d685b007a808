"""Decides how subscriptions, deliveries and the feed are used from the command line; must never show a secret twice."""

from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, listed
from tereze.contracts.subscriptions import CloudEvent, DeliveryView, SubscriptionView

app = typer.Typer()
subscription_app = typer.Typer(no_args_is_help=True, help="One subscription of your agency.")
_TELLING = (("clock_kind", "clock"), ("level", "level"), ("outcome", "outcome"), ("reason", "reason"))
Types = Annotated[list[str] | None, typer.Option("--type", help="Only this event type; may be repeated.")]


@command(app, "subscribe")
def subscribe(
    desk: Desk,
    address: Annotated[str, typer.Argument(metavar="URL")],
    event_type: Types = None,
    description: Annotated[str | None, typer.Option(help="A word for yourselves.")] = None,
) -> None:
    """Have your agency's events delivered to URL, signed. The secret is shown this once."""
    created = desk.client.subscriptions.create(address, types=tuple(event_type or ()), description=description)
    if not desk.as_json:
        desk.say("subscribe.done", agency=desk.agency(created.agency_id), url=created.url)
        desk.say("subscribe.secret", secret=created.secret)
    desk.give(created, lambda: Text(created.subscription_id))


@command(app, "subscriptions")
def subscriptions(desk: Desk) -> None:
    """List your agency's subscriptions."""
    desk.give_all(desk.client.subscriptions.list(), lambda found: subscription_list(desk, found))


@command(subscription_app, "show")
def show(desk: Desk, subscription_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show one subscription."""
    found = desk.client.subscriptions.get(subscription_id)
    desk.give(found, lambda: subscription_list(desk, [found]))


@command(subscription_app, "end")
def end(desk: Desk, subscription_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Stop deliveries to one subscription."""
    desk.client.subscriptions.end(subscription_id)
    desk.say("subscription.ended", subscription=subscription_id)
    if desk.as_json:
        desk.write({"subscription_id": subscription_id, "state": "ended"})


@command(subscription_app, "test")
def test(desk: Desk, subscription_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Have a signed test event sent to one subscription."""
    sent = desk.client.subscriptions.test(subscription_id)
    desk.give(sent, lambda: delivery_list(desk, [sent]))


@command(subscription_app, "replay")
def replay(
    desk: Desk,
    subscription_id: Annotated[str, typer.Argument(metavar="ID")],
    after: Annotated[str | None, typer.Option(metavar="EVENT", help="Only what came after this event.")] = None,
) -> None:
    """Have events delivered again, in order per case; everything that is kept, or what came after an event."""
    found = desk.client.subscriptions.replay(subscription_id, after=after)
    desk.give(found, lambda: subscription_list(desk, [found]))


@command(app, "deliveries")
def deliveries(desk: Desk, subscription_id: Annotated[str, typer.Argument(metavar="SUBSCRIPTION")]) -> None:
    """List the deliveries to one subscription, newest first."""
    found = desk.client.subscriptions.deliveries(subscription_id)
    desk.give_all(found, lambda listed_: delivery_list(desk, listed_))


@command(app, "events")
def events(
    desk: Desk,
    follow: Annotated[bool, typer.Option("--follow", help="Go on waiting for the next event.")] = False,
    after: Annotated[str | None, typer.Option(metavar="EVENT", help="Start after this event id.")] = None,
    event_type: Types = None,
) -> None:
    """Print your agency's events in order, one a line."""
    types = tuple(event_type or ())
    read = desk.client.watch if follow else desk.client.events
    for event in read(after=after, types=types):
        if desk.as_json:
            desk.write(event)
        else:
            desk.out.print(event_line(desk, event))


def event_line(desk: Desk, event: CloudEvent) -> Text:
    """When, what, on which case, and the id to go on after."""
    words = desk.words
    text = Text.assemble((words.at(event.time), "dim"), "  ", words.code("event", event.type))
    about = [words.code(kind, event.data[name]) for name, kind in _TELLING if name in event.data]
    if "agency_id" in event.data:
        about.append(desk.agency(event.data["agency_id"]))
    if about:
        text.append(": " + ", ".join(about))
    return text.append(f"  {event.subject}  {event.id}", "dim")


def subscription_list(desk: Desk, found: list[SubscriptionView]) -> RenderableType:
    """Subscriptions with what waits."""
    rows: list[tuple[Cell, ...]] = [
        (s.subscription_id, s.url, s.ended_because or s.state.value, str(s.pending)) for s in found
    ]
    return listed(desk.words, ("id", "url", "state", "pending"), rows)


def delivery_list(desk: Desk, found: list[DeliveryView]) -> RenderableType:
    """Deliveries with what the receiver answered."""
    rows: list[tuple[Cell, ...]] = [
        (d.event_id, desk.words.code("event", d.type), d.state.value, str(d.attempts),
         str(d.last_status) if d.last_status else d.last_error)
        for d in found
    ]  # fmt: skip
    return listed(desk.words, ("event", "what", "state", "attempts", "answer"), rows)
