"""Decides what is answered about deadlines across agencies; must never carry a case that the reader may not know of."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from tereze.contracts.ids import AgencyId
from tereze.contracts.labels import OPERATIONAL, Contract
from tereze.contracts.words import ClockKind


class SlaRow(Contract):
    """One agency's standing on one obligation."""

    agency_id: Annotated[AgencyId, OPERATIONAL]
    clock_kind: Annotated[ClockKind, OPERATIONAL]
    running: Annotated[int, OPERATIONAL]
    breached: Annotated[int, OPERATIONAL, Field(description="Past the limit and still without evidence")]
    met: Annotated[int, OPERATIONAL]
    met_late: Annotated[int, OPERATIONAL]
    escalations: Annotated[int, OPERATIONAL]
    met_in_time_share: Annotated[
        float | None, OPERATIONAL, Field(description="met / (met + met_late + breached); absent while none is decided")
    ] = None
    next_due_at: Annotated[AwareDatetime | None, OPERATIONAL] = None
    worst_overdue_seconds: Annotated[int | None, OPERATIONAL] = None


class SlaBoard(Contract):
    """Answer of ``GET /v1/sla``. Administrative counts of registered duties; prevalence needs surveys."""

    as_of: Annotated[AwareDatetime, OPERATIONAL]
    rows: Annotated[tuple[SlaRow, ...], OPERATIONAL]
