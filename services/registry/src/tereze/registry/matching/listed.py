"""Decides whether two spellings of a given name that are near each other are read as one name or as two; must never join anybody.

A spelling that many bear stands for itself: Марат is no slip of Мұрат. One that nobody else bears is read as the name it sounds
nearest to; where that is another than the one it is compared with, the two are as far apart as two listed names.
"""

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tereze.registry.matching.folding import heard
from tereze.registry.matching.levels import sound_nearness
from tereze.registry.matching.names import Name

_LEAST_NEARNESS = 0.5  # what sounds less near is no rival of two names that are alike
_MARGIN = 0.05  # half a vowel in five letters: what is no nearer tells nothing
_REMEMBERED = 20_000  # in memory only

Rivals = tuple[tuple[str, float], ...]


class ListedNames:
    """The skeletons of names that many bear."""

    def __init__(self, skeletons: Iterable[str]) -> None:
        self._names = frozenset(skeletons)
        self._in_order = sorted(self._names)
        self._rivals = lru_cache(_REMEMBERED)(self._find)

    def __contains__(self, skeleton: object) -> bool:
        return skeleton in self._names

    def are_two(self, one: Name, other: Name) -> bool:
        """Whether two names without a common skeleton are two names, not one and a slip of it."""
        listed_one, listed_other = (any(reading in self for reading in name[1:]) for name in (one, other))
        if listed_one and listed_other:
            return True
        near = _nearness(one, other)
        return (not listed_one and self._is_anothers(one, other, near)) or (
            not listed_other and self._is_anothers(other, one, near)
        )

    def is_read_as(self, one: Name, other: Name) -> bool:
        """Whether exactly one of two names is listed, and the other sounds nearer to it than to any other listed name."""
        listed = [any(reading in self for reading in name[1:]) for name in (one, other)]
        if sum(listed) != 1:
            return False
        spelt, meant = (other, one) if listed[0] else (one, other)
        near = _nearness(spelt, meant) - _MARGIN
        return all(nearness < near or name in meant for name, nearness in self._rivals(spelt[1:]))

    def _is_anothers(self, spelt: Name, other: Name, near: float) -> bool:
        """Whether an unlisted spelling sounds nearer to a listed name that the other is not, or as near to one that only its vowels
        part from the other (Әмір, Өмір): twins are called so."""
        stands_for_itself, sounds = any(reading in self for reading in other[1:]), {heard(each) for each in other[1:]}
        return any(
            nearness >= near + (0 if heard(name) in sounds else _MARGIN)
            and name not in other
            and (stands_for_itself or _nearness(("", name), other) < near)
            for name, nearness in self._rivals(spelt[1:])
        )

    def _find(self, readings: tuple[str, ...]) -> Rivals:
        """Listed names that a spelling may stand for, and how near."""
        found: dict[str, float] = {}
        for reading in readings:
            likely = process.extract(
                reading, self._in_order, scorer=Levenshtein.normalized_similarity,
                score_cutoff=2 * _LEAST_NEARNESS - 1, limit=None,
            )  # fmt: skip
            for name, _, _ in likely:
                found[name] = max(found.get(name, 0.0), sound_nearness(reading, name))
        return tuple((name, nearness) for name, nearness in found.items() if nearness >= _LEAST_NEARNESS)


def _nearness(one: Name, other: Name) -> float:
    return max(sound_nearness(left, right) for left in one[1:] for right in other[1:])
