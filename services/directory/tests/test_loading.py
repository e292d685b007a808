import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from tereze.contracts.directory import OfficialSeries
from tereze.directory.domain.country import Pack, PackMistake
from tereze.directory.domain.investigation import SuspensionReason
from tereze.directory.loading import Loaded, load_pack
from tereze.directory.pack import read_pack
from tereze.directory.store.country import find_series
from tereze.directory.store.staff import set_suspended
from tereze.local.fixtures import PACK

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(PACK, today=TODAY, demo=True)


async def load(directory, pack):
    async with directory.runtime.database.work() as work:
        return await load_pack(work, pack)


async def told(directory):
    """Events waiting to be published, by type, with their payloads."""
    async with directory.runtime.database.work() as work:
        rows = (await work.db.execute(text("SELECT headers, payload FROM outbox ORDER BY position"))).all()
    return [(row.headers["ce_type"], json.loads(row.payload)) for row in rows]


async def test_the_first_load_tells_everything_once(directory, pack):
    loaded = await load(directory, pack)
    assert loaded == Loaded(20, 8, len(pack.agencies), len(pack.staff), 1, len(pack.catchments))
    assert Counter(kind for kind, _ in await told(directory)) == {
        "tereze.region.published.v1": 20,
        "tereze.agency.published.v1": len(pack.agencies),
        "tereze.staff.published.v1": len(pack.staff),
        "tereze.catchment.published.v1": len(pack.catchments),
    }


async def test_a_name_of_a_person_never_leaves(directory, pack):
    await load(directory, pack)
    for kind, payload in await told(directory):
        if kind == "tereze.staff.published.v1":
            assert "display_name" not in payload["staff"]


async def test_the_same_pack_again_tells_nothing(directory, pack):
    await load(directory, pack)
    before = len(await told(directory))
    assert await load(directory, pack) == Loaded(0, 0, 0, 0, 0, 0)
    assert len(await told(directory)) == before


async def test_a_change_is_told_alone_and_its_version_grows(directory, pack):
    await load(directory, pack)
    before = len(await told(directory))
    closed = pack.agencies[5].model_copy(update={"active": False})
    changed = replace(pack, version="2", agencies=(*pack.agencies[:5], closed, *pack.agencies[6:]))
    assert await load(directory, changed) == Loaded(0, 0, 1, 0, 0, 0)
    ((kind, payload),) = (await told(directory))[before:]
    assert (kind, payload["version"], payload["agency"]["active"]) == ("tereze.agency.published.v1", 2, False)


async def test_a_later_load_does_not_reinstate_whoever_is_suspended(directory, pack):
    await load(directory, pack)
    someone = pack.staff[0]
    async with directory.runtime.database.work() as work:
        await set_suspended(work, someone.staff_id, SuspensionReason.ORDERED, by="stf_x")
    renamed = someone.model_copy(update={"display_name": "Жаңа Есім"})
    await load(directory, replace(pack, version="2", staff=(renamed, *pack.staff[1:])))
    kind, payload = next(each for each in reversed(await told(directory)) if each[0] == "tereze.staff.published.v1")
    assert (kind, payload["staff"]["active"], payload["version"]) == ("tereze.staff.published.v1", False, 4)


async def test_a_mistaken_pack_writes_nothing(directory, pack):
    with pytest.raises(PackMistake):
        await load(directory, replace(pack, version="2", regions=pack.regions[:3]))
    assert await told(directory) == []


async def test_a_series_keeps_the_day_it_was_first_loaded(directory, pack):
    await load(directory, pack)
    await load(directory, read_pack(PACK, today=date(2027, 1, 1)))
    async with directory.runtime.database.work() as work:
        series = await find_series(work, "violence-by-region")
    assert isinstance(series, OfficialSeries)
    assert series.loaded_on == TODAY


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tereze.directory", "load-pack", *words]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_load_pack_from_the_command_line(service_database, service_environment):
    environment = service_environment(service_database("directory"))
    done = run(environment, str(PACK), "--demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("pack kz kz-2026.1: new or changed: 20 regions,")
    assert (
        "0 regions, 0 districts, 0 agencies, 0 staff, 0 series, 0 catchments"
        in run(environment, str(PACK), "--demo").stdout
    )


def test_demo_agencies_are_refused_in_production(service_database, service_environment):
    environment = service_environment(service_database("directory"), mode="production")
    refused = run(environment, str(PACK), "--demo")
    assert refused.returncode == 2
    assert "refused" in refused.stderr
    assert run(environment, str(PACK)).returncode == 0


def test_a_pack_that_is_none_is_named(service_database, service_environment, tmp_path: Path):
    refused = run(service_environment(service_database("directory")), str(tmp_path))
    assert refused.returncode == 2
    assert "pack.yaml is missing" in refused.stderr
