"""Decides nothing; starts the registry service; must never be imported."""

from tereze.chassis.service import run
from tereze.registry.app import build

run(build)
