"""Decides how a family is gathered from its relations and what of it a reader needs to know; must never follow it without bound."""

from dataclasses import dataclass, replace

from tereze.access import Decision, decide_each
from tereze.access.decisions import Action
from tereze.chassis.http import Principal
from tereze.chassis.work import Work
from tereze.contracts.families import FamilyView, LegalStatus, MemberView, RelationView
from tereze.contracts.labels import Sensitivity
from tereze.contracts.persons import Relative
from tereze.contracts.referrals import Child
from tereze.contracts.words import Kinship
from tereze.registry import duties
from tereze.registry.domain.family import Kin, distances, relatives_of, siblings
from tereze.registry.people import resource_of
from tereze.registry.store.facts import part_of_index
from tereze.registry.store.families import MOST_EDGES, Edge, edges_touching
from tereze.registry.store.records import sources_of
from tereze.registry.view import child_of

MOST_STEPS = 3


@dataclass(frozen=True, slots=True)
class Family:
    """The relations around a person, ends resolved to who goes on. ``cut``: there were more than are followed."""

    start: str
    edges: tuple[Edge, ...]
    cut: bool = False

    @property
    def kin(self) -> list[Kin]:
        """Every relation, siblings by their parents included."""
        said = [Kin(edge.person_id, edge.relative_id, edge.kinship) for edge in self.edges]
        return [*said, *siblings(said)]


async def gather(work: Work, person_id: str, steps: int) -> Family:
    """The family up to so many steps away, and to at most so many relations."""
    edges: dict[str, Edge] = {}
    asked: set[str] = set()
    ahead, cut = {person_id}, False
    for _ in range(steps + 1):  # one further: a sibling is two relations away, over a parent
        found = await edges_touching(work, sorted(ahead))
        cut = cut or len(found) > MOST_EDGES or len(edges) > MOST_EDGES
        edges |= {edge.edge_id: edge for edge in await _resolved(work, found[:MOST_EDGES])}
        asked |= ahead
        ahead = {end for edge in edges.values() for end in (edge.person_id, edge.relative_id)} - asked
        if not ahead or cut:
            break
    return Family(person_id, tuple(edges.values()), cut)


async def relatives(work: Work, person_id: str) -> tuple[Relative, ...]:
    """Who is what to a person, siblings by their parents included."""
    found = relatives_of(person_id, (await gather(work, person_id, 1)).kin)
    return tuple(Relative(person_id=relative_id, kinship=kinship) for relative_id, kinship in found)


async def show_family(work: Work, caller: Principal, family: Family, steps: int) -> FamilyView:
    """What the reader needs to know: the person's own relations, those of whom they also work for, those they entered."""
    near = distances(family.start, family.kin, steps)
    relations = [one for one in _relations(family) if one.person_id in near and one.relative_id in near]
    people = sorted({end for one in relations for end in (one.person_id, one.relative_id)} | {family.start})
    may = await _decisions(work, caller, "read_family", people)
    seen = [one for one in relations if _is_needed(family.start, one, may, caller.agency_id)]
    members = sorted({end for one in seen for end in (one.person_id, one.relative_id)} | {family.start})
    return FamilyView(
        person_id=family.start,
        members=tuple([await _member(work, family, person, near, may) for person in members]),
        relations=tuple(seen),
        hidden=len(relations) - len(seen),
        more=family.cut or len(distances(family.start, family.kin, steps + 1)) > len(near),
    )


async def _decisions(work: Work, caller: Principal, action: Action, people: list[str]) -> dict[str, Decision]:
    asked = [(action, await resource_of(work, person, action)) for person in people]
    return dict(zip(people, decide_each(caller.actor, asked), strict=True))


def _is_needed(start: str, relation: RelationView, may: dict[str, Decision], agency_id: str) -> bool:
    ends = (relation.person_id, relation.relative_id)
    return start in ends or relation.source_agency_id == agency_id or any(may[end].allowed for end in ends)


async def _member(
    work: Work, family: Family, person_id: str, near: dict[str, int], may: dict[str, Decision]
) -> MemberView:
    """Who it is: whoever cares for the child is shown with the child, a sibling only to who works for the sibling."""
    works_for = may[person_id].allowed and Sensitivity.IDENTITY in may[person_id].labels
    cares = any(
        one.person_id == family.start and one.relative_id == person_id and one.kinship is not Kinship.SIBLING
        for one in family.kin
    )
    return MemberView(
        person_id=person_id,
        steps=near[person_id],
        who=await _who(work, person_id) if works_for or cares or person_id == family.start else None,
        has_open_case=await duties.has_open_case(work, person_id) if works_for else None,
    )


async def _who(work: Work, person_id: str) -> Child | None:
    return child_of(await sources_of(work, person_id))


def _relations(family: Family) -> list[RelationView]:
    said = [
        RelationView(
            edge_id=edge.edge_id,
            person_id=edge.person_id,
            relative_id=edge.relative_id,
            kinship=edge.kinship,
            legal_status=edge.legal_status,
            since=edge.since,
            until=edge.until,
            source_agency_id=edge.agency_id,
        )
        for edge in family.edges
    ]
    derived = siblings([Kin(edge.person_id, edge.relative_id, edge.kinship) for edge in family.edges])
    return said + [
        RelationView(
            person_id=one.person_id,
            relative_id=one.relative_id,
            kinship=one.kinship,
            legal_status=LegalStatus.DERIVED,
        )
        for one in derived
    ]


async def _resolved(work: Work, edges: list[Edge]) -> list[Edge]:
    """Each end as who goes on now; a relation of a person with themselves is none."""
    index = await part_of_index(work, {end for edge in edges for end in (edge.person_id, edge.relative_id)})
    found = [
        replace(edge, person_id=index.resolve(edge.person_id), relative_id=index.resolve(edge.relative_id))
        for edge in edges
    ]
    return [edge for edge in found if edge.person_id != edge.relative_id]
