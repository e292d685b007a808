"""Decides that no route answers without a policy and redaction, and no list of case rows is drawn without scoping; each check can fail."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, get_args

import pytest
from fastapi import APIRouter
from sqlalchemy import MetaData

from tereze.access import Actor, Resource, decide_each, redact
from tereze.chassis.handlers import Deadlines, Handlers
from tereze.chassis.http import Caller, Reply
from tereze.chassis.runtime import Service
from tereze.contracts.labels import IDENTITY, OPERATIONAL, Contract, Sensitivity, label_of
from tereze.contracts.words import StaffRole
from tereze.rig.apidocs.__main__ import FOLDER, ROOT
from tereze.rig.apidocs.access import ACTIONS, OPEN, STANDINGS, Declared, routes
from tereze.rig.apidocs.openapi import SERVICES, service_of
from tereze.rig.scoping import unscoped, unscoped_of

ROUTES = [route for name in SERVICES for route in routes(service_of(name, ROOT / "deploy/packs/kz"))]
SHOWN_ONCE = {"POST /v1/subscriptions": "the only time an agency is shown its own signing secret"}


def shapes_in(annotation: object) -> Iterator[type[Contract]]:
    if isinstance(annotation, type) and issubclass(annotation, Contract):
        yield annotation
        for field in annotation.model_fields.values():
            yield from shapes_in(field.annotation)
    for part in get_args(annotation):
        yield from shapes_in(part)


def labels_in(annotation: object) -> set[Sensitivity | None]:
    return {label_of(field) for shape in shapes_in(annotation) for field in shape.model_fields.values()}


def asks_nobody(route: Declared) -> bool:
    return not route.reached.actions and route.name not in OPEN


def shows_unredacted(route: Declared) -> bool:
    more = labels_in(route.answers) - {Sensitivity.OPERATIONAL}
    return bool(more) and not route.reached.reaches(redact) and route.name not in SHOWN_ONCE


def test_every_route_asks_a_policy_or_is_open_for_a_stated_reason() -> None:
    assert [route.name for route in ROUTES if asks_nobody(route)] == []
    assert OPEN.keys() - {route.name for route in ROUTES} == set(), "an open route that is not there any more"
    assert [route.name for route in ROUTES if route.name in OPEN and route.reached.actions] == []


def test_every_answer_with_more_than_operations_goes_through_redaction() -> None:
    assert [route.name for route in ROUTES if shows_unredacted(route)] == []


def test_a_careless_route_would_be_caught() -> None:
    class Leak(Contract):
        name: Annotated[str, IDENTITY]
        code: Annotated[str, OPERATIONAL]

    router = APIRouter()

    @router.get("/v1/leaks", response_model=Leak)
    async def read_leak(_caller: Caller) -> object:
        return Reply(200, Leak(name="canary", code="c")).response()

    service = Service("leaky", MetaData(), router, Handlers(), Deadlines())
    [route] = list(routes(service))
    assert asks_nobody(route)
    assert shows_unredacted(route)


def test_the_committed_matrix_names_every_route() -> None:
    matrix = json.loads((FOLDER / "access-matrix.json").read_text("utf-8"))
    assert set(matrix["routes"]) == {route.name for route in ROUTES}
    assert set(matrix["roles"]) == {role.value for role in StaffRole}


@pytest.mark.parametrize("body", ["agc_us", "stf_me"])
def test_an_exclusion_of_agency_or_person_refuses_every_action_in_every_standing(body: str) -> None:
    roles = frozenset(role.value for role in StaffRole)
    about = Resource("thing", owner_agency_id="agc_us", staff="stf_me", excluded=frozenset({body}))
    about = replace(about, **{standing: frozenset({"agc_us"}) for standing in STANDINGS})  # type: ignore[arg-type]  # all sets
    for kind in ("ombudsman", "window_desk", "police", "guardianship"):
        actor = Actor("s", "agc_us", kind, roles, "stf_me")
        answers = decide_each(actor, [(action, about) for action in ACTIONS])
        assert [action for action, may in zip(ACTIONS, answers, strict=True) if may.allowed] == []
        assert all("excluded-bodies-know-nothing" in may.policy_id.split() for may in answers)


def test_no_list_of_case_rows_is_drawn_without_the_scoping_condition() -> None:
    assert unscoped(ROOT) == []


@pytest.mark.parametrize(
    "planted",
    [
        '_PAGE = "SELECT * FROM task WHERE agency_id = $1"\n\nasync def page_of_things(work):\n    return work.fetch(_PAGE)',
        "async def page_of_things(work):\n    return work.execute(select(task.c.task_id).where(task.c.agency_id == 1))",
        '_N = "WITH a AS (SELECT 1) SELECT count(*) FROM a JOIN case_file USING (x)"\n\ndef count_cases(w):\n    return w(_N)',
    ],
)
def test_a_list_that_goes_round_it_is_caught(planted: str) -> None:
    tables = frozenset({"task", "case_file"})
    assert len(unscoped_of(planted, "planted", tables)) == 1


def test_the_same_list_with_the_condition_passes() -> None:
    mended = (
        "_PAGE = f\"SELECT * FROM task WHERE {shown_to('task.case_id', '$1')}\"\n\n"
        "async def page_of_things(work):\n    return work.fetch(_PAGE)"
    )
    assert unscoped_of(mended, "planted", frozenset({"task"})) == []
