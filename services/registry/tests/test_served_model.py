"""The registry decides by the model it was given, and starts with none that it cannot decide by."""

import json
from datetime import date
from pathlib import Path

import pytest

from tereze.contracts.referrals import Child
from tereze.contracts.words import Sex
from tereze.registry.app import build
from tereze.registry.matching.model import shipped_document
from tereze.registry.settings import RegistrySettings
from tereze.rig.inside import stand_inside

CHILD = Child(family="Қалқанбаев", given="Ернұр", birth_date=date(2016, 4, 9), sex=Sex.MALE, phone="+7 701 000 00 17")


@pytest.fixture
def environment(service_database, service_environment, tmp_path):
    """The variables of a registry whose model is ``model.json``, not written yet."""
    return {**service_environment(service_database("registry")), "TEREZE_MODEL": str(tmp_path / "model.json")}


def write_model(environment: dict[str, str], text: str) -> None:
    Path(environment["TEREZE_MODEL"]).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("link", "persons"), [(0.0, 1), (500.0, 2)], ids=["soon sure", "never sure"])
async def test_whoever_trained_a_model_decides_by_it(environment, mint, report, link, persons):
    document = {**shipped_document(), "version": "kz-own"}
    document["thresholds"] |= {"link": link}
    write_model(environment, json.dumps(document))
    async with stand_inside(build, environment, mint, RegistrySettings) as inside:
        await inside.tell(report(CHILD), report(CHILD))
        assert len({event.person_id for event in await inside.told()}) == persons
        async with inside.runtime.database.work() as work:
            assert {row["model"] for row in await work.raw.fetch("SELECT model FROM link")} == {"kz-own"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps({**shipped_document(), "folding": 0}), "folding 0"),
        ("{}", "holds no model"),
        ("[]", "holds no model"),
        ("no json", "Expecting value"),
        (None, "No such file"),
    ],
)
def test_what_is_no_model_of_these_tables_stops_the_service_with_a_sentence(environment, text, said):
    if text is not None:
        write_model(environment, text)
    named = {name.removeprefix("TEREZE_").lower(): value for name, value in environment.items()}
    with pytest.raises((ValueError, OSError), match=said):
        build(RegistrySettings.model_validate(named))
