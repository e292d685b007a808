"""Decides what is told and asked of the independent review of a case; must never carry the reviewer's words on the bus."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from tereze.contracts.cases import CaseEvent, Remark
from tereze.contracts.ids import AgencyId, StaffId
from tereze.contracts.labels import ALLEGATION, OPERATIONAL, STAFF, Contract


class IndependentFinding(StrEnum):
    """What an independent review found about how a case was handled."""

    HANDLED_AS_DUE = "handled_as_due"
    DUTIES_WERE_MISSED = "duties_were_missed"
    WARNINGS_WERE_NOT_HEARD = "warnings_were_not_heard"
    PROTOCOL_IS_WANTING = "protocol_is_wanting"


class IndependentReviewOpened(CaseEvent):
    """The protocol asks that somebody who had no part in it looks at how the case was handled: it opens by itself."""

    type: ClassVar[str] = "tereze.case.independent-review-opened.v1"
    agency_id: Annotated[AgencyId, OPERATIONAL, Field(description="Who owes the findings")]
    due_at: Annotated[AwareDatetime, OPERATIONAL]


class IndependentlyReviewed(CaseEvent):
    """The findings are on record."""

    type: ClassVar[str] = "tereze.case.independently-reviewed.v1"
    findings: Annotated[tuple[IndependentFinding, ...], OPERATIONAL]
    by_agency_id: Annotated[AgencyId, OPERATIONAL]
    by_staff_id: Annotated[StaffId, STAFF]


class RecordFindings(Contract):
    """Body of ``POST /v1/cases/{id}/independent-review``."""

    findings: Annotated[tuple[IndependentFinding, ...], OPERATIONAL, Field(min_length=1, max_length=4)]
    remark: Annotated[Remark, ALLEGATION, Field(description="The reasons for each; kept sealed")]
