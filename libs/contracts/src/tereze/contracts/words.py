"""Decides the codes of the field that travel on the wire; must never carry a limit or a rule (the protocol does)."""

from enum import StrEnum


class Risk(StrEnum):
    """How soon harm may come, strictest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    ADVICE_ONLY = "advice_only"


class Category(StrEnum):
    """Form of violence or neglect, in our own code system ``kz-vac``."""

    KILLING = "kz-vac:killing"
    SEVERE_PHYSICAL = "kz-vac:severe_physical"
    PHYSICAL = "kz-vac:physical"
    SEXUAL_CONTACT = "kz-vac:sexual_contact"
    SEXUAL_NON_CONTACT = "kz-vac:sexual_non_contact"
    ONLINE_EXPLOITATION = "kz-vac:online_exploitation"
    PSYCHOLOGICAL = "kz-vac:psychological"
    BULLYING = "kz-vac:bullying"
    CYBERBULLYING = "kz-vac:cyberbullying"
    NEGLECT = "kz-vac:neglect"
    WITNESS_OF_VIOLENCE = "kz-vac:witness_of_violence"
    EXPLOITATION_TRAFFICKING = "kz-vac:exploitation_trafficking"
    INSTITUTIONAL = "kz-vac:institutional"
    SELF_HARM = "kz-vac:self_harm"
    UNSUPERVISED = "kz-vac:unsupervised"
    SUBSTANCE_OR_GAMBLING = "kz-vac:substance_or_gambling"
    RIGHTS_NOT_SERVED = "kz-vac:rights_not_served"


class AgencyKind(StrEnum):
    """What sort of body an agency is."""

    POLICE = "police"
    SCHOOL = "school"
    HEALTH = "health"
    SOCIAL_PATRONAGE = "social_patronage"
    GUARDIANSHIP = "guardianship"
    WINDOW_DESK = "window_desk"
    COMMISSION = "commission"
    REGIONAL_DEPARTMENT = "regional_department"
    REHABILITATION_CENTRE = "rehabilitation_centre"
    PROSECUTOR = "prosecutor"
    MINISTRY = "ministry"
    CONTACT_CENTRE = "contact_centre"
    OMBUDSMAN = "ombudsman"


class StaffRole(StrEnum):
    """What a staff member is trusted with inside the agency they belong to."""

    MEMBER = "member"
    MANAGER = "manager"
    HEAD = "head"
    COORDINATOR = "coordinator"
    OPERATOR = "operator"
    OMBUDSMAN = "ombudsman"
    SYSTEM = "system"


class Channel(StrEnum):
    """The way in."""

    AGENCY_API = "agency_api"
    HOTLINE = "hotline"
    PUBLIC_FORM = "public_form"
    TRUST_BOX = "trust_box"


class Sex(StrEnum):
    """Sex as recorded by the reporter."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class CaseState(StrEnum):
    """Where a case stands."""

    REPORTED = "reported"
    TRIAGED = "triaged"
    SCREENED_OUT = "screened_out"
    ACTIVE = "active"
    PLAN_IN_FORCE = "plan_in_force"
    CLOSING = "closing"
    CLOSED = "closed"
    REOPENED = "reopened"
    JOINED = "joined"


class TaskState(StrEnum):
    """Our task states; ``fhir`` gives the FHIR R4 Task code that travels with each."""

    REQUESTED = "requested"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    IN_PROGRESS = "in_progress"
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"

    @property
    def fhir(self) -> str:
        """The FHIR R4 Task status code."""
        return _FHIR[self]


_FHIR = {
    TaskState.REQUESTED: "requested",
    TaskState.RECEIVED: "received",
    TaskState.ACCEPTED: "accepted",
    TaskState.DECLINED: "rejected",
    TaskState.IN_PROGRESS: "in-progress",
    TaskState.FULFILLED: "completed",
    TaskState.WITHDRAWN: "cancelled",
}


class Transition(StrEnum):
    """What can happen to a task."""

    ASSIGNED = "assigned"
    REROUTED = "rerouted"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    STARTED = "started"
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"


class ClockKind(StrEnum):
    """The obligation a clock measures (kinds of the default pack; a pack may not invent others)."""

    TRIAGE = "triage"
    ACKNOWLEDGE = "acknowledge"
    DECIDE = "decide"
    SEE_THE_CHILD = "see_the_child"
    COMPLETE = "complete"


class ClockState(StrEnum):
    """Whether a clock still runs. A breached clock runs on until evidence stops it."""

    RUNNING = "running"
    BREACHED = "breached"
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"


class LadderLevel(StrEnum):
    """Who hears of a clock next; each level is reached once, in order."""

    WARNING = "warning"
    BREACH = "breach"
    AGENCY_HEAD = "agency_head"
    REGIONAL_DEPARTMENT = "regional_department"
    OMBUDSMAN = "ombudsman"


class DeclineReason(StrEnum):
    """Coded reason of an agency's refusal."""

    NOT_OUR_REMIT = "not_our_remit"
    WRONG_REGION = "wrong_region"
    NO_CAPACITY = "no_capacity"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    ALREADY_SERVED = "already_served"


class Outcome(StrEnum):
    """Coded outcome of a fulfilled task."""

    CHILD_SAFE = "child_safe"
    SERVICE_DELIVERED = "service_delivered"
    PROTECTIVE_MEASURE_TAKEN = "protective_measure_taken"
    REFERRED_ON = "referred_on"
    NO_CONCERN_CONFIRMED = "no_concern_confirmed"


class Place(StrEnum):
    """Where the child was seen."""

    HOME = "home"
    SCHOOL = "school"
    CLINIC = "clinic"
    POLICE_STATION = "police_station"
    OTHER = "other"


class Locale(StrEnum):
    """Language of a message."""

    KK = "kk"
    RU = "ru"
    EN = "en"
