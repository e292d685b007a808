"""Decides what a line of a referral set says; must never change a submission."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tereze.contracts.referrals import ReferralSubmission


class NotASet(ValueError):
    """The file cannot be read as a set of referrals; the message says where."""


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
    """The set in a file with one JSON object a line. Raises NotASet."""
    try:
        written = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotASet(f"{path}: {error}") from error
    lines = [_read_line(path, number, line) for number, line in enumerate(written, start=1) if line.strip()]
    if not lines:
        raise NotASet(f"{path} holds no referral")
    return lines


def _read_line(path: Path, number: int, line: str) -> Line:
    try:
        return Line.model_validate_json(line)
    except ValidationError as error:
        wrong = [f"/{'/'.join(map(str, one['loc']))} {one['msg']}" for one in error.errors(include_input=False)]
        raise NotASet(f"{path}, line {number}: {'; '.join(wrong)}") from error
