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
    FAMILY_SUPPORT_CENTRE = "family_support_centre"


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
    DISPUTED = "disputed"
    ON_HOLD = "on_hold"
    NOT_ACHIEVED = "not_achieved"
    VOIDED = "voided"

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
    TaskState.DISPUTED: "rejected",
    TaskState.ON_HOLD: "on-hold",
    TaskState.NOT_ACHIEVED: "failed",
    TaskState.VOIDED: "entered-in-error",
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
    REDIRECTED = "redirected"
    TAKEN_OVER = "taken_over"
    NAMED = "named"
    CONTACTED = "contacted"
    HELD = "held"
    RESUMED = "resumed"
    HAND_OVER_OFFERED = "hand_over_offered"
    HAND_OVER_ENDED = "hand_over_ended"
    HANDED_OVER = "handed_over"
    CONFIRMED = "confirmed"
    NOT_ACHIEVED = "not_achieved"
    DISPUTED = "disputed"
    DISPUTE_RAISED = "dispute_raised"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    REOPENED = "reopened"
    WARNED = "warned"
    BREACHED = "breached"
    ESCALATED = "escalated"
    VOID_PROPOSED = "void_proposed"
    VOIDED = "voided"


class ClockKind(StrEnum):
    """The obligation a clock measures (kinds of the default pack; a pack may not invent others)."""

    TRIAGE = "triage"
    ACKNOWLEDGE = "acknowledge"
    DECIDE = "decide"
    SEE_THE_CHILD = "see_the_child"
    COMPLETE = "complete"
    CONFIRM_RESULT = "confirm_result"
    REVIEW_SCREENING = "review_screening"
    REVIEW_EMERGENCY_ACCESS = "review_emergency_access"
    INDEPENDENT_REVIEW = "independent_review"
    PROTECT = "protect"
    UNASSIGNED = "unassigned"
    INFORM_AGENCIES = "inform_agencies"
    STRATEGY_DISCUSSION = "strategy_discussion"
    ASSESSMENT = "assessment"
    COMMISSION_SITTING = "commission_sitting"
    PLAN_IN_FORCE = "plan_in_force"
    PLAN_REVIEW = "plan_review"
    TELL_REPORTER = "tell_reporter"
    EXAMINE = "examine"
    PREVENTIVE_TREATMENT = "preventive_treatment"
    PSYCHOLOGIST = "psychologist"
    FORENSIC_INTERVIEW = "forensic_interview"
    PRESERVE_EVIDENCE = "preserve_evidence"
    TAKE_DOWN = "take_down"
    SAFETY_PLAN = "safety_plan"
    MEET_PARENTS = "meet_parents"
    CHECK_SIBLINGS = "check_siblings"
    SCREEN_OTHERS = "screen_others"
    FIRST_FOLLOW_UP = "first_follow_up"
    SECOND_FOLLOW_UP = "second_follow_up"
    THIRD_FOLLOW_UP = "third_follow_up"
    SERVICE_DECISION = "service_decision"
    DISPUTE = "dispute"
    ANSWER_ESCALATION = "answer_escalation"
    IDENTITY_REVIEW = "identity_review"
    PLACEMENT = "placement"
    PLACEMENT_REVIEW = "placement_review"
    PLACEMENT_TERM = "placement_term"
    HOME_VISIT = "home_visit"


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


class Kinship(StrEnum):
    """What a relative is to a person."""

    MOTHER = "mother"
    FATHER = "father"
    GUARDIAN = "guardian"
    FOSTER_PARENT = "foster_parent"
    SIBLING = "sibling"
    HOUSEHOLD = "household"


class ReviewLevel(StrEnum):
    """Who hears of an identity review that nobody decides; each level is reached once, in order."""

    BREACH = "breach"
    REGIONAL_DEPARTMENT = "regional_department"
    OMBUDSMAN = "ombudsman"


