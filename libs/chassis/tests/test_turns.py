"""How a run is cut so that one statement writes each row once."""

from hypothesis import given
from hypothesis import strategies as st

from tereze.chassis.turns import turns

RUNS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers()))


@given(RUNS)
def test_each_row_comes_once_a_turn_and_in_its_order_over_the_turns(run: list[tuple[str, int]]) -> None:
    cut = turns(run, lambda item: item[0])
    for turn in cut:
        assert len({row for row, _ in turn}) == len(turn)
    for row in "abcd":
        assert [item for turn in cut for item in turn if item[0] == row] == [item for item in run if item[0] == row]
    assert sum(len(turn) for turn in cut) == len(run)


def test_a_run_of_different_rows_is_one_turn() -> None:
    assert turns([1, 2, 3], lambda item: item) == [[1, 2, 3]]
    assert turns([], lambda item: item) == []
