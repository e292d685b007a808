"""Decides when two written names may be the same name: aliases, endings, patronymics, slips; must never look at a whole person."""

import csv
import re
from functools import cache
from importlib import resources

from tereze.registry.matching.folding import letters, skeleton, skeletons

# Endings as they stand in a skeleton, where Абаев has become "abav" and Дмитриевич "dmitrevic".
_PATRONYMIC = re.compile(r"(?:[aoe]v(?:ic|na)|(?:in)?icna|(?<=[^aeiou])ic|uli|kizi|[ou]gl[iu])$")
_SURNAME = re.compile(r"(?:[aoe]va?|(?<=sk)(?:i|aia|oi)|uli|kizi)$")
_SHORTEST_STEM = 2
_NO_NAME = frozenset(
    skeleton(word)
    for word in (
        "неизвестно", "неизвестный", "неизвестная", "неизвестен", "не известно", "нет", "нет данных", "без имени",
        "белгісіз", "жоқ", "unknown", "none", "null", "noname", "n/a",
    )
)  # fmt: skip


def known_name(written: str | None) -> str | None:
    """The name as written, or None where it says no name (``неизвестно``, ``белгісіз``, a dash)."""
    if written is None:
        return None
    folded = skeleton(written)
    return written if len(folded) > 1 and folded not in _NO_NAME else None


Name = tuple[
    str, ...
]  # a written name as compared: its plain letters, then the skeleton of each reading; empty: not known


def given_name(written: str) -> Name:
    """A given name as compared."""
    return _name(written, [_aliases().get(folded, folded) for folded in skeletons(written)])


def family_name(written: str) -> Name:
    """A family name as compared: its skeletons without what marks sex or language."""
    return _name(written, [_stem(_SURNAME, folded) for folded in skeletons(written)])


def father_name(written: str) -> Name:
    """The father's name inside a patronymic, as compared."""
    return _name(written, [_stem(_PATRONYMIC, folded) for folded in skeletons(written)])


def _name(written: str, folded: list[str]) -> Name:
    return (letters(written), *dict.fromkeys(folded)) if folded else ()


def given_skeleton(written: str) -> str:
    """The skeleton of a given name; spellings that are doublets of one name (Шыңғыс, Чингиз) share it."""
    folded = skeleton(written)
    return _aliases().get(folded, folded)


def family_stem(written: str) -> str:
    """The skeleton of a family name without what marks sex or language: Ахметова, Ахметов and Ахмет share it."""
    return _stem(_SURNAME, skeleton(written))


def patronymic_stem(written: str) -> str:
    """The skeleton of the father's name inside a patronymic: Серікұлы and Серикович share it."""
    return _stem(_PATRONYMIC, skeleton(written))


def is_patronymic(word: str) -> bool:
    """Whether a word standing in another box ends like a patronymic."""
    return _PATRONYMIC.search(skeleton(word)) is not None


def _stem(ending: re.Pattern[str], whole: str) -> str:
    cut = ending.sub("", whole)
    stem = cut if len(cut) >= _SHORTEST_STEM else whole
    stem = _aliases().get(stem, stem)
    return stem[:_SHORTEST_STEM] + stem[_SHORTEST_STEM:].rstrip("aeiou")


def far_apart(one: str, other: str) -> bool:
    """Whether two skeletons are too different for a slip of the pen: more than one edit in four letters."""
    if one == other:
        return False
    return _edits(one, other) > max(len(one), len(other)) // 4


def _edits(one: str, other: str) -> int:
    """Damerau-Levenshtein distance (adjacent letters may be swapped)."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        row = [i]
        for j, right in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        before_last, last = last, row
    return last[-1]


@cache
def _aliases() -> dict[str, str]:
    text = resources.files("tereze.registry.matching").joinpath("aliases.csv").read_text(encoding="utf-8")
    folded = {}
    for row in csv.DictReader(text.splitlines()):
        for spelling in row["spellings"].split():
            folded[skeleton(spelling)] = skeleton(row["name"])
    return folded
