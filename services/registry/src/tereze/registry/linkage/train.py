"""Decides how the registry's model is trained: by Splink, on a file without labels; must never fit anything to what is known to be true."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from splink import block_on

from tereze.registry.linkage.fitting import ORDER_U, THRESHOLDS, value_frequencies
from tereze.registry.linkage.records import Records, UnreadableRecords, must_be_comparable, read_records
from tereze.registry.linkage.splinked import compared_fields, make_linker
from tereze.registry.matching.folding import VERSION
from tereze.registry.matching.levels import LEVELS
from tereze.registry.matching.model import shipped_document

_RANDOM_PAIRS, _SEED = 150_000, 7
_MOST_VALUES = 1_500
_PRIOR = 0.1
_NOTHING_TO_LEARN = (
    "{} teaches nothing of how one child is written differently: whoever stands in it twice is written alike. "
    "Train on a larger register, with the slips that people make. Splink says: {}"
)
# Each session holds one fact equal and learns how the others vary beside it; every field is left free in at least one.
_SESSIONS = (("born", "place"), ("phone", "given"), ("family", "given", "patronymic"))


def train(records_path: Path, columns: Path | None, version: str) -> dict[str, Any]:
    """A model document: u from random pairs, m by Splink's expectation-maximisation, value frequencies from the file."""
    records = read_records(records_path, columns)
    must_be_comparable(records, records_path)
    linker = make_linker(records)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("family", "given", "born")], recall=0.6, record_sample_proportion=1.0
    )
    training.estimate_u_using_random_sampling(
        max_pairs=_RANDOM_PAIRS, seed=_SEED, min_count_per_level=None, num_chunks=1
    )
    known = compared_fields(records)
    for session in (session for session in _SESSIONS if set(session) <= set(known)):
        try:
            training.estimate_parameters_using_expectation_maximisation(
                block_on(*session), record_sample_proportion=1.0
            )
        except ValueError as error:  # Splink's m of some difference shrank to nothing
            raise UnreadableRecords(_NOTHING_TO_LEARN.format(records_path.name, error)) from error
    return _document(records, linker.misc.save_model_to_json(), version)


def _document(records: Records, trained: Mapping[str, Any], version: str) -> dict[str, Any]:
    """What was trained; fields the file does not have keep what the shipped model says of them."""
    shipped = shipped_document()
    before, prior = shipped["fields"], shipped["prior"]
    learnt = {one["output_column_name"]: one["comparison_levels"] for one in trained["comparisons"]}
    fields = {
        field: _levels(field, learnt[field], before[field], prior[field])
        if field in compared_fields(records)
        else before[field]
        for field in LEVELS
    }
    return {
        "version": version,
        "folding": VERSION,
        "trained": {"by": "splink", "records": len(records.ids), "random_pairs": _RANDOM_PAIRS, "seed": _SEED},
        "thresholds": THRESHOLDS,
        "prior": prior,
        "fields": fields,
        "frequencies": {field: _common(shares) for field, shares in value_frequencies(records).items()},
    }


def _levels(
    field: str, learnt: list[dict[str, Any]], before: list[dict[str, float]], prior: list[float]
) -> list[dict[str, float]]:
    """Splink's levels from disagreement up, m drawn a tenth towards what was held before any training: that nobody in one file
    has another phone, or another father's name, does not make it impossible. u where it was met at all."""
    found = []
    for number, level in enumerate(reversed([one for one in learnt if not one.get("is_null_level")])):
        known, m, u = before[number], level.get("m_probability"), level.get("u_probability")
        found.append(
            {
                "m": known["m"] if m is None else (1 - _PRIOR) * m + _PRIOR * prior[number],
                "u": ORDER_U[number] if field == "order" else u or known["u"],
            }
        )
    return found


def _common(shares: Mapping[str, float]) -> dict[str, float]:
    """The most common values. Another one may be rare or only unknown to this file: it counts as an ordinary one."""
    ranked = sorted(((share, value) for value, share in shares.items() if value), reverse=True)[:_MOST_VALUES]
    usual = sum(share * share for share, _ in ranked)
    return {"": float(f"{usual:.3g}")} | {value: float(f"{share:.3g}") for share, value in ranked}
