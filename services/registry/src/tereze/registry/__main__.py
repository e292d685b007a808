"""Decides which word starts what: ``dedupe``, ``refold``, ``migrate``, or the service itself; must never be imported."""

import sys

from tereze.chassis.service import run
from tereze.registry import commands
from tereze.registry.app import build
from tereze.registry.settings import RegistrySettings

COMMANDS = {"dedupe": commands.dedupe, "refold": commands.refold}

if sys.argv[1:2] and sys.argv[1] in COMMANDS:
    sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
run(build, RegistrySettings)
