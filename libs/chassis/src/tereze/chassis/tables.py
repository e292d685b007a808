"""Decides which tables the chassis keeps in each service's database; must never hold a service's own facts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, read and written as text."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name of the type in DDL."""
        return "xid8"


class PgSnapshot(UserDefinedType[str]):
    """Which transactions were visible at one moment (PostgreSQL's ``pg_snapshot``)."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name of the type in DDL."""
        return "pg_snapshot"


ischema_names.update(xid8=Xid8, pg_snapshot=PgSnapshot)  # so that comparing with a database recognises them


def _moment(name: str, *, nullable: bool = True, default: bool = False) -> Column[object]:
    return Column(
        name, DateTime(timezone=True), nullable=nullable, server_default=func.clock_timestamp() if default else None
    )


def chassis_tables(metadata: MetaData) -> None:
    """Add the chassis' tables to a service's MetaData, so that comparing it with a database finds nothing missing."""
    _bus_tables(metadata)
    _parking_tables(metadata)
    _time_tables(metadata)
    _request_tables(metadata)


def _bus_tables(metadata: MetaData) -> None:
    Table(
        "outbox",
        metadata,
        Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
        Column("position", BigInteger, Identity(always=True), primary_key=True),
        Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("headers", JSON, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        _moment("created_at", nullable=False, default=True),
        Index("outbox_by_transaction", "bucket", "xid", "position"),
    )
    Table(
        "outbox_cursor",
        metadata,
        Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
        Column("version", BigInteger, nullable=False, server_default=text("0")),
        Column("cluster", BigInteger, nullable=False),
        Column("done", PgSnapshot, nullable=False),
        Column("doing", PgSnapshot),
        Column("position", BigInteger, nullable=False, server_default=text("0")),
        _moment("moved_at", nullable=False, default=True),
    )
    Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        _moment("received_at", nullable=False, default=True),
    )


def _parking_tables(metadata: MetaData) -> None:
    Table(
        "parked_key",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", Text, nullable=False),
        _moment("parked_at", nullable=False, default=True),
    )
    Table(
        "parked_event",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("headers", JSON, nullable=False),
        Column("payload", LargeBinary),
        Column("state", Text, nullable=False),
        Column("fingerprint", Text),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        _moment("first_failed_at"),
        _moment("last_failed_at"),
        _moment("parked_at", nullable=False, default=True),
        _moment("settled_at"),
        UniqueConstraint("topic", "partition", "offset", name="parked_event_once"),
        CheckConstraint("state IN ('failed', 'queued', 'replayed', 'discarded')", name="parked_event_state"),
        Index("parked_event_waiting", "topic", "key", "id", postgresql_where=text("state IN ('failed', 'queued')")),
    )
    Table(
        "parking_act",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("parked_event_id", BigInteger, nullable=False),
        Column("act", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("reason", Text, nullable=False),
        _moment("at", nullable=False, default=True),
        Index("parking_act_by_event", "parked_event_id", "id"),
    )


def _time_tables(metadata: MetaData) -> None:
    pending = text("fired_at IS NULL AND parked_at IS NULL")
    Table(
        "timer",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("subject", Text, primary_key=True),
        Column("generation", Integer, nullable=False),
        Column("severity", SmallInteger, nullable=False),
        _moment("due_at", nullable=False),
        _moment("wake_at", nullable=False),
        _moment("fired_at"),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("fingerprint", Text),
        _moment("parked_at"),
        Index("timer_pending", "severity", "wake_at", postgresql_where=pending),
        Index("timer_parked", "parked_at", postgresql_where=text("parked_at IS NOT NULL")),
        Index("timer_fired", "fired_at", postgresql_where=text("fired_at IS NOT NULL")),
    )
    Table(
        "demo_clock",
        metadata,
        Column("id", SmallInteger, primary_key=True, autoincrement=False, server_default=text("1")),
        Column("ahead", Interval, nullable=False, server_default=text("'0'::interval")),
        CheckConstraint("id = 1", name="demo_clock_is_one"),
    )


def _request_tables(metadata: MetaData) -> None:
    Table(
        "idempotency",
        metadata,
        Column("scope", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("request_hash", LargeBinary, nullable=False),
        Column("status", SmallInteger),
        Column("headers", JSON),
        Column("body", LargeBinary),
        _moment("created_at", nullable=False, default=True),
        Index("idempotency_by_age", "created_at"),
    )
    Table(
        "replica",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("active", Boolean, nullable=False),
        Column("agency_kind", Text),
        Column("region_code", Text),
        Column("subject", Text),
        Column("record", JSON, nullable=False),
        Index("replica_by_subject", "subject", postgresql_where=text("subject IS NOT NULL")),
        Index("replica_by_parent", text("(record ->> 'parent_agency_id')"), postgresql_where=text("kind = 'agency'")),
        Index("replica_by_region", "agency_kind", "region_code", postgresql_where=text("kind = 'agency'")),
    )
    Table(
        "subject_key",
        metadata,
        Column("subject", Text, primary_key=True),
        Column("wrapped_key", LargeBinary),
        Column("version", Integer, nullable=False, server_default=text("1")),
        _moment("created_at", nullable=False, default=True),
        _moment("destroyed_at"),
    )
