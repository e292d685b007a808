"""Decides how an answer is recognised by its content (ETag, If-None-Match); must never call two different answers the same."""

from hashlib import sha256
from typing import Annotated

from fastapi import Header, Response

IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match", max_length=1_024, description="The ETag of an answer you have; 304 if it still holds"
    ),
]


def tagged(content: str, media_type: str, asked: str | None, headers: dict[str, str]) -> Response:
    """The answer with its tag, or 304 where the caller has it already."""
    tag = f'"{sha256(content.encode()).hexdigest()[:32]}"'
    known = {part.strip().removeprefix("W/") for part in (asked or "").split(",")}
    told = {**headers, "ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=told)
    return Response(content, headers=told, media_type=media_type)
