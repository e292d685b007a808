"""Decides which invented child a story is about; must never name the same child in two runs, nor a real one."""

import random
from dataclasses import dataclass
from datetime import date

from tereze.contracts.iin import check_digit
from tereze.contracts.referrals import Child, RelatedPerson
from tereze.contracts.words import Kinship, Sex

# One name in the spellings people use for it: Kazakh, Russian, passport Latin. Surnames are those of no one we know.
BOYS = (("Әлихан", "Алихан", "Alikhan"), ("Нұрсұлтан", "Нурсултан", "Nursultan"), ("Жандос", "Жандос", "Zhandos"),
        ("Шыңғыс", "Шынгыс", "Shyngys"), ("Ернұр", "Ернур", "Yernur"), ("Қайрат", "Кайрат", "Kairat"))  # fmt: skip
GIRLS = (("Айгерім", "Айгерим", "Aigerim"), ("Жұлдыз", "Жулдыз", "Zhuldyz"), ("Әсел", "Асель", "Asel"))
FAMILIES = (("Терезебаев", "Терезебаев", "Terezebayev"), ("Қалқанбаев", "Калканбаев", "Kalkanbayev"),
            ("Жұлдызтаев", "Жулдызтаев", "Zhuldyztayev"), ("Көкпарбаев", "Кокпарбаев", "Kokparbayev"))  # fmt: skip
_YEARS = (2011, 2019)
_MOTHERS_YEARS = (1984, 1993)
_CENTURY = 2000
_LAST_SWAPPABLE_DAY = 12
_LETTER_LEFT_OUT = 6


@dataclass(frozen=True, slots=True)
class Spelt:
    """One child in three spellings; day and month of birth can both be taken for the other."""

    given: tuple[str, str, str]
    family: tuple[str, str, str]
    born: date
    sex: Sex

    def kazakh(self) -> Child:
        """As a Kazakh document spells it."""
        return Child(given=self.given[0], family=self.family[0], birth_date=self.born, sex=self.sex)

    def russian(self) -> Child:
        """As the police write it: Russian letters, no patronymic."""
        return Child(given=self.given[1], family=self.family[1], birth_date=self.born, sex=self.sex)

    def latin_with_day_and_month_swapped(self) -> Child:
        """As a school list has it: passport letters, day and month in the other's place."""
        swapped = date(self.born.year, self.born.day, self.born.month)
        return Child(given=self.given[2], family=self.family[2], birth_date=swapped, sex=self.sex)

    def latin_mistyped_with_day_and_month_swapped(self) -> Child:
        """As somebody in a hurry copies the school's list: a letter of the surname left out."""
        listed, family = self.latin_with_day_and_month_swapped(), self.family[2]
        return listed.model_copy(update={"family": family[:_LETTER_LEFT_OUT] + family[_LETTER_LEFT_OUT + 1 :]})

    def iin(self) -> str:
        """An invented number with a right check digit."""
        of_this_century = self.born.year >= _CENTURY
        century_and_sex = (
            ("5" if of_this_century else "3") if self.sex is Sex.MALE else ("6" if of_this_century else "4")
        )
        while True:
            eleven = f"{self.born:%y%m%d}{century_and_sex}{random.randrange(10_000):04d}"
            last = check_digit(eleven)
            if last is not None:
                return f"{eleven}{last}"


def a_boy() -> Spelt:
    """A boy nobody has reported yet, whatever ran before on this stack."""
    return _child(BOYS, Sex.MALE)


def a_girl() -> Spelt:
    """A girl nobody has reported yet."""
    return _child(GIRLS, Sex.FEMALE)


def twin_of(child: Spelt) -> Spelt:
    """The brother born on the same day: same surname, another given name."""
    others = [given for given in BOYS if given != child.given]
    return Spelt(random.choice(others), child.family, child.born, child.sex)


def mother_of(child: Spelt) -> RelatedPerson:
    """Their mother, with a number of her own."""
    given, family = random.choice(GIRLS)[0], f"{child.family[0]}а"
    born = date(random.randint(*_MOTHERS_YEARS), child.born.day, child.born.month)
    number = Spelt((given,) * 3, (family,) * 3, born, Sex.FEMALE).iin()
    return RelatedPerson(family=family, given=given, birth_date=born, iin=number, kinship=Kinship.MOTHER)


def sister_of(child: Spelt) -> Spelt:
    """A younger sister: same surname, born in another year."""
    born = child.born.replace(year=child.born.year + 2)
    return Spelt(random.choice(GIRLS), child.family, born, Sex.FEMALE)


def _child(givens: tuple[tuple[str, str, str], ...], sex: Sex) -> Spelt:
    month, day = random.sample(range(1, _LAST_SWAPPABLE_DAY + 1), 2)
    born = date(random.randint(*_YEARS), month, day)
    family = random.choice(FAMILIES)
    syllable = random.choice(SYLLABLES)
    kazakh, russian, latin = (
        f"{first}{rest}" for first, rest in zip(syllable, (f.lower() for f in family), strict=True)
    )
    return Spelt(random.choice(givens), (kazakh, russian, latin), born, sex)


# Put before a surname, so that a story played again and again on one stack is about another child each time.
SYLLABLES = (("Ақ", "Ак", "Ak"), ("Бай", "Бай", "Bai"), ("Дос", "Дос", "Dos"), ("Ел", "Ел", "El"), ("Кен", "Кен", "Ken"),
             ("Мал", "Мал", "Mal"), ("Нар", "Нар", "Nar"), ("Сар", "Сар", "Sar"), ("Тас", "Тас", "Tas"), ("Ор", "Ор", "Or"))  # fmt: skip
