"""Decides that this package runs as a service; must never be imported."""

from tereze.chassis.service import run
from tereze.oversight.app import build

run(build)
