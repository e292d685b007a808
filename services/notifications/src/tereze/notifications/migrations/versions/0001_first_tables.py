"""Decides the first tables: who takes part, the log, subscriptions, deliveries and their lanes; must never be edited once released."""

from alembic import op

from tereze.chassis.migrate import create_chassis, drop_chassis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE participant (
        case_id TEXT NOT NULL,
        agency_id TEXT NOT NULL,
        capacity TEXT NOT NULL,
        place TEXT NOT NULL,
        since TIMESTAMP WITH TIME ZONE NOT NULL,
        until TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (case_id, agency_id, capacity, place)
    )
    """,
    """
    CREATE TABLE log_entry (
        seq BIGINT GENERATED ALWAYS AS IDENTITY,
        xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
        event_id TEXT NOT NULL,
        type TEXT NOT NULL,
        key TEXT NOT NULL,
        version BIGINT NOT NULL,
        source TEXT NOT NULL,
        time TIMESTAMP WITH TIME ZONE NOT NULL,
        traceparent TEXT,
        payload TEXT NOT NULL,
        for_subscription TEXT,
        PRIMARY KEY (seq),
        UNIQUE (event_id)
    )
    """,
    "CREATE INDEX log_entry_of_case ON log_entry (key, version)",
    "CREATE INDEX log_entry_in_order ON log_entry (xid, seq) WHERE for_subscription IS NULL",
    """
    CREATE TABLE addressed (
        agency_id TEXT NOT NULL,
        seq BIGINT NOT NULL,
        xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
        position BIGINT GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (agency_id, seq)
    )
    """,
    "CREATE INDEX addressed_in_order ON addressed (agency_id, xid, position)",
    "CREATE INDEX addressed_of_entry ON addressed (seq)",
    """
    CREATE TABLE subscription (
        subscription_id TEXT NOT NULL,
        agency_id TEXT NOT NULL,
        created_by TEXT NOT NULL,
        oversees BOOLEAN NOT NULL,
        url TEXT NOT NULL,
        types TEXT[] NOT NULL,
        description TEXT,
        state TEXT NOT NULL,
        ended_because TEXT,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        deleted_at TIMESTAMP WITH TIME ZONE,
        version INTEGER DEFAULT 1 NOT NULL,
        secret BYTEA NOT NULL,
        last_sequence BIGINT DEFAULT 0 NOT NULL,
        last_event_id TEXT,
        failures INTEGER DEFAULT 0 NOT NULL,
        failing_since TIMESTAMP WITH TIME ZONE,
        blocked_until TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (subscription_id)
    )
    """,
    "CREATE INDEX subscription_of_agency ON subscription (agency_id, subscription_id)",
    """
    CREATE TABLE delivery (
        number BIGINT GENERATED ALWAYS AS IDENTITY,
        delivery_id TEXT NOT NULL,
        subscription_id TEXT NOT NULL,
        seq BIGINT NOT NULL,
        lane_key TEXT NOT NULL,
        place BIGINT NOT NULL,
        state TEXT DEFAULT 'pending' NOT NULL,
        attempts INTEGER DEFAULT 0 NOT NULL,
        armed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        sequence BIGINT,
        previous_event_id TEXT,
        last_status INTEGER,
        last_error TEXT,
        delivered_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (number),
        UNIQUE (delivery_id),
        UNIQUE (subscription_id, seq)
    )
    """,
    "CREATE INDEX delivery_pending ON delivery (subscription_id, lane_key, place) WHERE state = 'pending'",
    "CREATE INDEX delivery_newest ON delivery (subscription_id, number)",
    "CREATE INDEX delivery_of_entry ON delivery (seq)",
    """
    CREATE TABLE lane (
        subscription_id TEXT NOT NULL,
        lane_key TEXT NOT NULL,
        due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        leased_by TEXT,
        PRIMARY KEY (subscription_id, lane_key)
    )
    """,
    "CREATE INDEX lane_due ON lane (subscription_id, due_at) WHERE leased_by IS NULL",
    "CREATE INDEX lane_leased ON lane (leased_by) WHERE leased_by IS NOT NULL",
    """
    CREATE TABLE courier (
        courier_id TEXT NOT NULL,
        alive_until TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (courier_id)
    )
    """,
)
_NAMES = ("participant", "log_entry", "addressed", "subscription", "delivery", "lane", "courier")


def upgrade() -> None:
    """Create the chassis' tables and this service's own."""
    create_chassis(op)
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Undo upgrade."""
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE {name}")
    drop_chassis(op)
