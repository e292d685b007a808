"""Decides what one request and one answer look like as plain values; must never do I/O or know whether it is awaited."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeAlias, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import TypeAdapter, ValidationError

from tereze.client.problems import UnreadableAnswer, problem_of
from tereze.contracts.labels import Contract

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Page(Protocol[T_co]):
    """What every page of a list has."""

    @property
    def items(self) -> tuple[T_co, ...]: ...  # noqa: D102 - the shape says it
    @property
    def has_more(self) -> bool: ...  # noqa: D102 - likewise
    @property
    def cursor(self) -> str | None: ...  # noqa: D102 - likewise


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request and how to read its answer.

    ``repeatable`` says that sending it twice has the effect of sending it once, so that it may be retried.
    ``wait`` is how long the server was asked to hold the request open, in seconds (long poll).
    """

    method: str
    path: str
    read: Callable[[bytes], T]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Contract | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    wait: float = 0.0

    def request(self, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """The request, ready to send with ``http``."""
        headers = {"Accept": "application/json, application/problem+json", **self.headers}
        content = None
        if self.body is not None:
            content = self.body.model_dump_json(exclude_unset=True).encode()
            headers["Content-Type"] = "application/json"
        limits = http.timeout.as_dict()
        if self.wait and limits["read"] is not None:
            limits["read"] += self.wait
        timeout = httpx.Timeout(**limits)
        return http.build_request(
            self.method, self.path, params=dict(self.query) or None, content=content, headers=headers, timeout=timeout
        )

    def answer(self, response: httpx.Response) -> T:
        """The typed answer; raises Problem for a refusal and UnreadableAnswer for anything that is not of our API."""
        if not response.is_success:
            raise problem_of(response.status_code, response.headers, response.content)
        try:
            return self.read(response.content)
        except ValidationError as error:
            raise UnreadableAnswer(response.status_code, str(error.errors(include_input=False)[0]["msg"])) from error


@dataclass(frozen=True, slots=True)
class Given(Generic[T]):
    """Items that a stream hands to the caller."""

    items: tuple[T, ...]


Flow: TypeAlias = Generator[Call[Any], Any, T]
Plan: TypeAlias = Call[T] | Flow[T]
Stream: TypeAlias = Generator[Call[Any] | Given[T], Any, None]


def shape(model: type[T]) -> Callable[[bytes], T]:
    """Reader of one contract. Fields of a newer server are ignored, so that an older client goes on working."""
    adapter = TypeAdapter(model)
    return lambda content: adapter.validate_json(content, extra="ignore")


def nothing(_content: bytes) -> None:
    """Reader of an answer without content."""


def segment(value: str) -> str:
    """One path segment, quoted."""
    return quote(value, safe="")


def query(**given: str | float | None) -> dict[str, str]:
    """Query parameters that were given; the others are left out."""
    return {name: str(value) for name, value in given.items() if value is not None}


def creating(idempotency_key: str | None) -> dict[str, str]:
    """Headers of a POST that creates: a retry with the same key cannot create twice."""
    return {"Idempotency-Key": idempotency_key or str(uuid4())}


def if_match(version: int) -> dict[str, str]:
    """Headers of a command that changes what the caller has read at ``version``."""
    return {"If-Match": f'"{version}"'}


def pages(first: Call[Page[T]]) -> Stream[T]:
    """Every item of every page, asking for the next page only when it is wanted."""
    call = first
    while True:
        page: Page[T] = yield call
        yield Given(page.items)
        if not page.has_more or page.cursor is None:
            return
        call = Call("GET", first.path, first.read, {**first.query, "cursor": page.cursor}, repeatable=True)
