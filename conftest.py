"""Decides which fixtures every test may ask for and how properties are searched; must never hold a fixture itself."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "tereze",
    deadline=None,  # no property is judged by its speed
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,  # a submission meets the same examples as the one before; people search on
)
settings.load_profile("tereze")

pytest_plugins = ["tereze.local.fixtures"]
