"""Decides which word starts what: ``dedupe``, ``migrate``, or the service itself; must never be imported."""

import sys

from tereze.chassis.service import run
from tereze.registry import commands
from tereze.registry.app import build

COMMANDS = {"dedupe": commands.dedupe}

if sys.argv[1:2] and sys.argv[1] in COMMANDS:
    sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
run(build)
