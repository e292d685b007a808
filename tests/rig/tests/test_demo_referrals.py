import json
import re
from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

from tereze.contracts.directory import Agency
from tereze.contracts.iin import iin_flags
from tereze.contracts.referrals import ReferralSubmission
from tereze.contracts.words import AgencyKind, Category, Risk
from tereze.rig.demodata.__main__ import PACK, read_regions
from tereze.rig.demodata.agencies import demo_agencies
from tereze.rig.demodata.staff import demo_staff

LINES: list[dict[str, Any]] = [
    json.loads(line) for line in (PACK / "demo/referrals.ndjson").read_text(encoding="utf-8").splitlines()
]
SUBMISSIONS = [ReferralSubmission.model_validate_json(json.dumps(line["submission"])) for line in LINES]
AGENCIES: dict[str, Agency] = {agency.slug: agency for agency in demo_agencies(read_regions(PACK))}


def of_one_child() -> dict[str, list[ReferralSubmission]]:
    reports = defaultdict(list)
    for line, submission in zip(LINES, SUBMISSIONS, strict=True):
        reports[line["child_ref"]].append(submission)
    return reports


def test_there_are_enough_referrals_with_ids_in_order() -> None:
    assert len(LINES) >= 240
    assert [line["id"] for line in LINES] == [f"d-{order:03}" for order in range(1, len(LINES) + 1)]


def test_whoever_reports_is_a_demo_staff_member_of_an_agency_in_the_childs_region() -> None:
    subjects = {member.subject for member in demo_staff(tuple(AGENCIES.values()))}
    for line, submission in zip(LINES, SUBMISSIONS, strict=True):
        assert f"demo:{line['as']}" in subjects
        assert AGENCIES[line["as"].split(":")[0]].region_code in (submission.region_code, None)


def test_all_four_sectors_every_region_risk_and_category_occur() -> None:
    kinds = Counter(AGENCIES[line["as"].split(":")[0]].kind for line in LINES)
    for kind in (AgencyKind.POLICE, AgencyKind.SCHOOL, AgencyKind.HEALTH, AgencyKind.SOCIAL_PATRONAGE):
        assert kinds[kind] >= 30, kinds
    assert {submission.region_code for submission in SUBMISSIONS} == {r.code for r in read_regions(PACK)}
    assert {submission.risk for submission in SUBMISSIONS} == set(Risk)
    assert {category for submission in SUBMISSIONS for category in submission.categories} == set(Category)


def test_names_are_spelled_in_three_scripts_and_narratives_in_two_languages() -> None:
    families = " ".join(submission.child.family or "" for submission in SUBMISSIONS)
    assert re.search("[ӘәҚқҒғҢңӨөҰұҮүІі]", families)
    assert re.search("[A-Za-z]", families)
    kazakh = sum(bool(re.search("[әқғңөұүһі]", submission.narrative)) for submission in SUBMISSIONS)
    assert 80 <= kazakh <= len(SUBMISSIONS) - 80


def test_several_children_are_reported_two_or_three_times_by_different_agencies() -> None:
    times = Counter(len(reports) for reports in of_one_child().values())
    assert times[2] >= 20
    assert times[3] >= 5
    submitters = defaultdict(list)
    for line in LINES:
        submitters[line["child_ref"]].append(line["as"].split(":")[0])
    assert all(len(set(agencies)) == len(agencies) for agencies in submitters.values())


def test_two_reports_of_one_child_share_a_number_or_a_birth_date_up_to_swapping() -> None:
    def sharing(one: ReferralSubmission, other: ReferralSubmission) -> bool:
        def born(report: ReferralSubmission) -> tuple[int, int, int] | None:
            day = report.child.birth_date
            return day and (day.year, *sorted((day.month, day.day)))  # type: ignore[return-value]

        numbers = [re.sub(r"\D", "", report.child.iin or "") for report in (one, other)]
        return bool(numbers[0] and numbers[0] == numbers[1]) or (born(one) is not None and born(one) == born(other))

    for reports in of_one_child().values():
        for place, report in enumerate(reports[1:], start=1):
            assert any(sharing(report, earlier) for earlier in reports[:place]), reports


def test_reports_of_different_children_never_share_a_number() -> None:
    owners = defaultdict(set)
    for line, submission in zip(LINES, SUBMISSIONS, strict=True):
        if submission.child.iin and not iin_flags(submission.child.iin):
            owners[re.sub(r"\D", "", submission.child.iin)].add(line["child_ref"])
    assert all(len(children) == 1 for children in owners.values())


def test_twins_are_two_with_one_birth_date() -> None:
    reports = of_one_child()
    for first in (401, 403, 405, 407):
        one, other = reports[f"c-{first}"][0].child, reports[f"c-{first + 1}"][0].child
        assert one.birth_date == other.birth_date
        assert one.given != other.given


def test_invented_numbers_use_the_serials_we_say_and_some_are_wrong() -> None:
    flags: Counter[str] = Counter()
    for submission in SUBMISSIONS:
        if submission.child.iin is None:
            continue
        digits = re.sub(r"\D", "", submission.child.iin)
        assert digits[7:10] == "000"
        flags.update(iin_flags(submission.child.iin, birth_date=submission.child.birth_date, sex=submission.child.sex))
    assert flags["iin-check-digit"] >= 5
    assert flags["iin-not-twelve-digits"] >= 5
    assert flags["iin-birth-date-differs"] >= 5


def test_some_children_have_no_name_and_some_no_birth_date() -> None:
    assert sum(submission.child.family is None for submission in SUBMISSIONS) >= 8
    assert sum(submission.child.birth_date is None for submission in SUBMISSIONS) >= 15


def test_no_two_narratives_read_the_same() -> None:
    def phrases(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return set(zip(*(words[start:] for start in range(4)), strict=False))

    shingles = [phrases(submission.narrative) for submission in SUBMISSIONS]
    for (one, a), (other, b) in combinations(enumerate(shingles), 2):
        assert len(a & b) / len(a | b) < 0.6, (LINES[one]["id"], LINES[other]["id"])


def test_no_narrative_keeps_an_unfilled_place_or_a_name() -> None:
    for submission in SUBMISSIONS:
        assert not re.search(r"[\[\]{}|]", submission.narrative)
        for name in (submission.child.family, submission.child.patronymic):
            assert name is None or name not in submission.narrative
