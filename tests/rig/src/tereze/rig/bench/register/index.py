"""Decides how the invented register is searched in memory, by the same keys and caps as the real one; must never skip a key it has."""

from array import array
from random import Random

import numpy as np
import numpy.typing as npt

from tereze.registry.matching import Description, Known, keys
from tereze.registry.matching.keys import MOST_PERSONS_A_KEY
from tereze.rig.bench.register.population import Person
from tereze.rig.bench.register.reports import described, registered


class Index:
    """Who is registered, under fingerprints of their keys."""

    def __init__(self, people: list[Person], seed: int) -> None:
        self._people, self._seed = people, seed
        prints, holders = array("q"), array("i")
        for number in range(len(people)):
            for key in keys(self.description(number)):
                prints.append(hash(key))
                holders.append(number)
        order = np.argsort(np.array(prints), kind="stable")
        self._prints: npt.NDArray[np.int64] = np.array(prints)[order]
        self._holders: npt.NDArray[np.int32] = np.array(holders)[order]

    def __len__(self) -> int:
        return len(self._people)

    def description(self, number: int) -> Description:
        """How a person stands in the register."""
        return described(registered(self._people[number], Random(f"{self._seed}/{number}")))

    def sharing(self, description: Description) -> list[int]:
        """Who shares a key with a description that not too many share."""
        prints = np.array([hash(key) for key in keys(description)], dtype=np.int64)
        begin = np.searchsorted(self._prints, prints)
        end = np.searchsorted(self._prints, prints, side="right")
        found: set[int] = set()
        for low, high in zip(begin, end, strict=True):
            if high - low <= MOST_PERSONS_A_KEY:
                found.update(map(int, self._holders[low:high]))
        return sorted(found)

    def known(self, number: int) -> Known:
        """One person as the decision takes them."""
        return Known(f"{number:08}", (self.description(number),))
