"""Decides the table of service requests; must never differ from what its migration makes."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, String, Table

from tereze.referral.store.plan_tables import metadata

__all__ = ["metadata", "service_request"]

service_request = Table(
    "service_request",
    metadata,
    Column("request_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("service", String, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("row", String, nullable=False),
    Column("protocol_version", String, nullable=False),
    Column("ground", String),
    Column("decider_agency_id", String),
    Column("clock_id", String),
    Column("due_at", DateTime(timezone=True)),
    Column("refusal", String),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Index("service_request_by_case", "case_id"),
)
