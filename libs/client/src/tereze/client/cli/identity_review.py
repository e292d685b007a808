"""Decides how identity reviews are read and answered from the command line; must never answer one that nobody has read."""

import json
from operator import itemgetter
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tereze.client.cli.command import command
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.persons import review_list, review_page
from tereze.contracts.reviews import RaiseReview
from tereze.contracts.words import ReviewOutcome

_ENDS = ("person_id", "candidate_person_id")
review_app = typer.Typer(no_args_is_help=True, help="Whether two accounts mean one child.")
ReviewArgument = Annotated[str, typer.Argument(metavar="ID")]
Version = Annotated[int | None, typer.Option(help="The version you decided on; else the review is read first.")]


@command(review_app, "list")
def listing(
    desk: Desk, *, decided: Annotated[bool, typer.Option("--decided", help="Those that were decided.")] = False
) -> None:
    """List what your desk has to decide, the soonest due first."""
    desk.give_all(desk.client.identity_reviews.list(decided=decided), lambda listed: review_list(desk, listed))


@command(review_app, "show")
def show(desk: Desk, review_id: ReviewArgument) -> None:
    """Show one review: what was compared, how far it agrees, what that is worth."""
    review = desk.client.identity_reviews.get(review_id)
    desk.give(review, lambda: review_page(desk, review))


@command(review_app, "decide")
def decide(
    desk: Desk,
    review_id: ReviewArgument,
    *,
    outcome: Annotated[ReviewOutcome, typer.Option(help="One child, or two.")],
    reason: Annotated[str, typer.Option(help="Why; kept sealed.")],
    version: Version = None,
) -> None:
    """Say whether they are one child."""
    review = desk.client.identity_reviews.decide(review_id, outcome=outcome, reason=reason, version=version)
    desk.give(review, lambda: review_page(desk, review))


@command(review_app, "load")
def load(
    desk: Desk, file: Annotated[Path, typer.Argument(metavar="FILE", help="NDJSON of `tereze registry dedupe`.")]
) -> None:
    """Ask about every pair that a batch comparison found, one review each; its ids must be persons'. Loading again asks nothing twice."""
    raised = 0
    for one, other in _pairs_in(file):
        key = f"dedupe-{one}-{other}"
        raised += desk.client.identity_reviews.propose(one, other, idempotency_key=key).raised
    desk.give({"raised": raised}, lambda: Text(desk.words("review.raised", count=raised)))


def _pairs_in(file: Path) -> list[tuple[str, str]]:
    """Every pair of the file, read before the first is sent."""
    try:
        return [
            _pair(file, at, line) for at, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if line
        ]
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file}: {error}") from error


def _pair(file: Path, at: int, line: str) -> tuple[str, str]:
    try:
        pair = RaiseReview.model_validate(
            dict(zip(_ENDS, sorted(itemgetter("one", "other")(json.loads(line))), strict=True))
        )
    except (ValueError, LookupError, TypeError) as error:
        raise typer.BadParameter(
            f'{file}, line {at} names no two persons: "one" and "other" are ids like per_…'
        ) from error
    return pair.person_id, pair.candidate_person_id


@command(review_app, "confirm")
def confirm(desk: Desk, review_id: ReviewArgument, *, version: Version = None) -> None:
    """Confirm, as a second person, that they are one child."""
    review = desk.client.identity_reviews.confirm(review_id, version=version)
    desk.give(review, lambda: review_page(desk, review))
