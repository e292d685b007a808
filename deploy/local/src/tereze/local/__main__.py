"""Starts the local words; must never do anything else."""

import sys

from tereze.local.cli import main

sys.exit(main())
