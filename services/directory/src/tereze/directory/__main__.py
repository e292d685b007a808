"""Decides which word starts what: ``load-pack``, ``first-operator``, ``migrate``, or the service itself; must never be imported."""

import sys

from tereze.chassis.service import run
from tereze.directory import commands
from tereze.directory.app import build

COMMANDS = {"load-pack": commands.load_pack, "first-operator": commands.first_operator}

if sys.argv[1:2] and sys.argv[1] in COMMANDS:
    sys.exit(COMMANDS[sys.argv[1]](sys.argv[2:]))
run(build)
