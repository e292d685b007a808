"""Decides what of a family's shared record a reader sees, section by section; must never show a wording of a section that is not theirs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tereze.access import Decision, decide_each, redact
from tereze.access.decisions import Action
from tereze.chassis.http import Principal
from tereze.chassis.work import Work
from tereze.contracts.facts import Invalid
from tereze.contracts.families import EntryRevision, EntryView, FamilyRecord, Section, WriteEntry
from tereze.contracts.labels import Sensitivity
from tereze.contracts.words import Kinship
from tereze.registry.family import gather
from tereze.registry.people import resource_of
from tereze.registry.store.entries import Wording, entries_of
from tereze.registry.store.facts import part_of_index

LABELS: Mapping[Section, Sensitivity] = {
    Section.MEDICAL: Sensitivity.MEDICAL,
    Section.SOCIAL: Sensitivity.IDENTITY,
    Section.EDUCATION: Sensitivity.EDUCATION,
    Section.LEGAL: Sensitivity.ALLEGATION,
}


class OneBasis(Invalid):
    """An entry rests on consent, or on a lawful reason to do without; not on both or neither."""

    code = "one-basis"
    title = "Give either consent or override"


def check_basis(written: WriteEntry) -> None:
    """Raises OneBasis."""
    if (written.consent is None) == (written.override is None):
        raise OneBasis(pointer="/consent")


async def show_record(work: Work, caller: Principal, person_id: str, decision: Decision) -> dict[str, Any]:
    """The entries about a person and the family around, as far as the reader's need to know reaches."""
    members = await _readable(work, caller, person_id, decision)
    index = await part_of_index(work, members)
    hidden: Counter[str] = Counter()
    shown: list[dict[str, Any]] = []
    for wordings in await entries_of(work, list(index.persons)):
        may = members.get(index.resolve(wordings[0].person_id))
        seen = show_entry(caller, wordings, may) if may is not None else None
        if seen is None:
            hidden[wordings[0].section.value] += 1
        else:
            shown.append(seen)
    whole = redact(FamilyRecord(entries=(), hidden=dict(hidden)), decision.labels)
    return {**whole, "entries": shown}


def show_entry(caller: Principal, wordings: Sequence[Wording], may: Decision) -> dict[str, Any] | None:
    """One entry with its history; None where its section is not for the reader. Whoever entered it always sees it."""
    newest = wordings[0]
    label = LABELS[newest.section]
    if label not in may.labels and newest.agency_id != caller.agency_id:
        return None
    view = EntryView(
        entry_id=newest.entry_id,
        person_id=newest.person_id,
        section=newest.section,
        agency_id=newest.agency_id,
        version=newest.revision,
        consent=newest.written.consent,
        override=newest.written.override,
        revisions=tuple(
            EntryRevision(
                revision=one.revision, at=one.at, staff_id=one.staff_id, **{one.section.value: one.written.text}
            )
            for one in wordings
        ),
    )
    return redact(view, may.labels | {label})


async def _readable(work: Work, caller: Principal, person_id: str, decision: Decision) -> dict[str, Decision | None]:
    """Every member, with the decision that lets the reader see their entries. Who cares for a child goes with the child."""
    family = await gather(work, person_id, 1)
    members: dict[str, Decision | None] = {person_id: decision}
    others: list[str] = []
    for one in family.kin:
        if one.person_id == person_id and one.kinship is not Kinship.SIBLING:
            members[one.relative_id] = decision
        elif person_id in (one.person_id, one.relative_id):
            others.append(one.relative_id if one.person_id == person_id else one.person_id)
    action: Action = "read_family_record"
    asked = [(action, await resource_of(work, other, action)) for other in others]
    for other, may in zip(others, decide_each(caller.actor, asked), strict=True):
        members.setdefault(other, may if may.allowed else None)
    return members
