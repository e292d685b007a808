"""Decides who must do what, and within which limits, for the facts of a case; must never choose an agency."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from tereze.contracts.directory import LocalName
from tereze.contracts.words import AgencyKind, Category, Circumstance, ClockKind, Measure, Risk, Starts
from tereze.protocol.clocks import Bound, PlannedClock, merged
from tereze.protocol.eligibility import Convening, PlacementNeed, PlannedService, convening, placement_need, services
from tereze.protocol.identity import Same
from tereze.protocol.pack import Pack, Step
from tereze.protocol.parts import Owed


class NothingReported(ValueError):
    """A plan needs at least one category."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the protocol is asked about. Instants are aware and may be unknown: no row is chosen by them."""

    risk: Risk
    categories: Sequence[Category]
    circumstances: frozenset[Circumstance] = frozenset()
    occurred_at: datetime | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A task for one kind of body; ``because`` names the categories that asked, ``rows`` the steps merged into it."""

    service: AgencyKind
    code: str
    title: LocalName
    mandatory: bool
    clocks: tuple[PlannedClock, ...]
    because: tuple[Category, ...]
    rows: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    told_first: bool = False
    sheets: tuple[str, ...] = ()

    @property
    def at_once(self) -> tuple[PlannedClock, ...]:
        """The obligations that run from the moment the report was received."""
        return tuple(clock for clock in self.clocks if clock.at_once)

    def starting(self, event: Starts) -> tuple[PlannedClock, ...]:
        """The obligations that an event sets going; those owed on request are left out."""
        return tuple(clock for clock in self.clocks if clock.starts is event and not clock.on_request)


@dataclass(frozen=True, slots=True)
class CaseClock:
    """A clock that the case carries itself, held by one kind of body."""

    holder: AgencyKind
    clock: PlannedClock


@dataclass(frozen=True, slots=True)
class Plan:
    """The response to one risk, set of categories and circumstances under one protocol version."""

    protocol_version: str
    risk: Risk
    categories: tuple[Category, ...]
    steps: tuple[PlannedStep, ...]
    case_clocks: tuple[CaseClock, ...]
    circumstances: frozenset[Circumstance] = frozenset()
    told_first: tuple[AgencyKind, ...] = ()
    never: frozenset[AgencyKind] = frozenset()
    measures: frozenset[Measure] = frozenset()
    services: tuple[PlannedService, ...] = ()
    placement: PlacementNeed | None = None
    commission: Convening = field(default_factory=Convening)

    @property
    def independent_review(self) -> bool:
        """Whether an independent review opens by itself."""
        return Measure.INDEPENDENT_REVIEW in self.measures

    @property
    def siblings_check(self) -> bool:
        """Whether the other children of the family are looked at too."""
        return Measure.CHECK_SIBLINGS in self.measures

    def starting(self, event: Starts) -> tuple[CaseClock, ...]:
        """The case's own clocks that an event sets going; those owed on request are left out."""
        return tuple(each for each in self.case_clocks if each.clock.starts is event and not each.clock.on_request)

    def asked(self, kind: ClockKind) -> CaseClock | None:
        """The case's own obligation of a kind, also where it is owed on request only."""
        return next((each for each in self.case_clocks if each.clock.kind is kind), None)


def stricter(one: Risk, other: Risk) -> Risk:
    """The stricter of two risks."""
    order = list(Risk)
    return min(one, other, key=order.index)


def severity(risk: Risk) -> int:
    """Rank of a risk, 0 the strictest."""
    return list(Risk).index(risk)


def plan(pack: Pack, facts: Facts) -> Plan:
    """The steps of every category together, and what else the protocol sets going.

    Where two categories ask the same kind of body, the stricter one names the step and every limit of both binds. A kind
    of body that one category bars gets no task, whatever another asks. Those told first stand first. Raises NothingReported.
    """
    return _plan(Same(pack), facts.risk, frozenset(facts.categories), facts.circumstances)


