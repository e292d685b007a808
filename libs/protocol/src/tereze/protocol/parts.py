"""Decides what the rows of a pack are made of: limits, cells, conditions; must never hold a value of the field."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from tereze.contracts.words import Category, Circumstance, Risk
from tereze.protocol.limits import Limit, read_limit


class Owed(StrEnum):
    """A cell of a limits table that holds no limit."""

    ON_REQUEST = "on request"
    NOT = "none"


def _limit(value: Any) -> Any:
    return read_limit(value) if isinstance(value, str) else value


def _cell(value: Any) -> Any:
    return Owed(value) if isinstance(value, str) and value in set(Owed) else _limit(value)


LimitText = Annotated[Limit, BeforeValidator(_limit), PlainSerializer(str)]
Cell = Annotated[Limit | Owed, BeforeValidator(_cell), PlainSerializer(str)]
StepCode = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")]
Source = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """A part of a pack: closed and immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class When(Part):
    """A condition: every list that is given must hold one of the case's. Nothing given: always."""

    risks: tuple[Risk, ...] = ()
    categories: tuple[Category, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()

    def holds(self, risk: Risk, categories: Iterable[Category], known: frozenset[Circumstance]) -> bool:
        """Whether a case of this risk, these categories and circumstances meets it."""
        return (
            (not self.risks or risk in self.risks)
            and (not self.categories or any(category in self.categories for category in categories))
            and (not self.circumstances or not known.isdisjoint(self.circumstances))
        )
