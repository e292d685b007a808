"""Decides the words about bodies, staff, rotas, posts and catchments in three languages side by side; must never leave one without a word."""

_WORDS: dict[str, tuple[str, str, str]] = {
    "agency.closed": (
        "Жабылды. Істердегі міндеттері басқаларға өтеді; орындарын, отырыстарын, жоспарларын өзіңіз қараңыз.",
        "Закрыто. Обязанности по делам переходят другим; места, заседания и планы проверьте сами.",
        "Closed. Its duties in cases pass to others; see to its beds, sittings and plans yourself.",
    ),
    "staff.added": (
        "Әрекет етуі үшін әлі не керек: tereze attest show {staff_id}",
        "Что ещё нужно, чтобы действовать: tereze attest show {staff_id}",
        "What is still needed before they may act: tereze attest show {staff_id}",
    ),
    "staff.moved": (
        "Олардың токені енді {agency_id} мекемесін атауы керек.",
        "Их токен теперь должен называть орган {agency_id}.",
        "Their token has to name agency {agency_id} from now on.",
    ),
    "specialism.social_pedagogue": ("әлеуметтік педагог", "социальный педагог", "social pedagogue"),
    "specialism.psychologist": ("психолог", "психолог", "psychologist"),
    "specialism.juvenile_inspector": ("ювеналдық инспектор", "ювенальный инспектор", "juvenile inspector"),
    "specialism.paediatrician": ("педиатр", "педиатр", "paediatrician"),
    "specialism.social_worker": ("әлеуметтік қызметкер", "социальный работник", "social worker"),
    "specialism.guardianship_specialist": ("қорғаншылық маманы", "специалист опеки", "guardianship specialist"),
    "specialism.coordinator": ("үйлестіруші", "координатор", "coordinator"),
    "gap.no_post": ("лауазым жоқ", "нет ставки", "NO POST"),
    "gap.nobody": ("ешкім әрекет ете алмайды", "некому действовать", "NOBODY MAY ACT"),
    "gap.vacant": ("бос орын", "вакансия", "vacant"),
    "gap.overloaded": ("шамадан тыс жүктелген", "перегружен", "overloaded"),
    "responsible-by.house": ("үй бойынша", "по дому", "by the house"),
    "responsible-by.street": ("көше бойынша", "по улице", "by the street"),
    "responsible-by.district": ("аудан бойынша", "по району", "by the district"),
    "caseload.unassigned": ("аты аталмаған", "без ответственного", "nobody named"),
    "head.from": ("бастап", "с", "from"),
    "head.on-duty": ("кезекте", "дежурит", "on duty"),
    "head.specialism": ("мамандығы", "специальность", "specialism"),
    "head.posts": ("лауазымдар", "ставки", "posts"),
    "head.pupils": ("оқушылар", "учащиеся", "pupils"),
    "head.pupils-each": ("бір маманға", "на специалиста", "for each"),
    "head.gap": ("олқылық", "пробел", "gap"),
    "head.duties": ("міндеттер", "обязанности", "duties"),
    "head.because": ("негізі", "основание", "because"),
}  # fmt: skip
KK, RU, EN = ({key: words[place] for key, words in _WORDS.items()} for place in range(3))
