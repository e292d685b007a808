from fastapi import APIRouter

from tereze.chassis.http import Caller, Conflict, build_app, refuses
from tereze.chassis.http.openapi import describe


class TooManyDoors(Conflict):
    """The house has enough doors."""

    code = "too-many-doors"


async def test_a_route_shows_the_facts_of_its_own_domain_beside_those_of_its_parameters() -> None:
    router = APIRouter()

    @router.post("/v1/doors", status_code=204)
    @refuses(TooManyDoors)
    async def open_door(_caller: Caller) -> None:
        """Open a door."""

    document = describe(build_app("house", router), title="House", version="1", description="")
    answers = document["paths"]["/v1/doors"]["post"]["responses"]
    assert answers["409"]["description"] == "too-many-doors"
    assert set(answers["409"]["content"]["application/problem+json"]["examples"]) == {"too-many-doors"}
    assert "token-missing" in answers["401"]["description"]
