"""Decides how oversight's migrations run: as every service's do; must never hold DDL."""

from tereze.chassis.migrate import run_env
from tereze.oversight.store.tables import metadata

run_env(metadata)
