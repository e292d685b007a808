"""Decides how a referral, or a child's particulars, are put together from flags or a file; must never guess what was not given."""

import json
import sys
from collections.abc import Hashable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import typer
import yaml
from pydantic import ValidationError

from tereze.client.cli.desk import Desk
from tereze.contracts.labels import Contract
from tereze.contracts.referrals import ReferralSubmission
from tereze.contracts.words import Category

_USAGE = 2
_KEPT_AS_WRITTEN = ("iin", "phone", "school", "address")  # a number there is no amount
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
C = TypeVar("C", bound=Contract)


class _AsWritten(yaml.SafeLoader):
    """YAML in which a number or a phone keeps its zeros and its plus, quoted or not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        for key, value in node.value:
            if key.value in _KEPT_AS_WRITTEN and value.tag in _NUMBERS:
                value.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


def from_file(desk: Desk, name: str) -> ReferralSubmission:
    """The referral in a JSON or YAML file, or on stdin (``-``)."""
    return checked(desk, with_whole_codes(document_in(name)))


def with_whole_codes(given: Any) -> Any:
    """The same document; a form of violence may lack its code system, as it may in a flag."""
    if not isinstance(given, dict) or not isinstance(given.get("categories"), list):
        return given
    return {**given, "categories": [_whole_code(each) for each in given["categories"]]}


def _whole_code(value: Any) -> Any:
    return f"kz-vac:{value}" if isinstance(value, str) and ":" not in value else value


def document_in(name: str) -> Any:
    """What a JSON or YAML file holds, or stdin (``-``)."""
    text = text_in(name)
    try:
        return json.loads(text) if name.endswith(".json") else yaml.load(text, _AsWritten)  # noqa: S506 - it is a SafeLoader
    except (ValueError, yaml.YAMLError) as error:
        raise typer.BadParameter(f"{name} is neither JSON nor YAML: {error}") from error


def text_in(name: str) -> str:
    """The text of a file, or of stdin (``-``)."""
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{name}: {error}") from error


def checked(desk: Desk, given: Any) -> ReferralSubmission:
    """The typed referral, or a line for each part that is wrong and exit code 2."""
    return checked_as(desk, given, ReferralSubmission)


def checked_as(desk: Desk, given: Any, wanted: type[C]) -> C:
    """The typed document, or a line for each part that is wrong and exit code 2."""
    try:
        return wanted.model_validate_json(json.dumps(given, default=_plain))
    except ValidationError as error:
        desk.say("error.input")
        for fault in error.errors(include_input=False, include_url=False):
            pointer = "/" + "/".join(str(part) for part in fault["loc"])
            desk.err.print(f"  {pointer}  {fault['msg']}", markup=False)
        raise typer.Exit(_USAGE) from error


def given_parts(**parts: Any) -> dict[str, Any]:
    """The parts that were given; the others stay out."""
    return {name: value for name, value in parts.items() if value not in (None, [], {}, ())}


def named(value: str) -> dict[str, str]:
    """Somebody a report names: an agency or staff member by id, or in words."""
    field = {"agc_": "agency_id", "stf_": "staff_id"}.get(value[:4], "text")
    return {field: value}


def category_code(value: str) -> str:
    """A form of violence, with or without its code system."""
    code = str(_whole_code(value))
    if code not in {category.value for category in Category}:
        known = ", ".join(category.value.removeprefix("kz-vac:") for category in Category)
        raise typer.BadParameter(f"{value} is none of: {known}")
    return code


def instant(value: str) -> str:
    """An instant; without an offset it is on this machine's clock."""
    try:
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{value} is not a time like 2026-03-06T16:40") from None


def day(value: str) -> str:
    """A date."""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{value} is not a date like 2017-02-28") from None


def _plain(value: object) -> str:
    """YAML reads dates and times as such; the wire has them as text."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise typer.BadParameter(f"{type(value).__name__} has no place here")
