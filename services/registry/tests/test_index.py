"""The index under random histories: what is undone leaves no trace, and facts rebuild what they made."""

import random
from copy import deepcopy
from dataclasses import asdict
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tereze.contracts.facts import Conflict
from tereze.registry.domain.index import (
    Erased,
    Fact,
    Index,
    Linked,
    Merged,
    MustStayApart,
    NothingWouldStay,
    NotInUse,
    NotMerged,
    SamePerson,
    apply,
    merge,
    part,
    rebuild,
    split,
    unmerge,
)


class History:
    """A random but possible life of the index."""

    def __init__(self, draw: random.Random) -> None:
        self.draw, self.index = draw, Index()
        self.facts: list[Fact] = []
        self.merges: list[Merged] = []
        self.number = 0

    def happen(self, fact: Fact) -> None:
        apply(self.index, fact)
        self.facts.append(fact)

    def fresh(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}_{self.number:03}"

    def link(self) -> None:
        known = list(self.index.persons)
        if known and self.draw.random() < 0.6:
            self.happen(Linked(self.fresh("ref"), self.index.resolve(self.draw.choice(known))))
        else:
            self.happen(Linked(self.fresh("ref"), self.fresh("per"), new=True))

    def merge(self) -> None:
        fact = merge(self.index, self.fresh("mrg"), *self.draw.sample(list(self.index.persons), 2))
        self.happen(fact)
        self.merges.append(fact)

    def unmerge(self) -> None:
        self.happen(unmerge(self.index, self.draw.choice(self.merges)))

    def split(self) -> None:
        person = self.draw.choice(list(self.index.persons))
        records = self.index.records_of(person)
        self.happen(split(self.index, person, self.fresh("per"), self.draw.sample(records, len(records) // 2)))

    def part(self) -> None:
        self.happen(part(self.index, *self.draw.sample(list(self.index.persons), 2)))

    def live(self, steps: int) -> None:
        for _ in range(3):
            self.link()
        for _ in range(steps):
            step = self.draw.choice((self.link, self.link, self.merge, self.unmerge, self.split, self.part))
            try:
                step()
            except (Conflict, IndexError, ValueError):  # this history cannot take that step now
                continue


def bytes_of(index: Index) -> bytes:
    whole = asdict(index)
    whole["apart"] = sorted(sorted(pair) for pair in index.apart)
    return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)


def check_merge_is_undone(seed: int) -> bool:
    """Whether the history allowed a merge at all; it must then be undone to the byte."""
    history = History(random.Random(seed))  # noqa: S311 - replays a history, protects nothing
    history.live(14)
    before = bytes_of(history.index)
    merged = 0
    for one in list(history.index.persons):
        for other in list(history.index.persons):
            try:
                fact = merge(history.index, "mrg_last", one, other)
            except Conflict:
                continue
            after = deepcopy(history.index)
            apply(after, fact)
            assert bytes_of(after) != before
            assert after.resolve(other) == one
            apply(after, unmerge(after, fact))
            assert bytes_of(after) == before
            merged += 1
    assert bytes_of(rebuild(history.facts)) == before
    return merged > 0


def test_undoing_a_merge_restores_every_byte_over_hundreds_of_random_histories():
    assert sum(check_merge_is_undone(seed) for seed in range(300)) > 200


@pytest.mark.slow
def test_undoing_a_merge_restores_every_byte_over_ten_thousand_random_histories():
    assert sum(check_merge_is_undone(seed) for seed in range(1_000, 13_000)) >= 10_000


@settings(deadline=None, max_examples=200)
@given(seed=st.integers(), order=st.randoms(use_true_random=False))
def test_merges_undone_in_any_order_leave_every_record_where_it_was(seed: int, order: Any) -> None:
    history = History(random.Random(seed))  # noqa: S311 - replays a history, protects nothing
    for _ in range(8):
        history.link()
    before = bytes_of(history.index)
    for _ in range(4):
        try:
            history.merge()
        except (Conflict, ValueError):
            continue
    undo = list(history.merges)
    order.shuffle(undo)
    for fact in undo:
        apply(history.index, unmerge(history.index, fact))
    assert bytes_of(history.index) == before


def an_index() -> Index:
    return rebuild([Linked("ref_1", "per_1", new=True), Linked("ref_2", "per_2", new=True), Linked("ref_3", "per_2")])


def test_a_merge_keeps_the_prior_map_and_retired_ids_resolve():
    index = an_index()
    fact = merge(index, "mrg_1", "per_1", "per_2")
    assert fact.prior == (("ref_1", "per_1"), ("ref_2", "per_2"), ("ref_3", "per_2"))
    apply(index, fact)
    assert index.records_of("per_1") == ("ref_1", "ref_2", "ref_3")
    assert index.resolve("per_2") == "per_1"
    assert index.group("per_1") == {"per_1", "per_2"}


def test_what_came_after_the_merge_stays_with_who_went_on():
    index = an_index()
    fact = merge(index, "mrg_1", "per_1", "per_2")
    apply(index, fact)
    apply(index, Linked("ref_4", "per_1"))
    apply(index, unmerge(index, fact))
    assert (index.records_of("per_1"), index.records_of("per_2")) == (("ref_1", "ref_4"), ("ref_2", "ref_3"))


def test_what_a_person_moved_elsewhere_in_between_is_not_taken_back():
    index = an_index()
    fact = merge(index, "mrg_1", "per_1", "per_2")
    apply(index, fact)
    apply(index, split(index, "per_1", "per_3", ["ref_3"]))
    assert unmerge(index, fact).records == ("ref_2",)


def test_kept_apart_is_sticky_through_merges_of_either():
    index = an_index()
    apply(index, Linked("ref_5", "per_5", new=True))
    apply(index, part(index, "per_1", "per_2"))
    apply(index, merge(index, "mrg_1", "per_5", "per_2"))
    with pytest.raises(MustStayApart):
        merge(index, "mrg_2", "per_1", "per_5")


def test_a_split_keeps_the_two_apart():
    index = an_index()
    apply(index, split(index, "per_2", "per_9", ["ref_3"]))
    assert index.records_of("per_9") == ("ref_3",)
    with pytest.raises(MustStayApart):
        merge(index, "mrg_1", "per_2", "per_9")


def test_what_cannot_be_is_refused():
    index = an_index()
    for records in (["ref_2", "ref_3"], ["ref_1"], []):
        with pytest.raises(NothingWouldStay):
            split(index, "per_2", "per_9", records)
    fact = merge(index, "mrg_1", "per_1", "per_2")
    with pytest.raises(NotMerged):
        unmerge(index, fact)
    apply(index, fact)
    with pytest.raises(SamePerson):
        merge(index, "mrg_2", "per_1", "per_2")
    with pytest.raises(SamePerson):
        part(index, "per_2", "per_1")
    with pytest.raises(NotInUse):
        split(index, "per_2", "per_9", ["ref_2"])
    apply(index, Linked("ref_6", "per_6", new=True))
    apply(index, Erased("per_6"))
    with pytest.raises(NotInUse):
        merge(index, "mrg_3", "per_1", "per_6")
