"""The DDL a migration runs and the tables the code speaks of are the same."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from tereze.chassis.database import Database
from tereze.chassis.tables import chassis_tables


def compare(connection: Connection) -> list[object]:
    metadata = MetaData()
    chassis_tables(metadata)
    context = MigrationContext.configure(connection, opts={"compare_server_default": False})
    return list(compare_metadata(context, metadata))


async def test_migrated_tables_match_the_declared_ones(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(compare) == []
