"""Decides nothing; starts the intake service; must never be imported."""

from tereze.chassis.service import run
from tereze.intake.app import build

run(build)
