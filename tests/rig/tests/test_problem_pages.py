import re

from tereze.rig.apidocs.__main__ import ROOT
from tereze.rig.apidocs.problems import every_problem, explained, problem_pages

SOURCE = ROOT / "docs/problems.md"
ENTRIES = explained(SOURCE.read_text(encoding="utf-8"))
_IN_GATEWAY = re.compile(r'"status":(\d+),"code":"([a-z-]+)"')


def problems_of_the_gateway() -> dict[str, set[int]]:
    text = (ROOT / "deploy/gateway/Caddyfile").read_text(encoding="utf-8")
    return {code: {int(status)} for status, code in _IN_GATEWAY.findall(text)}


def test_every_code_in_the_code_base_has_an_entry_with_its_statuses() -> None:
    problems = every_problem()
    assert len(problems) > 30
    assert {code: ENTRIES.get(code, (set(), ""))[0] for code in problems} == problems


def test_every_code_of_the_gateway_has_an_entry() -> None:
    problems = problems_of_the_gateway()
    assert {"unavailable", "not-found"} <= set(problems)
    assert {code: ENTRIES.get(code, (set(), ""))[0] for code in problems} == problems


def test_no_entry_explains_a_code_that_nothing_answers() -> None:
    assert set(ENTRIES) == set(every_problem()) | set(problems_of_the_gateway())


def test_entries_are_in_order_and_none_was_misread() -> None:
    headings = [line for line in SOURCE.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert len(headings) == len(ENTRIES)
    assert list(ENTRIES) == sorted(ENTRIES)


def test_each_page_says_the_code_and_escapes_what_is_written() -> None:
    pages = problem_pages(SOURCE)
    assert set(pages) == {f"problems/{code}/index.html" for code in ENTRIES}
    assert "<h1><code>if-match-malformed</code></h1>" in pages["problems/if-match-malformed/index.html"]
    assert not re.search(r"`|\{\w+\}", "".join(re.sub(r"<style>.*?</style>", "", page) for page in pages.values()))


def test_a_code_without_an_entry_would_be_noticed() -> None:
    assert "conflict" not in explained(SOURCE.read_text(encoding="utf-8").replace("## `conflict`", "## `konflikt`"))
