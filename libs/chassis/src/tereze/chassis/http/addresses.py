"""Decides what is known of each address an app answers: template, methods, parameters, needs; must never keep a raw URL."""

import re
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from tereze.chassis.http.bodies import BodyReader
from tereze.contracts.facts import Fact
from tereze.contracts.labels import Contract

_PUBLIC = "__tereze_open_to_all__"
_REFUSALS = "__tereze_refusals__"

F = TypeVar("F", bound=Callable[..., Any])


def open_to_all(endpoint: F) -> F:
    """Mark a route that answers without a token. Every other route refuses an anonymous call."""
    setattr(endpoint, _PUBLIC, True)
    return endpoint


def refuses(*facts: type[Fact]) -> Callable[[F], F]:
    """Say which facts of its own domain a route answers with, beyond those its parameters tell of; OpenAPI shows them."""

    def mark(endpoint: F) -> F:
        setattr(endpoint, _REFUSALS, facts)
        return endpoint

    return mark


@dataclass(frozen=True, slots=True)
class Address:
    """One route as it was declared."""

    template: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    query_names: frozenset[str]
    calls: frozenset[Callable[..., Any]]
    body_model: type[Contract] | None
    public: bool
    refusals: tuple[type[Fact], ...]


def _dependants(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for part in dependant.dependencies:
        yield from _dependants(part)


def _query_name(parameter: Any) -> str:
    return str(parameter.validation_alias or parameter.alias)


def _address(route: Any) -> Address:
    parts = list(_dependants(route.dependant))
    readers = [part.call for part in parts if isinstance(part.call, BodyReader)]
    return Address(
        template=str(route.path_format),
        pattern=compile_path(route.path)[0],
        methods=frozenset(route.methods),
        query_names=frozenset(_query_name(parameter) for part in parts for parameter in part.query_params),
        calls=frozenset(part.call for part in parts if part.call is not None and not isinstance(part.call, BodyReader)),
        body_model=readers[0].model if readers else None,
        public=bool(getattr(route.endpoint, _PUBLIC, False)),
        refusals=getattr(route.endpoint, _REFUSALS, ()),
    )


class Addresses:
    """Every address of one app, read once from its routes."""

    def __init__(self, app: FastAPI | APIRouter) -> None:
        contexts = [route for route in iter_route_contexts(app.routes) if getattr(route, "dependant", None) is not None]
        self._by_route = {id(route.original_route): _address(route) for route in contexts}

    def __iter__(self) -> Iterator[Address]:
        return iter(self._by_route.values())

    def of(self, scope: MutableMapping[str, Any]) -> Address | None:
        """The address a routed request reached."""
        return self._by_route.get(id(scope.get("route")))

    def methods(self, path: str) -> list[str]:
        """Every method some route takes at this path."""
        return sorted({method for address in self if address.pattern.match(path) for method in address.methods})
