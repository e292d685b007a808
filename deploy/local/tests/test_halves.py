"""Decides that two workers share the everyday tests without either starting what the other runs already."""

import pytest

from tereze.local.gate import SIDE_BY_SIDE
from tereze.local.halves import SHARING_A_STACK, unit_of


def test_a_file_is_a_unit_and_so_is_a_folder_that_shares_a_stack() -> None:
    assert unit_of("libs/access/tests/test_a.py::test_b[c::d]") == "libs/access/tests/test_a.py"
    assert unit_of("tests/journeys/test_a.py::test_b") == unit_of("tests/journeys/test_c.py::test_d")
    assert unit_of("tests/journeys/test_a.py::test_b") != unit_of("tests/contracts/test_a.py::test_b")


def test_every_test_on_a_shared_stack_is_in_such_a_folder(request: pytest.FixtureRequest) -> None:
    items = request.session.items
    on_a_stack = {unit_of(item.nodeid) for item in items if "stack" in getattr(item, "fixturenames", ())}
    assert on_a_stack <= set(SHARING_A_STACK)


def test_the_gate_names_the_plugin_that_is_there() -> None:
    assert SIDE_BY_SIDE[-1] == unit_of.__module__
