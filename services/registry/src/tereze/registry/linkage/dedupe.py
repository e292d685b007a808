"""Decides which records of a whole file are proposed as one person, by Splink with our model; must never join anything itself.

One line a proposal: ``link`` where the running registry would join them unseen, ``review`` where it would ask. The same comparisons run
on Spark where a register outgrows one machine: Splink takes the connection, the levels are asked through one function a field.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tereze.registry.linkage.records import Records, read_records
from tereze.registry.linkage.splinked import compared_fields, make_linker
from tereze.registry.matching import Kind, Known, decide
from tereze.registry.matching.model import Model


def dedupe(records_path: Path, columns: Path | None, document: dict[str, Any], out: Path) -> dict[str, Any]:
    """Write the proposals as NDJSON, heaviest first; returns how many of each kind."""
    records, model = read_records(records_path, columns), Model.from_document(document)
    counted = {Kind.LINK.value: 0, Kind.REVIEW.value: 0}
    with out.open("w", encoding="utf-8") as file:
        for proposal in _proposals(records, model, document):
            counted[proposal["kind"]] += 1
            file.write(json.dumps(proposal, ensure_ascii=False) + "\n")
    return {"records": len(records.ids), "model": model.version, **counted, "written_to": str(out)}


def _proposals(records: Records, model: Model, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    linker = make_linker(records, document["fields"], probability_two_random_records_match=1 / len(records.ids))
    assert compared_fields(records), "a file of records has at least one column"
    pairs = linker.inference.predict(threshold_match_weight=0).as_pandas_dataframe()  # type: ignore[no-untyped-call]
    pairs = pairs.sort_values("match_weight", ascending=False)
    for one, other in zip(pairs["unique_id_l"], pairs["unique_id_r"], strict=True):
        known = Known(records.ids[other], (records.descriptions[other],))
        decision = decide(records.descriptions[one], [known], model, len(records.ids))
        if decision.kind in (Kind.LINK, Kind.REVIEW):
            yield {
                "kind": decision.kind.value,
                "one": records.ids[one],
                "other": records.ids[other],
                "bits": decision.weight,
                "flags": list(decision.flags),
                "waterfall": decision.waterfall.as_json() if decision.waterfall else None,
            }
