"""Decides how this service's database is migrated: as every service's is; must never hold DDL."""

from tereze.chassis.migrate import run_env
from tereze.notifications.store.tables import metadata

run_env(metadata)
