"""Decides that a window of fitness holds exactly while every requirement is met."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.attestations import AttestationKind, EarlierEdition, RecordAttestation, Requirement
from tereze.contracts.directory import LocalName, Standing
from tereze.contracts.words import AgencyKind, StaffRole
from tereze.directory.domain.attestation import (
    ALWAYS,
    AttestationIncomplete,
    AttestationTooLong,
    AttestationUnknown,
    Held,
    asked_of,
    lasts_until,
    standing_of,
)

TUESDAY = datetime(2026, 7, 28, 9, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = LocalName(kk="-", ru="-", en="-")


def requirement(code: str, kind: AttestationKind, **more) -> Requirement:
    known = {"roles": (StaffRole.MEMBER,), "valid_days": 365, "title": WORDS, "mend": WORDS, "source": "test"}
    return Requirement(code=code, kind=kind, **{**known, **more})


POLICY = requirement("policy", AttestationKind.POLICY, edition="conduct/2")
VETTING = requirement("vetting", AttestationKind.VETTING)
TRAINING = requirement("training", AttestationKind.TRAINING, discipline="policing", grade=2)
ALL = (POLICY, VETTING, TRAINING)


def held(kind: AttestationKind, since: datetime, until: datetime, **more) -> Held:
    return Held(
        **{"kind": kind, "edition": None, "discipline": None, "grade": None, "since": since, "until": until, **more}
    )


def signed(since=TUESDAY - DAY, until=TUESDAY + 9 * DAY, edition="conduct/2") -> Held:
    return held(AttestationKind.POLICY, since, until, edition=edition)


def vetted(since=TUESDAY - DAY, until=TUESDAY + DAY) -> Held:
    return held(AttestationKind.VETTING, since, until)


def trained(grade=2, discipline="policing") -> Held:
    return held(AttestationKind.TRAINING, TUESDAY - DAY, TUESDAY + 99 * DAY, grade=grade, discipline=discipline)


def test_whoever_holds_nothing_is_never_fit_and_is_told_all_that_is_missing():
    assert standing_of(ALL, [], TUESDAY) == Standing(unmet=("policy", "vetting", "training"))


def test_the_first_lapse_ends_the_window_and_is_named():
    standing = standing_of(ALL, [signed(), vetted(), trained()], TUESDAY)
    assert (standing.fit_from, standing.fit_until, standing.unmet) == (TUESDAY - DAY, TUESDAY + DAY, ("vetting",))
    assert standing.fit_at(TUESDAY + DAY - timedelta(microseconds=1))
    assert not standing.fit_at(TUESDAY + DAY)


def test_a_renewal_that_joins_leaves_no_gap():
    renewed = [signed(), vetted(), vetted(TUESDAY + DAY, TUESDAY + 5 * DAY), trained()]
    assert standing_of(ALL, renewed, TUESDAY).fit_until == TUESDAY + 5 * DAY


def test_after_a_gap_the_next_window_is_known_beforehand():
    later = [signed(), vetted(), vetted(TUESDAY + 2 * DAY, TUESDAY + 5 * DAY), trained()]
    standing = standing_of(ALL, later, TUESDAY + DAY)
    assert (standing.fit_from, standing.unmet) == (TUESDAY + 2 * DAY, ("vetting",))


@pytest.mark.parametrize("other", [trained(grade=1), trained(discipline="health")])
def test_a_lower_grade_or_another_discipline_does_not_count(other):
    assert standing_of(ALL, [signed(), vetted(), other], TUESDAY).unmet == ("training",)


def test_a_higher_grade_counts():
    assert standing_of(ALL, [signed(), vetted(), trained(grade=3)], TUESDAY).fit_at(TUESDAY)


def test_an_earlier_edition_counts_until_its_day_and_no_longer():
    grace = POLICY.model_copy(update={"earlier": (EarlierEdition(edition="conduct/1", until=TUESDAY + 2 * DAY),)})
    assert standing_of([POLICY], [signed(edition="conduct/1")], TUESDAY).unmet == ("policy",)
    assert standing_of([grace], [signed(edition="conduct/1")], TUESDAY).fit_until == TUESDAY + 2 * DAY


def test_of_whom_nothing_is_asked_is_always_fit():
    asked = asked_of(ALL, [StaffRole.SYSTEM], AgencyKind.POLICE)
    assert asked == []
    assert standing_of(asked, [], TUESDAY) == Standing(fit_from=ALWAYS)


def test_only_the_kinds_of_agency_named_are_asked():
    police = VETTING.model_copy(update={"agency_kinds": (AgencyKind.POLICE,)})
    assert asked_of([police], [StaffRole.MEMBER], AgencyKind.POLICE) == [police]
    assert asked_of([police], [StaffRole.MEMBER], AgencyKind.SCHOOL) == []


def word(kind: AttestationKind, **more) -> RecordAttestation:
    return RecordAttestation(kind=kind, evidence="file 7", **more)


def test_an_attestation_lasts_as_long_as_the_rules_allow_unless_shorter_is_asked():
    assert lasts_until(ALL, word(AttestationKind.VETTING), TUESDAY) == TUESDAY + 365 * DAY
    shorter = word(AttestationKind.VETTING, valid_until=TUESDAY + DAY)
    assert lasts_until(ALL, shorter, TUESDAY) == TUESDAY + DAY


@pytest.mark.parametrize(
    ("given_word", "fact"),
    [
        (word(AttestationKind.POLICY), AttestationIncomplete),
        (word(AttestationKind.VETTING, grade=1), AttestationIncomplete),
        (word(AttestationKind.TRAINING, discipline="policing"), AttestationIncomplete),
        (word(AttestationKind.POLICY, edition="conduct/9"), AttestationUnknown),
        (word(AttestationKind.TRAINING, discipline="cooking", grade=1), AttestationUnknown),
        (word(AttestationKind.HANDBOOKS, edition="books/1"), AttestationUnknown),
        (word(AttestationKind.VETTING, valid_until=TUESDAY), AttestationTooLong),
        (word(AttestationKind.VETTING, valid_until=TUESDAY + 366 * DAY), AttestationTooLong),
    ],
)
def test_what_the_rules_do_not_know_is_refused(given_word, fact):
    with pytest.raises(fact):
        lasts_until(ALL, given_word, TUESDAY)


HOURS = st.integers(min_value=0, max_value=40)


@st.composite
def anything_held(draw):
    start, length = draw(HOURS), draw(st.integers(min_value=1, max_value=20))
    since = TUESDAY + timedelta(hours=start)
    until = since + timedelta(hours=length)
    make = draw(st.sampled_from(("policy", "vetting", "training")))
    if make == "policy":
        return held(AttestationKind.POLICY, since, until, edition=draw(st.sampled_from(("conduct/1", "conduct/2"))))
    if make == "vetting":
        return held(AttestationKind.VETTING, since, until)
    return held(AttestationKind.TRAINING, since, until, discipline="policing", grade=draw(st.integers(1, 3)))


@given(st.lists(anything_held(), max_size=12), HOURS)
def test_fit_now_is_exactly_all_met_now_and_the_window_never_spans_a_gap(attestations, hour):
    def met(at: datetime) -> bool:
        return all(
            any(
                one.kind is asked.kind and one.since <= at < one.until
                and one.edition in {None, asked.edition} and (one.grade or 9) >= (asked.grade or 0)
                for one in attestations
            )
            for asked in ALL
        )  # fmt: skip

    now = TUESDAY + timedelta(hours=hour)
    standing = standing_of(ALL, attestations, now)
    assert standing.fit_at(now) == met(now)
    instants = [TUESDAY + timedelta(hours=each, minutes=30) for each in range(62)]
    for at in (at for at in instants if at >= now):
        if standing.fit_at(at):
            assert met(at)
        elif standing.fit_from is None or at < standing.fit_from:
            assert not met(at)
