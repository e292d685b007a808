"""Decides how a linkage is measured against what is true; must never choose what is measured."""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import log2, sqrt
from typing import Any

from tereze.registry.linkage.candidates import Pair

_Z = 1.959964  # of a two-sided 95 % interval
_LEAST = 1e-15


@dataclass(frozen=True, slots=True)
class Quality:
    """Of the pairs taken for one person: how many are, and how many of all that are were found."""

    precision: float
    recall: float
    f1: float
    threshold_bits: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Rounded, as it is printed."""
        return {
            "precision": round(self.precision, 5),
            "recall": round(self.recall, 5),
            "f1": round(self.f1, 5),
            **({} if self.threshold_bits is None else {"threshold_bits": round(self.threshold_bits, 2)}),
        }


def quality(found: Collection[Pair], true: Collection[Pair], threshold_bits: float | None = None) -> Quality:
    """Precision, recall and F1 of a set of pairs."""
    right = sum(pair in true for pair in found)
    return Quality(
        precision=right / len(found) if found else 0.0,
        recall=right / len(true) if true else 0.0,
        f1=2 * right / (len(found) + len(true)) if found or true else 0.0,
        threshold_bits=threshold_bits,
    )


def best_quality(scores: Mapping[Pair, float], true: Collection[Pair]) -> Quality:
    """The quality at the threshold where F1 is highest (which only the labels can tell)."""
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    best, right = (0.0, 0, 0, 0.0), 0
    for taken, (pair, score) in enumerate(ranked, start=1):
        right += pair in true
        if taken < len(ranked) and ranked[taken][1] == score:
            continue
        best = max(best, (2 * right / (taken + len(true)), taken, right, score))
    f1, taken, right, score = best
    return Quality(right / taken if taken else 0.0, right / len(true) if true else 0.0, f1, score)


def control(scores: Mapping[Pair, float], true: Collection[Pair], size: int) -> float:
    """The best F1 against the same labels put to shuffled records: what a measure that looks at nothing would give."""
    shuffled = list(range(size))
    random.Random(0).shuffle(shuffled)  # noqa: S311 - a control, not a secret
    moved = {(min(a, b), max(a, b)) for a, b in ((shuffled[one], shuffled[other]) for one, other in true)}
    return best_quality(scores, moved).f1


def wilson(wrong: int, of: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share."""
    if not of:
        return 0.0, 1.0
    share, square = wrong / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def log_odds(probability: float) -> float:
    """Probability as bits."""
    bounded = min(max(probability, _LEAST), 1 - _LEAST)
    return log2(bounded / (1 - bounded))
