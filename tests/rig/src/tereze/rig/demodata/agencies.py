"""Decides which invented agencies the demo has: eleven a region, four national ones; must never name a real body."""

from dataclasses import dataclass

from tereze.contracts.directory import Agency, LocalName, Region
from tereze.contracts.words import AgencyKind
from tereze.rig.demodata.fixed import fixed_id

REGION_WORDS = {
    "KZ-10": "abai", "KZ-11": "akmola", "KZ-15": "aktobe", "KZ-19": "almaty-region", "KZ-23": "atyrau",
    "KZ-27": "west-kazakhstan", "KZ-31": "jambyl", "KZ-33": "jetisu", "KZ-35": "karaganda", "KZ-39": "kostanay",
    "KZ-43": "kyzylorda", "KZ-47": "mangystau", "KZ-55": "pavlodar", "KZ-59": "north-kazakhstan", "KZ-61": "turkestan",
    "KZ-62": "ulytau", "KZ-63": "east-kazakhstan", "KZ-71": "astana", "KZ-75": "almaty", "KZ-79": "shymkent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    word: str
    kind: AgencyKind
    parent: str | None
    kk: str
    ru: str
    en: str


_DEPARTMENT = "{region}-department"
_REGIONAL = (
    _Row("desk", AgencyKind.WINDOW_DESK, "contact-centre", "Бірыңғай терезе", "Единое окно", "Single window desk"),
    _Row("police", AgencyKind.POLICE, None, "Ювеналдық полиция тобы", "Группа ювенальной полиции", "Juvenile police"),
    _Row("clinic-1", AgencyKind.HEALTH, None, "№ 1 балалар емханасы", "Детская поликлиника № 1", "Children's Clinic 1"),
    _Row("clinic-2", AgencyKind.HEALTH, None, "№ 2 балалар емханасы", "Детская поликлиника № 2", "Children's Clinic 2"),
    _Row("school-1", AgencyKind.SCHOOL, _DEPARTMENT, "№ 12 мектеп", "Школа № 12", "School 12"),
    _Row("school-2", AgencyKind.SCHOOL, _DEPARTMENT, "№ 47 мектеп", "Школа № 47", "School 47"),
    _Row(
        "patronage", AgencyKind.SOCIAL_PATRONAGE, None,
        "Әлеуметтік патронат қызметі", "Служба социального патроната", "Social patronage service",
    ),
    _Row(
        "guardianship", AgencyKind.GUARDIANSHIP, _DEPARTMENT,
        "Қорғаншылық органы", "Орган опеки и попечительства", "Guardianship body",
    ),
    _Row(
        "department", AgencyKind.REGIONAL_DEPARTMENT, "ministry",
        "Балалардың құқықтарын қорғау департаменті", "Департамент по защите прав детей", "Child-rights department",
    ),
    _Row(
        "commission", AgencyKind.COMMISSION, None,
        "Кәмелетке толмағандардың істері жөніндегі комиссия", "Комиссия по делам несовершеннолетних",
        "Commission on juvenile affairs",
    ),
    _Row(
        "rehabilitation", AgencyKind.REHABILITATION_CENTRE, _DEPARTMENT,
        "Балаларды оңалту орталығы", "Центр реабилитации детей", "Children's rehabilitation centre",
    ),
)  # fmt: skip
_NATIONAL = (
    _Row(
        "ombudsman", AgencyKind.OMBUDSMAN, None,
        "Бала құқықтары жөніндегі уәкіл", "Уполномоченный по правам ребёнка", "Children's Ombudsman",
    ),
    _Row("ministry", AgencyKind.MINISTRY, None, "Жауапты министрлік", "Ответственное министерство", "Ministry"),
    _Row("prosecutor", AgencyKind.PROSECUTOR, None, "Прокуратура", "Прокуратура", "Prosecutor's office"),
    _Row(
        "contact-centre", AgencyKind.CONTACT_CENTRE, "ministry",
        "111 байланыс орталығы", "Контакт-центр 111", "Contact centre 111",
    ),
)  # fmt: skip


def _agency(row: _Row, region: Region | None) -> Agency:
    word = None if region is None else REGION_WORDS[region.code]
    slug = row.word if word is None else f"{word}-{row.word}"
    parent = row.parent.format(region=word) if row.parent else None

    def full(name: str, where: str | None) -> str:
        return f"{name} — {where} (демо)" if where else f"{name} (демо)"

    name = None if region is None else region.name
    return Agency(
        agency_id=fixed_id("agc", slug),
        slug=slug,
        kind=row.kind,
        region_code=None if region is None else region.code,
        parent_agency_id=fixed_id("agc", parent) if parent else None,
        name=LocalName(
            kk=full(row.kk, name.kk if name else None),
            ru=full(row.ru, name.ru if name else None),
            en=full(row.en, name.en if name else None).replace("демо", "demo"),
        ),
    )


def demo_agencies(regions: tuple[Region, ...]) -> tuple[Agency, ...]:
    """National agencies first, then each region's; parents are always among them."""
    return (
        *(_agency(row, None) for row in _NATIONAL),
        *(_agency(row, region) for region in regions for row in _REGIONAL),
    )
