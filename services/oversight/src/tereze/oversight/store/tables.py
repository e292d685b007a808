"""Decides the tables of the oversight service; must never differ from what its migrations make."""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text, text

from tereze.chassis.exclusions import exclusion_table
from tereze.chassis.tables import chassis_tables

metadata = MetaData()
chassis_tables(metadata)
exclusion_table(metadata)
_MOMENT = DateTime(timezone=True)

Table(
    "clock",
    metadata,
    Column("clock_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("agency_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", _MOMENT, nullable=False),
    Column("due_at", _MOMENT, nullable=False),
    Column("breached_at", _MOMENT),
    Column("stopped_at", _MOMENT),
    Column("escalations", Integer, nullable=False),
    Index("clock_by_agency", "agency_id", "kind", "state"),
)
Table(
    "duty",
    metadata,
    Column("duty_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("waiting", Text, nullable=False),
    Column("topic", Text),
    Column("agency_id", Text),
    Column("reason", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("since", _MOMENT, nullable=False),
    Column("due_at", _MOMENT),
    Column("breached", Boolean, nullable=False),
    Column("escalations", Integer, nullable=False),
    Column("answer", Text),
    Column("answered_by", Text),
    Column("answered_at", _MOMENT),
    Column("version", Integer, nullable=False),
    Index("duty_unsettled", "since", "duty_id", postgresql_where=text("state <> 'settled'")),
)
Table(
    "service_gap",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("protocol_version", Text, primary_key=True),
    Column("found_at", _MOMENT, nullable=False),
)
