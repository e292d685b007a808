"""Decides what each level of agreement is worth, in bits; must never hold a label it was fitted to or look at a description."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log2
from typing import Any, Self

from tereze.registry.matching.folding import VERSION
from tereze.registry.matching.levels import EITHER_BOX, FIELDS, MISSING, Agreement

_FEWEST_PERSONS = 1_000  # a register is never taken for smaller: its first children are as many as the next ones


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
        )

    def weigh(self, agreement: Agreement) -> tuple[float, ...]:
        """Bits for and against, field by field."""
        return tuple(
            0.0
            if level == MISSING or not self.weights[field]
            else self.weights[field][level] + self.rarity(field, value)
            for field, level, value in zip(FIELDS, agreement.levels, agreement.values, strict=True)
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
        if not value or not shares:
            return 0.0
        if value.startswith(EITHER_BOX):
            value = value.removeprefix(EITHER_BOX)
            share = max(self.frequencies[box].get(value, 0.0) for box in ("family", "given")) or shares[""]
        else:
            share = shares.get(value, shares[""])
        return log2(self.usual[field] / share)


@cache
def shipped_model() -> Model:
    """The model that comes with the package; ``tereze registry train`` makes another."""
    return Model.from_document(shipped_document())


def shipped_document() -> dict[str, Any]:
    """That model as it is written."""
    text = resources.files("tereze.registry.matching").joinpath("model.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
