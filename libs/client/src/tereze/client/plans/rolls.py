"""Decides how rolls are loaded and their reports read; must never do I/O."""

from tereze.client.call import Call, Stream, creating, pages, query, segment, shape
from tereze.contracts.rolls import LoadRoll, RollFormat, RollRow, RollRowPage, RollView, RowOutcome


def load(
    content: str,
    *,
    format: RollFormat,  # noqa: A002 - the API's word
    dry_run: bool = False,
    idempotency_key: str | None = None,
) -> Call[RollView]:
    """Bring in a roll of up to about 900 KB; ``dry_run`` reports every row and keeps nothing."""
    body = LoadRoll(format=format, content=content, dry_run=dry_run)
    return Call("POST", "/v1/rolls", shape(RollView), body=body, headers=creating(idempotency_key), repeatable=True)


def get(roll_id: str) -> Call[RollView]:
    """How far a roll of your agency is."""
    return Call("GET", f"/v1/rolls/{segment(roll_id)}", shape(RollView), repeatable=True)


def rows(roll_id: str, *, outcome: RowOutcome | None = None, limit: int | None = None) -> Stream[RollRow]:
    """The report of every row; pages are fetched as they are needed."""
    asked = query(outcome=outcome, limit=limit)
    return pages(Call("GET", f"/v1/rolls/{segment(roll_id)}/rows", shape(RollRowPage), asked, repeatable=True))
