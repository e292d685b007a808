"""Decides what is asked and answered about rolls of a school or clinic; must never tell whether a child was known before."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.ids import AgencyId, RollId
from tereze.contracts.labels import IDENTITY, OPERATIONAL, Contract


class RollFormat(StrEnum):
    """How a roll is written."""

    CSV = "csv"
    NDJSON = "ndjson"


class RollState(StrEnum):
    """Whether rows are still being taken in."""

    READING = "reading"
    DONE = "done"


class RowOutcome(StrEnum):
    """What became of a row. A row that was taken says nothing about whether the child was known."""

    TAKEN = "taken"
    REPEATED = "repeated"
    BROKEN = "broken"


class LoadRoll(Contract):
    """Body of ``POST /v1/rolls``: up to about 900 KB; longer rolls are sent in parts, each with its heading."""

    format: Annotated[RollFormat, OPERATIONAL]
    content: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=900_000)],
        IDENTITY,
        Field(
            description="CSV with a heading, or one JSON object a line. Columns: family, given, patronymic, birth_date, "
            "sex, iin, phone, address, school, mother_family, mother_given, mother_birth_date, mother_iin"
        ),
    ]
    dry_run: Annotated[bool, OPERATIONAL, Field(description="Report every row, keep nothing")] = False


class RollView(Contract):
    """How far a roll is. ``taken + repeated + broken`` is the number of rows read; at the end it is ``rows``."""

    roll_id: Annotated[RollId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    state: Annotated[RollState, OPERATIONAL]
    dry_run: Annotated[bool, OPERATIONAL]
    loaded_at: Annotated[AwareDatetime, OPERATIONAL]
    rows: Annotated[int, OPERATIONAL]
    taken: Annotated[int, OPERATIONAL]
    repeated: Annotated[int, OPERATIONAL, Field(description="Your agency sent the very same row before")]
    broken: Annotated[int, OPERATIONAL]


class RowFault(Contract):
    """What is wrong with a row, or odd about it."""

    column: Annotated[str | None, OPERATIONAL] = None
    code: Annotated[str, OPERATIONAL]


class RollRow(Contract):
    """One row of the report. A row that was taken may carry faults too: what was kept as it was given."""

    line: Annotated[int, OPERATIONAL, Field(ge=1, description="Line of the file; the heading is line 1")]
    outcome: Annotated[RowOutcome, OPERATIONAL]
    faults: Annotated[tuple[RowFault, ...], OPERATIONAL] = ()


class RollRowPage(Contract):
    """The report of a roll, in the order of its lines."""

    items: Annotated[tuple[RollRow, ...], OPERATIONAL]
    has_more: Annotated[bool, OPERATIONAL]
    cursor: Annotated[str | None, OPERATIONAL] = None
