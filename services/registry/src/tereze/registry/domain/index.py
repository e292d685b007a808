"""Decides how the index of who is who changes and how each change is undone; must never lose to whom a record belonged before.

The index says of every record whose it is, and of every person into whom they were merged. Each change is a fact; the facts in
their order rebuild the index.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tereze.contracts.facts import Conflict
from tereze.contracts.persons import PersonKind, PersonState


class SamePerson(Conflict):
    """Both ids are one person already."""

    code = "same-person"
    title = "Both are one person already"


class MustStayApart(Conflict):
    """An earlier decision keeps the two apart."""

    code = "must-stay-apart"
    title = "These two are kept apart and cannot be joined here"


class NotInUse(Conflict):
    """A person that was merged into another, or erased, is not joined or divided."""

    code = "person-not-in-use"
    title = "This person was merged into another or erased"


class NotMerged(Conflict):
    """There is nothing to undo."""

    code = "not-merged"
    title = "This merge is not in force"


class NothingWouldStay(Conflict):
    """A split leaves the person with at least one record and takes only records of theirs."""

    code = "nothing-would-stay"
    title = "A split takes some of a person's records, never all, and none of anybody else's"


@dataclass(frozen=True, slots=True)
class Linked:
    """A record was put to a person; ``new``: the person came to be with it."""

    record_id: str
    person_id: str
    new: bool = False
    kind: PersonKind = PersonKind.PERSON


@dataclass(frozen=True, slots=True)
class Merged:
    """``retired`` was joined into ``survivor``; ``prior`` is whose each of their records was."""

    merge_id: str
    survivor: str
    retired: str
    prior: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Unmerged:
    """A merge was undone; ``records`` went back to ``restored``."""

    merge_id: str
    survivor: str
    restored: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Records of a person became those of a new one."""

    person_id: str
    new_person_id: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parted:
    """Two persons are certainly two."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Born:
    """An expected child came to be a person."""

    person_id: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What was said of a person can no longer be read."""

    person_id: str


Fact = Linked | Merged | Unmerged | Split | Parted | Born | Erased


@dataclass(slots=True)
class Standing:
    """A person's place in the index. ``into``: who goes on in their stead."""

    kind: PersonKind = PersonKind.PERSON
    state: PersonState = PersonState.LIVE
    into: str | None = None


@dataclass(slots=True)
class Index:
    """Whose each record is, how each person stands, and who is kept apart from whom."""

    holder: dict[str, str] = field(default_factory=dict)
    persons: dict[str, Standing] = field(default_factory=dict)
    apart: set[frozenset[str]] = field(default_factory=set)

    def resolve(self, person_id: str) -> str:
        """Who goes on under this id after every merge so far."""
        while (into := self.persons[person_id].into) is not None:
            person_id = into
        return person_id

    def group(self, person_id: str) -> frozenset[str]:
        """Every id that resolves to this person, their own included."""
        return frozenset(other for other in self.persons if self.resolve(other) == person_id)

    def records_of(self, person_id: str) -> tuple[str, ...]:
        """A person's records, in the order of their ids."""
        return tuple(sorted(record for record, holder in self.holder.items() if holder == person_id))

    def must_stay_apart(self, one: str, other: str) -> bool:
        """Whether anybody of the one was ever parted from anybody of the other."""
        others = self.group(other)
        return any(pair & others and pair & self.group(one) for pair in self.apart if len(pair) > 1)


def merge(index: Index, merge_id: str, survivor: str, retired: str) -> Merged:
    """The fact that joins one person into another. Raises SamePerson, NotInUse or MustStayApart."""
    if index.resolve(survivor) == index.resolve(retired):
        raise SamePerson
    _in_use(index, survivor, retired)
    if index.must_stay_apart(survivor, retired):
        raise MustStayApart
    prior = [(record, person) for person in (survivor, retired) for record in index.records_of(person)]
    return Merged(merge_id, survivor, retired, tuple(sorted(prior)))


def unmerge(index: Index, merged: Merged) -> Unmerged:
    """The fact that undoes a merge: what was the retired person's, and is still with who took it over, goes back."""
    standing = index.persons[merged.retired]
    if standing.state is not PersonState.MERGED or standing.into != merged.survivor:
        raise NotMerged
    now = index.resolve(merged.survivor)
    back = [record for record, person in merged.prior if person == merged.retired and index.holder.get(record) == now]
    return Unmerged(merged.merge_id, now, merged.retired, tuple(back))


def split(index: Index, person_id: str, new_person_id: str, records: Iterable[str]) -> Split:
    """The fact that gives some records to a new person, from whom this one is kept apart. Raises NotInUse, NothingWouldStay."""
    _in_use(index, person_id)
    going, own = set(records), set(index.records_of(person_id))
    if not going < own or not going:
        raise NothingWouldStay
    return Split(person_id, new_person_id, tuple(sorted(going)))


def part(index: Index, one: str, other: str) -> Parted:
    """The fact that keeps two persons apart. Raises SamePerson or NotInUse."""
    if index.resolve(one) == index.resolve(other):
        raise SamePerson
    _in_use(index, one, other)
    return Parted(*sorted((one, other)))


def _in_use(index: Index, *person_ids: str) -> None:
    if any(index.persons[person_id].state is not PersonState.LIVE for person_id in person_ids):
        raise NotInUse


def apply(index: Index, fact: Fact) -> None:
    """Let a fact take its effect."""
    match fact:
        case Linked():
            if fact.new:
                index.persons[fact.person_id] = Standing(fact.kind)
            index.holder[fact.record_id] = fact.person_id
        case Merged():
            _move(index, (record for record, _ in fact.prior), fact.survivor)
            index.persons[fact.retired] = _merged(index.persons[fact.retired], fact.survivor)
        case Unmerged():
            _move(index, fact.records, fact.restored)
            index.persons[fact.restored] = Standing(index.persons[fact.restored].kind)
        case Split():
            index.persons[fact.new_person_id] = Standing()
            _move(index, fact.records, fact.new_person_id)
            index.apart.add(frozenset((fact.person_id, fact.new_person_id)))
        case Parted():
            index.apart.add(frozenset((fact.one, fact.other)))
        case Born():
            index.persons[fact.person_id].kind = PersonKind.PERSON
        case Erased():
            index.persons[fact.person_id].state = PersonState.ERASED


def _move(index: Index, records: Iterable[str], person_id: str) -> None:
    for record in records:
        index.holder[record] = person_id


def _merged(standing: Standing, into: str) -> Standing:
    return Standing(standing.kind, PersonState.MERGED, into)


def rebuild(facts: Iterable[Fact]) -> Index:
    """The index that these facts, in their order, make."""
    index = Index()
    for fact in facts:
        apply(index, fact)
    return index
