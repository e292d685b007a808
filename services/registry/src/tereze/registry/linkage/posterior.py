"""Decides how probable it is that a pair is one person, given the other pairs of either record; must never see a label.

Across sets a record is at most one person of the other set: candidates compete, which is the margin to the runner-up in other
words, unless they are one person themselves (a register is asked twice about one child). Within one set a person may stand in
many records: two records that are both surely a third one are one person.
"""

from collections import defaultdict
from itertools import combinations
from math import log2

import numpy as np

from tereze.registry.linkage.candidates import Compared, Numbers, Pair
from tereze.registry.linkage.records import Records
from tereze.registry.matching.guards import guards
from tereze.registry.matching.levels import compare
from tereze.registry.matching.model import Model

_MOST_BITS = 60.0
NOBODY: Numbers = np.empty((0, 2), dtype=np.int64)
_LEAST_SHARE, _MOST_SHARE = 0.01, 0.995
_SURE_ENOUGH = 0.3  # to lend its certainty to a third record


def posterior(
    records: Records, compared: Compared, weights: Numbers, share: float, allied: Numbers = NOBODY
) -> tuple[Numbers, float]:
    """Probability of each pair, and the share of records that have a partner (across sets) or of pairs (within one).

    ``allied``: what ``allies`` gives.
    """
    odds = 2.0 ** np.clip(weights, -_MOST_BITS, _MOST_BITS)
    size = len(records.ids)
    if not records.is_link:
        pairs = size * (size - 1) / 2
        prior = np.clip(share * size / pairs, 1 / pairs, 0.5) / 2
        probability = odds * prior / (odds * prior + 1 - prior)
        return probability, float(probability.sum() / size * 2)
    one, other = compared.ends
    likely = odds * share / (size / 2)
    towards = [_against(end, likely, size, share, allied) for end in (one, other)]
    probability = np.minimum(*towards)
    partnered = np.zeros(size)
    for end in (one, other):
        np.maximum.at(partnered, end, probability)
    return probability, float(np.clip(partnered.mean(), _LEAST_SHARE, _MOST_SHARE))


def _against(end: Numbers, likely: Numbers, size: int, share: float, allied: Numbers) -> Numbers:
    """Each pair against all other pairs of the record at one end, and against its having no partner."""
    rivals = np.bincount(end, weights=likely, minlength=size)[end]
    here = allied[end[allied[:, 0]] == end[allied[:, 1]]]
    np.subtract.at(rivals, here[:, 0], likely[here[:, 1]])
    return np.asarray(likely / (np.maximum(rivals, likely) + 1 - share))


def allies(records: Records, compared: Compared, weights: Numbers, share: float, model: Model) -> Numbers:
    """Pairs (by their place, two by two) that meet in one record and whose other ends are one person: no rivals of each other."""
    one, other = compared.ends
    likely = 2.0 ** np.clip(weights, -_MOST_BITS, _MOST_BITS) * share / (len(records.ids) / 2)
    found = []
    for end, away in ((one, other), (other, one)):
        wanted = _against(away, likely, len(records.ids), share, NOBODY) >= _SURE_ENOUGH
        meeting: dict[int, list[int]] = defaultdict(list)
        for at in np.flatnonzero(wanted):
            meeting[int(end[at])].append(int(at))
        for around in meeting.values():
            for first, second in combinations(around, 2):
                if _are_one(records, int(away[first]), int(away[second]), model):
                    found += [(first, second), (second, first)]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _are_one(records: Records, one: int, other: int, model: Model) -> bool:
    """Whether two records of one set are surely one person: brothers and twins are not, however alike."""
    pair = records.descriptions[one], records.descriptions[other]
    agreement = compare(*pair)
    return not guards(*pair, agreement) and sum(model.weigh(agreement)) >= log2(len(records.ids))


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
