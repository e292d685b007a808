"""Decides how every service's database gets its newest shape and the directory's facts; must never let two services share one.

Run as a program, ``python -m tereze.local.databases``, it migrates the databases named in TEREZE_MIGRATE, a JSON object of
service to url: one process for all, since starting Python six times takes longer than the migrations themselves.
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tereze.local.postgres import Postgres
from tereze.local.processes import Child, ChildFailed

WITHIN_SECONDS = 120.0
LOOK_EVERY = 0.1
_AWAITED = ("agency", "catchment", "region", "staff")
_URLS = "TEREZE_MIGRATE"


def migrate(urls: Mapping[str, str], log: Path) -> None:
    """Bring each service's database to its newest revision. Raises ChildFailed with the end of ``log``."""
    environment = {**os.environ, _URLS: json.dumps(dict(urls))}
    Child("migrate", [sys.executable, "-m", "tereze.local.databases"], log=log, env=environment).wait(WITHIN_SECONDS)


def prepare_databases(postgres: Postgres, services: Sequence[str], log: Path) -> None:
    """Give each service its own role and database, in its newest shape."""
    migrate({service: postgres.create_service(service) for service in services}, log)


def await_directory(postgres: Postgres, services: Sequence[str]) -> None:
    """Return once every service knows every region, catchment, agency and staff member: who acts first must not be a stranger."""
    if "directory" not in services:
        return
    named = ", ".join(f"'{kind}'" for kind in _AWAITED)
    counts = f"SELECT kind, count(*) FROM replica WHERE kind IN ({named}) GROUP BY kind ORDER BY kind"  # noqa: S608 - our own words
    owned = " UNION ALL ".join(f"SELECT '{kind}', count(*) FROM {kind}" for kind in _AWAITED)  # noqa: S608 - likewise
    wanted = postgres.sql(owned, "directory")
    deadline = time.monotonic() + WITHIN_SECONDS
    for service in services:
        while service != "directory" and postgres.sql(counts, service) != wanted:
            if time.monotonic() > deadline:
                raise ChildFailed(f"{service} did not hear of every agency and staff member in time.")
            time.sleep(LOOK_EVERY)


def main() -> None:
    """Migrate what TEREZE_MIGRATE names."""
    from tereze.chassis.migrate import upgrade  # noqa: PLC0415 - whoever only waits for databases need not load it

    for service, url in json.loads(os.environ[_URLS]).items():
        upgrade(f"tereze.{service}", url)


if __name__ == "__main__":
    main()
