"""Decides which invented people and systems work at the demo agencies; must never name a real person."""

from collections.abc import Iterator

from tereze.contracts.directory import Agency, StaffMember
from tereze.contracts.words import AgencyKind, StaffRole
from tereze.rig.demodata.fixed import fixed_id, pick

_WOMEN = (
    "Айгүл", "Әлия", "Гүлнар", "Динара", "Жанар", "Зарина", "Камила", "Ләззат", "Мәдина", "Назгүл", "Раушан", "Сәуле",
    "Шолпан", "Елена", "Ирина", "Наталья", "Ольга", "Светлана", "Татьяна", "Гульчехра",
)  # fmt: skip
_MEN = (
    "Асқар", "Бауыржан", "Дәурен", "Ержан", "Жандос", "Қайрат", "Марат", "Нұрлан", "Олжас", "Руслан", "Серік", "Талғат",
    "Алексей", "Виктор", "Дмитрий", "Сергей", "Рустам",
)  # fmt: skip
_STEMS_KAZAKH = ("Қалқанба", "Терезеба", "Көкпарба", "Жұлдызта", "Арайбек", "Самалта", "Бұлақба", "Найзабек")
_STEMS_RUSSIAN = ("Окошк", "Светлозор", "Подснежник", "Тихоречен", "Ясноград")
_POSITIONS = {
    (AgencyKind.SCHOOL, StaffRole.MEMBER): "әлеуметтік педагог",
    (AgencyKind.SCHOOL, StaffRole.MANAGER): "директордың орынбасары",
    (AgencyKind.SCHOOL, StaffRole.HEAD): "мектеп директоры",
    (AgencyKind.POLICE, StaffRole.MEMBER): "ювеналдық полиция инспекторы",
    (AgencyKind.HEALTH, StaffRole.MEMBER): "педиатр",
    (AgencyKind.HEALTH, StaffRole.HEAD): "бас дәрігер",
    (AgencyKind.SOCIAL_PATRONAGE, StaffRole.MEMBER): "әлеуметтік қызметкер",
    (AgencyKind.GUARDIANSHIP, StaffRole.MEMBER): "қорғаншылық маманы",
    (AgencyKind.COMMISSION, StaffRole.MEMBER): "комиссия хатшысы",
}
_ROLE_WORDS = {
    StaffRole.MEMBER: "маман", StaffRole.MANAGER: "бөлім басшысы", StaffRole.HEAD: "басшы",
    StaffRole.COORDINATOR: "терезе үйлестірушісі", StaffRole.OPERATOR: "оператор", StaffRole.OMBUDSMAN: "уәкіл",
    StaffRole.SYSTEM: "ақпараттық жүйе",
}  # fmt: skip
_OFFICE = (StaffRole.MEMBER, StaffRole.MANAGER, StaffRole.HEAD, StaffRole.SYSTEM)
_FURTHER = {
    AgencyKind.WINDOW_DESK: (StaffRole.COORDINATOR,),
    AgencyKind.OMBUDSMAN: (StaffRole.OMBUDSMAN, StaffRole.OPERATOR),
    AgencyKind.MINISTRY: (StaffRole.OPERATOR,),
    AgencyKind.CONTACT_CENTRE: (StaffRole.OPERATOR,),
}

_SECOND = frozenset(
    {AgencyKind.SCHOOL, AgencyKind.POLICE, AgencyKind.HEALTH, AgencyKind.SOCIAL_PATRONAGE, AgencyKind.GUARDIANSHIP}
)
UNATTESTED = ("demo:ombudsman:monitor",)
"""Who is appointed but has neither signed nor passed anything yet."""


def _person(subject: str) -> str:
    woman = pick((True, False), subject, "sex")
    given = pick(_WOMEN if woman else _MEN, subject, "given")
    russian = given in (*_WOMEN[13:19], *_MEN[12:16])
    stem = pick(_STEMS_RUSSIAN if russian else _STEMS_KAZAKH, subject, "family")
    return f"{given} {stem}{'ов' if russian else 'ев'}{'а' if woman else ''}"


def _staff_of(agency: Agency) -> Iterator[StaffMember]:
    for role in (*_OFFICE, *_FURTHER.get(agency.kind, ())):
        subject = f"demo:{agency.slug}:{role}"
        position = _POSITIONS.get((agency.kind, role), _ROLE_WORDS[role])
        who = agency.name.kk if role is StaffRole.SYSTEM else _person(subject)
        yield StaffMember(
            staff_id=fixed_id("stf", subject),
            subject=subject,
            agency_id=agency.agency_id,
            roles=(role, StaffRole.MEMBER) if role is StaffRole.COORDINATOR else (role,),
            display_name=f"{who}, {position}",
        )
    if agency.kind in _SECOND:
        yield _colleague(agency, "member-2", _POSITIONS.get((agency.kind, StaffRole.MEMBER), "маман"))
    if agency.kind is AgencyKind.OMBUDSMAN:
        yield _colleague(agency, "monitor", "бақылаушы")


def _colleague(agency: Agency, word: str, position: str) -> StaffMember:
    subject = f"demo:{agency.slug}:{word}"
    return StaffMember(
        staff_id=fixed_id("stf", subject),
        subject=subject,
        agency_id=agency.agency_id,
        roles=(StaffRole.MEMBER,),
        display_name=f"{_person(subject)}, {position}",
    )


def demo_staff(agencies: tuple[Agency, ...]) -> tuple[StaffMember, ...]:
    """Member, manager, head and system of every agency, a second member where children are met, and who some have besides."""
    return tuple(member for agency in agencies for member in _staff_of(agency))
