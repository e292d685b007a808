"""Decides how a reader is told what the window answers in English; must never say more than the window did."""

_WORDS: dict[str, tuple[str, str, str]] = {
    "head.place": ("Орны", "Где", "Where"),
    "told.iin-not-twelve-digits": (
        "ЖСН берілген күйінде сақталды; онда он екі цифр жоқ.",
        "ИИН сохранён как дан; в нём не двенадцать цифр.",
        "The IIN was kept as given; it does not have twelve digits.",
    ),
    "told.iin-check-digit": (
        "ЖСН берілген күйінде сақталды; бақылау цифры сәйкес емес.",
        "ИИН сохранён как дан; контрольная цифра не сходится.",
        "The IIN was kept as given; its check digit does not hold.",
    ),
    "told.iin-birth-date-differs": (
        "ЖСН берілген күйінде сақталды; оның цифрлары басқа туған күнді көрсетеді.",
        "ИИН сохранён как дан; его цифры говорят о другой дате рождения.",
        "The IIN was kept as given; its digits tell another birth date.",
    ),
    "told.iin-sex-differs": (
        "ЖСН берілген күйінде сақталды; оның цифрлары басқа жынысты көрсетеді.",
        "ИИН сохранён как дан; его цифры говорят о другом поле.",
        "The IIN was kept as given; its digits tell another sex.",
    ),
    "told.two-children": (
        "Мұнда бірнеше бала аталған, бір хабарлама болып сақталды. Әр баланы бөлек хабарлаңыз.",
        "Здесь назван не один ребёнок; сохранено как одно сообщение. О каждом ребёнке сообщите отдельно.",
        "This names more than one child and was kept as one report. Report each child by itself.",
    ),
    "told.birth-year-differs": (
        "Туған күні мен жылы берілген күйінде сақталды; олар бір-біріне сәйкес емес.",
        "Дата и год рождения сохранены как даны; они расходятся.",
        "Birth date and birth year were kept as given; they disagree.",
    ),
    "told.validation-failed": (
        "Кейбір бөліктері күтілгендей емес; олар төменде көрсетілген.",
        "Некоторые части не такие, как описано; они указаны ниже.",
        "Some parts are not as documented; they are listed below.",
    ),
    "told.required": (
        "Бұл бөлік міндетті.",
        "Эта часть обязательна.",
        "This part is required.",
    ),
    "told.unknown-field": (
        "Мұнда мұндай бөлік жоқ; алып тастаңыз.",
        "Такой части здесь нет; уберите её.",
        "This part is not known here; remove it.",
    ),
    "told.too-short": (
        "Рұқсат етілгеннен қысқа.",
        "Короче, чем допустимо.",
        "This is shorter than allowed.",
    ),
    "told.too-long": (
        "Рұқсат етілгеннен ұзын.",
        "Длиннее, чем допустимо.",
        "This is longer than allowed.",
    ),
    "told.wrong-format": (
        "Пішімі күтілгендей емес.",
        "Формат не такой, как описано.",
        "This does not have the documented format.",
    ),
    "told.wrong-type": (
        "Түрі күтілгендей емес.",
        "Тип не такой, как описано.",
        "This has another JSON type than documented.",
    ),
    "told.unknown-code": (
        "Мұндай код жоқ.",
        "Такого кода нет.",
        "This is none of the documented codes.",
    ),
    "told.in-the-future": (
        "Бұл әлі болған жоқ; нақты білмесеңіз, жазбаңыз.",
        "Это ещё не наступило; если точно не известно, не указывайте.",
        "This lies in the future; leave it out where it is not known.",
    ),
    "told.unknown-region": (
        "Мұндай өңір жоқ; тізімі: tereze regions",
        "Такого региона нет; список: tereze regions",
        "There is no such region; they are listed by: tereze regions",
    ),
    "told.unknown-agency": (
        "Мұндай мекеме жоқ; тізімі: tereze agencies",
        "Такого органа нет; список: tereze agencies",
        "There is no such agency; they are listed by: tereze agencies",
    ),
    "told.unknown-body": (
        "Мұндай мекеме де, қызметкер де жоқ; тек аты белгілі болса, сөзбен жазыңыз.",
        "Такого органа или сотрудника нет; если известно только имя, напишите его словами.",
        "There is no such agency or staff member; where only a name is known, give it in words.",
    ),
    "told.agency-mismatch": (
        "Хабарламаны тек өз мекемеңіздің атынан жібересіз.",
        "Сообщение подают только от имени своего органа.",
        "You act for your own agency only.",
    ),
    "told.not-found": (
        "Бұл мекенжайда сізге арналған ештеңе жоқ.",
        "По этому адресу для вас ничего нет.",
        "Nothing here for you under this address.",
    ),
    "told.stale-version": (
        "Сіз оқығаннан бері өзгерген; қайта оқып, шешіңіз.",
        "С тех пор как вы читали, это изменилось; прочтите снова и решите.",
        "It has changed since you read it; read it again, then decide.",
    ),
    "told.decline-barred": (
        "Тәуекелі өте жоғары немесе жоғары тапсырмадан бас тартуға болмайды; қабылдаңыз.",
        "От задачи с критическим или высоким риском не отказываются; примите её.",
        "A task of critical or high risk cannot be declined; accept it.",
    ),
    "told.contact-missing": (
        "Баланың қашан, қай жерде, жеке көрілгенін жазыңыз (--place).",
        "Укажите, когда, где и наедине ли видели ребёнка (--place).",
        "Record when and where the child was seen, and whether alone (--place).",
    ),
    "told.idempotency-key-reused": (
        "Бұл кілтпен басқа хабарлама жіберілген; жаңа кілт алыңыз.",
        "С этим ключом уже отправлено другое; возьмите новый.",
        "This key was used for another request; use a fresh one.",
    ),
    "told.body-too-large": (
        "Тым көп: барлығы 1 МиБ-тан аспауы керек.",
        "Слишком много: всё вместе не больше 1 МиБ.",
        "The body may hold at most 1 MiB.",
    ),
    "told.database-unavailable": (
        "Қазір жазып сақтау мүмкін емес; ештеңе жазылған жоқ. Сәл кейін қайталаңыз.",
        "Сейчас записать нельзя; ничего не записано. Повторите немного позже.",
        "Our records cannot be reached and nothing was written; try again a little later.",
    ),
}

KK = {key: words[0] for key, words in _WORDS.items()}
RU = {key: words[1] for key, words in _WORDS.items()}
EN = {key: words[2] for key, words in _WORDS.items()}
