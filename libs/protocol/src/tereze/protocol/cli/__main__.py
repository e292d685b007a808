"""Starts the protocol command: ``python -m tereze.protocol.cli``."""

import sys

from tereze.protocol.cli import main

sys.exit(main(sys.argv[1:]))
