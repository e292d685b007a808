"""Decides how Splink compares our descriptions: by our own levels, asked pair by pair; must never have levels of its own.

One table of levels serves the running registry, the training and the batch: what Splink learns of a level is what that level means
everywhere. DuckDB asks for a pair's levels through a function registered on its connection.
"""

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped]
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from tereze.registry.linkage.candidates import telling_keys
from tereze.registry.linkage.records import Records
from tereze.registry.matching.levels import FIELDS, LEVELS, MISSING, compare

_PAIRS_REMEMBERED = 200_000
HELD = ("family", "given", "patronymic", "born", "phone", "place")  # columns that a training session may hold equal
BLOCKED: list[Any] = [block_on("keys", arrays_to_explode=["keys"])]


def make_linker(records: Records, weights: Mapping[str, Any] | None = None, **settings: Any) -> Linker:
    """A Splink linker over the records. ``weights``: the ``fields`` of a model document, where it is trained already."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect(":memory:", config={"temp_directory": ""})  # names are not spilt to a disk
    for field, level_of in _asked(records).items():
        connection.create_function(f"level_{field}", level_of, ["BIGINT", "BIGINT"], "TINYINT")
    database = DuckDBAPI(connection=connection)
    parts = [database.register(part) for part in _parts(records)]
    return Linker(
        parts,
        SettingsCreator(
            link_type="link_only" if records.is_link else "dedupe_only",
            comparisons=[_comparison(field, weights) for field in compared_fields(records)],
            blocking_rules_to_generate_predictions=BLOCKED,
            retain_intermediate_calculation_columns=True,
            **settings,
        ),
        log_level=logging.ERROR,
    )


def compared_fields(records: Records) -> list[str]:
    """The fields that the file knows anything about."""
    known = records.descriptions
    wanted = {"born_year": "born", "order": "given"}
    return [field for field in FIELDS if any(getattr(one, wanted.get(field, field)) for one in known)]


def _asked(records: Records) -> dict[str, Callable[[int, int], int]]:
    known = records.descriptions

    @lru_cache(_PAIRS_REMEMBERED)
    def levels(one: int, other: int) -> tuple[int, ...]:
        return compare(known[one], known[other]).levels

    def asker(at: int) -> Callable[[int, int], int]:
        return lambda one, other: levels(one, other)[at]

    return {field: asker(at) for at, field in enumerate(FIELDS)}


def _comparison(field: str, weights: Mapping[str, Any] | None) -> dict[str, Any]:
    asked = f"level_{field}(unique_id_l, unique_id_r)"
    levels: list[dict[str, Any]] = [
        {"sql_condition": f"{asked} = {MISSING}", "label_for_charts": "missing", "is_null_level": True}
    ]
    for number in reversed(range(len(LEVELS[field]))):
        condition = f"{asked} = {number}{_named(field)}" if number else "ELSE"
        level = {"sql_condition": condition, "label_for_charts": LEVELS[field][number]}
        if weights is not None:
            level |= {"m_probability": weights[field][number]["m"], "u_probability": weights[field][number]["u"]}
        levels.append(level)
    return {"output_column_name": field, "comparison_levels": levels}


def _named(field: str) -> str:
    """Words that change nothing but tell Splink which column a comparison is about, so that it leaves it out of sessions
    that hold that column equal."""
    return f" AND ({field}_l IS NULL OR TRUE)" if field in HELD else ""


def _parts(records: Records) -> list[pd.DataFrame]:
    known = records.descriptions
    held = {column: [_first(getattr(one, column)) for one in known] for column in HELD}
    whole = pd.DataFrame(
        {
            "unique_id": range(len(records.ids)), "set": records.sets, "keys": telling_keys(records),
            **held,
        }
    )  # fmt: skip
    if not records.is_link:
        return [whole.drop(columns=["set"])]
    return [part.drop(columns=["set"]) for _, part in whole.groupby("set", sort=True)]


def _first(value: str | tuple[str, ...]) -> str | None:
    """A column's text; of a name the first skeleton."""
    return (value if isinstance(value, str) else value[1]) if value else None
