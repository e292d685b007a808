"""Decides how a family hangs together and how far it is followed; must never go round in a circle."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tereze.contracts.words import Kinship

_PARENTS = frozenset({Kinship.MOTHER, Kinship.FATHER})


@dataclass(frozen=True, slots=True)
class Kin:
    """``relative_id`` is the ``kinship`` of ``person_id``."""

    person_id: str
    relative_id: str
    kinship: Kinship


def siblings(relations: Iterable[Kin]) -> list[Kin]:
    """Who share a mother or a father are siblings, each pair once; whoever is said to be one already is left out."""
    children: dict[str, set[str]] = defaultdict(set)
    known: set[frozenset[str]] = set()
    for relation in relations:
        if relation.kinship in _PARENTS:
            children[relation.relative_id].add(relation.person_id)
        elif relation.kinship is Kinship.SIBLING:
            known.add(frozenset((relation.person_id, relation.relative_id)))
    pairs = {(one, other) for together in children.values() for one in together for other in together if one < other}
    return [Kin(one, other, Kinship.SIBLING) for one, other in sorted(pairs) if frozenset((one, other)) not in known]


def distances(start: str, relations: Sequence[Kin], at_most: int) -> dict[str, int]:
    """How many relations away from ``start`` everybody is who is at most so far."""
    near: dict[str, set[str]] = defaultdict(set)
    for relation in relations:
        near[relation.person_id].add(relation.relative_id)
        near[relation.relative_id].add(relation.person_id)
    found, edge = {start: 0}, [start]
    for steps in range(1, at_most + 1):
        edge = sorted({other for person in edge for other in near[person]} - found.keys())
        found |= dict.fromkeys(edge, steps)
    return found


def relatives_of(person_id: str, relations: Sequence[Kin]) -> list[tuple[str, Kinship]]:
    """Whom a person's own relations name, siblings from either side, each once."""
    found = [(one.relative_id, one.kinship) for one in relations if one.person_id == person_id]
    found += [
        (one.person_id, Kinship.SIBLING)
        for one in relations
        if one.relative_id == person_id and one.kinship is Kinship.SIBLING
    ]
    return list(dict.fromkeys(found))
