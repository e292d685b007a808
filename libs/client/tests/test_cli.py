"""What people read on the terminal and what programs get."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from rich.console import Console, RenderableType
from typer.main import get_command
from typer.testing import CliRunner

from tereze.client import Unreachable
from tereze.client.cli import app
from tereze.client.cli.command import carry_out, tell_problem
from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.cases import case_page, task_list
from tereze.client.cli.pages.clocks import clock_lines
from tereze.client.cli.pages.identities import act_page, unsealed_page
from tereze.client.cli.pages.persons import person_page
from tereze.client.cli.pages.referrals import accepted_page
from tereze.client.cli.words import CATALOGUE, Words, locale_of
from tereze.client.problems import problem_of
from tereze.contracts import cases as case_contracts
from tereze.contracts import words as codes_of
from tereze.contracts.cases import AttachedReferral, CaseView, ClockView, TaskView, TimelineEntry
from tereze.contracts.catchments import ResponsibleBy
from tereze.contracts.directory import Agency, LocalName
from tereze.contracts.events import event_types
from tereze.contracts.iin import iin_flags
from tereze.contracts.investigations import BreachKind, InvestigationOutcome, InvestigationState
from tereze.contracts.persons import ActState, ActView, PersonKind, PersonView, Relative, Unsealed
from tereze.contracts.problems import FieldProblem, Problem
from tereze.contracts.referrals import AnswerDue, Flag, ReferralAccepted
from tereze.contracts.words import (
    AgencyKind,
    CaseState,
    Category,
    ClockKind,
    ClockState,
    DeliveredService,
    DisputeFinding,
    Kinship,
    LadderLevel,
    Locale,
    Outcome,
    ReviewFinding,
    Risk,
    Sex,
    TaskState,
)
from tereze.contracts.workforce import Specialism, WorkforceGap

NOW = datetime(2026, 3, 6, 11, 40, tzinfo=UTC)
EN = Words(Locale.EN)


def an_id(prefix: str, number: int = 1) -> str:
    return f"{prefix}_{number:032x}"


def a_clock(state: ClockState = ClockState.RUNNING, minutes: int = 80) -> ClockView:
    return ClockView(
        clock_id=an_id("clk"),
        kind=ClockKind.ACKNOWLEDGE,
        agency_id=an_id("agc"),
        state=state,
        started_at=NOW - timedelta(hours=1),
        due_at=NOW + timedelta(minutes=minutes),
        stopped_at=NOW + timedelta(minutes=90) if state is ClockState.MET_LATE else None,
        reached=LadderLevel.BREACH if state is ClockState.BREACHED else None,
        next_level=LadderLevel.AGENCY_HEAD,
        next_level_at=NOW + timedelta(minutes=30),
    )


def a_task() -> TaskView:
    return TaskView(
        task_id=an_id("tsk"),
        case_id=an_id("cas"),
        version=4,
        service=AgencyKind.HEALTH,
        step="health",
        title="Examine the child",
        agency_id=an_id("agc"),
        offered_agency_id=an_id("agc", 2),
        state=TaskState.REQUESTED,
        fhir_status="requested",
        risk=Risk.HIGH,
        breached=True,
        assigned_at=NOW,
        clocks=(a_clock(ClockState.BREACHED, -12),),
    )


def a_case() -> CaseView:
    entries = [
        ("tereze.case.opened.v1", None, None, None),
        ("tereze.task.assigned.v1", an_id("agc"), None, None),
        ("tereze.clock.breached.v1", an_id("agc"), LadderLevel.BREACH, 3_600_000),
        ("tereze.clock.escalated.v1", an_id("agc"), LadderLevel.AGENCY_HEAD, 0),
    ]
    return CaseView(
        case_id=an_id("cas"),
        version=9,
        state=CaseState.ACTIVE,
        region_code="KZ-75",
        risk=Risk.HIGH,
        categories=(Category.PHYSICAL,),
        opened_at=NOW,
        person_id=an_id("per"),
        protocol_version="kz-default/1",
        referrals=(
            AttachedReferral(
                referral_id=an_id("ref"),
                agency_id=an_id("agc", 2),
                received_at=NOW,
                risk=Risk.HIGH,
                categories=(Category.PHYSICAL,),
            ),
        ),
        tasks=(a_task(),),
        timeline=tuple(
            TimelineEntry(
                event_id=an_id("evt", number),
                type=kind,
                at=NOW,
                case_version=number,
                agency_id=agency,
                clock_kind=ClockKind.ACKNOWLEDGE if level else None,
                level=level,
                late_by_ms=late,
            )
            for number, (kind, agency, level, late) in enumerate(entries, 1)
        ),
        hidden_entries=2,
    )


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    desk = Desk(lang="en", environment={})
    desk._now = NOW
    for number, name in enumerate(("Clinic 1", "School 12"), 1):
        words = LocalName(kk=f"{name} kk", ru=f"{name} ru", en=name)
        agency = Agency(agency_id=an_id("agc", number), slug="x", kind=AgencyKind.HEALTH, name=words)
        desk._agencies[agency.agency_id] = agency
    return desk


def shown(page: RenderableType) -> str:
    console = Console(width=200, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(page)
    return capture.get()


def test_the_three_languages_have_the_same_words_and_the_same_blanks() -> None:
    def blanks(sentence: str) -> set[str]:
        return {part.split("}")[0] for part in sentence.split("{")[1:]}

    english = CATALOGUE[Locale.EN]
    for locale in (Locale.KK, Locale.RU):
        other = CATALOGUE[locale]
        assert other.keys() == english.keys()
        assert {key: blanks(text) for key, text in other.items()} == {k: blanks(t) for k, t in english.items()}


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("risk", Risk),
        ("category", Category),
        ("service", AgencyKind),
        ("case", CaseState),
        ("task", TaskState),
        ("clock", ClockKind),
        ("level", LadderLevel),
        ("outcome", Outcome),
        *(("reason", codes) for name, codes in vars(codes_of).items() if name.endswith("Reason")),
        ("finding", DisputeFinding),
        ("finding", ReviewFinding),
        ("given", DeliveredService),
        ("breach-kind", BreachKind),
        ("investigation", InvestigationState),
        ("investigation-outcome", InvestigationOutcome),
        ("specialism", Specialism),
        ("gap", WorkforceGap),
        ("responsible-by", ResponsibleBy),
    ],
)
def test_every_code_of_the_contracts_has_a_word(kind: str, codes: type[StrEnum]) -> None:
    for code in codes:
        assert EN.code(kind, code) != code or f"{kind}.{code}" in CATALOGUE[Locale.EN]


def test_every_event_of_a_case_has_a_word() -> None:
    assert case_contracts.CaseOpened.type in event_types()
    missing = [
        name
        for name, shape in event_types().items()
        if issubclass(shape, case_contracts.CaseEvent) and EN.code("event", name) == name
    ]
    assert missing == []


def test_an_unknown_code_of_a_newer_window_is_shown_as_it_is() -> None:
    assert EN.code("task", "mislaid") == "mislaid"


@pytest.mark.parametrize(
    ("asked", "environment", "locale"),
    [
        ("kk", {"LANG": "ru_RU.UTF-8"}, Locale.KK),
        (None, {"LANG": "ru_RU.UTF-8"}, Locale.RU),
        (None, {"LANG": "C.UTF-8"}, Locale.EN),
        (None, {}, Locale.EN),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_environments(
    asked: str | None, environment: dict[str, str], locale: Locale
) -> None:
    assert locale_of(asked, environment) is locale


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1, minutes=20), "1 h 20 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=3, hours=5), "3 d 5 h"),
        (-timedelta(minutes=12), "12 min"),
    ],
)
def test_a_span_is_told_with_its_two_largest_units(span: timedelta, words: str) -> None:
    assert EN.span(span) == words


def test_a_running_clock_says_until_when_and_who_is_told_next() -> None:
    text = clock_lines(a_clock(), NOW, EN).plain
    assert "acknowledge: by" in text
    assert "(in 1 h 20 min)" in text
    assert "told next: agency head" in text
    assert "(in 30 min)" in text


def test_a_breached_clock_says_how_late_it_is_and_who_has_been_told() -> None:
    text = clock_lines(a_clock(ClockState.BREACHED, -12), NOW, EN).plain
    assert "acknowledge: BREACHED 12 min ago" in text
    assert "told: breach" in text


def test_a_stopped_clock_says_no_more_who_is_told() -> None:
    assert clock_lines(a_clock(ClockState.MET_LATE, 80), NOW, EN).plain == "acknowledge: done 10 min late"
    assert clock_lines(a_clock(ClockState.MET), NOW, EN).plain == "acknowledge: done in time"


def test_a_case_shows_who_acts_who_is_told_next_and_each_agencys_lane(desk: Desk) -> None:
    text = shown(case_page(desk, a_case()))
    for words in (
        "physical violence",
        "Clinic 1",
        "offered to School 12",
        "BREACHED 12 min ago",
        "told next: agency head",
        "BREACH: acknowledge, 1 h late",
        "escalated: acknowledge, agency head",
        "2 entries hidden",
    ):
        assert words in text


def test_a_case_is_told_in_the_readers_language(desk: Desk) -> None:
    desk.words = Words(Locale.KK)
    text = shown(case_page(desk, a_case()))
    assert "дене зорлығы" in text
    assert "Clinic 1 kk" in text
    assert "МЕРЗІМ" in text


def test_an_empty_list_says_so(desk: Desk) -> None:
    assert "No tasks wait for you." in shown(task_list(desk, []))


def test_an_accepted_referral_shows_the_reference_who_answers_and_what_to_check(desk: Desk) -> None:
    accepted = ReferralAccepted(
        referral_id=an_id("ref"),
        received_at=NOW,
        protocol_version="kz-default/1",
        answers_due=(AnswerDue(holder=AgencyKind.POLICE, obligation=ClockKind.ACKNOWLEDGE, due_at=NOW),),
        flags=(Flag(pointer="/child/iin", code="iin-check-digit", detail="The last digit does not fit."),),
    )
    text = shown(accepted_page(desk, accepted))
    assert an_id("ref") in text
    assert "police" in text
    assert "/child/iin" in text


def a_problem() -> bytes:
    return (
        Problem(
            type="/docs/problems/validation",
            title="Invalid",
            status=422,
            code="validation",
            detail="Mend the parts below and send it again.",
            trace_id="4bf92f",
            errors=(FieldProblem(pointer="/child/birth_date", code="future", detail="Give a date up to today."),),
        )
        .model_dump_json()
        .encode()
    )


def test_a_refusal_tells_detail_pointers_code_and_trace(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    tell_problem(desk, problem_of(422, {}, a_problem()))
    told = capsys.readouterr()
    assert told.out == ""
    for words in ("Mend the parts below", "/child/birth_date", "code validation", "trace 4bf92f"):
        assert words in told.err


def test_a_refused_parameter_is_named(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    tell_problem(desk, problem_of(422, {}, a_problem().replace(b'"parameter":null', b'"parameter":"timeout"')))
    assert "  timeout  Give a date" in capsys.readouterr().err


def test_with_json_a_refusal_is_one_document_on_stderr(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.as_json = True
    tell_problem(desk, problem_of(422, {}, a_problem()))
    assert json.loads(capsys.readouterr().err)["code"] == "validation"


def raising(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "code"), [(problem_of(404, {}, b""), 1), (Unreachable("no answer"), 3), (KeyboardInterrupt(), 0)]
)
def test_exit_codes(desk: Desk, error: BaseException, code: int) -> None:
    assert carry_out(desk, lambda: raising(error)) == code


@pytest.mark.parametrize(
    "arguments",
    [
        ["task", "decline", "tsk_1"],
        ["refer", "--category", "unkindness"],
        ["refer", "--file", "/nowhere.json"],
        ["refer", "--region", "KZ-75", "--risk", "high"],
        ["refer", "--file", "x.json", "--region", "KZ-75"],
        ["login", "--client-id", "almaty-police"],
        ["listen", "--agency", "almaty-police", "--forward-to", "127.0.0.1:9000"],
        ["listen", "--agency", "almaty-police", "--forward-to", "ftp://example.org/x"],
        ["listen", "--agency", "almaty-police", "--forward-to", "http://127.0.0.1:9000", "--secret", "whsec_?"],
        ["listen", "--agency", "almaty-police", "--forward-to", "http://127.0.0.1:9000", "--secret", "whsec_"],
        ["nonsense"],
    ],
)
def test_wrong_usage_exits_with_two(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


@pytest.mark.usefixtures("desk")
def test_nobody_logged_in_exits_with_one_and_says_what_to_run() -> None:
    answer = CliRunner().invoke(app, ["cases", "--json"])
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "tereze login" in answer.stderr


def test_a_window_that_is_down_exits_with_three() -> None:
    answer = CliRunner().invoke(app, ["cases", "--as", "almaty-desk:coordinator", "--url", "http://127.0.0.1:9"])
    assert answer.exit_code == 3


def test_every_command_offers_the_shared_options() -> None:
    def walk(group: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], set[str]]]:
        found = []
        for name, sub in getattr(group, "commands", {}).items():
            if hasattr(sub, "commands"):
                found += walk(sub, (*path, name))
            else:
                found.append(((*path, name), {option for param in sub.params for option in param.opts}))
        return found

    commands = walk(get_command(app))
    assert len(commands) >= 24
    for path, options in commands:
        assert {"--json", "--url", "--as", "--lang"} <= options, path


def test_no_group_of_commands_hides_another_of_the_same_name() -> None:
    named: dict[str, set[int]] = {}
    for group in app.registered_groups:
        if isinstance(group.name, str):
            named.setdefault(group.name, set()).add(id(group.typer_instance))
    assert [name for name, groups in named.items() if len(groups) > 1] == []
    assert {"list", "add", "suspend"} <= get_command(app).commands["staff"].commands.keys()  # type: ignore[attr-defined]


def test_a_refusal_that_can_be_mended_says_how_in_the_readers_language(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.words = Words(Locale.RU)
    tell_problem(desk, problem_of(409, {}, a_problem().replace(b'"validation"', b'"has-open-case"')))
    assert "tereze case close" in capsys.readouterr().err


def test_what_the_window_says_in_english_is_told_in_the_readers_language(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    known = a_problem().replace(b'"future"', b'"unknown-region"')
    unknown = b"Mend the parts below and send it again."
    for locale, words in (
        (Locale.KK, "Мұндай өңір жоқ"),
        (Locale.RU, "Такого региона нет"),
        (Locale.EN, "up to today"),
    ):
        desk.words = Words(locale)
        tell_problem(desk, problem_of(422, {}, known))
        told = capsys.readouterr().err
        assert words in told
        assert unknown.decode() in told


@pytest.mark.parametrize(
    "flag",
    [
        *iin_flags("1"),
        *iin_flags("160304500011", birth_date=date(2010, 1, 1), sex=Sex.FEMALE),
        "birth-year-differs",
        "two-children",
    ],
)
def test_every_oddity_of_a_referral_has_words_in_each_language(flag: str) -> None:
    assert len({Words(locale).told(flag, "as the window says") for locale in Locale}) == len(Locale)


def test_a_secret_stays_whole_on_a_narrow_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    secret = "whsec_" + "a" * 44
    Desk(environment={"COLUMNS": "20"}).say("subscribe.secret", secret=secret)
    assert secret in capsys.readouterr().err


@pytest.mark.parametrize("locale", list(Locale))
def test_what_two_people_agree_on_says_whose_turn_it_is_and_what_to_type(desk: Desk, locale: Locale) -> None:
    desk.words = Words(locale)
    asked = ActView(
        act_id="act_" + "1" * 32, state=ActState.AWAITING_SECOND, asked_at=NOW, asked_by_staff_id=an_id("stf")
    )
    agreed = asked.model_copy(update={"state": ActState.DONE, "open_until": NOW})
    person = an_id("per")
    assert f"\n  tereze person confirm-unsealing {person} {asked.act_id}" in shown(
        act_page(desk, person, "unsealing", asked)
    )
    assert f"\n  tereze person confirm-erasure {person} {asked.act_id}" in shown(
        act_page(desk, person, "erasure", asked)
    )
    assert f"\n  tereze person unsealed {person} {asked.act_id}" in shown(act_page(desk, person, "unsealing", agreed))
    assert person in shown(act_page(desk, person, "erasure", agreed))
    assert shown(unsealed_page(desk, person, Unsealed(act=agreed))).strip() == desk.words("unsealing.nobody")


@pytest.mark.parametrize("written", [None, "no json", '{"one": "t1", "other": "t2"}', '{"x": 1}', "[]"])
def test_a_file_of_pairs_that_names_no_persons_is_wrong_usage(tmp_path: Path, written: str | None) -> None:
    file = tmp_path / "pairs.ndjson"
    if written is not None:
        file.write_text(written, encoding="utf-8")
    answer = CliRunner().invoke(
        app, ["identity-review", "load", str(file), "--as", "almaty-desk:coordinator", "--url", "http://127.0.0.1:9"]
    )
    told = re.sub(r"[\s│]", "", answer.output)  # a long path is broken wherever the frame ends
    assert (answer.exit_code, "pairs.ndjson" in told) == (2, True)


def test_a_person_shows_the_siblings_what_is_odd_and_when_a_child_is_due(desk: Desk) -> None:
    sibling, person = an_id("per"), an_id("per", 2)
    view = PersonView(
        person_id=person, sources=1, first_seen_at=NOW, kind=PersonKind.EXPECTED, due_date=date(2026, 12, 1),
        flags=(Flag(pointer="/child", code="two-children", detail="Two children are named."),),
        relatives=(Relative(person_id=sibling, kinship=Kinship.SIBLING),),
    )  # fmt: skip
    told = shown(person_page(desk, view))
    for words in ("sibling", sibling, "Two children are named.", "due 2026-12-01"):
        assert words in told
