"""Decides between which instants somebody's attestations let them act; must never let a gap pass as fit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tereze.contracts.attestations import AttestationKind, RecordAttestation, Requirement
from tereze.contracts.directory import Standing
from tereze.contracts.facts import Invalid
from tereze.contracts.words import AgencyKind, StaffRole

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)
Window = tuple[datetime, datetime]
SIGNED = frozenset({AttestationKind.POLICY, AttestationKind.HANDBOOKS})
"""What one attests in person; everything else is recorded by a superior."""


class AttestationIncomplete(Invalid):
    """Something that belongs to this kind of attestation is missing, or something is there that does not."""

    code = "attestation-incomplete"
    title = "A signature names its edition, a training its discipline and grade, a vetting neither"


class AttestationUnknown(Invalid):
    """No requirement of the country asks for this."""

    code = "attestation-unknown"
    title = "Nothing in the country's rules asks for this edition or discipline"


class AttestationTooLong(Invalid):
    """It would count longer than the rules allow, or end before it begins."""

    code = "attestation-too-long"
    title = "It ends before it begins, or counts longer than the country's rules allow"


@dataclass(frozen=True, slots=True)
class Held:
    """One attestation that was not revoked; ``until`` is exclusive."""

    kind: AttestationKind
    edition: str | None
    discipline: str | None
    grade: int | None
    since: datetime
    until: datetime


def asked_of(
    requirements: Iterable[Requirement], roles: Iterable[StaffRole], agency_kind: AgencyKind
) -> list[Requirement]:
    """The requirements that apply to somebody of these roles at such an agency."""
    own = set(roles)
    return [
        requirement
        for requirement in requirements
        if own.intersection(requirement.roles)
        and (not requirement.agency_kinds or agency_kind in requirement.agency_kinds)
    ]


def met_while(requirement: Requirement, held: Iterable[Held]) -> list[Window]:
    """When a requirement is met, as windows that neither overlap nor touch, in order."""
    merged: list[Window] = []
    for since, until in sorted(filter(None, (_window(requirement, one) for one in held))):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return merged


def standing_of(requirements: Sequence[Requirement], held: Sequence[Held], now: datetime) -> Standing:
    """The window in which all requirements are met: the one that holds ``now``, else the next one, else none."""
    each = {requirement.code: met_while(requirement, held) for requirement in requirements}
    fit = _all_met(each.values())
    coming = next(((since, until) for since, until in fit if now < until), None)
    if coming is None or now < coming[0]:
        unmet = tuple(code for code, windows in each.items() if not any(a <= now < b for a, b in windows))
    else:
        unmet = tuple(code for code, windows in each.items() if coming[1] in {b for _, b in windows} - {FOREVER})
    if coming is None:
        return Standing(unmet=unmet)
    return Standing(fit_from=coming[0], fit_until=None if coming[1] == FOREVER else coming[1], unmet=unmet)


def lasts_until(requirements: Iterable[Requirement], given: RecordAttestation, since: datetime) -> datetime:
    """When an attestation ends: as asked, or at the longest the rules allow.

    Raises AttestationIncomplete, AttestationUnknown, AttestationTooLong.
    """
    _require_complete(given)
    days = [
        requirement.valid_days
        for requirement in requirements
        if requirement.kind is given.kind
        and (given.edition is None or given.edition in _editions(requirement))
        and given.discipline in {None, requirement.discipline}
    ]
    if not days:
        raise AttestationUnknown(pointer="/edition" if given.edition else "/discipline")
    longest = since + timedelta(days=max(days))
    until = given.valid_until or longest
    if not since < until <= longest:
        raise AttestationTooLong(pointer="/valid_until")
    return until


def _require_complete(given: RecordAttestation) -> None:
    signed, trained = given.kind in SIGNED, given.kind is AttestationKind.TRAINING
    parts = (
        ("edition", given.edition, signed), ("discipline", given.discipline, trained), ("grade", given.grade, trained),
    )  # fmt: skip
    for name, value, belongs in parts:
        if (value is not None) is not belongs:
            raise AttestationIncomplete(pointer=f"/{name}")


def _editions(requirement: Requirement) -> dict[str, datetime]:
    """Editions that count, each with the instant until which it does."""
    ending = {earlier.edition: earlier.until for earlier in requirement.earlier}
    return ending | ({requirement.edition: FOREVER} if requirement.edition else {})


def _window(requirement: Requirement, one: Held) -> Window | None:
    if one.kind is not requirement.kind:
        return None
    if one.kind is AttestationKind.TRAINING and (
        one.discipline != requirement.discipline or (one.grade or 0) < (requirement.grade or 0)
    ):
        return None
    ends = _editions(requirement).get(one.edition or "", ALWAYS) if requirement.edition else FOREVER
    until = min(one.until, ends)
    return (one.since, until) if one.since < until else None


def _all_met(each: Iterable[Sequence[Window]]) -> list[Window]:
    fit: list[Window] = [(ALWAYS, FOREVER)]
    for windows in each:
        fit = [
            (max(since, begins), min(until, ends))
            for since, until in fit
            for begins, ends in windows
            if max(since, begins) < min(until, ends)
        ]
    return fit
