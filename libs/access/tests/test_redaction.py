"""Decides that what a reader may not see is absent at every depth."""

from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tereze.access import redact
from tereze.contracts.labels import ALLEGATION, IDENTITY, OPERATIONAL, Contract, Sensitivity

OPEN = frozenset({Sensitivity.OPERATIONAL})
ALL = frozenset(Sensitivity)


class Particulars(Contract):
    code: Annotated[str, OPERATIONAL]
    name: Annotated[str | None, IDENTITY] = None


class Foreign(BaseModel):
    name: str


class Record(Contract):
    at: Annotated[datetime, OPERATIONAL]
    narrative: Annotated[str, ALLEGATION]
    child: Annotated[Particulars, IDENTITY]
    listed: Annotated[tuple[Particulars, ...], OPERATIONAL]
    by_code: Annotated[dict[str, Particulars], OPERATIONAL]
    anything: Annotated[dict[str, Any], OPERATIONAL]
    forgotten: str


RECORD = Record(
    at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    narrative="canary",
    child=Particulars(code="c", name="canary"),
    listed=(Particulars(code="l", name="canary"),),
    by_code={"k": Particulars(code="d", name="canary")},
    anything={"deep": [{"shape": Particulars(code="a", name="canary")}], "foreign": Foreign(name="canary")},
    forgotten="canary",
)


def test_only_labelled_and_permitted_fields_leave_at_every_depth():
    assert redact(RECORD, OPEN) == {
        "at": "2026-01-02T03:04:00Z",
        "listed": [{"code": "l"}],
        "by_code": {"k": {"code": "d"}},
        "anything": {"deep": [{"shape": {"code": "a"}}]},
    }


def test_an_unlabelled_field_is_withheld_from_everyone():
    assert "forgotten" not in redact(RECORD, ALL)
    assert "foreign" not in redact(RECORD, ALL)["anything"]


def test_without_labels_nothing_leaves():
    assert redact(RECORD, frozenset()) == {}


def test_a_withheld_parent_withholds_its_open_parts():
    assert "child" not in redact(RECORD, OPEN)


@pytest.mark.parametrize("label", [word for word in Sensitivity if word not in {"allegation", "identity"}])
def test_other_labels_show_nothing_of_the_child(label):
    assert "canary" not in str(redact(RECORD, frozenset({label})))


@given(st.frozensets(st.sampled_from(list(Sensitivity))))
def test_more_labels_never_show_less(labels):
    assert redact(RECORD, labels).keys() <= redact(RECORD, ALL).keys()
