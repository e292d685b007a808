"""What is sent and how an answer is read."""

import inspect
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tereze.client import Conflict, Invalid, NotFound, Problem, ServerFault, Stale, Unavailable, UnreadableAnswer
from tereze.client.call import Call, Given, nothing, pages, shape
from tereze.client.plans import cases, casework, directory, referrals, subscriptions, tasks, taskwork
from tereze.client.problems import problem_of
from tereze.contracts.cases import CasePage, CaseSummary, CaseView, Contact, TaskView
from tereze.contracts.inquiries import IndependentFinding
from tereze.contracts.problems import FieldProblem
from tereze.contracts.problems import Problem as ProblemDocument
from tereze.contracts.referrals import Child, ReferralSubmission
from tereze.contracts.subscriptions import CloudEvent
from tereze.contracts.words import (
    AgencyKind,
    CaseState,
    Category,
    ClockKind,
    DeclineReason,
    Outcome,
    Place,
    Risk,
    TaskState,
)

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 3, 6, 11, 40, tzinfo=UTC)
HTTP = httpx.Client(base_url="http://window.example")


def an_id(prefix: str, number: int = 1) -> str:
    return f"{prefix}_{number:032x}"


def asked(step: object) -> Call[Any]:
    assert isinstance(step, Call)
    return step


def a_task(version: int = 4) -> TaskView:
    return TaskView(
        task_id=an_id("tsk"),
        case_id=an_id("cas"),
        version=version,
        service=AgencyKind.HEALTH,
        step="health",
        title="Examine the child",
        agency_id=an_id("agc"),
        state=TaskState.REQUESTED,
        fhir_status="requested",
        risk=Risk.HIGH,
        breached=False,
        assigned_at=NOW,
    )


def a_summary(number: int) -> CaseSummary:
    return CaseSummary(
        case_id=an_id("cas", number),
        version=7,
        state=CaseState.ACTIVE,
        region_code="KZ-75",
        risk=Risk.HIGH,
        categories=(Category.PHYSICAL,),
        opened_at=NOW,
    )


def a_submission() -> ReferralSubmission:
    return ReferralSubmission(
        region_code="KZ-75",
        risk=Risk.HIGH,
        categories=(Category.PHYSICAL,),
        child=Child(given="Айгерім"),
        narrative="Bruises on both arms.",
    )


def test_a_submission_carries_an_idempotency_key_that_stays_the_same_for_retries() -> None:
    call = referrals.submit(a_submission())
    first, second = call.request(HTTP), call.request(HTTP)
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert referrals.submit(a_submission()).headers != call.headers
    assert call.repeatable


def test_a_submission_sends_only_what_was_given() -> None:
    request = referrals.submit(a_submission(), idempotency_key="mine").request(HTTP)
    assert request.method == "POST"
    assert str(request.url) == "http://window.example/v1/referrals"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["idempotency-key"] == "mine"
    sent = ReferralSubmission.model_validate_json(request.content)
    assert sent == a_submission()
    assert b"patronymic" not in request.content


def test_a_command_on_a_task_as_read_sends_its_version() -> None:
    call = next(tasks.accept(a_task(version=4)))
    request = call.request(HTTP)
    assert request.url.path == f"/v1/tasks/{an_id('tsk')}/accept"
    assert request.headers["if-match"] == '"4"'
    assert request.content == b"{}"
    assert not call.repeatable


def test_a_command_on_an_id_reads_the_task_first() -> None:
    plan = tasks.decline(an_id("tsk"), reason=DeclineReason.NO_CAPACITY)
    read = next(plan)
    assert (read.method, read.path) == ("GET", f"/v1/tasks/{an_id('tsk')}")
    command = plan.send(a_task(version=9))
    assert command.headers == {"If-Match": '"9"'}
    with pytest.raises(StopIteration) as end:
        plan.send(a_task(version=10))
    assert end.value.value.version == 10


def test_a_command_on_an_id_with_a_version_does_not_read() -> None:
    contact = Contact(at=NOW, place=Place.SCHOOL, child_seen_alone=True)
    command = next(tasks.fulfil(an_id("tsk"), outcome=Outcome.CHILD_SAFE, contact=contact, version=3))
    assert command.headers == {"If-Match": '"3"'}
    assert b'"child_seen_alone":true' in command.request(HTTP).content


def test_receiving_a_task_has_no_body() -> None:
    request = next(tasks.receive(a_task())).request(HTTP)
    assert request.content == b""
    assert "content-type" not in request.headers


def test_triage_takes_a_summary_or_an_id() -> None:
    assert next(cases.triage(a_summary(1), risk=Risk.CRITICAL)).headers == {"If-Match": '"7"'}
    plan = cases.triage(an_id("cas"), risk=Risk.CRITICAL, remark="seen the bruises")
    assert next(plan).method == "GET"
    view = CaseView(**a_summary(1).model_dump(exclude={"version"}), version=8, protocol_version="kz-default/1")
    assert plan.send(view).headers == {"If-Match": '"8"'}


WORDS: dict[str, Any] = {
    "agency_id": an_id("agc"), "agency_ids": [an_id("agc"), an_id("agc", 2)], "at": NOW, "author_staff_id": an_id("stf"),
    "findings": list(IndependentFinding),
    "clock_id": an_id("clk"), "contact": Contact(at=NOW, place=Place.SCHOOL, child_seen_alone=True),
    "duty": ClockKind.PROTECT, "message": "-", "minutes": "-", "place": Place.HOME, "remark": "-", "summary": "-",
    "responsible_staff_id": an_id("stf"), "review_at": NOW, "step": "police.respond",
}  # fmt: skip
PLANS = [
    (plan, key)
    for module, key in ((taskwork, "task_id"), (casework, "case_id"))
    for plan in vars(module).values()
    if inspect.isgeneratorfunction(plan) and plan.__module__ == module.__name__
]


