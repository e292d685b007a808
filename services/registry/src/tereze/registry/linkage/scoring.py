"""Decides, for every pair of a file, how likely it is one person and whether that is enough without a look; must never see a label."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tereze.registry.linkage.candidates import Compared, Pair, candidate_pairs, compare_pairs
from tereze.registry.linkage.fitting import Fitted, fit
from tereze.registry.linkage.measures import log_odds
from tereze.registry.linkage.posterior import close_circles
from tereze.registry.linkage.records import Records
from tereze.registry.matching.guards import are_siblings

_FALSE_MERGES = 1e-4  # how many wrong ones among what is accepted unseen, by the model's own expectation
_LEAST_SURE = 0.9
_WORTH_A_LOOK = 0.1
_GUARDED_BITS = -5.0  # below everything worth a look: only a person may join these


@dataclass(frozen=True)
class Scored:
    """``bits``: the log-odds of each candidate pair; ``automatic`` and ``review``: what would be done with it."""

    candidates: frozenset[Pair]
    bits: Mapping[Pair, float]
    automatic: frozenset[Pair]
    review: frozenset[Pair]
    automatic_from: float
    fitted: Fitted


def score_file(records: Records) -> Scored:
    """Fit a model on the file and score its pairs with it."""
    compared = compare_pairs(records, candidate_pairs(records))
    fitted = fit(records, compared)
    probability = dict(zip(compared.pairs, map(float, fitted.probability), strict=True))
    if not records.is_link:
        probability = close_circles(compared.pairs, fitted.probability)
    guarded = _guarded(records, compared, probability)
    free = {pair: likely for pair, likely in probability.items() if pair not in guarded}
    least = _sure_from(free)
    automatic = frozenset(pair for pair, likely in free.items() if likely >= least)
    taken = {position for pair in automatic for position in pair}
    return Scored(
        candidates=frozenset(compared.pairs),
        bits={
            pair: log_odds(likely) if pair not in guarded else _GUARDED_BITS + log_odds(likely) / 1000
            for pair, likely in probability.items()
        },
        automatic=automatic,
        review=frozenset(
            pair for pair, likely in probability.items()
            if likely >= _WORTH_A_LOOK and pair not in automatic and not taken.issuperset(pair) and not guarded.get(pair)
        ),
        automatic_from=log_odds(least),
        fitted=fitted,
    )  # fmt: skip


def is_of_children(records: Records) -> bool:
    """Whether the file reads like a register of children, where twins are common and nobody's second given name is a slip:
    it names fathers or mothers, or is written in Cyrillic."""
    if {"patronymic", "mother"} & set(records.columns):
        return True
    named = [row["family"] for row in records.rows if row.get("family")]
    return sum("\u0400" <= character <= "\u04ff" for name in named for character in name[:1]) * 2 > len(named)


def _guarded(records: Records, compared: Compared, pairs: Iterable[Pair]) -> Mapping[Pair, bool]:
    """Pairs that no probability may join without a look, and whether they are siblings, so that nobody needs to look (as in the
    running registry); those that only a third record suggested are asked about too."""
    if not is_of_children(records):
        return {}
    suggested = compare_pairs(records, set(pairs).difference(compared.pairs))
    return {
        pair: are_siblings(found, levels)
        for each in (compared, suggested)
        for pair, found, levels in zip(each.pairs, each.guards, map(tuple, each.levels), strict=True)
        if found
    }


def _sure_from(probability: Mapping[Pair, float]) -> float:
    """The lowest probability down to which the expected share of wrong pairs stays within what is allowed."""
    doubt, least = 0.0, 1.0
    for taken, likely in enumerate(sorted(probability.values(), reverse=True), start=1):
        doubt += 1 - likely
        if likely < _LEAST_SURE or doubt / taken > _FALSE_MERGES:
            break
        least = likely
    return least
