"""Decides which fixtures every test may ask for; must never hold one itself."""

pytest_plugins = ["tereze.local.fixtures"]
