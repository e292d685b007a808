"""Decides how a labelled file is evaluated: ours and Splink in one run, the labels read last; must never fit anything to them."""

from pathlib import Path
from typing import Any

from splink.internals.exceptions import SplinkException

from tereze.registry.linkage.candidates import Pair
from tereze.registry.linkage.measures import best_quality, control, quality, wilson
from tereze.registry.linkage.peer import splink_scores
from tereze.registry.linkage.records import Records, must_be_comparable, read_pairs, read_records
from tereze.registry.linkage.scoring import Scored, score_file

_PER = 100_000
_PERFECT = 0.99995


def evaluate(records_path: Path, pairs_path: Path, columns: Path | None = None, *, peer: bool = True) -> dict[str, Any]:
    """Precision, recall and F1 at the best and at the automatic threshold, what the keys reach, false merges, reviews."""
    records = read_records(records_path, columns)
    must_be_comparable(records, records_path)
    scored = score_file(records)
    theirs = _theirs(records) if peer else None
    true = read_pairs(pairs_path, records)
    return {**_file(records, true), **_ours(records, scored, true), **_peer(theirs, true)}


def _file(records: Records, true: frozenset[Pair]) -> dict[str, Any]:
    return {
        "records": len(records.ids),
        "sets": sorted(set(records.sets)) if records.is_link else [],
        "true_pairs": len(true),
        "columns": list(records.columns),
    }


def _ours(records: Records, scored: Scored, true: frozenset[Pair]) -> dict[str, Any]:
    best = best_quality(scored.bits, true)
    wrong, accepted = sum(pair not in true for pair in scored.automatic), len(scored.automatic)
    low, high = wilson(wrong, accepted)
    asked = {max(pair) for pair in scored.review}
    perfect = {"label_permutation_f1": round(control(scored.bits, true, len(records.ids)), 5)}
    return {
        "candidate_pairs": len(scored.candidates),
        "pair_recall": round(len(scored.candidates & true) / len(true), 5) if true else None,
        "best": best.as_json(),
        "automatic": quality(scored.automatic, true, scored.automatic_from).as_json(),
        "false_merges": {
            "accepted": accepted,
            "wrong": wrong,
            "per_100000": round(wrong / accepted * _PER, 2) if accepted else None,
            "wilson_95_per_100000": [round(low * _PER, 2), round(high * _PER, 2)],
        },
        "review_share": round(len(asked) / max(_decided(records), 1), 5),
        **(perfect if best.f1 >= _PERFECT else {}),
    }


def _theirs(records: Records) -> dict[Pair, float] | str:
    try:
        return splink_scores(records)
    except (SplinkException, ValueError) as reason:  # it cannot train on this file: that is its result
        return str(reason).splitlines()[0]


def _peer(scores: dict[Pair, float] | str | None, true: frozenset[Pair]) -> dict[str, Any]:
    if scores is None:
        return {}
    if isinstance(scores, str):
        return {"splink": {"could_not": scores}}
    return {"splink": {"best": best_quality(scores, true).as_json(), "pairs": len(scores)}}


def _decided(records: Records) -> int:
    """How many records are decided about: all of one file; of two sets, the queries (the set named last)."""
    last = max(records.sets)
    return sum(one == last for one in records.sets)
