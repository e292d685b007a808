"""Decides what is told when a duty passes to another person of the same agency; must never carry a name."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from tereze.contracts.cases import TaskEvent
from tereze.contracts.ids import StaffId
from tereze.contracts.labels import OPERATIONAL, STAFF


class PassReason(StrEnum):
    """Why somebody does not go on with a duty."""

    NOT_ATTESTED = "not_attested"
    SUSPENDED = "suspended"
    LEFT_THE_AGENCY = "left_the_agency"


class TaskResponsiblePassed(TaskEvent):
    """Whoever was responsible may not act any more: a colleague is from now on, or the agency's manager until one is named."""

    type: ClassVar[str] = "tereze.task.responsible-passed.v1"
    from_staff_id: Annotated[StaffId, STAFF]
    responsible_staff_id: Annotated[
        StaffId | None, STAFF, Field(description="Absent: nobody is fit; the manager answers, and naming somebody is due")
    ] = None  # fmt: skip
    reason: Annotated[PassReason, OPERATIONAL]
