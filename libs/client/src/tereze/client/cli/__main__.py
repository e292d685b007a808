"""Runs the tereze command as ``python -m tereze.client.cli``; must never do anything else."""

from tereze.client.cli import main

main()
