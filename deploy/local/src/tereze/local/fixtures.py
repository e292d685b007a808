"""Decides which real servers tests share and how they are kept apart; must never leave a process or a database behind.

One Kafka and one PostgreSQL serve a whole pytest session, or each worker of one that has several. Tests keep out of each
other's way by asking for their own database (``service_database("intake")``, ``empty_database()``) and by reading with
fresh consumer groups; a test that must stop or kill a broker asks for ``own_kafka`` / ``own_postgres``.
"""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tereze.local import ports
from tereze.local.databases import migrate
from tereze.local.issuer import TokenMint
from tereze.local.kafka import Kafka
from tereze.local.keys import make_keys
from tereze.local.postgres import NOT_DURABLE, Postgres

REPOSITORY = Path(__file__).resolve().parents[5]
PACK = REPOSITORY / "deploy" / "packs" / "kz"
_HEAP_MB = 256
_DATABASE_NUMBERS = itertools.count(1)

NewDatabase = Callable[[], str]
NewServiceDatabase = Callable[..., str]
NewEnvironment = Callable[..., dict[str, str]]


def pytest_configure(config: pytest.Config) -> None:
    """Workers side by side draw their ports from different ones: between the draw and the start nobody holds a port."""
    worker = getattr(config, "workerinput", None)
    if worker:
        first = int(worker["workerid"].removeprefix("gw"))
        ports.BELOW_EPHEMERAL = ports.BELOW_EPHEMERAL[first :: worker["workercount"]]


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """The session's broker: never stop it; ``kafka.bootstrap`` is its address."""
    broker = Kafka(tmp_path_factory.mktemp("kafka"), heap_mb=_HEAP_MB)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Kafka]:
    """A broker of this test's own, free to be stopped, killed and started again."""
    broker = Kafka(tmp_path / "kafka", heap_mb=_HEAP_MB)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The session's server, fast because it may forget on a power cut: never stop it."""
    server = Postgres(tmp_path_factory.mktemp("postgres"), settings=NOT_DURABLE)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A durable server of this test's own, free to be stopped, killed and started again."""
    server = Postgres(tmp_path / "postgres")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sealing, key-encryption and blind-index keys of every service."""
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def empty_database(postgres: Postgres) -> NewDatabase:
    """Call it for the url of a new database without tables."""

    def create() -> str:
        return postgres.create_service("tester", database=f"empty_{next(_DATABASE_NUMBERS)}")

    return create


@pytest.fixture(scope="session")
def service_environment(keys_dir: Path, mint: TokenMint) -> NewEnvironment:
    """Call it with a database url (and a bootstrap, if any) for the TEREZE_ variables a service starts with.

    The service believes tokens of ``mint``.
    """

    def build(database_url: str, *, bootstrap: str = "127.0.0.1:1", **more: str) -> dict[str, str]:
        named = {
            "mode": "demo", "database_url": database_url, "kafka": bootstrap, "issuer": mint.issuer,
            "jwks_url": mint.jwks_url, "keys_dir": str(keys_dir), "pack": str(PACK), **more,
        }  # fmt: skip
        return {f"TEREZE_{name.upper()}": value for name, value in named.items()}

    return build


@pytest.fixture(scope="session")
def service_database(postgres: Postgres) -> NewServiceDatabase:
    """Call it with a service's name for the url of a new database, migrated to that service's head.

    ``like``: the url of another such database that nobody is connected to; the new one is a copy with everything in it.
    """
    migrated: dict[str, str] = {}

    def create(service: str, *, like: str | None = None) -> str:
        if service not in migrated:
            template = f"template_{service}"
            migrate({service: postgres.create_service(service, database=template)}, postgres.data / "migrate.log")
            migrated[service] = template
        database = f"{service}_{next(_DATABASE_NUMBERS)}"
        template = like.rpartition("/")[2] if like else migrated[service]
        return postgres.create_service(service, database=database, template=template)

    return create


@pytest.fixture(scope="session")
def prepared_databases() -> dict[str, str]:
    """Urls of databases that were filled once in this session, by what they hold, to be copied (``like``) by each test."""
    return {}


@pytest.fixture(scope="session")
def mint(tmp_path_factory: pytest.TempPathFactory) -> TokenMint:
    """The demo issuer's TokenMint: signs access tokens for tests."""
    return TokenMint(tmp_path_factory.mktemp("issuer"))
