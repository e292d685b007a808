"""Decides what is kept of how a decision came about: fields, levels, bits, thresholds; must never hold a name, a number or a date."""

from dataclasses import asdict, dataclass
from typing import Any

from tereze.registry.matching.folding import VERSION
from tereze.registry.matching.levels import FIELDS, Agreement
from tereze.registry.matching.model import Model


@dataclass(frozen=True, slots=True)
class Step:
    """One compared field: which level it reached and how many bits that speaks for (or against) one child."""

    field: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From ``total`` bits against the thresholds one can redo the decision by hand; see docs/guides/identity-decisions.md."""

    model: str
    folding: int
    n_persons: int
    link_from: float
    review_from: float
    margin: float
    steps: tuple[Step, ...]
    total: float
    runner_up: float | None
    guards: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, for a JSON column."""
        return asdict(self)


def draw(
    model: Model, agreement: Agreement, *, n_persons: int, runner_up: float | None, guards: tuple[str, ...]
) -> Waterfall:
    """The waterfall of the best candidate."""
    bits = model.weigh(agreement)
    compared = [(field, agreement.level(field), weight) for field, weight in zip(FIELDS, bits, strict=True)]
    return Waterfall(
        model=model.version,
        folding=VERSION,
        n_persons=n_persons,
        link_from=round(model.link_from(n_persons), 2),
        review_from=round(model.review_from(n_persons), 2),
        margin=model.thresholds.margin,
        steps=tuple(Step(field, level, round(weight, 2)) for field, level, weight in compared if level is not None),
        total=round(sum(bits), 2),
        runner_up=None if runner_up is None else round(runner_up, 2),
        guards=guards,
    )
