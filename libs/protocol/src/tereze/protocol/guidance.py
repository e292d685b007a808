"""Decides what a guidance sheet is: what to do and what never to do, per profession; must never stand in for a duty."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from tereze.contracts.directory import LocalName
from tereze.protocol.languages import missing_languages
from tereze.protocol.located import locate
from tereze.protocol.parts import Part, Source


class Audience(StrEnum):
    """For whom a part of a sheet is written."""

    TEACHER = "teacher"
    POLICE_OFFICER = "police_officer"
    DOCTOR = "doctor"
    SOCIAL_WORKER = "social_worker"


class Advice(Part):
    """What one profession does, and what it never does."""

    do: Annotated[tuple[LocalName, ...], Field(min_length=1)]
    never: Annotated[tuple[LocalName, ...], Field(min_length=1)]


class Sheet(Part):
    """One guidance sheet. Steps name it by ``sheet``."""

    sheet: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    title: LocalName
    source: Source
    teacher: Advice
    police_officer: Advice
    doctor: Advice
    social_worker: Advice

    def advice(self, audience: Audience) -> Advice:
        """The part for one profession."""
        found: Advice = getattr(self, audience)
        return found


def load_sheet(text: str, source: str = "sheet") -> Sheet:
    """Read one guidance sheet from YAML. Raises BadText: every mistake with its line."""
    located = locate(text, source)
    sheet = located.read(Sheet)
    located.fail(list(missing_languages(located.values)))
    return sheet
