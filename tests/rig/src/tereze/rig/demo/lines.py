"""Decides what a line of a referral set says; must never change a submission."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from tereze.contracts.referrals import ReferralSubmission


class Line(BaseModel):
    """One referral of the set: who submits it, and which reports are known to be of one child."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = ""
    identity: str = Field(alias="as")
    child_ref: str | None = None
    submission: ReferralSubmission


@dataclass(frozen=True, slots=True)
class Sent:
    """One accepted referral. ``at`` is ``time.perf_counter()`` just before its POST."""

    line: Line
    referral_id: str
    at: float


def read_lines(path: Path) -> list[Line]:
    """The set in a file with one JSON object a line."""
    return [Line.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
