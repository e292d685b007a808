"""Decides how probable it is that a pair is one person, given the other pairs of either record; must never see a label.

Across sets a record is at most one person of the other set: candidates compete, which is the margin to the runner-up in
other words. Within one set a person may stand in many records: two records that are both surely a third one are one person.
"""

from collections import defaultdict
from itertools import combinations

import numpy as np

from tereze.registry.linkage.candidates import Compared, Numbers, Pair
from tereze.registry.linkage.records import Records

_MOST_BITS = 60.0
_LEAST_SHARE, _MOST_SHARE = 0.01, 0.995
_SURE_ENOUGH = 0.3  # to lend its certainty to a third record


def posterior(records: Records, compared: Compared, weights: Numbers, share: float) -> tuple[Numbers, float]:
    """Probability of each pair, and the share of records that have a partner (across sets) or of pairs (within one)."""
    odds = 2.0 ** np.clip(weights, -_MOST_BITS, _MOST_BITS)
    size = len(records.ids)
    if not records.is_link:
        pairs = size * (size - 1) / 2
        prior = np.clip(share * size / pairs, 1 / pairs, 0.5) / 2
        probability = odds * prior / (odds * prior + 1 - prior)
        return probability, float(probability.sum() / size * 2)
    one, other = compared.ends
    likely = odds * share / (size / 2)
    towards = [_against(end, likely, size, share) for end in (one, other)]
    probability = np.minimum(*towards)
    partnered = np.zeros(size)
    for end in (one, other):
        np.maximum.at(partnered, end, probability)
    return probability, float(np.clip(partnered.mean(), _LEAST_SHARE, _MOST_SHARE))


def _against(end: Numbers, likely: Numbers, size: int, share: float) -> Numbers:
    """Each pair against all other pairs of the record at one end, and against its having no partner."""
    rivals = np.bincount(end, weights=likely, minlength=size)
    return np.asarray(likely / (rivals[end] + 1 - share))


def close_circles(pairs: list[Pair], probability: Numbers) -> dict[Pair, float]:
    """The probabilities again, where two records that are both likely a third one are as likely one as both those links."""
    best = dict(zip(pairs, map(float, probability), strict=True))
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for (one, other), likely in best.items():
        if likely >= _SURE_ENOUGH:
            near[one][other] = near[other][one] = likely
    for around in near.values():
        for pair in combinations(sorted(around), 2):
            best[pair] = max(best.get(pair, 0.0), around[pair[0]] * around[pair[1]])
    return best