@lru_cache(maxsize=2_048)
def _plan(
    same: Same[Pack], risk: Risk, categories: frozenset[Category], circumstances: frozenset[Circumstance]
) -> Plan:
    if not categories:
        raise NothingReported("a plan needs at least one category")
    pack = same.value
    ordered = tuple(sorted(categories, key=pack.strictness))
    rows = [pack.categories[category] for category in ordered]
    never = frozenset(kind for each in rows for kind in each.never)
    first = tuple(dict.fromkeys(kind for each in rows for kind in each.told_first if kind not in never))
    asked = _asked(pack, ordered, Facts(risk, ordered, circumstances), never)
    order = list(dict.fromkeys((*first, *AgencyKind)))
    return Plan(
        protocol_version=pack.version,
        risk=risk,
        categories=ordered,
        circumstances=circumstances,
        steps=tuple(
            _step(pack, risk, asked[service], told_first=service in first) for service in sorted(asked, key=order.index)
        ),
        case_clocks=tuple(_case_clocks(pack, ordered, risk)),
        told_first=first,
        never=never,
        measures=frozenset(measure for each in rows for measure in each.measures),
        services=services(pack, ordered, risk, circumstances),
        placement=placement_need(pack, ordered, risk, circumstances),
        commission=convening(pack, ordered, risk, circumstances),
    )


def planned_step(pack: Pack, risk: Risk, code: str) -> PlannedStep:
    """One step as it is owed at a risk when somebody asks for it by hand. Raises KeyError for a step the pack has not."""
    step = pack.steps[code]
    return PlannedStep(
        service=step.service,
        code=code,
        title=step.title,
        mandatory=step.mandatory,
        clocks=tuple(_step_clocks(pack, risk, code, step)),
        because=(),
        rows=(f"steps.{code}",),
        depends_on=step.depends_on,
        sheets=(step.sheet,) if step.sheet else (),
    )


def _asked(
    pack: Pack, categories: Sequence[Category], facts: Facts, never: frozenset[AgencyKind]
) -> Mapping[AgencyKind, list[tuple[Category, str]]]:
    """Which steps each kind of body is asked for, and by which category."""
    found: dict[AgencyKind, list[tuple[Category, str]]] = {}
    for category in categories:
        rows = pack.categories[category]
        added = [
            code
            for each in rows.added
            if each.when.holds(facts.risk, facts.categories, facts.circumstances)
            for code in each.steps
        ]
        for code in (*rows.steps[facts.risk], *added):
            service = pack.steps[code].service
            if service not in never:
                found.setdefault(service, []).append((category, code))
    return found


def _step(pack: Pack, risk: Risk, asked: Sequence[tuple[Category, str]], *, told_first: bool) -> PlannedStep:
    codes = tuple(dict.fromkeys(code for _, code in asked))
    steps = [pack.steps[code] for code in codes]
    return PlannedStep(
        service=steps[0].service,
        code=codes[0],
        title=steps[0].title,
        mandatory=any(step.mandatory for step in steps),
        clocks=merged([clock for code in codes for clock in _step_clocks(pack, risk, code, pack.steps[code])]),
        because=tuple(dict.fromkeys(category for category, _ in asked)),
        rows=tuple(f"steps.{code}" for code in codes),
        depends_on=tuple(dict.fromkeys(code for step in steps for code in step.depends_on)),
        told_first=told_first,
        sheets=tuple(dict.fromkeys(step.sheet for step in steps if step.sheet)),
    )


def _step_clocks(pack: Pack, risk: Risk, code: str, step: Step) -> Iterator[PlannedClock]:
    for kind in step.obligations:
        duty = pack.obligations[kind]
        bounds = _by_risk(pack, kind, risk)
        if kind in step.limits:
            bounds.append(Bound(step.limits[kind], f"steps.{code}.limits.{kind}"))
        bounds += [
            Bound(limit, f"steps.{code}.from_event.{kind}", from_event=True) for limit in step.from_event.get(kind, ())
        ]
        if bounds or duty.limits[risk] is Owed.ON_REQUEST:
            yield PlannedClock(kind, tuple(bounds), pack.version, duty.starts, duty.recurring)


def _case_clocks(pack: Pack, categories: Sequence[Category], risk: Risk) -> Iterator[CaseClock]:
    for kind, duty in pack.obligations.items():
        if duty.holder is None:
            continue
        bounds = _by_risk(pack, kind, risk)
        for category in categories:
            added = pack.categories[category].duties.get(kind)
            if added is not None and risk in added.risks:
                bounds.append(Bound(added.limit, f"categories.{category}.duties.{kind}"))
        if bounds or duty.limits[risk] is Owed.ON_REQUEST:
            yield CaseClock(duty.holder, PlannedClock(kind, tuple(bounds), pack.version, duty.starts, duty.recurring))


def _by_risk(pack: Pack, kind: ClockKind, risk: Risk) -> list[Bound]:
    limit = pack.obligations[kind].limit(risk)
    return [Bound(limit, f"obligations.{kind}.limits.{risk}")] if limit else []
