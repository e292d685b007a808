"""Decides the tables of the notifications service; must never hold a name, an identifier or a plaintext secret."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tereze.chassis.exclusions import exclusion_table
from tereze.chassis.tables import Xid8, chassis_tables

metadata = MetaData()
chassis_tables(metadata)
exclusion_table(metadata)


_OWN_TRANSACTION = text("pg_current_xact_id()")
_MOMENT = DateTime(timezone=True)

participant = Table(
    "participant",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("agency_id", Text, nullable=False),
    Column("capacity", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("since", _MOMENT, nullable=False),
    Column("until", _MOMENT),
    PrimaryKeyConstraint("case_id", "agency_id", "capacity", "place"),
)

disclosure = Table(
    "disclosure",
    metadata,
    Column("disclosure_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("agency_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("labels", ARRAY(Text), nullable=False),
    Column("policy_id", Text, nullable=False),
    Index("disclosure_of_case", "case_id", "at", "disclosure_id"),
)

log_entry = Table(
    "log_entry",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("xid", Xid8, nullable=False, server_default=_OWN_TRANSACTION),
    Column("event_id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("time", _MOMENT, nullable=False),
    Column("traceparent", Text),
    Column("payload", Text, nullable=False),
    Column("for_subscription", Text),  # a test event is for one subscription and in nobody's feed
    Index("log_entry_of_case", "key", "version"),
    Index("log_entry_in_order", "xid", "seq", postgresql_where=text("for_subscription IS NULL")),
)

addressed = Table(
    "addressed",
    metadata,
    Column("agency_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("xid", Xid8, nullable=False, server_default=_OWN_TRANSACTION),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    PrimaryKeyConstraint("seq", "agency_id"),  # grows at its end: some hundred rows a case go in here
    Index("addressed_in_order", "agency_id", "xid", "position"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("subscription_id", Text, primary_key=True),
    Column("agency_id", Text, nullable=False),
    Column("created_by", Text, nullable=False),  # staff id: rights that hang on a role are read again at each delivery
    Column("oversees", Boolean, nullable=False),  # made by someone whose role sees every case
    Column("url", Text, nullable=False),
    Column("types", ARRAY(Text), nullable=False),
    Column("description", Text),
    Column("state", Text, nullable=False),
    Column("ended_because", Text),
    Column("created_at", _MOMENT, nullable=False),
    Column("deleted_at", _MOMENT),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("secret", LargeBinary, nullable=False),
    Column("last_sequence", BigInteger, nullable=False, server_default="0"),
    Column("last_event_id", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", _MOMENT),
    Column("failed_at", _MOMENT),
    Column("blocked_until", _MOMENT),
    Index("subscription_of_agency", "agency_id", "subscription_id"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("delivery_id", Text, nullable=False, unique=True),
    Column("subscription_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("lane_key", Text, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("armed_at", _MOMENT, nullable=False),
    Column("sequence", BigInteger),
    Column("previous_event_id", Text),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("delivered_at", _MOMENT),
    UniqueConstraint("subscription_id", "seq"),
    Index("delivery_pending", "subscription_id", "lane_key", "place", postgresql_where=text("state = 'pending'")),
    Index("delivery_newest", "subscription_id", "number"),
    Index("delivery_of_entry", "seq"),
)

lane = Table(
    "lane",
    metadata,
    Column("subscription_id", Text, nullable=False),
    Column("lane_key", Text, nullable=False),
    Column("due_at", _MOMENT, nullable=False),
    Column("leased_by", Text),
    PrimaryKeyConstraint("subscription_id", "lane_key"),
    Index("lane_due", "subscription_id", "due_at", postgresql_where=text("leased_by IS NULL")),
    Index("lane_leased", "leased_by", postgresql_where=text("leased_by IS NOT NULL")),
)

courier = Table(
    "courier",
    metadata,
    Column("courier_id", Text, primary_key=True),
    Column("alive_until", _MOMENT, nullable=False),  # wall clock, whatever the domain clock of a demo says
)
