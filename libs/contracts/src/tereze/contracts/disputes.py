"""Decides what is told and asked when a refusal is disputed; must never let the words of the dispute onto the bus."""

from typing import Annotated, ClassVar

from pydantic import Field

from tereze.contracts.cases import Remark, TaskEvent
from tereze.contracts.ids import AgencyId, PersonId
from tereze.contracts.labels import ALLEGATION, OPERATIONAL, Contract
from tereze.contracts.words import DisputeFinding, DisputeReason


class TaskDisputed(TaskEvent):
    """Somebody says that the refusal was wrong; the one who decides has until the dispute's deadline."""

    type: ClassVar[str] = "tereze.task.disputed.v1"
    reason: Annotated[DisputeReason, OPERATIONAL]
    level: Annotated[int, OPERATIONAL, Field(ge=1, description="1 the lowest")]
    decider_agency_id: Annotated[AgencyId, OPERATIONAL]


class TaskDisputeRaised(TaskEvent):
    """Nobody decided in time, or whoever had to must not any more: another body has to."""

    type: ClassVar[str] = "tereze.task.dispute-raised.v1"
    level: Annotated[int, OPERATIONAL, Field(ge=1)]
    decider_agency_id: Annotated[AgencyId, OPERATIONAL]


class TaskUpheld(TaskEvent):
    """The refusal stands."""

    type: ClassVar[str] = "tereze.task.upheld.v1"


class TaskOverturned(TaskEvent):
    """The refusal was wrong: the agency owes the task."""

    type: ClassVar[str] = "tereze.task.overturned.v1"
    person_id: Annotated[PersonId, OPERATIONAL]


class DisputeTask(Contract):
    """Body of ``POST /v1/tasks/{id}/dispute``."""

    reason: Annotated[DisputeReason, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION]


class DecideDispute(Contract):
    """Body of ``POST /v1/tasks/{id}/dispute/decide``."""

    finding: Annotated[DisputeFinding, OPERATIONAL]
    remark: Annotated[Remark, ALLEGATION, Field(description="Why; kept sealed with the case")]
