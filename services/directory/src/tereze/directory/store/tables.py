"""Decides which tables the directory keeps; must never hold a rule."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from tereze.chassis.tables import chassis_tables

metadata = MetaData()

region = Table(
    "region",
    metadata,
    Column("code", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)
agency = Table(
    "agency",
    metadata,
    Column("agency_id", String, primary_key=True),
    Column("slug", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("region_code", String, ForeignKey("region.code")),
    Column("parent_agency_id", String),
    Column("name", JSONB, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("calendar", String),
    Column("version", Integer, nullable=False),
    Column("entered_at", DateTime(timezone=True)),
    Index("agency_by_kind", "kind", "region_code", "agency_id"),
)
staff = Table(
    "staff",
    metadata,
    Column("staff_id", String, primary_key=True),
    Column("subject", String, nullable=False, unique=True),
    Column("agency_id", String, ForeignKey("agency.agency_id"), nullable=False),
    Column("roles", JSONB, nullable=False),
    Column("display_name", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("suspended_at", DateTime(timezone=True)),
    Column("suspended_by", String),
    Column("suspended_because", String),
    Column("fit_from", DateTime(timezone=True)),
    Column("fit_until", DateTime(timezone=True)),
    Column("unmet", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("entered_at", DateTime(timezone=True)),
    Column("left_agency_id", String),
    Column("left_at", DateTime(timezone=True)),
    Index("staff_by_agency", "agency_id", "staff_id"),
)
official_series = Table(
    "official_series",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)
attestation_rules = Table(
    "attestation_rules",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)
attestation = Table(
    "attestation",
    metadata,
    Column("attestation_id", String, primary_key=True),
    Column("staff_id", String, ForeignKey("staff.staff_id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("edition", String),
    Column("discipline", String),
    Column("grade", Integer),
    Column("evidence", String, nullable=False),
    Column("valid_from", DateTime(timezone=True), nullable=False),
    Column("valid_until", DateTime(timezone=True), nullable=False),
    Column("recorded_by", String),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Index("attestation_by_staff", "staff_id", "attestation_id"),
)
investigation = Table(
    "investigation",
    metadata,
    Column("investigation_id", String, primary_key=True),
    Column("staff_id", String, ForeignKey("staff.staff_id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("opened_by", String),
    Column("exclusion_id", String),
    Column("interviewed_at", DateTime(timezone=True)),
    Column("account_at", DateTime(timezone=True)),
    Column("concluded_at", DateTime(timezone=True)),
    Column("outcome", String),
    Column("mentor_staff_id", String),
    Column("version", Integer, nullable=False),
    Index("investigation_by_staff", "staff_id", "investigation_id"),
)
investigation_text = Table(
    "investigation_text",
    metadata,
    Column("text_id", Integer, Identity(always=True), primary_key=True),
    Column("investigation_id", String, ForeignKey("investigation.investigation_id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("investigation_text_by_investigation", "investigation_id", "text_id"),
)
rota = Table(
    "rota",
    metadata,
    Column("agency_id", String, ForeignKey("agency.agency_id"), primary_key=True),
    Column("version", Integer, nullable=False),
)
shift = Table(
    "shift",
    metadata,
    Column("shift_id", String, primary_key=True),
    Column("agency_id", String, ForeignKey("agency.agency_id"), nullable=False),
    Column("staff_id", String, ForeignKey("staff.staff_id"), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Index("shift_by_agency", "agency_id", "until"),
)
post = Table(
    "post",
    metadata,
    Column("post_id", String, primary_key=True),
    Column("agency_id", String, ForeignKey("agency.agency_id"), nullable=False),
    Column("specialism", String, nullable=False),
    Column("pupils", Integer),
    Column("staff_id", String, ForeignKey("staff.staff_id")),
    Column("vacant_since", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    Index("post_by_agency", "agency_id", "post_id"),
)
district = Table(
    "district",
    metadata,
    Column("code", String, primary_key=True),
    Column("region_code", String, ForeignKey("region.code"), nullable=False),
    Column("name", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    Index("district_by_region", "region_code", "code"),
)
catchment = Table(
    "catchment",
    metadata,
    Column("catchment_id", String, primary_key=True),
    Column("district_code", String, ForeignKey("district.code"), nullable=False),
    Column("kind", String, nullable=False),
    Column("agency_id", String, ForeignKey("agency.agency_id"), nullable=False),
    Column("streets", JSONB, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("catchment_by_district", "district_code", "catchment_id"),
)
act = Table(
    "act",
    metadata,
    Column("act_id", Integer, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("what", String, nullable=False),
    Column("subject_id", String, nullable=False),
    Column("by_staff_id", String),
    Column("policy_id", String),
    Index("act_by_subject", "subject_id", "act_id"),
)
chassis_tables(metadata)
