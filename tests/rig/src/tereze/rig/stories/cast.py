"""Decides who plays in a story: demo identities, each with a client of their own; must never share a token between two."""

from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import Self

from tereze.client import Tereze
from tereze.client.demo import DemoIdentity
from tereze.contracts.directory import Agency


class Cast:
    """Opens a client for each identity that a story asks for, and closes them all at its end."""

    def __init__(self, url: str, region: str = "almaty") -> None:
        self.url = url
        self.region = region
        self._clients: dict[str, Tereze] = {}
        self._open = ExitStack()

    def act(self, identity: str, *, patience: float = 45.0) -> Tereze:
        """The client of ``almaty-police:member`` and the like."""
        if identity not in self._clients:
            client = Tereze(self.url, auth=DemoIdentity(identity), patience=patience)
            self._clients[identity] = self._open.enter_context(client)
        return self._clients[identity]

    def here(self, office: str) -> Tereze:
        """The client of an office of the story's region: ``police:member``."""
        return self.act(f"{self.region}-{office}")

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        """Every agency by id."""
        return {agency.agency_id: agency for agency in self.act("ombudsman:ombudsman").agencies.list(limit=100)}

    def slug(self, agency_id: str) -> str:
        """The short name of an agency."""
        return self.agencies[agency_id].slug

    def name(self, agency_id: str) -> str:
        """The English name of an agency, as a story tells it."""
        return self.agencies[agency_id].name.en

    def agency_id(self, slug: str) -> str:
        """The id behind a short name."""
        return next(agency.agency_id for agency in self.agencies.values() if agency.slug == slug)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
