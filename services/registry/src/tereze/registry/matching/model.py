"""Decides what each level of agreement is worth, in bits; must never hold a label it was fitted to or look at a description."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log2
from pathlib import Path
from typing import Any, Self

from tereze.registry.matching.folding import VERSION
from tereze.registry.matching.levels import BETWEEN, EITHER_BOX, FIELDS, MISSING, NAME, NAMES, Agreement
from tereze.registry.matching.listed import ListedNames

_FEWEST_PERSONS = 1_000  # a register is never taken for smaller: its first children are as many as the next ones
_LISTED = 1e-4  # the share of its bearers from which a name is common enough to stand for itself
_AGREES = NAME.index("same_skeleton")
_TELLING_HAND = tuple((FIELDS.index(field), field) for field in ("given", "patronymic"))


class WrongFolding(ValueError):
    """The model was trained on another version of the folding tables."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """In bits above ``log2`` of how many persons the child might be: where a link, and a review, begin; and by how much
    the best person must outweigh the next."""

    link: float
    review: float
    margin: float


@dataclass(frozen=True, slots=True)
class Model:
    """A Fellegi-Sunter model. ``weights``: field → bits by level; ``frequencies``: field → value → share of its holders."""

    version: str
    weights: Mapping[str, tuple[float, ...]]
    frequencies: Mapping[str, Mapping[str, float]]
    usual: Mapping[str, float]
    thresholds: Thresholds
    by_ear: Mapping[str, tuple[float, ...]]
    given_names: ListedNames

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The model of a JSON document. Raises WrongFolding where its frequencies are of other skeletons."""
        if document["folding"] != VERSION:
            raise WrongFolding(f"the model is for folding {document['folding']}, this is folding {VERSION}")
        fields = document["fields"]
        return cls(
            version=document["version"],
            weights={
                field: tuple(log2(one["m"] / one["u"]) for one in fields[field]) if field in fields else ()
                for field in FIELDS
            },
            frequencies=document["frequencies"],
            usual={
                field: sum(share * share for value, share in shares.items() if value)
                for field, shares in document["frequencies"].items()
            },
            thresholds=Thresholds(**document["thresholds"]),
            by_ear={FIELDS[at]: _by_ear(fields[FIELDS[at]]) for at in NAMES if FIELDS[at] in fields},
            given_names=ListedNames(
                name for name, share in document["frequencies"].get("given", {}).items() if name and share >= _LISTED
            ),
        )

    def weigh(self, agreement: Agreement) -> tuple[float, ...]:
        """Bits for and against, field by field."""
        weights = {**self.weights, **self.by_ear} if self._is_by_ear(agreement) else self.weights
        return tuple(
            0.0 if level == MISSING or not weights[field] else weights[field][level] + self.rarity(field, value)
            for field, level, value in zip(FIELDS, agreement.levels, agreement.values, strict=True)
        )

    def _is_by_ear(self, agreement: Agreement) -> bool:
        """Whether the given name or the father's is spelt as nobody else spells one, and agrees nearly with a listed name."""
        return any(
            sum(name in self.frequencies.get(field, ()) for name in agreement.values[at].split(BETWEEN)) == 1
            for at, field in _TELLING_HAND
            if BETWEEN in agreement.values[at]
        )

    def link_from(self, n_persons: int) -> float:
        """From which weight on a description is a person's, among this many."""
        return self.thresholds.link + log2(max(n_persons, _FEWEST_PERSONS))

    def review_from(self, n_persons: int) -> float:
        """From which weight on a person should look."""
        return self.thresholds.review + log2(max(n_persons, _FEWEST_PERSONS))

    def rarity(self, field: str, value: str) -> float:
        """What agreement on this very value is worth more (rare) or less (common) than on any."""
        shares = self.frequencies.get(field)
        if not value or not shares or BETWEEN in value:
            return 0.0
        if value.startswith(EITHER_BOX):
            value = value.removeprefix(EITHER_BOX)
            share = max(self.frequencies[box].get(value, 0.0) for box in ("family", "given")) or shares[""]
        else:
            share = shares.get(value, shares[""])
        return log2(self.usual[field] / share)


def _by_ear(levels: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """A name's bits by level where the spelling is one that nobody else uses. Such a spelling cannot agree in full: of one child,
    what full agreement would have had is left to near agreement. Half of these spellings are slips of the hand, half by ear."""
    below = sum(level["m"] for level in levels[:_AGREES])
    likely = [
        (level["m"] + level["m"] / below) / 2 if 0 < at < _AGREES else level["m"] for at, level in enumerate(levels)
    ]
    return tuple(log2(m / level["u"]) for m, level in zip(likely, levels, strict=True))


@cache
def shipped_model() -> Model:
    """The model that comes with the package; ``tereze registry train`` makes another."""
    return Model.from_document(shipped_document())


@cache
def model_at(path: Path | None) -> Model:
    """The model of a file as ``tereze registry train`` wrote it; the shipped one for None.

    Raises OSError where there is no such file, ValueError where it holds no model, or one of other folding tables (WrongFolding).
    """
    return shipped_model() if path is None else Model.from_document(document_at(path))


def document_at(path: Path | None) -> dict[str, Any]:
    """That model as it is written. Raises as ``model_at`` does."""
    if path is None:
        return shipped_document()
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
        Model.from_document(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path.name} holds no model of `tereze registry train`: {error!r}") from error
    return document


def shipped_document() -> dict[str, Any]:
    """That model as it is written."""
    text = resources.files("tereze.registry.matching").joinpath("model.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
