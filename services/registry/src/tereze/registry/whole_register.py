"""Decides which pairs of the whole register somebody should look at; must never let a name leave the process, or tell of a sealed tie.

What is compared are the folded descriptions, opened with the service's own keys and held in memory only. What comes out are ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tereze.chassis.runtime import Runtime
from tereze.chassis.work import Work
from tereze.registry.identifying import raise_doubt
from tereze.registry.matching import Description
from tereze.registry.store.adoptions import are_tied
from tereze.registry.store.descriptions import every_description, not_described
from tereze.registry.store.facts import part_of_index

Compared: TypeAlias = Sequence[Mapping[str, Any]]
"""Proposals, heaviest first: ``one`` and ``other`` are persons, then kind, bits, flags and the waterfall."""


@dataclass(frozen=True, slots=True)
class Register:
    """Every description of every person in use, each with whose it is. ``not_described``: accounts that cannot be compared."""

    described: tuple[tuple[str, Description], ...]
    not_described: int

    @property
    def n_persons(self) -> int:
        """How many persons are compared."""
        return len({person_id for person_id, _ in self.described})


async def read_register(work: Work) -> Register:
    """The register as it is now; without who is erased, merged away, expected or kept apart for good."""
    return Register(tuple(await every_description(work)), await not_described(work))


async def compare_register(runtime: Runtime, register: Register, document: Mapping[str, Any]) -> Compared:
    """The pairs that may be one person by this model, and about which somebody may be asked."""
    from tereze.registry.linkage.dedupe import propose_persons  # noqa: PLC0415 - Splink is an extra

    proposals = []
    for proposal in propose_persons(register.described, document):
        async with runtime.database.work() as work:
            if await _may_be_asked(work, proposal["one"], proposal["other"]):
                proposals.append(proposal)
    return proposals


async def raise_reviews(runtime: Runtime, compared: Compared) -> int:
    """Let each pair become its desk's duty, a transaction each; returns how many did. Again, it asks nothing twice."""
    raised = 0
    for proposal in compared:
        async with runtime.database.work() as work:
            raised += await raise_doubt(work, proposal["one"], proposal["other"])
    return raised


async def _may_be_asked(work: Work, one: str, other: str) -> bool:
    """What is decided is no question any more; and of a child and who they were before, not even a file may tell."""
    index = await part_of_index(work, (one, other))
    one, other = index.resolve(one), index.resolve(other)
    if one == other or index.must_stay_apart(one, other):
        return False
    return not await are_tied(work, index.group(one), index.group(other))
