"""Decides the words about emergency access and independent reviews, in three languages; must never leave one without a word."""

_WORDS: dict[str, tuple[str, str, str]] = {
    "event.tereze.case.emergency-access-opened.v1": (
        "біреу істі төтенше жағдайда ашты", "кто-то открыл дело в экстренном случае", "somebody opened the case in an emergency",
    ),
    "event.tereze.case.emergency-access-reviewed.v1": (
        "төтенше ашу тексерілді", "экстренный доступ проверен", "the emergency access was reviewed",
    ),
    "clock.review_emergency_access": (
        "төтенше ашуды тексеру", "проверить экстренный доступ", "review the emergency access",
    ),
    "event.tereze.case.independent-review-opened.v1": (
        "тәуелсіз тексеру өздігінен ашылды", "независимая проверка открылась сама", "an independent review opened by itself",
    ),
    "event.tereze.case.independently-reviewed.v1": (
        "тәуелсіз тексеру аяқталды", "независимая проверка завершена", "the independent review has its findings",
    ),
    "clock.independent_review": ("тәуелсіз тексеру", "независимая проверка", "independent review"),
    "emergency.child_in_danger": ("бала қауіпте", "ребёнок в опасности", "child in danger"),
    "emergency.medical_emergency": ("шұғыл медициналық жағдай", "неотложная медицинская ситуация", "medical emergency"),
    "emergency.holder_unreachable": ("жауапты адам қолжетімсіз", "ответственный недоступен", "holder unreachable"),
    "emergency.independent_review": ("тәуелсіз тексеру", "независимая проверка", "independent review"),
    "emergency.justified": ("негізді", "обоснован", "justified"),
    "emergency.not_justified": ("негізсіз", "не обоснован", "not justified"),
    "emergency.to_be_reviewed": ("тексерілмеген", "ещё не проверен", "still to be reviewed"),
    "head.access": ("Ашу", "Доступ", "Access"),
    "head.ends": ("Аяқталады", "До", "Ends"),
}  # fmt: skip

KK = {key: words[0] for key, words in _WORDS.items()}
RU = {key: words[1] for key, words in _WORDS.items()}
EN = {key: words[2] for key, words in _WORDS.items()}
