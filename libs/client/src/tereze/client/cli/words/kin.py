"""Decides the words about births, adoptions, seals, erasures and families in three languages; must never leave one without."""

_WORDS: dict[str, tuple[str, str, str]] = {
    "adoption.registered": (
        "Бала енді {person}. Бұл нөмір бір рет қана көрсетіледі; екеуінің байланысы мөрленген.",
        "Теперь ребёнок — {person}. Номер показан один раз; связь между двумя опечатана.",
        "The child is {person} from now on. The id is shown this once; the tie between the two is sealed.",
    ),
    "unsealing.awaiting_second": (
        "{act}: сұралды. Басқа адам келісуі тиіс:\n  tereze person confirm-unsealing {person} {act}{until}",
        "{act}: запрошено. Должен согласиться другой человек:\n  tereze person confirm-unsealing {person} {act}{until}",
        "{act}: asked. Somebody else has to agree:\n  tereze person confirm-unsealing {person} {act}{until}",
    ),
    "unsealing.done": (
        "{act}: келісілді. Сұраған адам {until} дейін оқи алады:\n  tereze person unsealed {person} {act}",
        "{act}: согласовано. Кто просил, может читать до {until}:\n  tereze person unsealed {person} {act}",
        "{act}: agreed. Until {until} whoever asked may read it:\n  tereze person unsealed {person} {act}",
    ),
    "unsealing.nobody": (
        "Көрсететін ештеңе жоқ: бала басқаша белгілі емес немесе уақыт өтті; қайта сұраңыз: tereze person unseal",
        "Показать нечего: ребёнок не известен иначе, или время вышло; запросите заново: tereze person unseal",
        "Nothing to show: the child is known as nobody else, or the hour has passed; ask anew: tereze person unseal",
    ),
    "erasure.awaiting_second": (
        "{act}: сұралды, әлі ештеңе жойылған жоқ. Омбудсмен тексерушісі келісуі тиіс:\n  tereze person confirm-erasure {person} {act}{until}",
        "{act}: запрошено, ещё ничего не стёрто. Согласиться должен омбудсмен:\n  tereze person confirm-erasure {person} {act}{until}",
        "{act}: asked; nothing is erased yet. The Ombudsman's reviewer has to agree:\n  tereze person confirm-erasure {person} {act}{until}",
    ),
    "erasure.done": (
        "{act}: {person} жойылды. Ол туралы айтылғанның ешқайсысы енді ашылмайды.{until}",
        "{act}: {person} стёрт. Ничто из сказанного о нём больше не откроется.{until}",
        "{act}: {person} is erased. Nothing that was said about them opens again.{until}",
    ),
    "erasure.sure": (
        "{person} біржола жойылады, қайтаруға болмайды. Жалғастырасыз ба?",
        "{person} будет стёрт навсегда, вернуть нельзя. Продолжить?",
        "{person} is erased for good; it cannot be undone. Go on?",
    ),
    "relation.added": (
        "{relative} — {person} адамының {kinship}; {basis}.",
        "{relative} — {kinship} для {person}; {basis}.",
        "{relative} is {kinship} of {person}; {basis}.",
    ),
    "family.entered": (
        "Қайта тұжырымдау ({version}-нұсқадан): tereze family revise {person} {entry}",
        "Изложить заново (с редакции {version}): tereze family revise {person} {entry}",
        "Word it anew (from wording {version}): tereze family revise {person} {entry}",
    ),
    "family.no-entry": (
        "{entry} деген, сізге ашық жазба жоқ; тізімі: tereze family record {person}",
        "Записи {entry}, открытой вам, нет; список: tereze family record {person}",
        "There is no entry {entry} that you may see; they are listed by: tereze family record {person}",
    ),
    "head.entry": ("Жазба", "Запись", "Entry"),
    "head.wording": ("Нұсқа", "Редакция", "Wording"),
    "mend.not-expected": (
        "Бала туғанын тек күтілетін бала үшін жазасыз. Туған баланы: tereze refer",
        "Рождение записывают только у ожидаемого ребёнка. О родившемся сообщают: tereze refer",
        "A birth is recorded of an expected child only. A child who is born is reported: tereze refer",
    ),
    "mend.person-not-in-use": (
        "Адам басқамен біріктірілген немесе жойылған; жалғасы: tereze person show",
        "Человек объединён с другим или стёрт; кто продолжает: tereze person show",
        "The person was merged or erased; who goes on: tereze person show",
    ),
    "mend.not-their-number": (
        "Адамның нөмірлері: tereze person show",
        "Номера человека: tereze person show",
        "The numbers of a person: tereze person show",
    ),
    "mend.needs-another-person": (
        "Сұраған адам өзі растай алмайды: басқа қызметкер растасын.",
        "Кто просил, сам не подтверждает: пусть подтвердит другой сотрудник.",
        "Who asked cannot confirm it: let a colleague with this duty do it.",
    ),
    "mend.nothing-to-confirm": (
        "Бәрі расталған; қайта істеу керек болса, алдымен қайта сұраңыз.",
        "Всё уже подтверждено; если нужно снова, сначала запросите заново.",
        "All is confirmed already; to have it again, ask anew first.",
    ),
    "mend.has-open-case": (
        "Алдымен оның ашық ісі жабылуы тиіс: tereze case close",
        "Сначала должно быть закрыто его открытое дело: tereze case close",
        "Their open case has to be closed first: tereze case close",
    ),
    "mend.same-person": (
        "Екі нөмір — бір адам; басқа адамның нөмірін беріңіз.",
        "Оба номера — один человек; укажите номер другого.",
        "Both ids are one person; give the id of the other.",
    ),
    "mend.one-basis": (
        "Не келісімді (--consent-of, --consent-on), не негізді (--without-consent, --legal-basis) беріңіз.",
        "Укажите либо согласие (--consent-of, --consent-on), либо основание (--without-consent, --legal-basis).",
        "Give either consent (--consent-of, --consent-on) or a basis (--without-consent, --legal-basis).",
    ),
}  # fmt: skip

KK = {key: words[0] for key, words in _WORDS.items()}
RU = {key: words[1] for key, words in _WORDS.items()}
EN = {key: words[2] for key, words in _WORDS.items()}
