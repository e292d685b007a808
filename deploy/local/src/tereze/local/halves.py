"""Decides which of two workers runs which tests, as a pytest plugin of the gate; must never give one shared stack's tests to both."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

SHARING_A_STACK = ("tests/journeys/", "tests/contracts/")
"""Folders whose tests share one running stack, the longest first: files fill up what is left at the end."""


def unit_of(test: str) -> str:
    """What a worker takes on as a whole: a folder that shares a stack, else a file."""
    return next((folder for folder in SHARING_A_STACK if test.startswith(folder)), test.split("::", 1)[0])


class Halves(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """A worker gets one unit after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Halves:
    """Take the units in the order of the tests, not by how many each holds."""
    config.option.loadscopereorder = False
    return Halves(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest in one piece."""
    places = {folder: place for place, folder in enumerate(SHARING_A_STACK)}
    items.sort(key=lambda item: places.get(unit_of(item.nodeid), len(places)))
