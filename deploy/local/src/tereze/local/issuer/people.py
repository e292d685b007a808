"""Decides whom the demo issuer knows: the invented people and systems of a country pack; must never know anybody else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class UnknownSubject(LookupError):
    """Nobody of this name is in the demo data."""


@dataclass(frozen=True, slots=True)
class Person:
    """One who can sign in. A system signs in as a client."""

    subject: str
    agency_id: str
    display_name: str
    agency_name: str

    @property
    def role(self) -> str:
        """The last part of the subject."""
        return self.subject.rpartition(":")[2]


class People:
    """Everybody the demo issuer knows, by subject."""

    def __init__(self, everybody: Iterable[Person]) -> None:
        self._by_subject = {person.subject: person for person in everybody}

    def __iter__(self) -> Iterator[Person]:
        return iter(self._by_subject.values())

    def find(self, subject: str) -> Person:
        """One of them. Raises UnknownSubject."""
        try:
            return self._by_subject[subject]
        except KeyError:
            raise UnknownSubject from None

    @classmethod
    def from_pack(cls, pack: Path) -> "People":
        """Read ``demo/agencies.yaml`` and ``demo/staff.yaml`` of a pack."""
        agencies = {entry["agency_id"]: entry["name"]["en"] for entry in _entries(pack / "demo" / "agencies.yaml")}
        return cls(
            Person(entry["subject"], entry["agency_id"], entry["display_name"], agencies[entry["agency_id"]])
            for entry in _entries(pack / "demo" / "staff.yaml")
        )


def _entries(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        entries: list[dict[str, Any]] = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    return entries
