"""Decides which fixtures every test may ask for and that no property is judged by its speed; must never hold a fixture itself."""

from hypothesis import HealthCheck, settings

settings.register_profile("tereze", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tereze")

pytest_plugins = ["tereze.local.fixtures"]
