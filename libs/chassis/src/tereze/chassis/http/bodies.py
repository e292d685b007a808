"""Decides whether a request body is the JSON document it should be; must never pass on a value PostgreSQL could not store."""

import json
import math
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from tereze.chassis.http.faults import faults_of_body, pointer
from tereze.chassis.http.refusals import BodyTooLarge, MalformedJson, UnsupportedMedia, ValidationFailed
from tereze.contracts.labels import Contract
from tereze.contracts.problems import FieldProblem

LARGEST_BODY = 1 << 20
_JSON = frozenset({"application/json", "application/fhir+json"})
_LARGEST_EXACT = 2**53
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_YEARS = range(1900, 2201)

C = TypeVar("C", bound=Contract)
Steps = tuple[str | int, ...]


class _DoubleName(ValueError):
    """An object names one member twice."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DoubleName
    return members


def _refuse_constant(_word: str) -> NoReturn:
    raise ValueError


class _Numbers:
    """Reads numbers with a point. To JSON, ``3.0`` is an integer; the shapes are told so."""

    def __init__(self) -> None:
        self.rewritten = False

    def __call__(self, digits: str) -> float | int:
        number = float(digits)
        if math.isinf(number):
            raise ValueError
        if not number.is_integer() or abs(number) >= _LARGEST_EXACT:
            return number
        self.rewritten = True
        return int(number)


def _parse(raw: bytes) -> tuple[Any, str]:
    """The document and its text. Stricter than most readers: no NaN, no double names, no overlong numbers."""
    numbers = _Numbers()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJson("The body is not valid UTF-8.") from None
    try:
        document = json.loads(
            text, object_pairs_hook=_members, parse_constant=_refuse_constant, parse_float=numbers, strict=True
        )
    except _DoubleName:
        raise MalformedJson("An object in the body has the same member twice.") from None
    except RecursionError:
        raise MalformedJson("The body is nested too deeply.") from None
    except ValueError:
        raise MalformedJson("The body is not valid JSON (RFC 8259).") from None
    return document, json.dumps(document) if numbers.rewritten else text


def _storable(text: str) -> bool:
    return _UNSTORABLE.search(text) is None


def _unstorable(value: object, steps: Steps = ()) -> Iterator[Steps]:
    """Where strings hold NUL or half a surrogate pair, which only an escape can smuggle in."""
    if isinstance(value, str):
        if not _storable(value):
            yield steps
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable(item, (*steps, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _unstorable(item, (*steps, name)) if _storable(name) else iter((steps,))


def _out_of_range(value: object, steps: Steps = ()) -> Iterator[Steps]:
    """Where instants lie so far off that offsets overflow."""
    if isinstance(value, datetime):
        if value.year not in _YEARS:
            yield steps
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _out_of_range(getattr(value, name), (*steps, name))
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _out_of_range(item, (*steps, index))


def _refuse(places: Iterator[Steps], code: str, detail: str) -> None:
    faults = tuple(FieldProblem(pointer=pointer(steps), code=code, detail=detail) for steps in places)
    if faults:
        raise ValidationFailed(errors=faults[:50])


def read_document(raw: bytes, model: type[C]) -> C:
    """The model of a JSON document. Raises MalformedJson or ValidationFailed."""
    document, text = _parse(raw)
    if "\\u" in text:
        _refuse(
            _unstorable(document), "unstorable-character", "NUL and unpaired surrogates cannot be kept; remove them."
        )
    try:
        value = model.model_validate_json(text)
    except ValidationError as error:
        if error.errors(include_input=False)[0]["type"] == "json_invalid":
            raise MalformedJson("The body is nested too deeply.") from None
        raise ValidationFailed(errors=faults_of_body(error, document)) from None
    _refuse(_out_of_range(value), "out-of-range", "Instants lie between the years 1900 and 2200.")
    return value


@lru_cache(maxsize=64)
def _is_plain_json(content_type: str) -> bool:
    media = Message()
    media["Content-Type"] = content_type
    charset = str(media.get_param("charset", "utf-8")).lower()
    return media.get_content_type() in _JSON and charset in {"utf-8", "utf8"}


def _check_media(request: Request) -> None:
    if not _is_plain_json(request.headers.get("content-type", "")):
        raise UnsupportedMedia
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMedia


async def read_capped(request: Request) -> bytes:
    """The whole body, once per request. Raises BodyTooLarge as soon as it is."""
    if hasattr(request.state, "raw_body"):
        return bytes(request.state.raw_body)
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > LARGEST_BODY:
        raise BodyTooLarge
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_BODY:
            raise BodyTooLarge
    request.state.raw_body = bytes(content)
    return bytes(content)


class BodyReader:
    """The dependency that reads one model from a body; OpenAPI finds the model here."""

    def __init__(self, model: type[Contract]) -> None:
        self.model = model

    async def __call__(self, request: Request) -> Contract:
        """Read and check the body."""
        _check_media(request)
        return read_document(await read_capped(request), self.model)


if TYPE_CHECKING:
    body = Annotated[C, "the strict JSON body"]
else:

    class _Body:
        """``submission: body[ReferralSubmission]`` in a route's signature."""

        def __getitem__(self, model: type[Contract]) -> Any:
            return Annotated[model, Depends(BodyReader(model))]

        __call__ = __getitem__

    body = _Body()