@pytest.mark.parametrize(("plan", "key"), PLANS, ids=lambda given: getattr(given, "__name__", None))
def test_every_word_goes_to_a_route_of_the_published_api_on_the_version_it_was_decided_on(plan: Any, key: str) -> None:
    published = json.loads((ROOT / "docs/api/openapi.json").read_text("utf-8"))["paths"]
    read = a_task(version=7) if key == "task_id" else a_summary(1)
    asked_for = inspect.signature(plan, eval_str=True).parameters.items()
    said = {
        name: WORDS.get(name) or next(iter(one.annotation))
        for name, one in asked_for
        if name in {*WORDS, "reason", "finding"}
    }
    call = next(plan(read, **said))
    path = re.sub(r"(tsk|cas)_[0-9a-f]{32}", f"{{{key}}}", call.path)
    assert "post" in published[re.sub(r"clk_[0-9a-f]{32}", "{clock_id}", path)]
    assert call.headers == {"If-Match": '"7"'}


def test_a_hostile_id_stays_one_path_segment() -> None:
    request = cases.get("../../oauth/token?x=").request(HTTP)
    assert request.url.raw_path == b"/v1/cases/..%2F..%2Foauth%2Ftoken%3Fx%3D"


def test_listing_asks_for_the_next_page_only_when_it_is_wanted() -> None:
    plan = pages(Call("GET", "/v1/cases", shape(CasePage), {"limit": "2"}, repeatable=True))
    assert asked(next(plan)).query == {"limit": "2"}
    given = plan.send(CasePage(items=(a_summary(1), a_summary(2)), has_more=True, cursor="abc"))
    assert isinstance(given, Given)
    assert [case.case_id for case in given.items] == [an_id("cas", 1), an_id("cas", 2)]
    assert asked(next(plan)).query == {"limit": "2", "cursor": "abc"}
    assert plan.send(CasePage(items=(), has_more=False)) == Given(())
    with pytest.raises(StopIteration):
        next(plan)


def test_filters_that_were_not_given_are_not_sent() -> None:
    assert asked(next(directory.agencies(kind=AgencyKind.POLICE))).query == {"kind": "police"}


def an_event(number: int) -> CloudEvent:
    return CloudEvent(
        id=an_id("evt", number),
        type="tereze.case.opened.v1",
        source="/tereze/referral",
        subject=an_id("cas"),
        time=NOW,
        dataschema="/schemas/tereze.case.opened.v1.json",
        data={},
    )


def test_the_feed_goes_on_after_the_last_event_and_ends_when_not_followed() -> None:
    plan = subscriptions.events(after="evt_0")
    assert asked(next(plan)).query == {"after": "evt_0", "limit": "1000", "timeout": "0"}
    assert plan.send((an_event(1), an_event(2))) == Given((an_event(1), an_event(2)))
    assert asked(next(plan)).query["after"] == an_id("evt", 2)
    with pytest.raises(StopIteration):
        plan.send(())


def test_a_followed_feed_waits_on_after_an_empty_answer() -> None:
    plan = subscriptions.events(follow=True, wait=20)
    call = asked(next(plan))
    assert call.query["timeout"] == "20"
    assert call.request(HTTP).extensions["timeout"]["read"] == 25.0
    assert asked(plan.send(())).query["timeout"] == "20"


def a_problem(status: int, **given: Any) -> bytes:
    document = ProblemDocument(
        type="/docs/problems/x", title="X", status=status, code="some-code", detail="Do this.", **given
    )
    return document.model_dump_json().encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, NotFound), (409, Conflict), (412, Stale), (422, Invalid), (503, Unavailable), (500, ServerFault)],
)
def test_each_status_has_its_exception(status: int, kind: type[Problem]) -> None:
    problem = problem_of(status, {}, a_problem(status))
    assert type(problem) is kind
    assert (problem.status, problem.code, problem.detail) == (status, "some-code", "Do this.")


def test_a_problem_tells_pointers_trace_and_current_version() -> None:
    errors = (FieldProblem(pointer="/child/birth_date", code="in-the-future", detail="Give a date up to today."),)
    content = a_problem(412, errors=errors, trace_id="4bf92f", current_version=5, current_state="accepted")
    problem = problem_of(412, {"retry-after": "7"}, content)
    assert problem.errors == errors
    assert problem.trace_id == "4bf92f"
    assert problem.document.current_version == 5
    assert problem.retry_after == 7.0


def test_a_proxys_page_becomes_a_problem_with_the_status_as_its_code() -> None:
    problem = problem_of(502, {}, b"<html>Bad gateway</html>")
    assert isinstance(problem, Unavailable)
    assert problem.code == "http-502"


@pytest.mark.parametrize(("given", "seconds"), [("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("0", 0.0)])
def test_retry_after_is_read_in_both_forms(given: str, seconds: float | None) -> None:
    assert problem_of(503, {"retry-after": given}, b"").retry_after == seconds


def test_fields_of_a_newer_server_are_ignored_but_another_shape_is_not() -> None:
    call = cases.listing()
    page = asked(next(call))
    assert page.answer(httpx.Response(200, json={"items": [], "has_more": False, "newer": 1})).items == ()
    with pytest.raises(UnreadableAnswer, match="HTTP 200"):
        page.answer(httpx.Response(200, text="<html>welcome</html>"))


def test_an_answer_without_content_is_none() -> None:
    assert Call("DELETE", "/v1/x", nothing).answer(httpx.Response(204)) is None
