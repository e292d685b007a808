"""Decides which role may use which route in which standing, from the routes' own code and the policies; must never be written by hand."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, get_args

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

import tereze.access
from tereze.access import Actor, Resource, decide_each
from tereze.access.decisions import Action
from tereze.chassis.http.app import build_app
from tereze.chassis.runtime import Service
from tereze.contracts.words import StaffRole

ACTIONS: tuple[Action, ...] = get_args(Action)
STANDINGS = (
    "holders", "offered", "accepted_holders", "participants", "desks", "told", "keepers", "deciders", "reviewers", "above",
)  # fmt: skip
KIND_OF = {StaffRole.OMBUDSMAN: "ombudsman", StaffRole.COORDINATOR: "window_desk", StaffRole.OPERATOR: "ministry"}
OPEN = {
    "POST /v1/referrals": "whoever is registered may report a concern",
    "GET /v1/agencies": "which bodies there are is public",
    "GET /v1/agencies/{agency_id}": "which bodies there are is public",
    "GET /v1/regions": "public",
    "GET /v1/regions/series/{name}": "published elsewhere",
    "GET /v1/regions/{region_code}/catchments": "who is responsible where is public",
    "POST /v1/regions/{region_code}/catchments/resolve": "who is responsible for an address is public; the address is not kept",
    "GET /v1/protocols": "the protocol is open to read",
    "GET /v1/protocols/{name}/{number}": "the protocol is open to read",
    "GET /v1/protocols/{name}/{number}/sheets/{sheet}": "guidance is open to read",
}
"""Routes that ask no policy beyond who calls, each with its reason."""
_OURS = "tereze."
_US, _ME = "agc_us", "stf_me"


class Reached:
    """What a route's code can reach: every name and text in it and in all code of ours that it names."""

    def __init__(self, *roots: object) -> None:
        self.texts: set[str] = set()
        self.objects: set[int] = set()
        waiting = list(roots)
        while waiting:
            found = waiting.pop()
            if isinstance(found, str):
                self.texts.add(found)
            elif id(found) not in self.objects and _is_ours(found):
                self.objects.add(id(found))
                for function in _functions_of(found):
                    waiting += self._read(function)

    def _read(self, function: FunctionType) -> Iterator[object]:
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        for code in _codes_of(function.__code__):
            self.texts.update(text for text in code.co_consts if isinstance(text, str))
            for name in (*code.co_names, *code.co_freevars):
                if name in function.__globals__:
                    yield function.__globals__[name]
                elif name in cells:
                    yield cells[name].cell_contents
        yield from function.__annotations__.values()
        yield from function.__defaults__ or ()
        yield from (function.__kwdefaults__ or {}).values()

    @property
    def actions(self) -> list[Action]:
        """The actions the code may ask a policy about."""
        return [action for action in ACTIONS if action in self.texts]

    def reaches(self, function: Callable[..., object]) -> bool:
        """Whether the code may call this function."""
        return id(function) in self.objects


def _is_ours(found: object) -> bool:
    named = getattr(found, "__module__", None) or getattr(type(found), "__module__", "")
    return str(named).startswith(_OURS)


def _functions_of(found: object) -> Iterator[FunctionType]:
    function = getattr(found, "__wrapped__", found)
    if isinstance(function, FunctionType):
        yield function
    elif isinstance(found, type):
        for member in vars(found).values():
            inner = getattr(member, "fget", None) or getattr(member, "__func__", member)
            if isinstance(inner, FunctionType):
                yield inner
    elif _is_ours(type(found)):
        yield from _functions_of(type(found))


def _codes_of(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes_of(inner)


@dataclass(frozen=True, slots=True)
class Declared:
    """One route: its name as in OpenAPI, what it answers with, and what its code reaches."""

    name: str
    answers: object
    reached: Reached


def routes(service: Service) -> Iterator[Declared]:
    """Every route of a service."""
    for route in iter_route_contexts(build_app(service.name, service.router).routes):
        template = str(route.path_format)
        if getattr(route, "dependant", None) is not None and template.startswith("/v1/"):
            reached = Reached(route.endpoint, *_calls(route.dependant))
            for method in sorted(route.methods or ()):
                yield Declared(f"{method} {template}", route.response_model, reached)


def _calls(dependant: Dependant) -> Iterator[object]:
    for part in dependant.dependencies:
        yield part.call
        yield from _calls(part)


def standings_of(role: StaffRole) -> dict[Action, list[str]]:
    """In which standing towards a thing the policies let a role do each action: owner, holder, …, anybody."""
    actor = Actor("s", _US, KIND_OF.get(role, "police"), frozenset({role.value}), _ME)
    facts: dict[str, dict[str, Any]] = {
        "anybody": {},
        "owner": {"owner_agency_id": _US},
        "oneself": {"staff": _ME},
        "opened_to": {"opened_to": frozenset({_ME})},
        **{standing: {standing: frozenset({_US})} for standing in STANDINGS},
    }
    asked = [(action, standing) for action in ACTIONS for standing in facts]
    answers = decide_each(actor, [(action, Resource("thing", **facts[standing])) for action, standing in asked])
    found: dict[Action, list[str]] = {action: [] for action in ACTIONS}
    for (action, standing), answer in zip(asked, answers, strict=True):
        if answer.allowed and found[action] != ["anybody"]:
            found[action].append(standing)
    return found


@cache
def kinds_named() -> frozenset[str]:
    """Kinds of agencies that some policy names: these get more than the matrix shows for their roles."""
    folder = Path(tereze.access.__file__).parent / "policies"
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.cedar"))]
    return frozenset(re.findall(r'agency_kind == "([a-z_]+)"', "\n".join(texts)))


def access_matrix(services: Iterable[Service]) -> dict[str, Any]:
    """For every route the actions it asks about; for every role and action, the standings in which it is allowed."""
    asked = {route.name: route.reached.actions for service in services for route in routes(service)}
    return {
        "about": "Generated from the routes' code and the policies; an exclusion refuses every action in every standing.",
        "open_routes": {name: reason for name, reason in sorted(OPEN.items()) if name in asked},
        "kinds_with_policies_of_their_own": sorted(kinds_named()),
        "routes": dict(sorted(asked.items())),
        "roles": {
            role.value: {action: where for action, where in standings_of(role).items() if where} for role in StaffRole
        },
    }
