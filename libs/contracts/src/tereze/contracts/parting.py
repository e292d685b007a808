"""Decides what is told when a case turns out to be about two children and is taken apart; must never carry who they are."""

from typing import Annotated, ClassVar

from pydantic import Field

from tereze.contracts.cases import CaseEvent
from tereze.contracts.ids import AgencyId, CaseId, PersonId, ReferralId
from tereze.contracts.labels import OPERATIONAL


class CaseParted(CaseEvent):
    """This case goes on by itself: what had gone on in another case was about somebody else."""

    type: ClassVar[str] = "tereze.case.parted.v1"
    from_case_id: Annotated[CaseId, OPERATIONAL]
    person_id: Annotated[PersonId, OPERATIONAL]


class ReferralDetached(CaseEvent):
    """A referral is about another child and went to that child's case."""

    type: ClassVar[str] = "tereze.case.referral-detached.v1"
    referral_id: Annotated[ReferralId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="The agency that submitted it")]
    still_refers: Annotated[bool, OPERATIONAL, Field(description="Whether another referral of that agency stays")]
