"""Decides that what is shown first of a child is the most reliable word of each kind, in whatever order accounts come."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tereze.contracts.referrals import Child
from tereze.contracts.words import Channel, Sex
from tereze.registry.domain.survivorship import Origin, Said, survivor

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
SOUND = "160409500038"
CHILD = {"birth_date": date(2016, 4, 9), "sex": Sex.MALE}


def said(origin, child=None, *, days=0, hours=0, **more):
    return Said(origin, NOON + timedelta(days=days, hours=hours), child or Child(**more))


def test_hearsay_does_not_stand_over_a_roll():
    shown = survivor([said(Origin.ROLL, given="Айгүл"), said(Origin.REPORT, days=90, given="Айгулька", family="Сабыр")])
    assert (shown.given, shown.family) == ("Айгүл", "Сабыр")


def test_the_civil_register_stands_over_everybody_and_a_newer_word_over_an_older_of_its_kind():
    accounts = [
        said(Origin.CIVIL_REGISTER, given="Аян"),
        said(Origin.BIRTH, days=1, given="Аяна"),
        said(Origin.ROLL, days=2, given="Ая"),
    ]
    assert survivor(accounts).given == "Аян"
    assert (
        survivor([said(Origin.REFERRAL, family="Ахмет"), said(Origin.REFERRAL, days=1, family="Омар")]).family == "Омар"
    )


def test_of_one_day_the_most_decide():
    names = ("Сәуле", "Сәуле", "Сауле")
    shown = survivor([said(Origin.REFERRAL, hours=at, given=name) for at, name in enumerate(names)])
    assert shown.given == "Сәуле"


def test_where_a_child_is_found_is_what_was_heard_last():
    shown = survivor(
        [
            said(Origin.ROLL, phone="+7 701 000 00 01", school="№ 1"),
            said(Origin.REPORT, days=1, phone="+7 701 000 00 02"),
        ]
    )
    assert (shown.phone, shown.school) == ("+7 701 000 00 02", "№ 1")


def test_a_number_that_raises_no_doubt_stands_over_one_that_does():
    sound = said(Origin.REPORT, Child(iin=SOUND, **CHILD))
    wrong = said(Origin.ROLL, Child(iin="160409500039", **CHILD), days=1)
    assert survivor([sound, wrong]).iin == SOUND
    assert survivor([wrong]).iin == "160409500039"


def test_a_sex_nobody_knows_hides_none():
    assert survivor([said(Origin.REPORT, sex=Sex.FEMALE), said(Origin.ROLL, days=1)]).sex is Sex.FEMALE


words = st.sampled_from(["Аян", "Ая", "Аяна", None])
accounts = st.lists(
    st.builds(
        lambda origin, hours, family, given_name, phone: said(origin, hours=hours, family=family, given=given_name, phone=phone),
        st.sampled_from(Origin), st.integers(0, 72), words, words, st.sampled_from(["1", "2", None]),
    ),
    max_size=6, unique_by=lambda one: one.received_at,
)  # fmt: skip


@given(accounts, st.randoms())
def test_no_order_of_telling_changes_what_is_shown_and_nothing_shown_was_not_said(told, chance):
    shown = survivor(told)
    again = list(told)
    chance.shuffle(again)
    assert survivor(again) == shown
    for field in ("family", "given", "phone"):
        values = {getattr(one.child, field) for one in told} - {None}
        assert (getattr(shown, field) in values) if values else getattr(shown, field) is None


async def test_a_citizens_report_joins_but_does_not_respell_the_child(registry, report, counter, takes_on):
    """The police wrote the child's name; the hotline heard it otherwise and knows a telephone."""
    written = report(Child(family="Қалқанбаев", given="Ернұр", birth_date=date(2016, 4, 9), sex=Sex.MALE))
    heard = report(Child(family="Калканбаев", given="Ернур", phone="+7 701 555 00 11", **CHILD)).model_copy(
        update={"channel": Channel.HOTLINE}
    )
    await registry.tell(written, heard)
    first, second = await registry.told()
    assert first.person_id == second.person_id
    await takes_on(first.person_id, "almaty-police")
    shown = (await counter.get("almaty-police:member", f"persons/{first.person_id}")).json()
    assert (shown["sources"], shown["child"]["given"], shown["child"]["phone"]) == (2, "Ернұр", "+7 701 555 00 11")
