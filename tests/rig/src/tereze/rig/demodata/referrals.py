"""Decides the invented referrals of the demo: who reports which child, of what and when; must never use a real event."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from tereze.contracts.referrals import Child, ReferralSubmission, RelatedPerson, Reporter
from tereze.contracts.words import AgencyKind, Category, Channel, Risk
from tereze.rig.demodata.agencies import REGION_WORDS
from tereze.rig.demodata.children import DemoChild, Script, address, children, siblings, twins
from tereze.rig.demodata.fixed import number, pick, shuffled
from tereze.rig.demodata.knowledge import ONCE, STRANGER, THRICE, TWICE, Knowledge, particulars
from tereze.rig.demodata.narratives import PHRASES, Narrator

_ALMATY_TIME = timezone(timedelta(hours=5))
_FIRST_DAY, _DAYS = datetime(2026, 3, 2, tzinfo=_ALMATY_TIME), 220
_SECTORS = (
    *[AgencyKind.SCHOOL] * 7, *[AgencyKind.POLICE] * 6, *[AgencyKind.HEALTH] * 4, *[AgencyKind.SOCIAL_PATRONAGE] * 3,
)  # fmt: skip
_SECTOR_ORDER = (AgencyKind.POLICE, AgencyKind.SCHOOL, AgencyKind.HEALTH, AgencyKind.SOCIAL_PATRONAGE)
_WORDS = {AgencyKind.POLICE: ("police",), AgencyKind.SOCIAL_PATRONAGE: ("patronage",),
          AgencyKind.SCHOOL: ("school-1", "school-2"), AgencyKind.HEALTH: ("clinic-1", "clinic-2")}  # fmt: skip
_REGIONS = (
    *["KZ-75"] * 5, *["KZ-71"] * 4, *["KZ-79"] * 3, *["KZ-61"] * 3, *["KZ-35"] * 2, *["KZ-19"] * 2, *REGION_WORDS,
)  # fmt: skip
_C, _R = Category, Risk
# how often: what is reported, how grave it can be
_CONCERNS: tuple[tuple[int, tuple[Category, ...], tuple[Risk, ...]], ...] = (
    (9, (_C.NEGLECT,), (_R.LOW, _R.MEDIUM, _R.MEDIUM)),
    (8, (_C.PHYSICAL,), (_R.MEDIUM, _R.HIGH, _R.HIGH)),
    (7, (_C.BULLYING,), (_R.LOW, _R.MEDIUM, _R.MEDIUM, _R.ADVICE_ONLY)),
    (4, (_C.PSYCHOLOGICAL,), (_R.LOW, _R.MEDIUM)),
    (4, (_C.WITNESS_OF_VIOLENCE, _C.PSYCHOLOGICAL), (_R.MEDIUM, _R.HIGH)),
    (3, (_C.PHYSICAL, _C.NEGLECT), (_R.HIGH, _R.MEDIUM)),
    (3, (_C.SELF_HARM,), (_R.CRITICAL, _R.HIGH)),
    (3, (_C.UNSUPERVISED,), (_R.MEDIUM, _R.HIGH)),
    (2, (_C.UNSUPERVISED, _C.NEGLECT), (_R.MEDIUM, _R.LOW)),
    (2, (_C.CYBERBULLYING, _C.BULLYING), (_R.MEDIUM, _R.LOW)),
    (2, (_C.CYBERBULLYING,), (_R.LOW, _R.MEDIUM)),
    (2, (_C.SUBSTANCE_OR_GAMBLING,), (_R.MEDIUM, _R.HIGH)),
    (2, (_C.SEXUAL_CONTACT,), (_R.CRITICAL, _R.HIGH)),
    (2, (_C.ONLINE_EXPLOITATION,), (_R.HIGH, _R.CRITICAL)),
    (1, (_C.SEXUAL_NON_CONTACT,), (_R.HIGH, _R.MEDIUM)),
    (2, (_C.SEVERE_PHYSICAL,), (_R.CRITICAL,)),
    (2, (_C.RIGHTS_NOT_SERVED,), (_R.LOW, _R.ADVICE_ONLY)),
    (1, (_C.EXPLOITATION_TRAFFICKING,), (_R.HIGH,)),
    (1, (_C.INSTITUTIONAL,), (_R.HIGH, _R.CRITICAL)),
)
_OLDER_CHILDREN = {
    _C.SELF_HARM, _C.SUBSTANCE_OR_GAMBLING, _C.ONLINE_EXPLOITATION, _C.CYBERBULLYING, _C.EXPLOITATION_TRAFFICKING,
}  # fmt: skip
_YOUNG_SINCE = 2015
_KILLING_REF = "c-061"
_SINGLES, _TWICE, _THRICE, _PAIRS, _STRANGERS = 152, 24, 8, 4, 8


@dataclass(frozen=True, slots=True)
class _Report:
    child: DemoChild
    known: Knowledge
    nth: int
    region: str


def _cast() -> Iterator[_Report]:
    def told(child: DemoChild, reports: tuple[Knowledge, ...]) -> Iterator[_Report]:
        region = pick(_REGIONS, child.ref, "region")
        return (_Report(child, known, nth, region) for nth, known in enumerate(reports))

    for order, child in enumerate(children(_SINGLES, first=1)):
        yield from told(child, (ONCE[order % len(ONCE)],))
    for order, child in enumerate(children(_TWICE, first=201, swappable=True)):
        yield from told(child, TWICE[order % len(TWICE)])
    for order, child in enumerate(children(_THRICE, first=301, swappable=True)):
        yield from told(child, THRICE[order % len(THRICE)])
    for order in range(_PAIRS):
        for pair in (twins(401 + 2 * order), siblings(501 + 2 * order)):
            region = pick(_REGIONS, pair[0].ref, "region")
            yield from (_Report(child, ONCE[(order + place) % 4], 0, region) for place, child in enumerate(pair))
    for child in children(_STRANGERS, first=601):
        yield from told(child, (STRANGER,))


def _concern(child: DemoChild, order: int) -> tuple[tuple[Category, ...], Risk]:
    if child.ref == _KILLING_REF:
        return (_C.KILLING, _C.WITNESS_OF_VIOLENCE), _R.CRITICAL
    young = child.birth_date.year > _YOUNG_SINCE
    spread = [
        (categories, risks)
        for often, categories, risks in _CONCERNS
        for _ in range(often)
        if not (young and _OLDER_CHILDREN.intersection(categories))
    ]
    categories, risks = spread[int(child.ref.removeprefix("c-")) * 7 % len(spread)]
    return categories, pick(risks, order, "risk")


def _sector(report: _Report) -> AgencyKind:
    if report.known is STRANGER and number(3, report.child.ref, "111"):
        return AgencyKind.CONTACT_CENTRE
    first = pick(_SECTORS, report.child.ref, "sector")
    if not report.nth:
        return first
    return _SECTOR_ORDER[(_SECTOR_ORDER.index(first) + report.nth) % len(_SECTOR_ORDER)]


def _submitter(sector: AgencyKind, region: str, order: int) -> str:
    role = pick(("member", "member", "system"), order, "role")
    if sector is AgencyKind.CONTACT_CENTRE:
        return f"contact-centre:{role}"
    return f"{REGION_WORDS[region]}-{pick(_WORDS[sector], order, 'agency')}:{role}"


def _surroundings(report: _Report, sector: AgencyKind, language: str, order: int) -> dict[str, Any]:
    child, known = report.child, report.known
    column = 0 if language == "kk" else 1
    around: dict[str, Any] = {}
    if number(3, order, "address") == 0:
        around["address"] = address(column, child.ref)
    if sector is AgencyKind.SCHOOL and number(2, order, "school"):
        around["school"] = (("№ 12 мектеп", "№ 47 мектеп"), ("школа № 12", "школа № 47"))[column][order % 2]
    if known.names and number(6, order, "phone") == 0:
        around["phone"] = f"+7 000 000 {order // 100:02} {order % 100:02}"
    return around


def _people(report: _Report, language: str, order: int, categories: tuple[Category, ...]) -> dict[str, Any]:
    child, people = report.child, dict[str, Any]()
    kazakh = language == "kk"
    if number(3, order, "father") == 0 and report.known.names:
        script = Script.KAZAKH if kazakh else Script.RUSSIAN
        father = RelatedPerson(
            family=child.family[script], given=child.father[script], relation="әкесі" if kazakh else "отец"
        )
        people["caregivers"] = (father,)
    if _C.PHYSICAL in categories and number(2, order, "alleged"):
        people["alleged_perpetrators"] = (RelatedPerson(relation=pick(PHRASES[language]["who"], order, "who")),)
    if number(4, order, "reporter") == 0:
        people["reporter"] = Reporter(position="кезекші қызметкер" if kazakh else "дежурный сотрудник")
    return people


def _submission(report: _Report, sector: AgencyKind, order: int, narrator: Narrator) -> ReferralSubmission:
    language = "kk" if report.known.script is Script.KAZAKH or number(3, order, "language") == 0 else "ru"
    categories, risk = _concern(report.child, order)
    happened = _FIRST_DAY + timedelta(days=number(_DAYS, order, "day"), minutes=480 + 5 * number(150, order, "minute"))
    child = Child(**particulars(report.child, report.known), **_surroundings(report, sector, language, order))
    return ReferralSubmission(
        region_code=report.region,
        risk=risk,
        categories=categories,
        child=child,
        narrative=narrator.tell(language, sector, categories, report.child.sex),
        occurred_at=happened if number(4, order, "when") else None,
        channel=Channel.HOTLINE if sector is AgencyKind.CONTACT_CENTRE else Channel.AGENCY_API,
        **_people(report, language, order, categories),
    )


def demo_referrals() -> Iterator[dict[str, Any]]:
    """Lines of ``referrals.ndjson``; ``child_ref`` says which reports are of one child."""
    narrator = Narrator()
    for order, report in enumerate(shuffled(list(_cast()), "referrals")):
        sector = _sector(report)
        submission = _submission(report, sector, order, narrator)
        yield {
            "id": f"d-{order + 1:03}",
            "as": _submitter(sector, report.region, order),
            "child_ref": report.child.ref,
            "submission": submission.model_dump(mode="json", exclude_defaults=True),
        }
