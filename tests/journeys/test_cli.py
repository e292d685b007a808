"""The tereze command against a whole window: a pedagogue, a police inspector, a coordinator, the Ombudsman."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tereze.client import verify_webhook
from tereze.local.stack import Stack
from tereze.rig.stories.telling import soon

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
YAML = """
region_code: KZ-75
risk: high
categories: [kz-vac:physical]
narrative: Екі қолында көгерген іздер бар.
child: {given: Айгерім, family: Терезебаева, birth_date: 2016-11-03, iin: "161103600011"}
"""
Run = Callable[..., Result]


def document(result: Result) -> Any:
    assert len(result.stdout.splitlines()) == 1, "one JSON document on one line"
    return json.loads(result.stdout)


@pytest.fixture
def referral(run: Run, tmp_path: Path) -> dict[str, Any]:
    """A referral of School 12, on its case."""
    (tmp_path / "concern.yaml").write_text(YAML, encoding="utf-8")
    who = "almaty-school-1:member"
    accepted = document(run("refer", "--file", str(tmp_path / "concern.yaml"), "--json", who=who))

    def look() -> dict[str, Any] | None:
        shown = document(run("referral", "show", accepted["referral_id"], "--json", who=who))
        return shown if shown["case_id"] and shown["progress"] else None

    return soon(look, "the referral came on no case")


def test_a_concern_from_flags_says_who_answers_by_when_and_what_to_check(run: Run) -> None:
    told = run(
        "refer", "--region", "KZ-75", "--risk", "high", "--category", "physical", "--narrative", "Bruises.",
        "--given", "Әсел", "--iin", "123", "--accused", "father", who="almaty-school-1:member",
    ).stdout  # fmt: skip
    for words in ("Accepted: ref_", "It is saved", "police", "acknowledge", "/child/iin"):
        assert words in told


def test_the_same_key_gives_the_same_referral(run: Run, tmp_path: Path) -> None:
    (tmp_path / "concern.yaml").write_text(YAML, encoding="utf-8")
    words = ("refer", "--file", str(tmp_path / "concern.yaml"), "--key", f"cli-{tmp_path.name}", "--json")
    first, second = (document(run(*words, who="almaty-school-1:member")) for _ in range(2))
    assert first["referral_id"] == second["referral_id"]


def test_the_referrer_follows_in_words_and_in_kazakh(run: Run, referral: dict[str, Any]) -> None:
    who = "almaty-school-1:member"
    told = run("referral", "show", referral["referral_id"], who=who).stdout
    assert referral["case_id"] in told
    assert "Juvenile police" in told
    told = run("referral", "show", referral["referral_id"], "--lang", "kk", who=who).stdout
    assert "Ювеналдық полиция" in told
    listed = document(run("referral", "list", "--json", who=who))
    assert referral["referral_id"] in {one["referral_id"] for one in listed}


def test_the_police_work_their_task_and_the_case_shows_it(run: Run, referral: dict[str, Any]) -> None:
    police = "almaty-police:member"
    tasks = document(run("tasks", "--json", who=police))
    task = next(task["task_id"] for task in tasks if task["case_id"] == referral["case_id"])
    assert "acknowledge: by" in run("task", "show", task, who=police).stdout
    assert "Done: received" in run("task", "receive", task, who=police).stderr
    accepted = document(run("task", "accept", task, "--json", who=police))
    assert accepted["state"] == "accepted"
    stale = run("task", "start", task, "--place", "home", "--version", "1", who=police, code=1)
    assert f"It is at version {accepted['version']} now" in stale.stderr
    started = document(run("task", "start", task, "--place", "home", "--alone", "--json", who=police))
    assert started["state"] == "in_progress"
    early = run("task", "fulfil", task, "--outcome", "child_safe", who=police, code=1)
    assert "protect" in early.stderr
    odd = run("task", "evidence", task, "--duty", "protect", "--reference", "as agreed", who=police, code=2)
    assert "/reference" in odd.stderr
    run("task", "evidence", task, "--duty", "protect", "--reference", "14/2026", who=police)
    assert (
        document(run("task", "fulfil", task, "--outcome", "child_safe", "--json", who=police))["state"] == "fulfilled"
    )
    told = run("case", "show", referral["case_id"], who="almaty-school-1:member").stdout
    for words in ("fulfilled the task", "told next: ", "Juvenile police", "acknowledge: done in time"):
        assert words in told


def test_a_high_task_cannot_be_declined_and_it_is_said_why(run: Run, referral: dict[str, Any]) -> None:
    tasks = document(run("tasks", "--json", who="almaty-police:manager"))
    task = next(task["task_id"] for task in tasks if task["case_id"] == referral["case_id"])
    refused = run("task", "decline", task, "--reason", "no_capacity", who="almaty-police:manager", code=1)
    assert "Refused" in refused.stderr
    assert "code " in refused.stderr
    assert "trace " in refused.stderr
    assert refused.stdout == ""


def test_the_coordinator_triages(run: Run, referral: dict[str, Any]) -> None:
    desk = "almaty-desk:coordinator"
    assert referral["case_id"] in {case["case_id"] for case in document(run("cases", "--json", who=desk))}
    case = document(run("case", "triage", referral["case_id"], "--risk", "high", "--json", who=desk))
    assert "tereze.case.triaged.v1" in {entry["type"] for entry in case["timeline"]}


def test_what_one_may_not_know_is_not_found(run: Run, referral: dict[str, Any]) -> None:
    refused = run("case", "show", referral["case_id"], "--json", who="astana-police:member", code=1)
    assert json.loads(refused.stderr)["status"] == 404
    assert refused.stdout == ""


def test_overseers_see_the_board_and_everybody_the_directory(run: Run, referral: dict[str, Any]) -> None:
    assert referral["case_id"]
    soon(lambda: document(run("sla", "--json", who="ombudsman:operator"))["rows"], "the board stays empty")
    assert "acknowledge" in run("sla", who="ombudsman:operator").stdout
    school = "almaty-school-1:member"
    assert "almaty-police" in run("agencies", "--region", "KZ-75", who=school).stdout
    assert len(document(run("regions", "--json", who=school))) == 20
    assert "Source:" in run("series", who=school).stdout


def test_a_person_logs_in_acts_and_logs_out(run: Run) -> None:
    assert "Logged in" in run("login", who="almaty-clinic-1:manager").stderr
    assert document(run("whoami", "--json"))["roles"] == ["manager"]
    assert "manager" in run("whoami").stdout
    assert document(run("tasks", "--json")) is not None
    assert "Logged out" in run("logout").stderr
    assert "tereze login" in run("tasks", code=1).stderr


def test_a_system_logs_in_with_its_secret_from_stdin(run: Run) -> None:
    run("login", "--client-id", "demo:almaty-police:system", "--client-secret", "-", input="demo\n")
    assert document(run("whoami", "--json"))["subject"] == "demo:almaty-police:system"
    wrong = run("login", "--client-id", "demo:almaty-police:system", "--client-secret", "wrong", code=1)
    assert "Not logged in" in wrong.stderr


def test_an_unknown_identity_is_refused_with_a_sentence(run: Run) -> None:
    assert "does not know nobody:member" in run("tasks", who="nobody:member", code=1).stderr
    assert "AGENCY:ROLE" in run("tasks", who="almaty-police", code=1).stderr


def test_a_subscription_is_made_shown_and_ended(run: Run) -> None:
    system = "almaty-police:system"
    made = document(run("subscribe", "http://127.0.0.1:9/hook", "--json", who=system))
    assert made["secret"].startswith("whsec_")
    shown = run("subscriptions", "--json", who=system).stdout
    assert made["subscription_id"] in shown
    assert made["secret"] not in shown
    assert document(run("deliveries", made["subscription_id"], "--json", who=system)) == []
    run("subscription", "end", made["subscription_id"], who=system)
    assert "not-found" in run("subscription", "show", made["subscription_id"], who=system, code=1).stderr


def test_events_are_one_json_document_a_line(run: Run, referral: dict[str, Any]) -> None:
    def look() -> list[dict[str, Any]]:
        lines = run("events", "--json", who="almaty-police:system").stdout.splitlines()
        return [event for event in map(json.loads, lines) if event["subject"] == referral["case_id"]]

    assert "tereze.task.assigned.v1" in {event["type"] for event in soon(look, "no events")}


class Program(BaseHTTPRequestHandler):
    """A partner's program under development: verifies and remembers."""

    events: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.events.append(verify_webhook(SECRET, dict(self.headers), body).subject)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def program() -> Iterator[HTTPServer]:
    Program.events = []
    server = HTTPServer(("127.0.0.1", 0), Program)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_listen_forwards_signed_events_until_it_is_stopped(
    run: Run, referral: dict[str, Any], program: HTTPServer, stack: Stack
) -> None:
    assert run is not None
    words = ["listen", "--agency", "almaty-police", "--from-start", "--secret", SECRET, "--json", "--url", stack.url]
    url = f"http://127.0.0.1:{program.server_port}/hook"
    command = [sys.executable, "-m", "tereze.client.cli", *words, "--forward-to", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as listening:
        try:
            soon(lambda: referral["case_id"] in Program.events, "nothing was forwarded")
        finally:
            listening.terminate()
        out, err = listening.communicate()
    assert SECRET in err
    assert {json.loads(line)["status"] for line in out.splitlines()} == {204}


def test_a_unit_is_founded_its_people_are_let_in_and_it_is_closed_again(run: Run) -> None:
    above, words = (
        "almaty-department:head",
        ("--kk", "Көктем мектебі", "--ru", "Школа «Коктем»", "--en", "Koktem school"),
    )
    place = ("--kind", "school", "--region", "KZ-75", "--below", "almaty-department")
    founded = document(run("agency", "create", "almaty-school-koktem", *place, *words, "--json", who=above))
    again = run("agency", "create", "almaty-school-koktem", *place, *words, who=above, code=1)
    assert "slug-taken" in again.output
    who = ("--subject", "kc-koktem-1", "--name", "Айгүл Нұрланқызы", "--role", "member")
    added = run("staff", "add", "--agency", "almaty-school-koktem", *who, "--json", who=above)
    member = json.loads(added.stdout.splitlines()[0])
    assert (member["agency_id"], member.get("fit_from")) == (founded["agency_id"], None)
    run("staff", "add", "--agency", "almaty-school-koktem", *who[:-1], "operator", who=above, code=1)
    run("attest", "record", member["staff_id"], "--kind", "vetting", "--evidence", "file 1", who=above)
    raised = document(run("staff", "amend", member["staff_id"], "--role", "head", "--json", who=above))
    assert (raised["roles"], raised["display_name"]) == (["head"], "Айгүл Нұрланқызы")
    moved = run("staff", "move", member["staff_id"], "--to", "almaty-school-2", "--role", "member", who=above)
    assert "Their token has to name agency" in moved.output
    told = run("agency", "amend", "almaty-school-koktem", "--en", "Bahar school", who=above).stdout
    assert "Bahar school" in told
    closed = run("agency", "close", "almaty-school-koktem", "--lang", "kk", who=above).output
    assert "Жабылды." in closed
    assert document(run("agency", "show", founded["agency_id"], "--json", who=above))["active"] is False


def test_a_post_is_added_filled_and_vacant_again(run: Run) -> None:
    head, above = "almaty-school-2:head", "almaty-department:head"
    post = document(run("post", "add", "--specialism", "social_pedagogue", "--pupils", "640", "--json", who=head))
    assert "NOBODY MAY ACT" in run("workforce", who=above).stdout
    [member] = [one for one in document(run("staff", "list", "--json", who=head)) if one["roles"] == ["member"]][:1]
    filled = run("post", "fill", post["post_id"], member["staff_id"], who=head).stdout
    assert member["display_name"] in filled
    assert "overloaded" in run("workforce", who=above).stdout  # 640 pupils for one
    vacant = document(run("post", "vacate", post["post_id"], "--json", who=head))
    assert (vacant.get("staff_id"), vacant["pupils"]) == (None, 640)
    unknown = run("post", "vacate", post["post_id"], who="almaty-school-1:head", code=2)
    assert "tereze post list" in unknown.output
