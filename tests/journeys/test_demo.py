"""The demo set, from POST to verified webhook."""

import json
from pathlib import Path

import pytest

from tereze.local.layout import PACK
from tereze.local.stack import Stack
from tereze.rig.demo import main
from tereze.rig.demo.lines import read_lines

KEYS = {"accepted", "cases", "tasks", "clocks", "delivered", "lost", "duplicates_joined", "p50_ms", "p99_ms"}


def test_every_referral_of_the_demo_set_is_delivered(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    lines = read_lines(PACK / "demo" / "referrals.ndjson")
    code = main(["--json", "--url", stack.url])
    told = capsys.readouterr()
    summary = json.loads(told.out.splitlines()[-1])
    assert code == 0, told.err
    assert summary.keys() >= KEYS
    assert summary["accepted"] == len(lines)
    assert summary["lost"] == 0
    children = {line.child_ref for line in lines}
    assert (summary["cases"], summary["duplicates_joined"]) == (len(children), len(lines) - len(children))
    assert summary["tasks"] > summary["cases"]
    assert summary["clocks"] > summary["tasks"]
    assert 0 < summary["p50_ms"] <= summary["p99_ms"]


def test_a_set_of_somebody_nobody_knows_is_refused_in_one_sentence(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = (PACK / "demo" / "referrals.ndjson").read_text(encoding="utf-8").splitlines()[0]
    unknown = {**json.loads(known), "as": "nobody:member"}
    (tmp_path / "set.ndjson").write_text(f"{known}\n{json.dumps(unknown)}\n", encoding="utf-8")
    assert main(["--json", "--url", stack.url, "--file", str(tmp_path / "set.ndjson")]) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "The demo could not run: the issuer does not know nobody:member, or is not a demo issuer"
    ]


def test_a_window_that_is_not_there_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--url", "http://127.0.0.1:9", "--patience", "1"]) == 3
    told = capsys.readouterr()
    assert (told.out, "./tereze up" in told.err) == ("", True)
