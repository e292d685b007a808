"""Decides whether a child is somebody known, perhaps known, or new; must never look anything up, and when in doubt keeps children apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tereze.registry.matching.description import Description
from tereze.registry.matching.guards import (
    IIN_OF_ANOTHER,
    OF_THE_PERSON,
    TWO_CHILDREN,
    are_siblings,
    guards,
    same_number,
)
from tereze.registry.matching.levels import FIELDS, Agreement, compare
from tereze.registry.matching.model import Model
from tereze.registry.matching.waterfall import Waterfall, draw

SEVERAL = "several-persons-match"
ELSEWHERE = "name-points-elsewhere"
CROWDED = "too-many-share-a-key"
_SAME_SKELETON = 3
_BORN_ALIKE = 3


class Kind(StrEnum):
    """What is to be done with the child's record."""

    LINK = "link"
    REVIEW = "review"
    NEW = "new"
    UNRESOLVED = "unresolved"


class MatchedBy(StrEnum):
    """What settled who the child is."""

    IIN = "iin"
    NAME_BIRTH_DATE = "name_birth_date"
    SEVERAL_FIELDS = "several_fields"
    NEW = "new"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Known:
    """A person that shares a key with the child, with every description they are known by."""

    person_id: str
    descriptions: tuple[Description, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """``person_id`` is set for a link only: everything else makes a (provisional) person of its own.

    ``candidate_id`` is whom a review compares the child with, ``runner_up`` the next after the linked or reviewed person,
    ``also`` other persons that a link would have been right for as well: they may be one person (a review of their own).
    ``flags`` are codes a person should look at.
    """

    kind: Kind
    matched_by: MatchedBy
    person_id: str | None = None
    candidate_id: str | None = None
    runner_up: str | None = None
    also: tuple[str, ...] = ()
    weight: float = 0.0
    waterfall: Waterfall | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One candidate as compared: by its best description, and held back by what any of them forbids. ``numbered``: the number is equal
    and settles it; ``disputed``: it is equal, and does not."""

    person_id: str
    weight: float
    agreement: Agreement
    guards: tuple[str, ...]
    numbered: bool
    disputed: bool

    @property
    def is_sibling(self) -> bool:
        """Whether it is quite another given name that speaks against one child: nobody needs to look."""
        return are_siblings(self.guards, self.agreement.levels)

    @property
    def rank(self) -> tuple[bool, float, str]:
        """An uncontradicted number first, then weight; the id settles what is equal, so that no order of arrival does."""
        return (self.numbered, self.weight, self.person_id)


def decide(
    child: Description, candidates: Sequence[Known], model: Model, n_persons: int, *, crowded: bool = False
) -> Decision:
    """Who the child is among those who share a key, in a register of ``n_persons``.

    ``crowded``: one of the keys is shared by so many that it tells nothing, and was left out.
    """
    doubts = (*child.iin_flags, *((TWO_CHILDREN,) if child.of_several else ()), *((CROWDED,) if crowded else ()))
    if not child.tells_who:
        return Decision(Kind.UNRESOLVED, MatchedBy.UNRESOLVED, flags=doubts)
    ranked = sorted((_weigh(child, known, model) for known in candidates), key=lambda one: one.rank, reverse=True)
    seen = [one for one in ranked if one.disputed or one.numbered or one.weight >= model.review_from(n_persons)]
    certain = [one for one in seen if one.numbered or (not one.guards and one.weight >= model.link_from(n_persons))]
    best = next(iter(certain or [one for one in seen if not one.is_sibling] or seen), None)
    if best is None:
        return Decision(Kind.NEW, MatchedBy.NEW, flags=doubts)
    others = [one for one in seen if one is not best]
    several = bool(certain) and _is_close(best, others, model)
    kind = Kind.LINK if certain and not several else Kind.NEW if best.is_sibling else Kind.REVIEW
    linked = kind is Kind.LINK
    found = _doubts_of_link(best, others, certain) if linked else tuple(code for one in seen for code in one.guards)
    runner_up = others[0] if others else None
    drawn = draw(
        model,
        best.agreement,
        n_persons=n_persons,
        guards=best.guards,
        runner_up=runner_up.weight if runner_up else None,
    )
    return Decision(
        kind=kind,
        matched_by=_matched_by(best) if linked else MatchedBy.NEW,
        person_id=best.person_id if linked else None,
        candidate_id=best.person_id,
        runner_up=runner_up.person_id if runner_up else None,
        also=tuple(one.person_id for one in certain if linked and one is not best),
        weight=drawn.total,
        waterfall=drawn,
        flags=tuple(dict.fromkeys((*doubts, *found, *((SEVERAL,) if several else ())))),
    )


def _weigh(child: Description, known: Known, model: Model) -> _Weighed:
    compared = [(other, compare(child, other)) for other in known.descriptions]
    weights = [sum(model.weigh(agreement)) for _, agreement in compared]
    top = max(range(len(weights)), key=weights.__getitem__)
    found = dict.fromkeys(guards(child, *compared[top], model.given_names))
    for other, agreement in compared:
        found.update(dict.fromkeys(code for code in guards(child, other, agreement) if code in OF_THE_PERSON))
    has_number = any(same_number(agreement) for _, agreement in compared)
    settles = {IIN_OF_ANOTHER, TWO_CHILDREN}.isdisjoint(found)
    return _Weighed(
        person_id=known.person_id,
        weight=weights[top],
        agreement=compared[top][1],
        guards=tuple(found),
        numbered=has_number and settles,
        disputed=has_number and not settles,
    )


def _is_close(best: _Weighed, others: Sequence[_Weighed], model: Model) -> bool:
    """Whether somebody else is so near the best that the difference tells nothing. A number is told from names only by
    another number."""
    if best.numbered:
        return any(one.numbered and best.weight - one.weight < model.thresholds.margin for one in others)
    return any(not one.guards and best.weight - one.weight < model.thresholds.margin for one in others)


def _doubts_of_link(best: _Weighed, others: Sequence[_Weighed], certain: Sequence[_Weighed]) -> tuple[str, ...]:
    found = [IIN_OF_ANOTHER for one in others if IIN_OF_ANOTHER in one.guards]
    if best.numbered and any(one is not best and not one.numbered for one in certain):
        found.append(ELSEWHERE)
    return tuple(found)


def _matched_by(best: _Weighed) -> MatchedBy:
    if best.numbered:
        return MatchedBy.IIN
    family, given, born = (best.agreement.levels[FIELDS.index(field)] for field in ("family", "given", "born"))
    if min(family, given) >= _SAME_SKELETON and born >= _BORN_ALIKE:
        return MatchedBy.NAME_BIRTH_DATE
    return MatchedBy.SEVERAL_FIELDS
