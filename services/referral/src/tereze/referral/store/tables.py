"""Decides the tables of the referral service; must never differ from what its migrations make."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from tereze.chassis.exclusions import exclusion_table
from tereze.chassis.tables import chassis_tables

metadata = MetaData()

_LIVE = text("state IN ('reported', 'triaged', 'active', 'plan_in_force', 'reopened', 'closing')")
_OPEN = text("state IN ('requested', 'received', 'accepted', 'in_progress', 'on_hold')")


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


case_file = Table(
    "case_file",
    metadata,
    Column("case_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("protocol_version", String, nullable=False),
    Column("person_id", String, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("risk", String, nullable=False),
    Column("categories", ARRAY(String), nullable=False),
    _instant("opened_at"),
    Column("joined_into", String),
    _instant("occurred_at", nullable=True),
    Column("circumstances", ARRAY(String), nullable=False, server_default=text("'{}'")),
    Column("under_review", Boolean, nullable=False),
    Column("also_in", ARRAY(String), nullable=False),
    _instant("next_due_at", nullable=True),
    Column("breached", Boolean, nullable=False),
    Index("one_live_case_a_person", "person_id", unique=True, postgresql_where=_LIVE),
    Index("case_file_by_urgency", "next_due_at", "case_id"),
)
task = Table(
    "task",
    metadata,
    Column("task_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("service", String, nullable=False),
    Column("step", String, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("offered_agency_id", String),
    Column("state", String, nullable=False),
    Column("risk", String, nullable=False),
    Column("mandatory", Boolean, nullable=False),
    Column("responsible_staff_id", String),
    Column("outcome", String),
    Column("hop", Integer, nullable=False),
    Column("tried", ARRAY(String), nullable=False),
    Column("region_code", String, nullable=False),
    Column("follows_task_id", String),
    Column("hand_over", Boolean, nullable=False),
    Column("child_seen", Boolean, nullable=False),
    Column("hold_reason", String),
    _instant("review_at", nullable=True),
    Column("services", ARRAY(String), nullable=False),
    Column("awaits_confirmation", Boolean, nullable=False),
    Column("dispute_level", Integer, nullable=False),
    Column("void_proposed_by", String),
    Column("void_reason", String),
    _instant("assigned_at"),
    Column("protocol_version", String),
    _instant("next_due_at", nullable=True),
    Column("breached", Boolean, nullable=False),
    Index("one_open_task_a_service_and_agency", "case_id", "service", "agency_id", unique=True, postgresql_where=_OPEN),
    Index("task_by_case", "case_id"),
    Index("task_by_holder", "agency_id", "next_due_at", "task_id", postgresql_where=_OPEN),
    Index("task_by_offer", "offered_agency_id", postgresql_where=text("offered_agency_id IS NOT NULL")),
)
clock = Table(
    "clock",
    metadata,
    Column("clock_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id"), nullable=False),
    Column("task_id", String),
    Column("kind", String, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("risk", String, nullable=False),
    _instant("started_at"),
    _instant("due_at"),
    Column("state", String, nullable=False),
    _instant("stopped_at", nullable=True),
    Column("position", Integer, nullable=False),
    Column("reached", String),
    Column("generation", Integer, nullable=False),
    Column("protocol_version", String),
    Column("row", String),
    Column("follows_clock_id", String),
    Index("clock_by_case", "case_id"),
)
case_body = Table(
    "case_body",
    metadata,
    Column("case_id", String, ForeignKey("case_file.case_id"), primary_key=True),
    Column("agency_id", String, primary_key=True),
    Column("capacity", String, primary_key=True),
    Index("case_body_by_agency", "agency_id", "case_id"),
)
case_event = Table(
    "case_event",
    metadata,
    Column("case_id", String, ForeignKey("case_file.case_id"), primary_key=True),
    Column("case_version", Integer, primary_key=True),
    Column("event_id", String, nullable=False),
    Column("type", String, nullable=False),
    _instant("at"),
    Column("body", JSON, nullable=False),
    Column("policy_id", String),
)
exclusion_table(metadata)
case_exclusion = Table(
    "case_exclusion",
    metadata,
    Column("exclusion_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id")),
    Column("referral_id", String),
    Column("basis", String, nullable=False),
    Column("agency_ids", ARRAY(String), nullable=False),
    Column("staff_ids", ARRAY(String), nullable=False),
    _instant("recorded_at"),
    Column("by_agency_id", String),
    Column("by_staff_id", String),
    _instant("lift_asked_at", nullable=True),
    Column("lift_asked_by", String),
    _instant("lifted_at", nullable=True),
    Column("lifted_by", String),
    Column("with_units", ARRAY(String), nullable=False, server_default=text("'{}'")),
    Column("shared_from", String),
    Index("case_exclusion_by_case", "case_id"),
    Index("case_exclusion_by_referral", "referral_id", postgresql_where=text("referral_id IS NOT NULL")),
)
emergency_access = Table(
    "emergency_access",
    metadata,
    Column("access_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id"), nullable=False),
    Column("agency_id", String, nullable=False),
    Column("staff_id", String, nullable=False),
    Column("reason", String, nullable=False),
    _instant("opened_at"),
    _instant("ends_at"),
    Column("verdict", String),
    _instant("reviewed_at", nullable=True),
    Column("reviewed_by_agency_id", String),
    Column("reviewed_by_staff_id", String),
    Column("reason_narrative_id", String),
    Column("review_narrative_id", String),
    Index("emergency_access_by_case", "case_id"),
    Index("emergency_access_by_agency", "agency_id", "access_id"),
)
disclosure = Table(
    "disclosure",
    metadata,
    Column("disclosure_id", String, primary_key=True),
    Column("case_id", String, nullable=False),
    _instant("at"),
    Column("agency_id", String, nullable=False),
    Column("staff_id", String, nullable=False),
    Column("door", String, nullable=False),
    Column("task_id", String),
    Column("labels", ARRAY(String), nullable=False),
    Column("policy_id", String, nullable=False),
    Index("disclosure_by_case", "case_id", "disclosure_id"),
)
referral = Table(
    "referral",
    metadata,
    Column("referral_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id")),
    _instant("received_at"),
    _instant("occurred_at", nullable=True),
    Column("channel", String, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("district_code", String),
    Column("risk", String, nullable=False),
    Column("categories", ARRAY(String), nullable=False),
    Column("sealed_account", String),
    Column("circumstances", ARRAY(String), nullable=False, server_default=text("'{}'")),
    Index("referral_by_case", "case_id"),
)
identity = Table(
    "identity",
    metadata,
    Column("referral_id", String, primary_key=True),
    Column("person_id", String, nullable=False),
    Column("matched_by", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
narrative = Table(
    "narrative",
    metadata,
    Column("narrative_id", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.case_id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("referral_id", String),
    Column("task_id", String),
    Column("by_staff_id", String),
    _instant("at"),
    Column("sealed", LargeBinary, nullable=False),
    Index("narrative_by_case", "case_id"),
)
contact = Table(
    "contact",
    metadata,
    Column("task_id", String, ForeignKey("task.task_id"), primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("place", String, nullable=False),
    Column("child_seen_alone", Boolean, nullable=False),
    Column("by_staff_id", String, nullable=False),
    _instant("recorded_at"),
)
chassis_tables(metadata)
Index("task_by_responsible", task.c.responsible_staff_id, postgresql_where=text("responsible_staff_id IS NOT NULL"))
Index(
    "replica_staff_by_agency",
    text("(record ->> 'agency_id')"),
    _table=metadata.tables["replica"],
    postgresql_where=text("kind = 'staff'"),
)