class ReviewState(StrEnum):
    """Where an identity review stands. A review is never closed by silence."""

    OPEN = "open"
    AWAITING_SECOND = "awaiting_second"
    DECIDED = "decided"


class ReviewOutcome(StrEnum):
    """What a person decided about two accounts."""

    SAME = "same"
    DIFFERENT = "different"


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


class RerouteReason(StrEnum):
    """Why a duty passed on to another agency without its holder's refusal."""

    WRONG_REGION = "wrong_region"
    NOT_THEIR_REMIT = "not_their_remit"
    NO_CAPACITY = "no_capacity"
    NO_ANSWER = "no_answer"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    ATTESTATION_LAPSED = "attestation_lapsed"


class HoldReason(StrEnum):
    """Why work on a task waits until a date."""

    CHILD_UNREACHABLE = "child_unreachable"
    CHILD_IN_HOSPITAL = "child_in_hospital"
    AWAITING_COURT = "awaiting_court"
    AWAITING_EXAMINATION = "awaiting_examination"
    AWAITING_OTHER_AGENCY = "awaiting_other_agency"
    FAMILY_AWAY = "family_away"


class HandOverReason(StrEnum):
    """Why a duty that is being worked on is offered to another agency."""

    CHILD_MOVED = "child_moved"
    SPECIALIST_NEEDED = "specialist_needed"
    NO_CAPACITY = "no_capacity"
    ATTESTATION_LAPSED = "attestation_lapsed"
    AGENCY_CLOSES = "agency_closes"


class NotAchievedReason(StrEnum):
    """Why a piece of the response could not be done."""

    CHILD_NOT_FOUND = "child_not_found"
    ACCESS_REFUSED = "access_refused"
    CHILD_REFUSED = "child_refused"
    SERVICE_UNAVAILABLE = "service_unavailable"
    LEFT_THE_COUNTRY = "left_the_country"


class WithdrawReason(StrEnum):
    """Why a task is no longer needed."""

    NOT_NEEDED = "not_needed"
    DONE_BY_ANOTHER = "done_by_another"
    ASKED_IN_ERROR = "asked_in_error"
    CASE_JOINED = "case_joined"
    SCREENED_OUT = "screened_out"
    DISPUTE_OVERTURNED = "dispute_overturned"
    CASE_CLOSED = "case_closed"
    CASE_PARTED = "case_parted"


class ReopenReason(StrEnum):
    """Why an ended task or case is taken up again."""

    NEW_INFORMATION = "new_information"
    ENDED_TOO_EARLY = "ended_too_early"
    CHILD_HARMED_AGAIN = "child_harmed_again"
    RESULT_NOT_CONFIRMED = "result_not_confirmed"
    REVIEW_FOUND_SO = "review_found_so"


class DisputeReason(StrEnum):
    """Why a refusal is disputed."""

    WITHIN_REMIT = "within_remit"
    RISK_UNDERRATED = "risk_underrated"
    REASON_NOT_TRUE = "reason_not_true"
    NOBODY_ELSE_CAN = "nobody_else_can"


