"""Decides how a referral and its answer look; must never repeat what was sent in about a person."""

from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.tables import Cell, categories, listed, risk, table
from tereze.contracts.referrals import AnswerDue, ReferralAccepted, ReferralView


def accepted_page(desk: Desk, accepted: ReferralAccepted) -> RenderableType:
    """The reference, who answers by when, and what somebody should check."""
    words = desk.words
    parts: list[RenderableType] = [
        Text(words("refer.accepted", referral=accepted.referral_id), style="bold green"),
        Text(words("refer.durable", at=words.at(accepted.received_at), protocol=accepted.protocol_version)),
        _answers(desk, accepted.answers_due),
    ]
    if accepted.flags:
        rows: list[tuple[Cell, ...]] = [(flag.pointer, words.told(flag.code, flag.detail)) for flag in accepted.flags]
        parts.append(table(words, ("place", "flags"), rows))
    parts.append(Text(words("refer.next", referral=accepted.referral_id), style="dim"))
    return Group(*parts)


def referral_page(desk: Desk, referral: ReferralView) -> RenderableType:
    """What the referrer may know: the case, who holds what, by when."""
    words = desk.words
    head = Text.assemble(
        (referral.referral_id, "bold"), "  ", risk(words, referral.risk), "  ", categories(words, referral.categories)
    )
    case = referral.case_id or words("referral.no-case")
    head.append(f"\n{words('head.received')} {words.at(referral.received_at)} · {referral.region_code}", "dim")
    head.append(f"\n{words('head.case')} {case}")
    rows: list[tuple[Cell, ...]] = [
        (words.code("service", entry.service), desk.agency(entry.agency_id), _state(desk, entry.state, entry.breached),
         words.at(entry.next_due) if entry.next_due else None)
        for entry in referral.progress
    ]  # fmt: skip
    progress = table(words, ("service", "agency", "state", "next-due"), rows, title="head.progress")
    return Group(head, _answers(desk, referral.answers_due), progress)


def referral_list(desk: Desk, referrals: list[ReferralView]) -> RenderableType:
    """Referrals of the agency, newest first."""
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (r.referral_id, words.at(r.received_at), risk(words, r.risk), categories(words, r.categories), r.case_id)
        for r in referrals
    ]
    return listed(words, ("referral", "received", "risk", "categories", "case"), rows)


def _answers(desk: Desk, answers: tuple[AnswerDue, ...]) -> RenderableType:
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (words.code("service", due.holder), words.code("clock", due.obligation),
         f"{words.at(due.due_at)} ({words.span(due.due_at - desk.now)})")
        for due in answers
    ]  # fmt: skip
    return table(words, ("holder", "obligation", "by"), rows, title="head.answers")


def _state(desk: Desk, state: str, breached: bool) -> Text:
    text = Text(desk.words.code("task", state))
    if breached:
        text.append(" · " + desk.words.code("level", "breach"), "bold red")
    return text
