"""Decides whether people find the log they ask for; must never need a running stack."""

from pathlib import Path

import pytest

from tereze.local.layout import Layout
from tereze.local.logs import NoSuchLog, show_logs


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "data")
    layout.prepare()
    for name in ("intake", "referral", "referral-worker", "registry"):
        layout.log(name).write_text(f"first of {name}\nlast of {name}\n", encoding="utf-8")
    return layout


def test_without_a_name_every_log_is_shown_with_its_name_in_front(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    show_logs(layout, None, lines=1, follow=False)
    told = capsys.readouterr().out.splitlines()
    assert [line.split(" | ") for line in told] == [
        [f"{name:<15}", f"last of {name}"] for name in ("intake", "referral", "referral-worker", "registry")
    ]


def test_a_name_shows_that_component_and_the_processes_it_is_split_into(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    show_logs(layout, "intake", lines=40, follow=False)
    assert capsys.readouterr().out.splitlines() == ["first of intake", "last of intake"]
    show_logs(layout, "referral", lines=1, follow=False)
    assert capsys.readouterr().out.splitlines() == [
        "referral        | last of referral",
        "referral-worker | last of referral-worker",
    ]


@pytest.mark.parametrize("name", ["re", "[", "*", "nobody"])
def test_a_name_that_no_log_has_is_refused_with_those_there_are(layout: Layout, name: str) -> None:
    with pytest.raises(NoSuchLog, match="There are: intake, referral, referral-worker, registry"):
        show_logs(layout, name, lines=1, follow=False)


def test_before_the_first_start_there_are_no_logs(tmp_path: Path) -> None:
    with pytest.raises(NoSuchLog, match=r"no logs in .* yet"):
        show_logs(Layout(tmp_path / "data"), None, lines=1, follow=False)