class DisputeFinding(StrEnum):
    """How a dispute was decided: the refusal stands, or the agency has to take the task."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class VoidReason(StrEnum):
    """Why a task was entered in error."""

    WRONG_CHILD = "wrong_child"
    DOUBLE_ENTRY = "double_entry"
    TEST_ENTRY = "test_entry"
    WRONG_AGENCY_NAMED = "wrong_agency_named"


class ScreenOutReason(StrEnum):
    """Why a report stays below the threshold of a response."""

    NO_CONCERN_FOUND = "no_concern_found"
    SUPPORT_ALREADY_GIVEN = "support_already_given"
    ADVICE_WAS_ENOUGH = "advice_was_enough"
    NOT_A_CHILD = "not_a_child"
    KNOWN_AND_HANDLED = "known_and_handled"


class CloseReason(StrEnum):
    """Why a case needs nobody any more."""

    CHILD_SAFE = "child_safe"
    PLAN_FULFILLED = "plan_fulfilled"
    CAME_OF_AGE = "came_of_age"
    LEFT_THE_COUNTRY = "left_the_country"
    DIED = "died"


class ReviewFinding(StrEnum):
    """What a second look at a screened-out report found."""

    RIGHTLY_SCREENED_OUT = "rightly_screened_out"
    RESPONSE_NEEDED = "response_needed"


class DeliveredService(StrEnum):
    """What a child or family was given by a fulfilled task."""

    MEDICAL_EXAMINATION = "medical_examination"
    PSYCHOLOGICAL_HELP = "psychological_help"
    SOCIAL_SUPPORT = "social_support"
    LEGAL_HELP = "legal_help"
    SHELTER = "shelter"
    MATERIAL_HELP = "material_help"
    SCHOOL_SUPPORT = "school_support"
    PARENTING_SUPPORT = "parenting_support"
    BEHAVIOUR_PROGRAMME = "behaviour_programme"
    PROTECTION_ORDER = "protection_order"


class Starts(StrEnum):
    """What sets a clock of the protocol going."""

    RECEIVED = "received"
    TASK_RECEIVED = "task_received"
    TASK_ACCEPTED = "task_accepted"
    COMMISSION_DECIDED = "commission_decided"
    PLAN_SIGNED = "plan_signed"
    SERVICE_ASKED = "service_asked"
    TASK_DISPUTED = "task_disputed"
    ESCALATION_ACKNOWLEDGED = "escalation_acknowledged"


class Circumstance(StrEnum):
    """A fact beside risk and category on which the protocol's answer may depend."""

    INJURED = "injured"
    HAS_SIBLINGS = "has_siblings"
    POLICE_CALLED = "police_called"
    SUSPECT_AT_HOME = "suspect_at_home"
    HIGH_PROFILE = "high_profile"
    REPEATED_BREACH = "repeated_breach"
    SOCIALLY_DEPRIVED = "socially_deprived"
    INSTITUTION_DID_NOT_LISTEN = "institution_did_not_listen"
    ALCOHOL = "alcohol"
    DRUGS = "drugs"
    GAMBLING = "gambling"


class Measure(StrEnum):
    """What the protocol sets going by itself, beside tasks and clocks."""

    EXCLUDE_INSTITUTION = "exclude_institution"
    SUSPEND_SUSPECTED_STAFF = "suspend_suspected_staff"
    SCREEN_OTHER_CHILDREN = "screen_other_children"
    CHECK_SIBLINGS = "check_siblings"
    INDEPENDENT_REVIEW = "independent_review"


class CentreProfile(StrEnum):
    """What a rehabilitation centre is prepared for."""

    VIOLENCE = "violence"
    SEXUAL_CRIMES = "sexual_crimes"
    SUICIDE_ATTEMPTS = "suicide_attempts"
    DRUGS = "drugs"
    ALCOHOL = "alcohol"
    GAMBLING = "gambling"


class PlacedAs(StrEnum):
    """In which situation a child comes to a centre."""

    VICTIM = "victim"
    WITNESS = "witness"
    SELF_DESTRUCTIVE = "self_destructive"


class PlacementPaper(StrEnum):
    """What must be on record before a child is placed."""

    DECISION_ID = "decision_id"
    TERM = "term"
    REVIEW_DATE = "review_date"


class ServiceCode(StrEnum):
    """A service a child may be entitled to."""

    REHABILITATION = "rehabilitation"
    SPECIAL_SOCIAL_SERVICES = "special_social_services"
    PSYCHOLOGICAL_HELP = "psychological_help"
    LEGAL_AID = "legal_aid"
    SOCIAL_PATRONAGE = "social_patronage"
    ADDICTION_TREATMENT = "addiction_treatment"


class Ground(StrEnum):
    """Why a child is entitled to a service."""

    VIOLENCE = "violence"
    SOCIAL_DEPRIVATION = "social_deprivation"
    HEALTH = "health"
    RIGHTS = "rights"
