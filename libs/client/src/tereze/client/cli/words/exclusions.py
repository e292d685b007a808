"""Decides the words about exclusions in the three languages side by side; must never leave a language without one."""

_WORDS: dict[str, tuple[str, str, str]] = {
    "event.tereze.case.exclusion-recorded.v1": (
        "біреу істен шеттетілді", "кто-то отстранён от дела", "somebody must not touch the case any more",
    ),
    "event.tereze.case.exclusion-lifted.v1": (
        "шеттетуді екі адам алып тастады", "отстранение сняли двое", "an exclusion was lifted by two persons",
    ),
    "exclusion.in_force": ("күшінде", "действует", "in force"),
    "exclusion.lift_asked": ("алып тастау сұралды", "просят снять", "lifting asked for"),
    "exclusion.lifted": ("алынды", "снято", "lifted"),
    "basis.accused": ("айыпталған", "обвиняется", "accused"),
    "basis.must_not_see": ("көрмеуі керек", "не должен видеть", "must not see it"),
    "basis.conflict_of_interest": ("мүдделер қақтығысы", "конфликт интересов", "conflict of interest"),
    "head.exclusion": ("Шеттету", "Отстранение", "Exclusion"),
    "head.who": ("Кім", "Кто", "Who"),
    "head.reason": ("Негізі", "Основание", "Ground"),
    "head.seen": ("Көргені", "Видели", "Seen"),
    "head.labels": ("Белгілер", "Метки", "Labels"),
    "head.policy": ("Саясат", "Политика", "Policy"),
}  # fmt: skip

KK = {key: words[0] for key, words in _WORDS.items()}
RU = {key: words[1] for key, words in _WORDS.items()}
EN = {key: words[2] for key, words in _WORDS.items()}
