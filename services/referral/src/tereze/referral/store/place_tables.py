"""Decides the tables of centres and placements; must never differ from what their migration makes."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from tereze.referral.store.tables import metadata

__all__ = ["centre", "metadata", "placement"]


def _instant(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


centre = Table(
    "centre",
    metadata,
    Column("centre_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("name", JSON, nullable=False),
    Column("profiles", ARRAY(String), nullable=False),
    Column("situations", ARRAY(String), nullable=False),
    Column("youngest", Integer, nullable=False),
    Column("oldest", Integer, nullable=False),
    Column("sexes", ARRAY(String), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    CheckConstraint("taken BETWEEN 0 AND capacity", name="never_over_capacity"),
)
placement = Table(
    "placement",
    metadata,
    Column("placement_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("profile", String, nullable=False),
    Column("placed_as", String, nullable=False),
    Column("age", Integer, nullable=False),
    Column("sex", String, nullable=False),
    Column("from_region_code", String, nullable=False),
    _instant("requested_at", nullable=False),
    _instant("since", nullable=False),
    Column("centre_id", String, ForeignKey("centre.centre_id")),
    Column("centre_agency_id", String),
    Column("holds", Integer, nullable=False),
    _instant("held_until"),
    Column("legal_basis", String),
    Column("decision_id", String),
    Column("term_ends_on", Date),
    _instant("admitted_at"),
    _instant("ended_at"),
    Column("end_reason", String),
    Index("placement_by_case", "case_id"),
    Index("placement_in_line", "since", postgresql_where=text("state = 'waiting'")),
    Index("placement_by_asker", "agency_id", "placement_id"),
    Index("placement_by_centre", "centre_agency_id", "placement_id"),
)
