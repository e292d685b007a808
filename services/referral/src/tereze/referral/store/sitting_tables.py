"""Decides the table of the commission's sittings; must never differ from what its migration makes."""

from sqlalchemy import JSON, Boolean, Column, DateTime, ForeignKey, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import ARRAY

from tereze.referral.store.place_tables import metadata

__all__ = ["metadata", "sitting"]

sitting = Table(
    "sitting",
    metadata,
    Column("sitting_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("because", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("rows", ARRAY(String), nullable=False),
    Column("convened_at", DateTime(timezone=True), nullable=False),
    Column("sits_at", DateTime(timezone=True), nullable=False),
    Column("quorum", Integer, nullable=False),
    Column("members", JSON, nullable=False),
    Column("invited", ARRAY(String), nullable=False),
    Column("adjourned", Integer, nullable=False),
    Column("held_at", DateTime(timezone=True)),
    Column("task_ids", ARRAY(String), nullable=False),
    Index("sitting_by_case", "case_id"),
    Index("sitting_by_invited", "invited", postgresql_using="gin"),
)
