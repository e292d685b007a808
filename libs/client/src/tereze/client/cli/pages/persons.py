"""Decides how persons, merges and identity reviews look; must never show a dash for what is only withheld elsewhere."""

from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, listed, table
from tereze.contracts.persons import KeptApart, Look, MergeView, PersonKind, PersonState, PersonView, SplitView
from tereze.contracts.referrals import Child
from tereze.contracts.reviews import ReviewView, WaterfallStep
from tereze.contracts.words import ReviewOutcome


def person_page(desk: Desk, person: PersonView) -> RenderableType:
    """Who somebody is, with every number they are known by, their relatives, and what somebody should look at."""
    words = desk.words
    head = Text.assemble((child_words(person.child) or person.person_id, "bold"))
    lines = [Text(words("person.sources", person=person.person_id, count=person.sources), style="dim")]
    if person.state is PersonState.ERASED:
        lines = [Text(words("person.erased", person=person.person_id))]
    lines += [Text(words("person.retired", person=retired), style="dim") for retired in person.retired_ids]
    rows: list[tuple[Cell, ...]] = [
        (number.value, words.at(number.first_given_at), ", ".join(flag.detail for flag in number.flags) or None)
        for number in person.identifiers
    ]
    kin = [(words.code("kinship", one.kinship), one.person_id) for one in person.relatives]
    if person.kind is PersonKind.EXPECTED and person.due_date is not None:
        lines.append(Text(words("person.expected", due=person.due_date)))
    lines += [Text(f"! {flag.detail}") for flag in person.flags]
    tables = [table(words, ("number", "when", "flags"), rows)] if rows else []
    tables += [table(words, ("kinship", "relative"), kin)] if kin else []
    return Group(head, *lines, *tables)


def look_list(desk: Desk, looks: list[Look]) -> RenderableType:
    """Who looked, newest first."""
    rows: list[tuple[Cell, ...]] = [
        (desk.words.at(look.at), desk.agency(look.agency_id), look.outcome, str(len(look.records))) for look in looks
    ]
    return listed(desk.words, ("when", "agency", "what", "records"), rows)


def merge_page(desk: Desk, merge: MergeView) -> RenderableType:
    """A merge as it stands, and what is still missing."""
    return Text(
        desk.words(
            f"merge.{merge.state.value}", merge=merge.merge_id, person=merge.person_id, retired=merge.retired_person_id
        )
    )


def split_page(desk: Desk, parts: SplitView) -> RenderableType:
    """Whose the records are now."""
    return Text(desk.words("person.split", count=len(parts.records), new=parts.new_person_id, person=parts.person_id))


def kept_apart_page(desk: Desk, kept: KeptApart) -> RenderableType:
    """That two are two."""
    return Text(desk.words("person.kept-apart", one=kept.person_id, other=kept.other_person_id))


def review_list(desk: Desk, reviews: list[ReviewView]) -> RenderableType:
    """Reviews, the soonest due first."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (review.review_id, words.code("review", review.state), words.at(review.due_at),
         words.code("level", review.level) if review.level else None)
        for review in reviews
    ]  # fmt: skip
    return listed(words, ("review", "state", "by", "told"), rows, "review.none")


def review_page(desk: Desk, review: ReviewView) -> RenderableType:
    """One review: both accounts side by side, and how the weights add up."""
    words = desk.words
    state = words.code("review", review.outcome or review.state)
    head = Text.assemble((review.review_id, "bold"), "  ", state, "  ", words("review.due", at=words.at(review.due_at)))
    ids = {"person": review.person_id, "candidate": review.candidate_person_id}
    who, undo = Text(words("review.persons", **ids), style="dim"), []
    if review.outcome is ReviewOutcome.SAME and review.merge_id is not None:
        undo = [Text(words("review.undo", person=review.candidate_person_id, merge=review.merge_id))]
    drawn = review.waterfall
    if drawn is None:
        return Group(head, who, Text(child_words(review.child)), Text(child_words(review.candidate)), *undo)
    rows: list[tuple[Cell, ...]] = [
        (words.code("compared", step.field), *_values(review, step), words.code("agrees", step.level),
         f"{step.bits:+.1f}")
        for step in drawn.steps
    ]  # fmt: skip
    total = words("review.total", total=f"{drawn.total:.1f}", link=f"{drawn.link_from:.1f}")
    guards = [Text(words("review.guard", guard=words.code("guard", guard))) for guard in drawn.guards]
    shown = table(words, ("field", "account", "candidate", "level", "bits"), rows)
    return Group(head, who, shown, Text(total), *guards, *undo)


def _values(review: ReviewView, step: WaterfallStep) -> tuple[str | None, str | None]:
    """What is written on either side; of a region that agrees, the review's own."""
    if step.field == "place" and step.level == "same":
        return review.region_code, review.region_code
    return step.value, step.other_value


def child_words(child: Child | None) -> str:
    """A child in one line; empty where nothing of them is shown."""
    if child is None:
        return ""
    said = (child.family, child.given, child.patronymic, child.birth_date or child.birth_year)
    return " ".join(str(word) for word in said if word is not None)
