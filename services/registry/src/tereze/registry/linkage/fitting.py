"""Decides what agreement is worth in a file, from the file alone: m by expectation-maximisation, u by random pairs; must never see a label."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tereze.registry.linkage.candidates import Compared, Numbers
from tereze.registry.linkage.posterior import allies, posterior
from tereze.registry.linkage.records import Records
from tereze.registry.matching.folding import VERSION
from tereze.registry.matching.levels import FIELDS, LEVELS, VALUES, compare
from tereze.registry.matching.model import Model

_RANDOM_PAIRS = 120_000
_ROUNDS = 25
_SEED = 20260101
# Different persons hardly ever stand crossed by chance, so chance cannot be asked: boxes are exchanged in a third of the
# forms where both names agree crosswise and the persons differ (Ахмет Омар and Омар Ахмет).
ORDER_U = (0.3, 0.7)
_FIRST_M_DIFFER, _FIRST_M_SAME = 0.05, 0.8
# Bits above log2 of the register: a link has odds of a thousand to one for this very child, a review even ones.
THRESHOLDS = {"link": 10.0, "review": 0.0, "margin": 6.0}


@dataclass(frozen=True)
class Fitted:
    """A model and how probable it makes each pair of the file it was fitted on."""

    model: Model
    document: Mapping[str, Any]
    weights: Numbers
    probability: Numbers


def fit(records: Records, compared: Compared) -> Fitted:
    """Fit a model on a file's own pairs and score them with it."""
    u, frequencies = chance(records), value_frequencies(records)
    m = [_first_guess(len(LEVELS[field])) for field in FIELDS]
    share, rare = 0.3, rarities(Model.from_document(_document(m, u, frequencies)), compared)
    for _ in range(_ROUNDS):
        model = Model.from_document(_document(m, u, frequencies))
        weights = weigh_all(model, compared, rare)
        probability, share = posterior(records, compared, weights, share)
        m = [_seen(compared.levels[:, at], probability, len(LEVELS[field])) for at, field in enumerate(FIELDS)]
    if records.is_link:
        allied = allies(records, compared, weights, share, model)
        probability, _ = posterior(records, compared, weights, share, allied)
    document = _document(m, u, frequencies)
    return Fitted(Model.from_document(document), document, weights, probability)


def weigh_all(model: Model, compared: Compared, rare: Numbers) -> Numbers:
    """Bits for every pair. ``rare``: what ``rarities`` gives."""
    total = rare.copy()
    for at, field in enumerate(FIELDS):
        levels, worth = compared.levels[:, at], np.array(model.weights[field])
        known = levels >= 0
        total[known] += worth[levels[known]]
    return total


def rarities(model: Model, compared: Compared) -> Numbers:
    """What the agreeing values of every pair are worth more or less than usual ones; does not depend on m or u."""
    fields = [(at, field) for at, field in enumerate(FIELDS) if field in model.frequencies]
    return np.array([sum(model.rarity(field, values[at]) for at, field in fields) for values in compared.values])


def chance(records: Records) -> list[Numbers]:
    """How often two different persons agree to each level: random pairs, nearly none of which are one person."""
    draw, size = random.Random(_SEED), len(records.ids)  # noqa: S311 - sampling, not secrecy
    drawn = ((draw.randrange(size), draw.randrange(size)) for _ in range(_RANDOM_PAIRS * 3))
    pairs = [pair for pair in drawn if records.may_pair(*pair)][:_RANDOM_PAIRS]
    known = records.descriptions
    levels = np.array([compare(known[one], known[other]).levels for one, other in pairs], dtype=np.int8)
    found = [_seen(levels[:, at], np.ones(len(levels)), len(LEVELS[field])) for at, field in enumerate(FIELDS)]
    found[FIELDS.index("order")] = np.array(ORDER_U)
    return found


def value_frequencies(records: Records) -> dict[str, dict[str, float]]:
    """Field → value → share of the records that have it; under "" what a value not in the table is taken for."""
    tables = {}
    for field, value_of in VALUES.items():
        counted = Counter(value_of(one) for one in records.descriptions if getattr(one, field))
        total = sum(counted.values())
        if total:
            tables[field] = {value: count / total for value, count in counted.items() if value} | {"": 1 / total}
    return tables


def _seen(levels: Numbers, weight: Numbers, size: int) -> Numbers:
    known = levels >= 0
    counted = np.bincount(levels[known], weights=weight[known], minlength=size) + 0.5
    return np.asarray(counted / counted.sum())


def _first_guess(size: int) -> Numbers:
    between = (1 - _FIRST_M_DIFFER - _FIRST_M_SAME) / max(size - 2, 1)
    guess = np.array([_FIRST_M_DIFFER, *[between] * (size - 2), _FIRST_M_SAME])
    return np.asarray(guess / guess.sum())


def _document(m: list[Numbers], u: list[Numbers], frequencies: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": "fitted-on-this-file",
        "folding": VERSION,
        "thresholds": THRESHOLDS,
        "fields": {
            field: [{"m": float(one), "u": float(other)} for one, other in zip(m[at], u[at], strict=True)]
            for at, field in enumerate(FIELDS)
        },
        "frequencies": frequencies,
    }
