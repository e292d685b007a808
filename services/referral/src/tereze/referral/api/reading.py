"""Decides how a request's language and place in a list are read; must never guess a cursor."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header

from tereze.chassis.http import BadCursor, Caller, OpenWork, Principal, decode_cursor, encode_cursor
from tereze.chassis.work import Work
from tereze.contracts.words import Locale
from tereze.referral.moments import read_protocols
from tereze.referral.rooms import titles_of
from tereze.referral.store.lists import Position
from tereze.referral.views import Words

_KEY = re.compile(r"(cas|tsk)_[0-9a-f]{32}\Z")


def read_language(
    accept_language: Annotated[
        str | None, Header(alias="Accept-Language", description="kk, ru or en; the first of them counts")
    ] = None,
) -> Locale:
    """The language titles are shown in; English where none of ours is asked for."""
    asked = [part.split(";")[0].strip().split("-")[0].lower() for part in (accept_language or "").split(",")]
    return next((Locale(tag) for tag in asked if tag in set(Locale)), Locale.EN)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, in which open transaction, in which language."""

    caller: Principal
    work: Work
    language: Locale

    @property
    def words(self) -> Words:
        """In which words they are shown a case."""
        folder = self.work.runtime.settings.pack
        return Words(read_protocols(folder), titles_of(folder), self.language)


async def receive_visitor(
    caller: Caller, work: OpenWork, language: Annotated[Locale, Depends(read_language)]
) -> Visitor:
    """What every route of ours begins with."""
    return Visitor(caller, work, language)


Visit = Annotated[Visitor, Depends(receive_visitor)]


def following(position: Position | None) -> str | None:
    """The cursor of the next page."""
    if position is None:
        return None
    due_at, key = position
    return encode_cursor({"due": due_at.isoformat() if due_at else None, "after": key})


def position_of(cursor: str | None) -> Position | None:
    """Where the page before ended. Raises BadCursor."""
    if cursor is None:
        return None
    read = decode_cursor(cursor)
    due, key = read.get("due"), read.get("after")
    if not isinstance(key, str) or not _KEY.match(key) or not isinstance(due, str | None):
        raise BadCursor
    try:
        due_at = datetime.fromisoformat(due) if due else None
    except ValueError:
        raise BadCursor from None
    if due_at is not None and due_at.tzinfo is None:
        raise BadCursor
    return due_at, key
