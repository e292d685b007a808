"""Decides which operations each noun offers; both twins are built from these lines, so that neither can lag behind."""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Generic, ParamSpec, TypeVar, overload

from tereze.client.call import Plan, Stream
from tereze.client.doors import AsyncDoor, SyncDoor
from tereze.client.plans import (
    cases,
    casework,
    commission,
    directory,
    duties,
    eligibility,
    emergency,
    families,
    identity,
    keeping_out,
    kin,
    persons,
    placements,
    referrals,
    reviews,
    rolls,
    staff,
    subscriptions,
    tasks,
    taskwork,
    workforce,
)
from tereze.client.watching import Watch

D = TypeVar("D", bound=SyncDoor | AsyncDoor)
P = ParamSpec("P")
T = TypeVar("T")


class Noun(Generic[D]):
    """Operations on one kind of thing, through one door."""

    def __init__(self, door: D) -> None:
        self.door = door


class Operation(Generic[P, T]):
    """A plan as a method: returns its answer, or an awaitable of it in the asynchronous twin."""

    def __init__(self, plan: Callable[P, Plan[T]]) -> None:
        self.plan = plan

    @overload
    def __get__(self, noun: Noun[SyncDoor], owner: type | None = None) -> Callable[P, T]: ...
    @overload
    def __get__(self, noun: Noun[AsyncDoor], owner: type | None = None) -> Callable[P, Awaitable[T]]: ...
    def __get__(self, noun: Noun[Any], owner: type | None = None) -> Callable[P, Any]:
        @functools.wraps(self.plan)
        def operation(*args: P.args, **kwargs: P.kwargs) -> Any:
            return noun.door.run(self.plan(*args, **kwargs))

        return operation


class Listing(Generic[P, T]):
    """A plan that gives many as a method: an iterator, or an asynchronous one in the asynchronous twin."""

    def __init__(self, plan: Callable[P, Stream[T]]) -> None:
        self.plan = plan

    @overload
    def __get__(self, noun: Noun[SyncDoor], owner: type | None = None) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, noun: Noun[AsyncDoor], owner: type | None = None) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, noun: Noun[Any], owner: type | None = None) -> Callable[P, Any]:
        @functools.wraps(self.plan)
        def listing(*args: P.args, **kwargs: P.kwargs) -> Any:
            return noun.door.stream(self.plan(*args, **kwargs))

        return listing


class Watching(Generic[P, T]):
    """A stream as a method: an iterator without end, or an asynchronous one in the asynchronous twin."""

    def __init__(self, plan: Callable[P, Watch[T]]) -> None:
        self.plan = plan

    @overload
    def __get__(self, noun: Noun[SyncDoor], owner: type | None = None) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, noun: Noun[AsyncDoor], owner: type | None = None) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, noun: Noun[Any], owner: type | None = None) -> Callable[P, Any]:
        @functools.wraps(self.plan)
        def watching(*args: P.args, **kwargs: P.kwargs) -> Any:
            return noun.door.watch(self.plan(*args, **kwargs))

        return watching


class Referrals(Noun[D]):
    """What your agency submitted."""

    submit = Operation(referrals.submit)
    get = Operation(referrals.get)
    list = Listing(referrals.listing)


class Persons(Noun[D]):
    """Who a child is, and who is one and the same."""

    get = Operation(persons.get)
    looks = Listing(persons.looks)
    merge = Operation(persons.merge)
    get_merge = Operation(persons.get_merge)
    confirm_merge = Operation(persons.confirm_merge)
    undo_merge = Operation(persons.undo_merge)
    split = Operation(persons.split)
    keep_apart = Operation(persons.keep_apart)
    record_birth = Operation(identity.record_birth)
    end_identifier = Operation(identity.end_identifier)
    register_adoption = Operation(identity.register_adoption)
    ask_to_unseal = Operation(identity.ask_to_unseal)
    confirm_unsealing = Operation(identity.confirm_unsealing)
    unsealed = Operation(identity.unsealed)
    ask_to_erase = Operation(identity.ask_to_erase)
    confirm_erasure = Operation(identity.confirm_erasure)


