"""Decides the few words around an answer in the working languages; must never hold a protocol's own text."""

from collections.abc import Callable, Mapping

from tereze.contracts.words import Locale

_PHRASES: Mapping[str, tuple[str, str]] = {
    "told first": ("Бірінші хабардар болады", "Первыми извещаются"),
    "never": ("Ешқашан тапсырма алмайды", "Никогда не получают задачу"),
    "placement": ("Орналастыру", "Размещение"),
    "urgent": ("шұғыл", "срочно"),
    "in its term": ("мерзімінде", "в свой срок"),
    "by itself": ("Өздігінен", "Само собой"),
    "who": ("кім", "кто"),
    "what": ("не істейді", "что делает"),
    "due": ("мерзімі", "срок"),
    "row that decided": ("шешкен жол", "решившая строка"),
    "service": ("қызмет", "услуга"),
    "ground": ("негіз", "основание"),
    "who decides": ("кім шешеді", "кто решает"),
    "within": ("қанша уақытта", "за сколько"),
    "on request": ("сұрау бойынша", "по запросу"),
    "after": ("кейін:", "после:"),
    "task_received": ("тапсырма алынды", "задача получена"),
    "task_accepted": ("тапсырма қабылданды", "задача принята"),
    "commission_decided": ("комиссия шешті", "решение комиссии"),
    "plan_signed": ("жоспарға қол қойылды", "план подписан"),
    "police": ("полиция", "полиция"),
    "school": ("мектеп", "школа"),
    "health": ("денсаулық сақтау", "здравоохранение"),
    "social_patronage": ("әлеуметтік патронат", "социальный патронат"),
    "guardianship": ("қорғаншылық органы", "орган опеки"),
    "window_desk": ("бірыңғай терезе", "единое окно"),
    "commission": ("комиссия", "комиссия"),
    "regional_department": ("өңірлік департамент", "региональный департамент"),
    "rehabilitation_centre": ("оңалту орталығы", "центр реабилитации"),
    "prosecutor": ("прокуратура", "прокуратура"),
    "ministry": ("министрлік", "министерство"),
    "contact_centre": ("байланыс орталығы", "контакт-центр"),
    "ombudsman": ("уәкіл", "уполномоченный"),
    "teacher": ("Мұғалімге", "Учителю"),
    "police_officer": ("Полицейге", "Полицейскому"),
    "doctor": ("Дәрігерге", "Врачу"),
    "social_worker": ("Әлеуметтік қызметкерге", "Социальному работнику"),
}
_ENGLISH = {
    "told first": "Told first",
    "never": "Never gets a task",
    "placement": "Placement",
    "commission": "Commission",
    "by itself": "By itself",
    "task_received": "the task is received",
    "task_accepted": "the task is accepted",
    "commission_decided": "the commission's decision",
    "plan_signed": "the plan is signed",
    "teacher": "For a teacher",
    "police_officer": "For a police officer",
    "doctor": "For a doctor",
    "social_worker": "For a social worker",
}


def phrase(language: Locale) -> Callable[[str], str]:
    """Says a phrase in a language; one that is not known is said as it stands."""
    if language is Locale.EN:
        return lambda text: _ENGLISH.get(text, str(text))
    column = 0 if language is Locale.KK else 1
    return lambda text: _PHRASES[text][column] if text in _PHRASES else str(text)
