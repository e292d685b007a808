"""Decides which records of a whole file are proposed as one person, by Splink with our model; must never join anything itself.

One line a proposal: ``link`` where the running registry would join them unseen, ``review`` where it would ask. The same comparisons run
on Spark where a register outgrows one machine: Splink takes the connection, the levels are asked through one function a field.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import log2
from pathlib import Path
from typing import Any

from tereze.registry.linkage.records import Records, read_records, records_of
from tereze.registry.linkage.splinked import compared_fields, make_linker
from tereze.registry.matching import Decision, Description, Kind, Known, decide
from tereze.registry.matching.model import Model

_STAND_TWICE = 0.05  # the share of a register's children expected to stand in it twice


def dedupe(records_path: Path, columns: Path | None, document: dict[str, Any], out: Path) -> dict[str, Any]:
    """Write the proposals as NDJSON, heaviest first; returns how many of each kind."""
    records, model = read_records(records_path, columns), Model.from_document(document)
    counted = {Kind.LINK.value: 0, Kind.REVIEW.value: 0}
    with out.open("w", encoding="utf-8") as file:
        for proposal in _proposals(records, model, document):
            counted[proposal["kind"]] += 1
            file.write(json.dumps(proposal, ensure_ascii=False) + "\n")
    return {"records": len(records.ids), "model": model.version, **counted, "written_to": str(out)}


def propose_persons(
    described: Sequence[tuple[str, Description]], document: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The proposals between persons who may be known by several descriptions each, heaviest first, each pair once."""
    whose = [person_id for person_id, _ in described]
    known: dict[str, list[Description]] = defaultdict(list)
    for person_id, description in described:
        known[person_id].append(description)
    if len(known) < 2:  # noqa: PLR2004 - nobody to compare with
        return
    model, asked = Model.from_document(document), set[frozenset[str]]()
    for one, other in _likely(records_of(description for _, description in described), document, len(known)):
        pair = frozenset((whose[one], whose[other]))
        if len(pair) < 2 or pair in asked:  # noqa: PLR2004 - one person's own descriptions
            continue
        asked.add(pair)
        candidate = Known(whose[other], tuple(known[whose[other]]))
        decision = decide(described[one][1], [candidate], model, len(known))
        if _is_worth_asking(decision, model, len(known)):
            yield _proposal(whose[one], whose[other], decision)


def _proposals(records: Records, model: Model, document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for one, other in _likely(records, document, len(records.ids)):
        known = Known(records.ids[other], (records.descriptions[other],))
        decision = decide(records.descriptions[one], [known], model, len(records.ids))
        if _is_worth_asking(decision, model, len(records.ids)):
            yield _proposal(records.ids[one], records.ids[other], decision)


def _is_worth_asking(decision: Decision, model: Model, n_persons: int) -> bool:
    """Whether a pair of a register is proposed. Of a new report one asks which of N children it is about; of a register, which of
    its N² / 2 pairs are one child, and few are: what is only to be looked at must outweigh that too."""
    if decision.kind is Kind.REVIEW:
        return decision.weight >= model.review_from(n_persons) - log2(2 * _STAND_TWICE)
    return decision.kind is Kind.LINK


def _likely(records: Records, document: Mapping[str, Any], n_persons: int) -> Iterator[tuple[int, int]]:
    """Positions of two descriptions that Splink finds alike, the most alike first."""
    if len(records.ids) < 2 or not compared_fields(records):  # noqa: PLR2004 - nobody to compare with
        return
    linker = make_linker(records, document["fields"], probability_two_random_records_match=1 / n_persons)
    pairs = linker.inference.predict(threshold_match_weight=0).as_pandas_dataframe()  # type: ignore[no-untyped-call]
    pairs = pairs.sort_values("match_weight", ascending=False)
    yield from zip(pairs["unique_id_l"], pairs["unique_id_r"], strict=True)


def _proposal(one: str, other: str, decision: Decision) -> dict[str, Any]:
    return {
        "kind": decision.kind.value,
        "one": one,
        "other": other,
        "bits": decision.weight,
        "flags": list(decision.flags),
        "waterfall": decision.waterfall.as_json() if decision.waterfall else None,
    }
