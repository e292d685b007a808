"""Decides how what waits for operators is read and answered; must never do I/O or repeat a decision somebody else overtook."""

from tereze.client.call import Call, Stream, if_match, pages, query, segment, shape
from tereze.contracts.operations import AnswerDuty, DutyAnswer, DutyPage, DutyView


def listing(*, limit: int | None = None) -> Stream[DutyView]:
    """Every duty that is not settled, longest first: all of them for operators, breached ones for the Ombudsman."""
    return pages(Call("GET", "/v1/duties", shape(DutyPage), query(limit=limit), repeatable=True))


def answer(duty: DutyView, answer: DutyAnswer) -> Call[DutyView]:
    """Say as an operator that you are at it, or how an agency was told. Raises Stale when it changed since you read it."""
    return Call(
        "POST",
        f"/v1/duties/{segment(duty.duty_id)}/answer",
        shape(DutyView),
        body=AnswerDuty(answer=answer),
        headers=if_match(duty.version),
    )
