"""Decides what a pack says beside limits and steps: accumulation, holds, disputes, hops; must never apply them."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from tereze.contracts.words import AgencyKind, Risk
from tereze.protocol.limits import Limit, Unit
from tereze.protocol.parts import LimitText, Part, Source

_OURS = "ours"


class Accumulation(Part):
    """So many reports of one risk about one child within a window raise the risk by one level."""

    risk: Risk = Risk.LOW
    reports: Annotated[int, Field(ge=2)] = 3
    within: LimitText = Limit(90 * 24 * 60, Unit.WALL)
    raised_to: Risk = Risk.MEDIUM
    source: Source = "ours: the third low report within 90 days raises one level"


class DisputeLevel(Part):
    """Who decides at one level of a dispute, and by when."""

    owner: AgencyKind
    limit: LimitText


class Disputes(Part):
    """The levels of a dispute about a refusal, lowest first."""

    levels: Annotated[tuple[DisputeLevel, ...], Field(min_length=1)] = (
        DisputeLevel(owner=AgencyKind.WINDOW_DESK, limit=Limit(2, Unit.WORKING_DAYS)),
        DisputeLevel(owner=AgencyKind.COMMISSION, limit=Limit(5, Unit.WORKING_DAYS)),
        DisputeLevel(owner=AgencyKind.REGIONAL_DEPARTMENT, limit=Limit(2, Unit.WORKING_DAYS)),
        DisputeLevel(owner=AgencyKind.OMBUDSMAN, limit=Limit(5, Unit.WORKING_DAYS)),
    )
    source: Source = "Lincolnshire: 2, 5 and 2 working days, then an independent chair; that one's limit ours"


class Rules(Part):
    """A version that says nothing of one of these is read with the values here, which are ours."""

    accumulation: Accumulation = Accumulation()
    hold_caps: Annotated[
        Mapping[Risk, LimitText], Field(description="The longest time to the review date of a task on hold")
    ] = {
        Risk.CRITICAL: Limit(1, Unit.WORKING_DAYS),
        Risk.HIGH: Limit(2, Unit.WORKING_DAYS),
        Risk.MEDIUM: Limit(5, Unit.WORKING_DAYS),
        Risk.LOW: Limit(10, Unit.WORKING_DAYS),
        Risk.ADVICE_ONLY: Limit(10, Unit.WORKING_DAYS),
    }
    hold_caps_source: Source = _OURS
    disputes: Disputes = Disputes()
    reroute_hops: Annotated[int, Field(ge=1, description="More than so many hops escalate")] = 2
    reroute_hops_source: Source = _OURS
    screened_out_sample_percent: Annotated[int, Field(ge=1, le=100)] = 10
    screened_out_sample_source: Source = _OURS
    review_screening: Annotated[LimitText, Field(description="A second look at a report that was screened out")] = (
        Limit(10, Unit.WORKING_DAYS)
    )
    review_screening_source: Source = _OURS
    review_emergency_access: Annotated[
        LimitText, Field(description="Another body's finding whether an emergency access was justified")
    ] = Limit(1, Unit.WORKING_DAYS)
    review_emergency_access_source: Source = _OURS
    independent_review: Annotated[
        LimitText, Field(description="What an independent review found, where a category asks for one")
    ] = Limit(20, Unit.WORKING_DAYS)
    independent_review_source: Source = _OURS
    confirm_result: Annotated[
        Mapping[Risk, LimitText], Field(description="What a coordinator has to confirm that a duty was fulfilled")
    ] = {
        Risk.CRITICAL: Limit(2 * 60, Unit.WALL),
        Risk.HIGH: Limit(12 * 60, Unit.WALL),
        Risk.MEDIUM: Limit(1, Unit.WORKING_DAYS),
        Risk.LOW: Limit(2, Unit.WORKING_DAYS),
        Risk.ADVICE_ONLY: Limit(2, Unit.WORKING_DAYS),
    }
    confirm_result_source: Source = "ours: as long as a manager has to decide"
    answer_escalation: Annotated[
        Mapping[Risk, LimitText],
        Field(description="What whoever acknowledged an escalation has, from then on, to act"),
    ] = {
        Risk.CRITICAL: Limit(60, Unit.WALL),
        Risk.HIGH: Limit(4 * 60, Unit.WALL),
        Risk.MEDIUM: Limit(1, Unit.WORKING_DAYS),
        Risk.LOW: Limit(2, Unit.WORKING_DAYS),
        Risk.ADVICE_ONLY: Limit(2, Unit.WORKING_DAYS),
    }
    answer_escalation_source: Source = _OURS
