"""Decides how a centre, a placement and an offer are shown before they are redacted; must never hide or show by who is asking."""

from collections.abc import Iterable, Sequence
from typing import Any

from tereze.contracts.placements import (
    CentreView,
    Offer,
    PlacementSummary,
    PlacementView,
    Reason,
)
from tereze.contracts.words import ClockKind, ClockState, Locale, Risk
from tereze.protocol import Pack
from tereze.referral.domain.casefile import CaseFile
from tereze.referral.domain.centres import Centre, Weighed
from tereze.referral.domain.placement import Placement
from tereze.referral.domain.placement_rules import PlacementRules
from tereze.referral.views import clock_view

_KINDS = frozenset({ClockKind.PLACEMENT, ClockKind.PLACEMENT_REVIEW, ClockKind.PLACEMENT_TERM})


def centre_view(centre: Centre) -> CentreView:
    """A centre with its free beds."""
    return CentreView(
        centre_id=centre.centre_id,
        version=centre.version,
        agency_id=centre.agency_id,
        region_code=centre.region_code,
        name=centre.name,
        profiles=tuple(sorted(centre.profiles)),
        situations=tuple(sorted(centre.situations)),
        youngest=centre.youngest,
        oldest=centre.oldest,
        sexes=tuple(sorted(centre.sexes)),
        capacity=centre.capacity,
        at=centre.at,
        free_beds=centre.free,
    )


def offer_view(weighed: Weighed, rules: PlacementRules, locale: Locale) -> Offer:
    """One centre as it was weighed, with its reasons in words."""
    centre = weighed.centre
    facts = {
        "km": weighed.distance_km,
        "free": centre.free,
        "all": centre.capacity,
        "youngest": centre.youngest,
        "oldest": centre.oldest,
    }
    return Offer(
        centre_id=centre.centre_id,
        title=getattr(centre.name, locale),
        agency_id=centre.agency_id,
        rank=weighed.rank,
        distance_km=weighed.distance_km,
        free_beds=centre.free,
        reasons=tuple(
            Reason(code=reason, text=str(getattr(rules.reasons[reason], locale)).format(**facts))
            for reason in weighed.reasons
        ),
    )


def placement_summary(placement: Placement, risk: Risk) -> PlacementSummary:
    """The placement as a row of a list."""
    return PlacementSummary(**_summary(placement, risk))


def placement_view(
    placement: Placement, file: CaseFile, pack: Pack, *, offers: Iterable[Offer] = (), ahead: int | None = None
) -> PlacementView:
    """The whole placement."""
    return PlacementView(
        **_summary(placement, file.risk),
        profile=placement.need.profile,
        placed_as=placement.need.placed_as,
        age=placement.need.age,
        sex=placement.need.sex,
        from_region_code=placement.from_region_code,
        ahead_in_line=ahead,
        holds=placement.holds,
        legal_basis=placement.legal_basis,
        decision_id=placement.decision_id,
        admitted_at=placement.admitted_at,
        ended_at=placement.ended_at,
        end_reason=placement.end_reason,
        offers=tuple(offers),
        clocks=tuple(clock_view(clock, pack) for clock in _clocks(file, placement)),
    )


def _clocks(file: CaseFile, placement: Placement) -> Sequence[Any]:
    own = [
        clock
        for clock in file.clocks.values()
        if clock.kind in _KINDS
        and clock.state is not ClockState.CANCELLED
        and clock.started_at >= placement.requested_at
        and (placement.ended_at is None or clock.started_at <= placement.ended_at)
    ]
    return sorted(own, key=lambda clock: (not clock.going, clock.due_at))


def _summary(placement: Placement, risk: Risk) -> dict[str, Any]:
    named = (
        "placement_id", "case_id", "version", "state", "agency_id", "requested_at", "centre_id", "centre_agency_id",
        "held_until", "term_ends_on",
    )  # fmt: skip
    return {name: getattr(placement, name) for name in named} | {"urgency": risk}
