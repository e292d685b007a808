"""Decides the words of who is who: persons, merges, identity reviews, families; must never miss a key one of the languages has."""

KK = {
    "event.tereze.case.parted.v1": "іс өз алдына жалғасады: басқасы өзге бала туралы екен",
    "event.tereze.case.referral-detached.v1": "хабарлама басқа бала туралы",
}

RU = {
    "event.tereze.case.parted.v1": "дело продолжается отдельно: другое было о другом ребёнке",
    "event.tereze.case.referral-detached.v1": "обращение касается другого ребёнка",
}

EN = {
    "event.tereze.case.parted.v1": "another case of this child was somebody else's: it goes on by itself",
    "event.tereze.case.referral-detached.v1": "a referral is about another child",
}
