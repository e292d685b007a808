"""Decides which pairs of a file are compared and how far each agrees; must never compare what may not pair."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from tereze.registry.linkage.records import Records
from tereze.registry.matching.guards import guards
from tereze.registry.matching.keys import MOST_PERSONS_A_KEY, batch_keys
from tereze.registry.matching.levels import FIELDS, compare
from tereze.registry.matching.listed import ListedNames

Pair = tuple[int, int]
_LISTED_FROM = 3
Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class Compared:
    """Pairs of record positions with their levels (pairs × fields), what agrees, and what forbids joining them unseen."""

    pairs: list[Pair]
    levels: Numbers
    values: list[tuple[str, ...]]
    guards: list[tuple[str, ...]]

    @property
    def ends(self) -> tuple[Numbers, Numbers]:
        """The positions of either side."""
        both = np.array(self.pairs, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def telling_keys(records: Records) -> list[list[str]]:
    """Each record's keys as text, without those that too many share to tell anything."""
    held = [["|".join(key) for key in batch_keys(one)] for one in records.descriptions]
    counted = Counter(key for keys in held for key in keys)
    most = MOST_PERSONS_A_KEY * (2 if records.is_link else 1)
    return [[key for key in keys if counted[key] <= most] for keys in held]


def candidate_pairs(records: Records) -> list[Pair]:
    """Pairs that share a telling key."""
    holders: dict[str, list[int]] = defaultdict(list)
    for position, keys in enumerate(telling_keys(records)):
        for key in keys:
            holders[key].append(position)
    found: set[Pair] = set()
    for positions in holders.values():
        found.update(pair for pair in combinations(positions, 2) if records.may_pair(*pair))
    return sorted(found)


def listed_names(records: Records) -> ListedNames:
    """The given names that several records of the file bear; of two sets, of the register (the set named first)."""
    first = min(records.sets)
    counted = Counter(
        one.given[1] for one, of in zip(records.descriptions, records.sets, strict=True) if one.given and of == first
    )
    return ListedNames(name for name, count in counted.items() if count >= _LISTED_FROM)


def compare_pairs(records: Records, pairs: Iterable[Pair]) -> Compared:
    """How far each pair agrees."""
    pairs, known, names = list(pairs), records.descriptions, listed_names(records)
    compared = [compare(known[one], known[other]) for one, other in pairs]
    return Compared(
        pairs,
        np.array([agreement.levels for agreement in compared], dtype=np.int8).reshape(len(pairs), len(FIELDS)),
        [agreement.values for agreement in compared],
        [
            guards(known[one], known[other], agreement, names)
            for (one, other), agreement in zip(pairs, compared, strict=True)
        ],
    )
