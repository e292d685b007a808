import importlib
import pkgutil
from collections.abc import Iterator
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

import tereze.contracts
from tereze.contracts.fhir import FhirPart, Patient
from tereze.contracts.labels import IDENTITY, OPERATIONAL, Contract, every_contract, label_of, unlabelled_fields

for module in pkgutil.iter_modules(tereze.contracts.__path__):
    importlib.import_module(f"tereze.contracts.{module.name}")
SHAPES = tuple(shape for shape in every_contract() if shape.__module__.startswith("tereze.contracts."))


def test_there_are_shapes_to_look_at() -> None:
    assert len(SHAPES) > 50


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_field_of_every_contract_carries_a_label(shape: type[Contract]) -> None:
    assert list(unlabelled_fields(shape)) == []


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_label_is_written_into_the_schema(shape: type[Contract]) -> None:
    schema = shape.model_json_schema()
    properties = schema.get("properties", schema.get("$defs", {}).get(shape.__name__, {}).get("properties", {}))
    written = {name: part.get("x-sensitivity") for name, part in properties.items()}
    assert written == {name: str(label_of(field)) for name, field in shape.model_fields.items()}


def _models_within(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_within(argument)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_contracts_nest_only_contracts(shape: type[Contract]) -> None:
    for field in shape.model_fields.values():
        assert all(issubclass(model, Contract) for model in _models_within(field.annotation))


def test_a_deliberately_unlabelled_field_is_caught() -> None:
    class Careless(BaseModel):
        case_id: Annotated[str, OPERATIONAL]
        name: str
        note: Annotated[str, Field(description="described, yet unlabelled")]

    assert list(unlabelled_fields(Careless)) == ["name", "note"]


def test_a_label_inside_an_optional_does_not_count_for_the_field() -> None:
    class Buried(BaseModel):
        name: Annotated[str, IDENTITY] | None = None

    assert list(unlabelled_fields(Buried)) == ["name"]


def test_contracts_refuse_what_they_do_not_know_and_never_change() -> None:
    for shape in SHAPES:
        # FHIR asks a receiver to pass over the elements it does not use, but for two; what we send in FHIR is closed as all else
        assert shape.model_config["extra"] == ("allow" if issubclass(shape, FhirPart) else "forbid")
        assert shape.model_config["strict"]
        assert shape.model_config["frozen"]


def test_of_a_fhir_resource_what_is_not_used_is_not_kept_and_what_changes_the_rest_is_refused() -> None:
    sent = (
        '{"gender": "male", "maritalStatus": {"text": "canary"}, "modifierExtension": [], "name": [{"use": "canary"}]}'
    )
    assert "canary" not in repr(Patient.model_validate_json(sent))
    for more in ('"modifierExtension": [{"url": "x"}]', '"implicitRules": "urn:x"'):
        with pytest.raises(ValidationError):
            Patient.model_validate_json(f'{{"gender": "male", "name": [{{ {more} }}]}}')
