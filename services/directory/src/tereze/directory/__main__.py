"""Decides which word starts what: ``load-pack``, ``migrate``, or the service itself; must never be imported."""

import sys

from tereze.chassis.service import run
from tereze.directory import commands
from tereze.directory.app import build

if sys.argv[1:2] == ["load-pack"]:
    sys.exit(commands.load_pack(sys.argv[2:]))
run(build)
