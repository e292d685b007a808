"""Decides the example of each shape, the same at every run and valid; must never show a real child."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from tereze.contracts.cases import ClockBreached
from tereze.contracts.events import Envelope, Event
from tereze.contracts.labels import Contract
from tereze.contracts.operations import DutyKind, DutyState
from tereze.contracts.rolls import RowOutcome
from tereze.contracts.subscriptions import CloudEvent
from tereze.contracts.words import (
    AgencyKind,
    CaseState,
    Category,
    ClockKind,
    ClockState,
    LadderLevel,
    Risk,
    StaffRole,
    TaskState,
)
from tereze.rig.demodata.fixed import fixed_id

_ID_NOUNS = {
    "catchment_id": "cmt", "shift_id": "shf", "post_id": "pst", "on_duty": "stf",
    "attestation_id": "att", "investigation_id": "inv", "opened_by": "stf", "mentor_staff_id": "stf",
    "recorded_by": "stf", "from_staff_id": "stf",
    "referral_id": "ref", "person_id": "per", "provisional_person_id": "per", "case_id": "cas", "into_case_id": "cas",
    "joined_into": "cas", "task_id": "tsk", "clock_id": "clk", "staff_id": "stf", "by_staff_id": "stf",
    "responsible_staff_id": "stf", "author_staff_id": "stf", "proposed_by_staff_id": "stf", "follows_task_id": "tsk",
    "follows_clock_id": "clk", "event_id": "evt", "id": "evt", "subscription_id": "sub", "delivery_id": "dlv",
    "exclusion_id": "exc", "access_id": "emg", "disclosure_id": "dsc", "duty_id": "dty", "answered_by_staff_id": "stf",
    "record_id": "ref", "record": "ref", "review_id": "rvw", "merge_id": "mrg", "with_person_id": "per",
    "other_person_id": "per", "retired_person_id": "per", "retired_id": "per", "restored_person_id": "per",
    "new_person_id": "per", "asked_by_staff_id": "stf", "confirmed_by_staff_id": "stf", "undone_by_staff_id": "stf",
    "candidate_person_id": "per", "decided_by_staff_id": "stf", "centre_id": "ctr", "placement_id": "plc",
    "from_case_id": "cas", "relative_id": "per", "edge_id": "edg", "entry_id": "ent", "act_id": "act", "roll_id": "rol",
    "given_by_person_id": "per", "mother_person_id": "per",
    "reviewed_by_staff_id": "stf", "sitting_id": "sit", "plan_id": "fpl", "request_id": "srq", "signed_by_staff_id": "stf",
}  # fmt: skip
_AGENCIES = {
    "source_agency_id": "almaty-police", "with_unit": "almaty-police",
    "agency_id": "almaty-police", "by_agency_id": "almaty-police", "from_agency_id": "almaty-clinic-1", "left_agency_id": "almaty-clinic-1",
    "offered_agency_id": "almaty-clinic-2", "parent_agency_id": "almaty-department", "told_agency_id": "almaty-police",
    "decider_agency_id": "almaty-department",
    "service_agency_id": "almaty-police", "holder_agency_id": "almaty-police", "invited_agency_id": "almaty-police",
    "present_agency_id": "almaty-police", "reviewed_by_agency_id": "almaty-desk",
    "centre_agency_id": "almaty-rehabilitation",
}  # fmt: skip
_RECEIVED = datetime(2026, 9, 18, 11, 40, tzinfo=UTC)
_MINUTES_AFTER = {
    "received_at": 0, "occurred_at": -95, "opened_at": 1, "started_at": 0, "assigned_at": 1, "at": 40, "due_at": 120,
    "next_due": 120, "next_due_at": 120, "level_due_at": 120, "fired_at": 120, "stopped_at": 40, "next_level_at": 150,
    "created_at": 0, "delivered_at": 3, "next_attempt_at": 5, "as_of": 60, "time": 2, "first_seen_at": 0,
    "oldest_pending_at": 2, "review_at": 2880,
    "requested_at": 30, "held_until": 1470, "admitted_at": 1500, "ended_at": 9000,
    "parked_at": 2, "unparked_at": 40, "given_up_at": 4320, "since": 2,
    "answered_at": 12,
    "convened_at": 5, "drafted_at": 90, "asked_at": 60, "decided_at": 600, "last_found_at": 60, "in_force_at": 2000,
    "sits_at": 1445, "held_at": 1445,
}  # fmt: skip
_SEALED = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJraWQiOiJyZWdpc3RyeSJ9.AAAA.AAAA.AAAA.AAAA"
_WORDS: dict[str, Any] = {
    "region_code": "KZ-75", "from_region_code": "KZ-75", "code": "KZ-75", "protocol_version": "kz-default-1", "risk": Risk.HIGH,
    "categories": (Category.PHYSICAL,), "service": AgencyKind.POLICE, "holder": AgencyKind.WINDOW_DESK,
    "step": "police-first-response", "fhir_status": "requested", "level": LadderLevel.BREACH,
    "reached": LadderLevel.WARNING, "next_level": LadderLevel.AGENCY_HEAD, "late_by_ms": 84, "clock_kind": ClockKind.ACKNOWLEDGE,
    "case_version": 7,
    "version": 3, "title": "See the child and secure safety", "matched_by": "name_birth_date",
    "family": "Көктемова", "given": "Айзере", "patronymic": "Болатқызы", "birth_date": date(2017, 4, 9),
    "birth_year": 2017, "iin": "170409600007", "address": "Терезе көшесі, 14", "school": "№ 12 мектеп",
    "phone": "+7 000 000 00 17", "relation": "әкесі", "name": "Айгүл Терезебаева", "position": "әлеуметтік педагог",
    "narrative": "Қолында жаңа көгерген із бар; үйге барғысы келмейтінін айтты.", "remark": "Дәрігер қарауы керек.",
    "child_view": "Әжесінің үйінде болғысы келеді.", "sealed_particulars": _SEALED, "sealed_account": _SEALED,
    "url": "https://partner.example/tereze", "types": ("tereze.clock.breached.v1",), "description": "District police",
    "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "slug": "almaty-police", "kind": "city",
    "subject": "demo:almaty-police:member", "display_name": "Асқар Самалтаев", "cursor": "eyJhIjoiMDE5OTVjIn0",
    "pending": 2, "sequence": 41, "last_error": "HTTP 503", "last_status": 503, "running": 4, "met": 3,
    "earlier_cases": 61, "later_cases": 81, "growth_percent_published": 32.8, "list": "growth",
    "published_name": "Pavlodar", "source": "Announcement of Kazakhstan's plan \"Child Protection\" 2023–2025",
    "kk": "Алматы", "ru": "Алматы", "en": "Almaty", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "district_code": "KZ-75-medeu", "street": "Терезе көшесі",
    "edition": "kz-conduct/1", "discipline": "child-rights", "evidence": "CERT-2026-118", "rules": "kz-attestation/1",
    "unmet": ("vetting",), "roles": (StaffRole.MEMBER,), "loaded_on": date(2026, 9, 1), "type": "tereze.clock.breached.v1",
    "minutes": "Комиссия бес шешім қабылдады.", "limit": "10 WD", "quorum": 4, "visits": 3,
    "term_ends_on": date(2026, 12, 1), "decision_id": "ПС-12/2026", "latitude": 43.2, "longitude": 76.9, "age": 14,
    "youngest": 12, "oldest": 17, "capacity": 24, "taken": 21,
}  # fmt: skip
_OF_SHAPE: dict[str, Any] = {
    "ConcludeInvestigation.mentor_staff_id": None,
    "WriteEntry.consent": None, "Patient.birthDate": "2017-04-09", "Patient.id": fixed_id("per", "example"),
    "Patient.active": True, "MatchParameter.name": "resource", "MatchParameter.valueBoolean": None,
    "MatchParameter.valueInteger": None, "MatchExtension.valueCode": "certain", "EntrySearch.score": 0.9998,
    "FhirIdentifier.system": "urn:tereze:kz-iin", "FhirIdentifier.value": "170409600007", "PatientLink.type": "replaces",
    "Reference.reference": "Patient/" + fixed_id("per", "older"), "ContactPoint.system": "phone",
    "ContactPoint.value": "+7 000 000 00 17", "FhirAddress.text": "Терезе көшесі, 14",
    "LoadRoll.content": "family,given,birth_date\nКөктемова,Айзере,2017-04-09", "RollRow.line": 2, "RowFault.column": "birth_date",
    "RowFault.code": "unreadable-date", "RollRow.outcome": RowOutcome.BROKEN, "RollView.rows": 240, "RollView.taken": 232,
    "RollView.broken": 8,
    "CatchmentPublished.key_id": fixed_id("cmt", "example"), "District.code": "KZ-75-medeu",
    "Requirement.code": "vetting", "RequirementStanding.code": "vetting",
    "Flag.pointer": "/child/iin", "Flag.code": "iin-check-digit", "Flag.detail": "The twelfth digit does not fit.",
    "FieldProblem.pointer": "/child/birth_date", "FieldProblem.code": "date-in-the-future",
    "FieldProblem.detail": "A birth date cannot lie in the future.", "Problem.type": "/docs/problems/validation-failed",
    "Problem.title": "The request does not fit the contract", "Problem.status": 422, "Problem.code": "validation-failed",
    "Problem.detail": "See errors.", "Problem.trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "Problem.current_version": None,
    "Problem.current_state": None, "CaseView.joined_into": None, "CaseSummary.state": CaseState.ACTIVE,
    "OfficialSeries.name": "violence-by-region", "TaskWithdrawn.reason": "case-joined", "Region.code": "KZ-75",
    "RegionPublished.key_id": "KZ-75", "AgencyPublished.key_id": fixed_id("agc", "almaty-police"),
    "StaffPublished.key_id": fixed_id("stf", "example"), "PersonIdentified.flags": ("iin-check-digit",),
    "CasePersonSettled.provisional_person_id": fixed_id("per", "provisional"),
    "CaseJoined.into_case_id": fixed_id("cas", "older"), "TaskView.offered_agency_id": None,
    "Named.staff_id": None, "Named.text": None, "RecordExclusion.staff_id": None, "Disclosure.door": "task",
    "Disclosure.labels": ("operational",), "Disclosure.policy_id": "holder-previews-the-case",
    "ClockStopped.state": ClockState.MET, "ReferralSubmission.agency_id": None,
    "CaseView.state": CaseState.ACTIVE, "AssignTask.step": "police.respond",
    "RecordEvidence.reference": "17-2026", "RecordEvidence.duty": ClockKind.PROTECT,
    "RecordMinutes.agency_ids": (fixed_id("agc", "almaty-police"), fixed_id("agc", "almaty-clinic-1")),
    "CaseRiskRaised.reports": 3, "CaseRiskRaised.within_days": 90, "CaseRiskRaised.risk": Risk.MEDIUM,
    "TaskDisputeRaised.level": 2, "TaskView.follows_task_id": None, "TaskView.hold_reason": None,
    "TaskView.review_at": None, "TaskAssigned.follows_task_id": None, "ClockStarted.follows_clock_id": None,
    "ClockView.follows_clock_id": None, "CaseActivated.state": CaseState.ACTIVE, "CaseClosed.state": CaseState.CLOSED,
    "CaseScreenedOut.state": CaseState.SCREENED_OUT, "CasePlanned.state": CaseState.PLAN_IN_FORCE,
    "CaseClosing.state": CaseState.CLOSING, "CaseReopened.state": CaseState.REOPENED,
    "CaseTriaged.state": CaseState.TRIAGED,
    "EventParked.service": "referral", "EventUnparked.service": "referral", "DutyView.service": "referral",
    "EventParked.parked_topic": "tereze.registry.identities", "EventParked.parked_key": fixed_id("ref", "example"),
    "EventParked.fingerprint": "LookupError in referral/placing.py:place_referral", "DutyView.agency_id": None,
    "DutyView.topic": "tereze.registry.identities", "DutyView.waiting": fixed_id("ref", "example"),
    "DutyView.reason": "LookupError in referral/placing.py:place_referral", "DutyView.kind": DutyKind.PARKED_EVENT,
    "DutyView.state": DutyState.ACKNOWLEDGED,
}  # fmt: skip
_STATE_AFTER = {
    "TaskReceived": TaskState.RECEIVED, "TaskAccepted": TaskState.ACCEPTED, "TaskDeclined": TaskState.DECLINED,
    "TaskStarted": TaskState.IN_PROGRESS, "TaskFulfilled": TaskState.FULFILLED, "TaskWithdrawn": TaskState.WITHDRAWN,
    "TaskHeld": TaskState.ON_HOLD, "TaskResumed": TaskState.IN_PROGRESS, "TaskHandedOver": TaskState.IN_PROGRESS,
    "TaskContactRecorded": TaskState.IN_PROGRESS, "TaskContactAttempted": TaskState.ACCEPTED,
    "TaskHandOverOffered": TaskState.IN_PROGRESS, "TaskHandOverEnded": TaskState.IN_PROGRESS,
    "TaskResponsibleNamed": TaskState.ACCEPTED, "TaskConfirmed": TaskState.FULFILLED,
    "TaskNotAchieved": TaskState.NOT_ACHIEVED, "TaskVoided": TaskState.VOIDED, "TaskDisputed": TaskState.DISPUTED,
    "TaskDisputeRaised": TaskState.DISPUTED, "TaskUpheld": TaskState.DECLINED, "TaskOverturned": TaskState.REQUESTED,
}  # fmt: skip


def _moment(name: str) -> datetime:
    return _RECEIVED + timedelta(minutes=_MINUTES_AFTER.get(name, 0))


def _plain(kind: type, name: str) -> Any:
    if issubclass(kind, Contract):
        return kind.model_validate_json(example(kind))
    if issubclass(kind, Enum):
        return next(iter(kind))
    plain = {bool: False, int: 1, float: 0.75, str: name.replace("_", "-"), date: date(2026, 9, 18)}
    return _moment(name) if kind in (datetime, AwareDatetime) else plain.get(kind, {})


def _of_type(annotation: Any, name: str) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _of_type(arguments[0], name)
    if origin is tuple:
        return (_candidate(arguments[0], (), name.removesuffix("s")),)
    if origin is dict:
        return {}
    if origin is Literal:
        return arguments[0]
    if arguments:
        return _of_type(next(choice for choice in arguments if choice is not NoneType), name)
    return _plain(annotation, name)


def _suggestions(name: str, shape: str) -> Iterator[Any]:
    if shape in _STATE_AFTER and name in ("state", "fhir_status"):
        state = _STATE_AFTER[shape]
        yield state if name == "state" else state.fhir
    if f"{shape}.{name}" in _OF_SHAPE:
        yield _OF_SHAPE[f"{shape}.{name}"]
    if name in _AGENCIES:
        yield fixed_id("agc", _AGENCIES[name])
    if name in _ID_NOUNS:
        yield fixed_id(_ID_NOUNS[name], "example")
    if name in _WORDS:
        yield _WORDS[name]


def _candidate(annotation: Any, metadata: tuple[Any, ...], name: str, shape: str = "") -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[annotation, None, *metadata])
    for value in _suggestions(name, shape):
        try:
            return adapter.validate_python(value, strict=True)
        except ValidationError:
            continue
    return adapter.validate_python(_of_type(annotation, name), strict=True)


def _value(shape: type[Contract], name: str, field: FieldInfo) -> Any:
    if isinstance(field.default, bool):
        return field.default
    return _candidate(field.annotation, tuple(field.metadata), name, shape.__name__)


@cache
def example(shape: type[Contract]) -> str:
    """A valid JSON document of the shape. Raises pydantic's ValidationError where a table above is wrong."""
    if shape is CloudEvent:
        return delivered_example(ClockBreached).model_dump_json(exclude_none=True)
    values = {name: _value(shape, name, field) for name, field in shape.model_fields.items()}
    return shape(**values).model_dump_json(exclude_none=True)


def example_envelope(shape: type[Event]) -> Envelope:
    """The event's example with the attributes it travels under."""
    service = shape.topic.split(".")[1]
    return Envelope(
        id=fixed_id("evt", shape.type),
        source=f"/tereze/{service}",
        time=_moment("time"),
        data=shape.model_validate_json(example(shape)),
        traceparent=_WORDS["traceparent"],
    )


def delivered_example(shape: type[Event]) -> CloudEvent:
    """The event's example as a webhook or the feed carries it."""
    envelope = example_envelope(shape)
    return CloudEvent(
        id=envelope.id,
        type=envelope.type,
        source=envelope.source,
        subject=envelope.key,
        time=envelope.time,
        dataschema=envelope.headers()["ce_dataschema"],
        traceparent=envelope.traceparent,
        data=json.loads(example(shape)),
    )