class Families(Noun[D]):
    """Who belongs to a child, and what agencies share about the family."""

    get = Operation(kin.get)
    relate = Operation(kin.relate)
    record = Operation(kin.record)
    write = Operation(kin.write)
    revise = Operation(kin.revise)


class Rolls(Noun[D]):
    """A school's or a clinic's children, brought in together."""

    load = Operation(rolls.load)
    get = Operation(rolls.get)
    rows = Listing(rolls.rows)


class IdentityReviews(Noun[D]):
    """Whether two accounts mean one child, where only a person can say."""

    get = Operation(reviews.get)
    list = Listing(reviews.listing)
    propose = Operation(reviews.propose)
    decide = Operation(reviews.decide)
    confirm = Operation(reviews.confirm)


class Cases(Noun[D]):
    """Shared cases you may see."""

    get = Operation(cases.get)
    list = Listing(cases.listing)
    triage = Operation(cases.triage)
    screen_out = Operation(casework.screen_out)
    review = Operation(casework.review)
    record_findings = Operation(casework.record_findings)
    close = Operation(casework.close)
    reopen = Operation(casework.reopen)
    assign = Operation(casework.assign)
    agencies_informed = Operation(casework.agencies_informed)
    strategy_minutes = Operation(casework.strategy_minutes)
    approve_assessment = Operation(casework.approve_assessment)
    sign_plan = Operation(casework.sign_plan)
    review_plan = Operation(casework.review_plan)
    tell_reporter = Operation(casework.tell_reporter)
    acknowledge = Operation(casework.acknowledge)
    exclude = Operation(keeping_out.exclude)
    exclusions = Operation(keeping_out.exclusions)
    lift_exclusion = Operation(keeping_out.lift_exclusion)
    disclosures = Listing(keeping_out.disclosures)
    event_disclosures = Listing(keeping_out.event_disclosures)
    break_glass = Operation(emergency.break_glass)
    emergencies = Operation(emergency.emergencies)
    own_emergencies = Listing(emergency.own_emergencies)
    review_emergency = Operation(emergency.review_emergency)


class Tasks(Noun[D]):
    """Your agency's part of the response."""

    get = Operation(tasks.get)
    list = Listing(tasks.listing)
    receive = Operation(tasks.receive)
    accept = Operation(tasks.accept)
    decline = Operation(tasks.decline)
    start = Operation(tasks.start)
    fulfil = Operation(tasks.fulfil)
    name_responsible = Operation(taskwork.name_responsible)
    record_contact = Operation(taskwork.record_contact)
    record_attempt = Operation(taskwork.record_attempt)
    record_evidence = Operation(taskwork.record_evidence)
    hold = Operation(taskwork.hold)
    resume = Operation(taskwork.resume)
    reroute = Operation(taskwork.reroute)
    redirect = Operation(taskwork.redirect)
    hand_over = Operation(taskwork.hand_over)
    accept_hand_over = Operation(taskwork.accept_hand_over)
    end_hand_over = Operation(taskwork.end_hand_over)
    dispute = Operation(taskwork.dispute)
    decide_dispute = Operation(taskwork.decide_dispute)
    confirm = Operation(taskwork.confirm)
    not_achieved = Operation(taskwork.not_achieved)
    withdraw = Operation(taskwork.withdraw)
    reopen = Operation(taskwork.reopen)
    void = Operation(taskwork.void)


class Placements(Noun[D]):
    """Beds in rehabilitation centres for the children of your cases."""

    request = Operation(placements.request)
    get = Operation(placements.get)
    list = Listing(placements.listing)
    hold = Operation(placements.hold)
    decide = Operation(placements.decide)
    admit = Operation(placements.admit)
    review = Operation(placements.review)
    discharge = Operation(placements.discharge)
    withdraw = Operation(placements.withdraw)


class Centres(Noun[D]):
    """Rehabilitation centres and their beds."""

    open = Operation(placements.open_centre)
    get = Operation(placements.centre)
    list = Listing(placements.centres)
    set_capacity = Operation(placements.set_capacity)


