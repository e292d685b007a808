"""Decides where a command reads and writes: data on stdout, talk on stderr; must never mix the two."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import httpx
from pydantic import BaseModel, TypeAdapter
from rich.console import Console, RenderableType

from tereze.client.cli.words import Words, locale_of
from tereze.client.clients import DEFAULT_URL, Tereze, saved_login
from tereze.client.credentials import Credentials
from tereze.client.demo import DemoIdentity
from tereze.client.grants import Grant
from tereze.client.problems import NotAllowed, NotFound
from tereze.contracts.directory import Agency

_FOR_PIPES = 240
_PATIENCE = 5.0  # a person is waiting
_ANYTHING = TypeAdapter(Any)


class Desk:
    """What one run of the command works with: whose login, which language, which output."""

    def __init__(
        self,
        *,
        url: str | None = None,
        identity: str | None = None,
        as_json: bool = False,
        lang: str | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.asked_url = url
        self.identity = identity
        self.as_json = as_json
        self.words = Words(locale_of(lang, environment))
        self.out = Console(file=sys.stdout, highlight=False, width=_width(environment))
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)  # a secret or an address is never broken
        self.credentials = Credentials()
        self._agencies: dict[str, Agency | None] = {}
        self._people: dict[str, dict[str, str]] = {}
        self._now: datetime | None = None

    @property
    def url(self) -> str:
        """Where the window is: as asked, as last logged in to, or the demo's."""
        if self.asked_url:
            return self.asked_url.rstrip("/")
        profile = None if self.identity else self.credentials.profile()
        return profile.url if profile else DEFAULT_URL

    @cached_property
    def client(self) -> Tereze:
        """The client of whoever this run acts for."""
        client = Tereze(self.url, auth=self.grant(), patience=_PATIENCE)
        client.http.event_hooks["response"].append(self._read_clock)
        return client

    def grant(self) -> Grant:
        """A demo identity for this run, or the saved login."""
        return DemoIdentity(self.identity) if self.identity else saved_login(self.url, self.credentials)

    @property
    def now(self) -> datetime:
        """The window's own time, which a demo may have moved; this machine's until the window has answered."""
        return self._now or datetime.now(UTC)

    def agency(self, agency_id: str | None) -> str:
        """An agency's name in the reader's language; asked for once."""
        if agency_id is None:
            return "—"
        if agency_id not in self._agencies:
            try:
                self._agencies[agency_id] = self.client.agencies.get(agency_id)
            except NotFound:
                self._agencies[agency_id] = None
        agency = self._agencies[agency_id]
        return self.words.name(agency.name) if agency else agency_id

    def person(self, staff_id: str | None, agency_id: str) -> str | None:
        """A person's name of record where this reader may see who acts for the agency; nothing otherwise."""
        if agency_id not in self._people:
            try:
                members = list(self.client.staff.list(agency_id=agency_id))
            except (NotAllowed, NotFound):
                members = []
            self._people[agency_id] = {member.staff_id: member.display_name for member in members}
        return self._people[agency_id].get(staff_id or "")

    def agency_id(self, named: str) -> str:
        """The id of an agency that is named by its short name, or by the id itself."""
        if named.startswith("agc_"):
            return named
        found = next((agency for agency in self.client.agencies.list() if agency.slug == named), None)
        return found.agency_id if found else named

    def give(self, data: Any, page: Callable[[], RenderableType]) -> None:
        """The answer: one JSON document with ``--json``, a page for people otherwise."""
        if self.as_json:
            self.write(data)
        else:
            self.out.print(page())

    def give_all(self, items: Iterable[BaseModel], page: Callable[[list[Any]], RenderableType]) -> None:
        """A list: one JSON array with ``--json``, a page for people otherwise."""
        listed = list(items)
        self.give(listed, lambda: page(listed))

    def write(self, data: Any) -> None:
        """One JSON document on one line of stdout."""
        print(json.dumps(_ANYTHING.dump_python(data, mode="json"), ensure_ascii=False), flush=True)  # noqa: T201

    def say(self, key: str, **values: object) -> None:
        """A sentence for the person, beside the data."""
        self.err.print(self.words(key, **values), markup=False)

    def close(self) -> None:
        """Close the connections, if any were made."""
        if "client" in self.__dict__:
            self.client.close()

    def _read_clock(self, response: httpx.Response) -> None:
        told = response.headers.get("tereze-time")
        if told:
            self._now = datetime.fromisoformat(told)


def _width(environment: Mapping[str, str]) -> int | None:
    """As wide as the terminal; wide enough to cut nothing where the reader is a file or a pipe."""
    return None if sys.stdout.isatty() or "COLUMNS" in environment else _FOR_PIPES
