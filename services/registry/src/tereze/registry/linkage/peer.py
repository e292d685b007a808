"""Decides how Splink links the same file by its own documented settings; must never be handed anything of ours but the candidate pairs."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.exceptions import EMTrainingException
from splink.internals.linker_components.training import LinkerTraining

from tereze.registry.linkage.candidates import Pair, telling_keys
from tereze.registry.linkage.records import Records

_NAMES = ("family", "given", "patronymic", "mother")
_CODES = ("iin", "phone", "postcode")
_TEXTS = ("place", "suburb", "address", "school")
_RANDOM_PAIRS = 1_000_000
_DATE_DIGITS = 8


def splink_scores(records: Records) -> dict[Pair, float]:
    """Splink's match weight for each pair that shares one of our keys, trained on the file as its documentation shows."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = _frame(records)
    columns = [column for column in rows.columns if column not in ("unique_id", "source_dataset", "keys")]
    database = DuckDBAPI(connection=duckdb.connect(":memory:"))
    linker = Linker(
        [database.register(part) for part in _parts(rows, records)], _settings(columns, records), log_level=50
    )
    _train(linker, columns, rows, records)
    found = linker.inference.predict(threshold_match_weight=-30).as_pandas_dataframe()  # type: ignore[no-untyped-call]
    ends = zip(found["unique_id_l"], found["unique_id_r"], found["match_weight"], strict=True)
    return {(min(one, other), max(one, other)): float(weight) for one, other, weight in ends}


def _settings(columns: Sequence[str], records: Records) -> SettingsCreator:
    return SettingsCreator(
        link_type="link_only" if records.is_link else "dedupe_only",
        comparisons=[_comparison(column) for column in columns],
        blocking_rules_to_generate_predictions=[block_on("keys", arrays_to_explode=["keys"])],
    )


def _comparison(column: str) -> Any:
    if column in _NAMES:
        return compare.NameComparison(column).configure(term_frequency_adjustments=True)
    if column == "birth_date":
        return compare.DateOfBirthComparison(
            column, input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        )
    if column in _CODES:
        return compare.DamerauLevenshteinAtThresholds(column, [1, 2])
    if column in _TEXTS:
        return compare.JaroWinklerAtThresholds(column, [0.9, 0.7]).configure(term_frequency_adjustments=True)
    return compare.ExactMatch(column)


def _train(linker: Linker, columns: Sequence[str], rows: pd.DataFrame, records: Records) -> None:
    present = [column for column in ("given", "family", "birth_date", "suburb", "iin", "phone") if column in columns]
    pairs = [list(pair) for pair in combinations(present, 2)]
    # Rules on which no two rows agree (names across alphabets) would make its prior nothing, and the logarithm of that fails.
    rules: list[Any] = [block_on(*pair) for pair in pairs if _is_met(pair, rows, records)][:3]
    training = linker.training
    if rules:
        with suppress(ValueError):  # more pairs agree than can be matches: its own default stands
            training.estimate_probability_two_random_records_match(rules, recall=0.8)
    training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=1)
    sessions = [*(rules[:2] if len(rules) > 1 else rules), *(block_on(column) for column in present[2:4])]
    for session in sessions:
        _learn(training, session)


def _is_met(pair: list[str], rows: pd.DataFrame, records: Records) -> bool:
    """Whether any two rows that may be one person agree on both columns."""
    groups = rows.dropna(subset=pair).groupby(pair)["source_dataset"]
    met = groups.nunique() if records.is_link else groups.size()
    return bool((met > 1).any())


def _learn(training: LinkerTraining, session: Any) -> None:
    """One session of expectation-maximisation. Where none of its pairs looks like one person (names across alphabets), the share
    of such pairs comes to nothing and Splink takes its logarithm: the session is held again with that share fixed."""
    for held in (False, True):
        with suppress(EMTrainingException, ValueError):  # no pair agrees on it at all: the session teaches nothing
            training.estimate_parameters_using_expectation_maximisation(
                session, fix_probability_two_random_records_match=held
            )
            return


def _frame(records: Records) -> pd.DataFrame:
    """The rows as written, in lower case; numbers and dates as their digits."""
    columns: dict[str, list[Any]] = {name: [row.get(name, "") for row in records.rows] for name in records.columns}
    for name, values in columns.items():
        columns[name] = [value.casefold() or None for value in values]
    if "birth_date" in columns:
        born = [one.born for one in records.descriptions]
        columns["birth_date"] = [digits if len(digits) == _DATE_DIGITS else None for digits in born]
    frame = pd.DataFrame({"unique_id": range(len(records.ids)), "source_dataset": records.sets, **columns})
    frame["keys"] = telling_keys(records)
    return frame


def _parts(rows: pd.DataFrame, records: Records) -> list[pd.DataFrame]:
    if not records.is_link:
        return [rows.drop(columns=["source_dataset"])]
    return [part.drop(columns=["source_dataset"]) for _, part in rows.groupby("source_dataset", sort=True)]
