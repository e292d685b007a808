"""What the demo's figures are made of."""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from tereze.contracts.cases import CaseJoined, CaseOpened, ClockStarted, ReferralAttached, TaskAssigned
from tereze.local.layout import PACK
from tereze.rig import __main__ as rigs
from tereze.rig.demo import main
from tereze.rig.demo.lines import Line, NotASet, Sent, read_lines
from tereze.rig.demo.summary import percentile, sum_up
from tereze.rig.demo.tally import Tally
from tereze.rig.sink import Receipt

LINES = read_lines(PACK / "demo" / "referrals.ndjson")


class Partner:
    """Delivers invented events to a tally, one after another."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._count = 0

    def deliver(
        self, kind: str, case: str, version: int, *, verified: bool | None = True, at: float = 0.0, **data: Any
    ) -> Receipt:
        self._count += 1
        receipt = Receipt(f"evt_{self._count}", kind, case, version, data, None, at, verified)
        self.tally.see(receipt)
        return receipt

    def open_case(self, case: str, referral: str, at: float = 0.0) -> None:
        self.deliver(CaseOpened.type, case, 1)
        self.deliver(ReferralAttached.type, case, 2, at=at, referral_id=referral)


def sent(referral: str, child: str = "c-1", at: float = 0.0) -> Sent:
    line = Line.model_construct(id="d-1", identity="x:member", child_ref=child, submission=LINES[0].submission)
    return Sent(line, referral, at)


def test_the_set_has_at_least_two_hundred_referrals_and_several_of_one_child() -> None:
    assert len(LINES) >= 200
    assert len({line.child_ref for line in LINES}) < len(LINES)


def test_a_referral_on_its_case_with_every_event_is_not_lost() -> None:
    partner = Partner()
    partner.open_case("cas_1", "ref_1", at=0.120)
    partner.deliver(TaskAssigned.type, "cas_1", 3, task_id="tsk_1")
    partner.deliver(ClockStarted.type, "cas_1", 4, clock_id="clk_1")
    summary = sum_up(partner.tally, [sent("ref_1")], {"cas_1": 4}, refused=0, seconds=1)
    assert (summary.accepted, summary.cases, summary.tasks, summary.clocks, summary.delivered) == (1, 1, 1, 1, 4)
    assert (summary.lost, summary.duplicates_joined, summary.p50_ms) == (0, 0, 120.0)
    assert summary.faults == []


def test_a_gap_and_a_referral_without_a_case_are_lost() -> None:
    partner = Partner()
    partner.open_case("cas_1", "ref_1")
    partner.deliver(ClockStarted.type, "cas_1", 5, clock_id="clk_1")
    summary = sum_up(partner.tally, [sent("ref_1"), sent("ref_2")], {"cas_1": 6}, refused=0, seconds=1)
    assert summary.lost == 1 + 3
    assert "4 accepted" in summary.faults[0]


def test_two_referrals_on_one_case_are_one_joined_duplicate() -> None:
    partner = Partner()
    partner.open_case("cas_1", "ref_1")
    partner.deliver(ReferralAttached.type, "cas_1", 3, referral_id="ref_2")
    summary = sum_up(partner.tally, [sent("ref_1"), sent("ref_2")], {"cas_1": 3}, refused=0, seconds=1)
    assert (summary.cases, summary.duplicates_joined) == (1, 1)


def test_a_provisional_case_that_is_joined_counts_on_the_case_that_goes_on() -> None:
    partner = Partner()
    partner.open_case("cas_1", "ref_1")
    partner.open_case("cas_2", "ref_2")
    partner.deliver(CaseJoined.type, "cas_2", 3, into_case_id="cas_1")
    summary = sum_up(partner.tally, [sent("ref_1"), sent("ref_2")], {"cas_1": 2, "cas_2": 3}, refused=0, seconds=1)
    assert (summary.cases, summary.duplicates_joined, summary.apart) == (1, 1, 0)


def test_an_older_case_is_complete_from_the_first_event_that_came() -> None:
    partner = Partner()
    partner.deliver(ReferralAttached.type, "cas_1", 17, referral_id="ref_1")
    summary = sum_up(partner.tally, [sent("ref_1")], {"cas_1": 17}, refused=0, seconds=1)
    assert (summary.lost, summary.duplicates_joined) == (0, 1)


def test_one_child_on_two_cases_and_two_children_on_one_are_told() -> None:
    partner = Partner()
    partner.open_case("cas_1", "ref_1")
    partner.open_case("cas_2", "ref_2")
    partner.deliver(ReferralAttached.type, "cas_2", 3, referral_id="ref_3")
    all_sent = [sent("ref_1", "c-1"), sent("ref_2", "c-1"), sent("ref_3", "c-2")]
    summary = sum_up(partner.tally, all_sent, {}, refused=0, seconds=1)
    assert (summary.apart, summary.mixed) == (1, 1)


def test_a_second_delivery_counts_once_and_a_forged_one_not_at_all() -> None:
    partner = Partner()
    receipt = partner.deliver(CaseOpened.type, "cas_1", 1)
    partner.tally.see(receipt)
    partner.deliver(CaseOpened.type, "cas_1", 2, verified=False)
    assert (partner.tally.redelivered, partner.tally.unverified) == (1, 1)
    assert partner.tally.versions["cas_1"] == [1]


def test_deliveries_out_of_order_are_counted() -> None:
    partner = Partner()
    for version in (1, 3, 2, 4):
        partner.deliver(ClockStarted.type, "cas_1", version, clock_id=f"clk_{version}")
    assert partner.tally.reordered(["cas_1"]) == 1


def test_percentiles_are_observed_values() -> None:
    assert percentile([], 0.5) is None
    assert percentile([1.0], 0.99) == 1.0
    assert percentile([float(n) for n in range(1, 101)], 0.50) == 50.0
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 99.0


def test_a_line_may_say_more_than_the_demo_reads(tmp_path: Path) -> None:
    submission = LINES[0].submission.model_dump_json(exclude_unset=True)
    (tmp_path / "set.ndjson").write_text('{"as": "a:b", "note": 1, "submission": ' + submission + "}\n\n")
    assert read_lines(tmp_path / "set.ndjson")[0].identity == "a:b"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        ("", "holds no referral"),
        ("\n{", "line 2: / Invalid JSON"),
        ('{"as": "a:b", "submission": {"risk": "high"}}', "line 1: /submission/region_code Field required"),
    ],
)
def test_a_file_that_is_no_set_is_refused_with_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, told: str
) -> None:
    file = tmp_path / "set.ndjson"
    if content is not None:
        file.write_text(content)
    with pytest.raises(NotASet):
        read_lines(file)
    assert main(["--json", "--file", str(file)]) == 2
    said = capsys.readouterr()
    assert (said.out, told in said.err) == ("", True)


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf", "many"])
def test_a_rate_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str], rate: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--rate", rate])
    assert end.value.code == 2
    assert "--rate" in capsys.readouterr().err


def test_an_interrupted_rig_ends_without_a_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib.import_module("tereze.rig.demo"), "main", interrupted)
    monkeypatch.setattr(sys, "argv", ["rig", "demo", "--json"])
    assert rigs.main() == 130
    said = capsys.readouterr()
    assert (said.out, "demo was interrupted" in said.err) == ("", True)
