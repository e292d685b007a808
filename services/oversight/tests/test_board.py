"""What oversight tells of agencies' deadlines, over its real database, and whom it tells."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from tereze.chassis.ids import new_id
from tereze.contracts.cases import ClockBreached, ClockEscalated, ClockEvent, ClockStarted, ClockStopped
from tereze.contracts.exclusions import ExclusionBasis, ExclusionRecorded
from tereze.contracts.identities import ReviewDecided, ReviewOpened, ReviewOverdue
from tereze.contracts.words import ClockKind, ClockState, LadderLevel, ReviewLevel, ReviewOutcome, Risk
from tereze.rig.inside import Inside, agency_id

POLICE, CLINIC = "almaty-police", "almaty-clinic-1"
E = TypeVar("E", bound=ClockEvent)


class Clock:
    """One clock's story, told event by event."""

    def __init__(self, slug: str) -> None:
        self.now = datetime.now(UTC)
        self.version = 0
        self.facts: dict[str, Any] = {
            "case_id": new_id("cas"), "region_code": "KZ-75", "protocol_version": "kz-default/1", "clock_id": new_id("clk"),
            "clock_kind": ClockKind.ACKNOWLEDGE, "agency_id": agency_id(slug), "risk": Risk.HIGH,
            "started_at": self.now - timedelta(hours=3), "due_at": self.now - timedelta(hours=1),
        }  # fmt: skip

    def event(self, shape: type[E], **more: Any) -> E:
        self.version += 1
        return shape(**self.facts, case_version=self.version, **more)

    def level(self, shape: type[E], level: LadderLevel) -> E:
        return self.event(
            shape, level=level, fired_at=self.now, level_due_at=self.now, late_by_ms=0, told_agency_ids=()
        )

    def started(self) -> ClockStarted:
        return self.event(ClockStarted)

    def breached(self) -> ClockBreached:
        return self.level(ClockBreached, LadderLevel.BREACH)

    def escalated(self) -> ClockEscalated:
        return self.level(ClockEscalated, LadderLevel.AGENCY_HEAD)

    def stopped(self, state: ClockState) -> ClockStopped:
        return self.event(ClockStopped, stopped_at=self.now, state=state)


async def board(inside: Inside, who: str, **query: str) -> dict[str, dict[str, Any]]:
    async with inside.caller(who) as client:
        answer = await client.get("/v1/sla", params=query)
    assert answer.status_code == 200, answer.text
    return {row["agency_id"]: row for row in answer.json()["rows"]}


async def test_a_running_clock_is_counted_and_tells_when_it_is_due(oversight: Inside) -> None:
    await oversight.tell(Clock(POLICE).started())
    row = (await board(oversight, f"{POLICE}:member"))[agency_id(POLICE)]
    assert (row["running"], row["breached"], row["met_in_time_share"]) == (1, 0, None)
    assert row["next_due_at"]


async def test_silence_is_a_breach_with_its_age_and_its_escalations(oversight: Inside) -> None:
    clock = Clock(CLINIC)
    await oversight.tell(clock.started(), clock.breached(), clock.escalated())
    row = (await board(oversight, "ombudsman:ombudsman"))[agency_id(CLINIC)]
    assert (row["running"], row["breached"], row["escalations"]) == (0, 1, 1)
    assert row["worst_overdue_seconds"] >= 3_600
    assert row["met_in_time_share"] == 0


async def test_a_breach_stays_with_whoever_was_silent_after_the_duty_passed_on(oversight: Inside) -> None:
    clock = Clock(CLINIC)
    await oversight.tell(clock.started(), clock.breached(), clock.stopped(ClockState.CANCELLED))
    row = (await board(oversight, "ombudsman:ombudsman"))[agency_id(CLINIC)]
    assert (row["breached"], row["worst_overdue_seconds"]) == (1, None)


async def test_evidence_in_time_and_late_make_the_share(oversight: Inside) -> None:
    for state in (ClockState.MET, ClockState.MET, ClockState.MET_LATE):
        clock = Clock(POLICE)
        await oversight.tell(clock.started(), clock.stopped(state))
    row = (await board(oversight, f"{POLICE}:member"))[agency_id(POLICE)]
    assert (row["met"], row["met_late"], row["met_in_time_share"]) == (2, 1, 0.6667)


async def test_what_comes_in_one_run_is_kept_as_if_it_had_come_one_by_one(oversight: Inside) -> None:
    clocks = [Clock(CLINIC), Clock(CLINIC), Clock(POLICE)]
    whole = [
        clocks[0].started(), clocks[1].started(), clocks[0].breached(), clocks[0].escalated(), clocks[2].started(),
        clocks[0].escalated(), clocks[2].stopped(ClockState.MET), clocks[0].stopped(ClockState.MET_LATE),
    ]  # fmt: skip
    await oversight.tell_together(*whole, *reversed(whole))
    rows = await board(oversight, "ombudsman:ombudsman")
    late, met = rows[agency_id(CLINIC)], rows[agency_id(POLICE)]
    assert (late["running"], late["breached"], late["met_late"], late["escalations"]) == (1, 0, 1, 2)
    assert (met["running"], met["met"]) == (0, 1)


