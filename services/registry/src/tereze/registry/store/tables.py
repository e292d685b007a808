"""Decides the tables of the registry; must never differ from what its migrations make."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION

from tereze.chassis.exclusions import exclusion_table
from tereze.chassis.tables import chassis_tables

metadata = MetaData()


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


person = Table(
    "person",
    metadata,
    Column("person_id", String, primary_key=True),
    _instant("first_seen_at"),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("merged_into", String, ForeignKey("person.person_id")),
    Index("person_by_survivor", "merged_into"),
)
source_record = Table(
    "source_record",
    metadata,
    Column("record_id", String, primary_key=True),
    Column("key_subject", String, nullable=False),
    _instant("received_at"),
    Column("agency_id", String, nullable=False),
    Column("flags", ARRAY(String), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("source", String, nullable=False),
    Column("region_code", String),
)
link = Table(
    "link",
    metadata,
    Column("record_id", String, ForeignKey("source_record.record_id"), primary_key=True),
    Column("person_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("matched_by", String, nullable=False),
    Column("model", String, nullable=False),
    _instant("decided_at"),
    Column("how", String, nullable=False),
    Column("weight", DOUBLE_PRECISION),
    Column("waterfall", JSON),
    Index("link_by_person", "person_id"),
)
match_key = Table(
    "match_key",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("person_id", String, ForeignKey("person.person_id"), primary_key=True),
    Column("kind", String, nullable=False),
    Column("folding", SmallInteger, nullable=False),
    Index("match_key_by_person", "person_id"),
)
identity_event = Table(
    "identity_event",
    metadata,
    Column("revision", BigInteger, Identity(always=True), primary_key=True),
    _instant("at"),
    Column("type", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("by_agency_id", String),
    Column("by_staff_id", String),
    Column("reason", LargeBinary),
)
merge_act = Table(
    "merge_act",
    metadata,
    Column("merge_id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("survivor_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("retired_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("prior", JSON),
    _instant("asked_at"),
    Column("asked_by_agency_id", String, nullable=False),
    Column("asked_by_staff_id", String, nullable=False),
    Column("confirmed_by_staff_id", String),
    Column("undone_by_staff_id", String),
    Column("reason", LargeBinary, nullable=False),
    Column("undone_reason", LargeBinary),
    Index("merge_act_by_survivor", "survivor_id"),
    Index("merge_act_by_retired", "retired_id"),
)
no_link = Table(
    "no_link",
    metadata,
    Column("one", String, ForeignKey("person.person_id"), primary_key=True),
    Column("other", String, ForeignKey("person.person_id"), primary_key=True),
    _instant("at"),
    Column("by_staff_id", String),
    Index("no_link_by_other", "other"),
)
description = Table(
    "description",
    metadata,
    Column("folding", SmallInteger, primary_key=True),
    Column("record_id", String, ForeignKey("source_record.record_id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
identity_review = Table(
    "identity_review",
    metadata,
    Column("review_id", String, primary_key=True),
    Column("person_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("candidate_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("region_code", String),
    _instant("opened_at"),
    _instant("due_at"),
    Column("agency_id", String),
    Column("record_id", String),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("level", String),
    Column("outcome", String),
    _instant("decided_at", nullable=True),
    Column("decided_by_staff_id", String),
    Column("merge_id", String),
    Column("weight", DOUBLE_PRECISION),
    Column("waterfall", JSON),
    Index(
        "one_open_review_a_pair",
        func.least(text("person_id"), text("candidate_id")),
        func.greatest(text("person_id"), text("candidate_id")),
        unique=True,
        postgresql_where=text("state <> 'decided'"),
    ),
    Index("identity_review_by_candidate", "candidate_id"),
    Index("identity_review_by_desk", "agency_id", "due_at", "review_id"),
)
expected_child = Table(
    "expected_child",
    metadata,
    Column("person_id", String, ForeignKey("person.person_id"), primary_key=True),
    Column("mother_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("due", LargeBinary, nullable=False),
    _instant("born_at", nullable=True),
    Index("expected_child_by_mother", "mother_id"),
)
family_edge = Table(
    "family_edge",
    metadata,
    Column("edge_id", String, primary_key=True),
    Column("person_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("relative_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("kinship", String, nullable=False),
    Column("legal_status", String, nullable=False),
    Column("since", Date),
    Column("until", Date),
    Column("record_id", String),
    Column("agency_id", String, nullable=False),
    Column("staff_id", String),
    _instant("at"),
    Index("family_edge_by_person", "person_id"),
    Index("family_edge_by_relative", "relative_id"),
)
family_entry = Table(
    "family_entry",
    metadata,
    Column("entry_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("person_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("section", String, nullable=False),
    Column("agency_id", String, nullable=False),
    Column("staff_id", String, nullable=False),
    _instant("at"),
    Column("sealed", LargeBinary, nullable=False),
    Index("family_entry_by_person", "person_id"),
)
adoption_seal = Table(
    "adoption_seal",
    metadata,
    Column("seal_id", String, primary_key=True),
    Column("former_key", LargeBinary, nullable=False),
    Column("adopted_key", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("adoption_seal_by_former", "former_key"),
    Index("adoption_seal_by_adopted", "adopted_key"),
)
identifier_end = Table(
    "identifier_end",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("person_id", String, ForeignKey("person.person_id"), primary_key=True),
    Column("ended_on", Date, nullable=False),
    _instant("at"),
    Column("by_staff_id", String, nullable=False),
    Column("reason", LargeBinary, nullable=False),
)
two_person_act = Table(
    "two_person_act",
    metadata,
    Column("act_id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("person_id", String, ForeignKey("person.person_id"), nullable=False),
    Column("state", String, nullable=False),
    _instant("asked_at"),
    Column("asked_by_agency_id", String, nullable=False),
    Column("asked_by_staff_id", String, nullable=False),
    _instant("confirmed_at", nullable=True),
    Column("confirmed_by_staff_id", String),
    Column("reason", LargeBinary, nullable=False),
)
roll = Table(
    "roll",
    metadata,
    Column("roll_id", String, primary_key=True),
    Column("agency_id", String, nullable=False),
    Column("region_code", String),
    Column("staff_id", String, nullable=False),
    _instant("loaded_at"),
    Column("format", String, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("roll_by_agency", "agency_id", "roll_id"),
)
roll_row = Table(
    "roll_row",
    metadata,
    Column("roll_id", String, ForeignKey("roll.roll_id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("outcome", String, nullable=False),
    Column("faults", JSON, nullable=False),
    Column("record_id", String),
    Column("fingerprint", LargeBinary),
    Index("roll_row_by_fingerprint", "fingerprint", postgresql_where=text("record_id IS NOT NULL")),
)
read_audit = Table(
    "read_audit",
    metadata,
    Column("read_id", String, primary_key=True),
    _instant("at"),
    Column("agency_id", String, nullable=False),
    Column("staff_id", String, nullable=False),
    Column("person_id", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("policy_id", String, nullable=False),
    Column("action", String, nullable=False),
    Column("records", ARRAY(String), nullable=False),
    Index("read_audit_by_person", "person_id", "at"),
    Index("read_audit_by_record", "records", postgresql_using="gin"),
)
case_person = Table(
    "case_person",
    metadata,
    Column("case_id", String, primary_key=True),
    Column("person_id", String),
    Column("joined_into", String),
    Column("ended", Boolean, nullable=False, server_default=text("false")),
    Index("case_person_by_person", "person_id"),
)
accepted_duty = Table(
    "accepted_duty",
    metadata,
    Column("task_id", String, primary_key=True),
    Column("case_id", String, nullable=False),
    Column("agency_id", String),
    _instant("changed_at"),
    Index("accepted_duty_by_case", "case_id"),
)
emergency_access = Table(
    "emergency_access",
    metadata,
    Column("access_id", String, primary_key=True),
    Column("case_id", String, nullable=False),
    Column("staff_id", String, nullable=False),
    _instant("ends_at"),
    Index("emergency_access_by_case", "case_id"),
)
chassis_tables(metadata)
exclusion_table(metadata)
