"""Decides what a sensitivity label is and that every field carries one; must never guess a missing label."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema


class Sensitivity(StrEnum):
    """How a field may leave a service; one label a field."""

    OPERATIONAL = "operational"
    LOCATION = "location"
    IDENTITY = "identity"
    ALLEGATION = "allegation"
    MEDICAL = "medical"
    EDUCATION = "education"
    REPORTER = "reporter"
    STAFF = "staff"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class Label:
    """Type metadata that carries a sensitivity: ``Annotated[str, IDENTITY]``. Shown as ``x-sensitivity`` in schemas."""

    sensitivity: Sensitivity

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Write the label into the JSON Schema of the field."""
        return {**handler(schema), "x-sensitivity": self.sensitivity.value}


OPERATIONAL = Label(Sensitivity.OPERATIONAL)
LOCATION = Label(Sensitivity.LOCATION)
IDENTITY = Label(Sensitivity.IDENTITY)
ALLEGATION = Label(Sensitivity.ALLEGATION)
MEDICAL = Label(Sensitivity.MEDICAL)
EDUCATION = Label(Sensitivity.EDUCATION)
REPORTER = Label(Sensitivity.REPORTER)
STAFF = Label(Sensitivity.STAFF)
SEALED = Label(Sensitivity.SEALED)


class Contract(BaseModel):
    """What every shape on the wire is built from: strict, closed, immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, ser_json_bytes="base64")

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Remember the shape, so that checks can look at every one."""
        super().__pydantic_init_subclass__(**kwargs)
        _SHAPES.append(cls)


_SHAPES: list[type[Contract]] = []


def every_contract() -> tuple[type[Contract], ...]:
    """All shapes imported so far, in the order of their definition."""
    return tuple(_SHAPES)


def label_of(field: FieldInfo) -> Sensitivity | None:
    """The label of one field, or None where there is none (a failing test, and withheld at every door)."""
    return next((mark.sensitivity for mark in field.metadata if isinstance(mark, Label)), None)


def unlabelled_fields(shape: type[BaseModel]) -> Iterator[str]:
    """Names of the shape's own fields that carry no label."""
    return (name for name, field in shape.model_fields.items() if label_of(field) is None)
