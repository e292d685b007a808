"""Decides that a bad body is told exactly and without repeating it, and a good one is read exactly."""

import json
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, Field

from tereze.chassis.http.bodies import read_document
from tereze.chassis.http.refusals import MalformedJson, ValidationFailed
from tereze.contracts.facts import Fact
from tereze.contracts.labels import IDENTITY, OPERATIONAL, Contract
from tereze.contracts.referrals import ReferralSubmission
from tereze.contracts.words import Risk


class Inner(Contract):
    name: Annotated[str | None, IDENTITY] = None
    born: Annotated[date | None, IDENTITY] = None
    at: Annotated[AwareDatetime | None, OPERATIONAL] = None


class Outer(Contract):
    code: Annotated[str, OPERATIONAL, Field(max_length=5)]
    risk: Annotated[Risk | None, OPERATIONAL] = None
    size: Annotated[int, OPERATIONAL] = 0
    share: Annotated[float, OPERATIONAL] = 0.0
    inner: Annotated[tuple[Inner, ...], OPERATIONAL] = ()
    either: Annotated[Inner | int | None, OPERATIONAL] = None


def faults(document: Any) -> dict[str, str]:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(ValidationFailed) as refusal:
        read_document(raw, Outer)
    return {error.pointer: error.code for error in refusal.value.errors}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, {"/code": "required"}),
        ([], {"": "wrong-type"}),
        (b"null", {"": "wrong-type"}),
        ({"code": 5}, {"/code": "wrong-type"}),
        ({"code": "abcdef"}, {"/code": "too-long"}),
        ({"code": "a", "risk": "terrible"}, {"/risk": "unknown-code"}),
        ({"code": "a", "size": "5"}, {"/size": "wrong-type"}),
        ({"code": "a", "size": 5.5}, {"/size": "wrong-type"}),
        ({"code": "a", "size": True}, {"/size": "wrong-type"}),
        ({"code": "a", "colour": "red"}, {"/colour": "unknown-field"}),
        ({"code": "a", "inner": [{}, {"name": 1}]}, {"/inner/1/name": "wrong-type"}),
        ({"code": "a", "inner": [{"born": "31.12.2020"}]}, {"/inner/0/born": "wrong-format"}),
        ({"code": "a", "inner": [{"born": "2020-02-30"}]}, {"/inner/0/born": "wrong-format"}),
        ({"code": "a", "inner": [{"at": "2020-02-03T00:00:00"}]}, {"/inner/0/at": "time-zone-missing"}),
        ({"code": "a", "inner": [{"at": 1_600_000_000}]}, {"/inner/0/at": "wrong-type"}),
        ({"code": "a", "inner": [{"at": "0001-01-01T00:00:00+14:00"}]}, {"/inner/0/at": "out-of-range"}),
        ({"code": "\x00"}, {"/code": "unstorable-character"}),
        ({"code": "a", "inner": [{"name": "\ud800"}]}, {"/inner/0/name": "unstorable-character"}),
        ({"code": "a", "\ud800": 1}, {"": "unstorable-character"}),
        ({"code": "a", "Иванов Иван": 1}, {"": "unknown-field"}),
        ({"code": "a", "x" * 100: 1}, {"": "unknown-field"}),
    ],
)
def test_what_is_wrong_is_named_where_it_is(document, expected):
    assert faults(document) == expected


def test_a_fault_inside_an_alternative_points_into_the_document():
    assert set(faults({"code": "a", "either": {"name": 1}})) == {"/either/name", "/either"}


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"{'code': 1}", b'{"code": NaN}', b'{"share": Infinity}', b'{"share": 1e999}', b'{"share": -1e999}',
        b'{"code": "a", "code": "b"}', b'{"code": "a", "inner": [{"name": "x", "name": "y"}]}', b"\xff\xfe{}",
        b'{"code": "\xc0\x80"}', b'{"code": "\x00"}', b"[" * 200_000, b'{"a":' * 100_000, b"1" * 10_000, b'\xef\xbb\xbf{"code": "a"}',
        b'{"code": "a"} trailing',
    ],
)  # fmt: skip
def test_what_is_no_json_is_malformed(raw):
    with pytest.raises(MalformedJson):
        read_document(raw, Outer)


def test_a_depth_that_one_reader_takes_and_the_other_does_not_is_malformed():
    with pytest.raises(MalformedJson, match="deep"):
        read_document(b'{"code": ' + b"[" * 400 + b"]" * 400 + b"}", Outer)


@pytest.mark.parametrize("number", [b"3.0", b"3e0", b"0.3e1"])
def test_an_integer_may_be_written_with_a_point(number):
    read = read_document(b'{"code": "\\u0430", "size": %b, "share": %b}' % (number, number), Outer)
    assert (read.size, read.share, read.code) == (3, 3.0, "а")


def test_a_whole_surrogate_pair_is_text():
    assert read_document(b'{"code": "\\ud83d\\ude00"}', Outer).code == "\U0001f600"


def test_at_most_fifty_faults_are_listed():
    with pytest.raises(ValidationFailed) as refusal:
        read_document(json.dumps({"inner": [{"name": n} for n in range(200)]}).encode(), Outer)
    assert len(refusal.value.errors) == 50


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(list(ReferralSubmission.model_fields)), anything))
def test_no_document_breaks_the_reader(document):
    with suppress(MalformedJson, ValidationFailed):
        read_document(json.dumps(document).encode(), ReferralSubmission)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(raw):
    with pytest.raises(Fact):
        read_document(raw, ReferralSubmission)


CANARY = "qanary7c1"


@pytest.mark.parametrize(
    "document",
    [
        {"code": CANARY * 3}, {"risk": CANARY}, {"inner": [{"born": CANARY, "at": CANARY, "name": {CANARY + " x": CANARY}}]},
        {"size": CANARY, "share": CANARY, "either": CANARY}, {CANARY + " Иванов": CANARY}, CANARY,
    ],
)  # fmt: skip
def test_a_refusal_never_repeats_a_value(document):
    with pytest.raises(ValidationFailed) as refusal:
        read_document(json.dumps(document).encode(), Outer)
    assert CANARY not in repr([error.model_dump() for error in refusal.value.errors]) + str(refusal.value)
