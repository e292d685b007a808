"""Decides the table of family plans; must never differ from what its migration makes."""

from sqlalchemy import JSON, Column, DateTime, ForeignKey, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import ARRAY

from tereze.referral.store.sitting_tables import metadata

__all__ = ["family_plan", "metadata"]

family_plan = Table(
    "family_plan",
    metadata,
    Column("plan_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id"), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("goals", ARRAY(String), nullable=False),
    Column("services", JSON, nullable=False),
    Column("bodies", ARRAY(String), nullable=False),
    Column("visits", Integer, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("in_force_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("end_reason", String),
    Index("family_plan_by_case", "case_id"),
    Index("family_plan_by_body", "bodies", postgresql_using="gin"),
)