async def test_an_event_that_comes_again_or_too_late_changes_nothing(oversight: Inside) -> None:
    clock = Clock(CLINIC)
    started, escalated, stopped = clock.started(), clock.escalated(), clock.stopped(ClockState.MET)
    await oversight.tell(started, escalated, stopped, escalated, started)
    row = (await board(oversight, "ombudsman:ombudsman"))[agency_id(CLINIC)]
    assert (row["met"], row["running"], row["escalations"]) == (1, 0, 1)


async def test_an_agency_sees_itself_only_and_others_are_not_there(oversight: Inside) -> None:
    await oversight.tell(Clock(POLICE).started(), Clock(CLINIC).started())
    assert set(await board(oversight, f"{POLICE}:member")) == {agency_id(POLICE)}
    assert set(await board(oversight, "ombudsman:operator")) == {agency_id(POLICE), agency_id(CLINIC)}
    async with oversight.caller(f"{POLICE}:member") as client:
        answer = await client.get("/v1/sla", params={"agency": agency_id(CLINIC)})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_one_obligation_can_be_asked_for(oversight: Inside) -> None:
    await oversight.tell(Clock(POLICE).started())
    assert not await board(oversight, f"{POLICE}:member", kind="triage")
    assert await board(oversight, f"{POLICE}:member", kind="acknowledge")


async def test_the_migrated_database_is_the_one_the_code_expects(oversight: Inside) -> None:
    assert await oversight.drift() == []


async def test_an_identity_review_is_a_duty_of_the_desk_like_any_other(oversight: Inside) -> None:
    now = datetime.now(UTC)
    opened = ReviewOpened(
        review_id=new_id("rvw"), version=1, agency_id=agency_id(CLINIC), region_code="KZ-75",
        opened_at=now - timedelta(hours=30), due_at=now - timedelta(hours=6),
    )  # fmt: skip
    late = ReviewOverdue(
        **{**opened.model_dump(), "version": 2}, level=ReviewLevel.BREACH, fired_at=now, told_agency_ids=()
    )
    told = late.model_copy(update={"version": 3, "level": ReviewLevel.REGIONAL_DEPARTMENT})
    await oversight.tell(opened, late, told, late)
    row = (await board(oversight, f"{CLINIC}:member"))[agency_id(CLINIC)]
    assert (row["clock_kind"], row["breached"], row["escalations"]) == ("identity_review", 1, 1)
    decided = ReviewDecided(**{**opened.model_dump(), "version": 4}, outcome=ReviewOutcome.SAME, decided_at=now)
    await oversight.tell(decided)
    row = (await board(oversight, f"{CLINIC}:member"))[agency_id(CLINIC)]
    assert (row["breached"], row["met_late"]) == (0, 1)


async def test_a_case_one_is_kept_out_of_moves_no_number_one_may_see(oversight: Inside) -> None:
    open_one, hidden = Clock(CLINIC), Clock(CLINIC)
    await oversight.tell(open_one.started(), hidden.started(), hidden.breached())
    before = await board(oversight, "ombudsman:ombudsman")
    kept_out = ExclusionRecorded(
        case_id=hidden.facts["case_id"],
        case_version=9,
        region_code="KZ-75",
        protocol_version="kz-default/1",
        exclusion_id=new_id("exc"),
        basis=ExclusionBasis.ACCUSED,
        agency_ids=(agency_id(CLINIC), agency_id("ministry")),
    )
    await oversight.tell(kept_out, hidden.escalated())
    for who in (f"{CLINIC}:member", "ministry:operator"):
        row = (await board(oversight, who))[agency_id(CLINIC)]
        assert (row["running"], row["breached"], row["escalations"]) == (1, 0, 0), who
    assert (await board(oversight, "ombudsman:ombudsman"))[agency_id(CLINIC)]["escalations"] == 1
    assert before[agency_id(CLINIC)]["breached"] == 1


async def test_a_unit_founded_after_its_body_was_kept_out_counts_no_clock_of_the_case(oversight: Inside) -> None:
    hidden, body = Clock(CLINIC), agency_id(CLINIC)
    named = {name: hidden.facts[name] for name in ("case_id", "region_code", "protocol_version")}
    about: dict[str, Any] = {"exclusion_id": new_id("exc"), "basis": ExclusionBasis.ACCUSED, "case_version": 9}
    await oversight.tell(ExclusionRecorded(**named, **about, agency_ids=(body,), with_units=(body,)))
    unit = await oversight.found("new-ward", body, "health", "member")
    known = Clock(CLINIC)
    for clock in (hidden, known):
        clock.facts["agency_id"] = unit.agency_id
    await oversight.tell(hidden.started(), known.started())
    async with unit.caller("member") as member:
        [row] = (await member.get("/v1/sla")).json()["rows"]
    assert (row["agency_id"], row["running"]) == (unit.agency_id, 1)
