"""Decides how a version travels as ETag and If-Match; must never let a command through that does not say what it was decided on."""

import re
from typing import Annotated

from fastapi import Depends, Header

from tereze.chassis.http.refusals import IfMatchMalformed, PreconditionRequired

_ONE_VERSION = re.compile(r'\s*(?:"([0-9]{1,9})"|([0-9]{1,9}))\s*\Z')


def etag(version: int) -> dict[str, str]:
    """The header that hands a version out."""
    return {"ETag": f'"{version}"'}


async def read_version(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description='The version this was decided on, as given in ETag: `"3"`')
    ] = None,
) -> int:
    """The version a command was decided on."""
    if if_match is None:
        raise PreconditionRequired
    found = _ONE_VERSION.match(if_match)
    if found is None:
        raise IfMatchMalformed
    return int(found[1] or found[2])


IfMatch = Annotated[int, Depends(read_version)]