class Commission(Noun[D]):
    """Sittings of the commission on juvenile affairs."""

    convene = Operation(commission.convene)
    get = Operation(commission.get)
    list = Listing(commission.listing)
    answer = Operation(commission.answer)
    adjourn = Operation(commission.adjourn)
    hold = Operation(commission.hold)


class Plans(Noun[D]):
    """Family plans of Social Patronage."""

    draft = Operation(families.draft)
    get = Operation(families.get)
    list = Listing(families.listing)
    sign = Operation(families.sign)
    visit = Operation(families.visit)
    review = Operation(families.review)
    amend = Operation(families.amend)
    end = Operation(families.end)


class Services(Noun[D]):
    """Which services a child may receive, and on which ground."""

    of_case = Operation(eligibility.of_case)
    ask = Operation(eligibility.ask)
    get = Operation(eligibility.get)
    decide = Operation(eligibility.decide)
    gaps = Operation(eligibility.gaps)


class Agencies(Noun[D]):
    """Bodies that refer and act."""

    get = Operation(directory.agency)
    found = Operation(directory.found)
    amend = Operation(directory.amend)
    close = Operation(directory.close)
    reopen = Operation(directory.reopen)
    list = Listing(directory.agencies)
    rota = Operation(workforce.rota)
    contacts = Operation(workforce.contacts)
    add_shift = Operation(workforce.add_shift)
    remove_shift = Operation(workforce.remove_shift)
    posts = Operation(workforce.posts)
    create_post = Operation(workforce.create_post)
    change_post = Operation(workforce.change_post)


class Staff(Noun[D]):
    """People and systems of your agency: whether they may act, and what is looked into."""

    list = Listing(staff.listing)
    me = Operation(staff.me)
    add = Operation(staff.add)
    amend = Operation(staff.amend)
    move = Operation(staff.move)
    attestation = Operation(staff.attestation)
    sign = Operation(staff.sign)
    attest = Operation(staff.attest)
    revoke = Operation(staff.revoke)
    suspend = Operation(staff.suspend)
    reinstate = Operation(staff.reinstate)
    investigations = Operation(staff.investigations)
    investigate = Operation(staff.investigate)
    interview = Operation(staff.interview)
    account = Operation(staff.account)
    conclude = Operation(staff.conclude)


class Regions(Noun[D]):
    """First-level units of the country, and the series published about them."""

    list = Operation(directory.regions)
    series = Operation(directory.series)
    catchments = Operation(workforce.catchments)
    responsible = Operation(workforce.responsible)


class Subscriptions(Noun[D]):
    """Where events are delivered to."""

    create = Operation(subscriptions.create)
    get = Operation(subscriptions.get)
    list = Listing(subscriptions.listing)
    end = Operation(subscriptions.end)
    test = Operation(subscriptions.test)
    replay = Operation(subscriptions.replay)
    deliveries = Listing(subscriptions.deliveries)


class Duties(Noun[D]):
    """What waits for operators."""

    list = Listing(duties.listing)
    answer = Operation(duties.answer)


class Window(Noun[D]):
    """Everything the API offers, by noun."""

    sla = Operation(directory.sla)
    caseload = Operation(workforce.caseload)
    workforce = Listing(workforce.workforce)
    events = Listing(subscriptions.events)
    watch = Watching(subscriptions.watch)

    def __init__(self, door: D) -> None:
        super().__init__(door)
        self.referrals = Referrals(door)
        self.persons = Persons(door)
        self.identity_reviews = IdentityReviews(door)
        self.families = Families(door)
        self.rolls = Rolls(door)
        self.cases = Cases(door)
        self.tasks = Tasks(door)
        self.placements = Placements(door)
        self.centres = Centres(door)
        self.commission = Commission(door)
        self.plans = Plans(door)
        self.eligibility = Services(door)
        self.agencies = Agencies(door)
        self.staff = Staff(door)
        self.regions = Regions(door)
        self.subscriptions = Subscriptions(door)
        self.duties = Duties(door)
