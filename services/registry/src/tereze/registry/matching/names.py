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


def is_patronymic(word: str) -> bool:
    """Whether a word standing in another box ends like a patronymic."""
    return _PATRONYMIC.search(skeleton(word)) is not None


def is_surname(folded: str) -> bool:
    """Whether a skeleton ends as family names do and given names hardly."""
    ending = _SURNAME.search(folded)
    return ending is not None and ending.start() >= _SHORTEST_STEM


def _stem(ending: re.Pattern[str], whole: str) -> str:
    cut = ending.sub("", whole)
    stem = cut if len(cut) >= _SHORTEST_STEM else whole
    stem = _aliases().get(stem, stem)
    return stem[:_SHORTEST_STEM] + stem[_SHORTEST_STEM:].rstrip("aeiou")


@cache
def _aliases() -> dict[str, str]:
    text = resources.files("tereze.registry.matching").joinpath("aliases.csv").read_text(encoding="utf-8")
    folded = {}
    for row in csv.DictReader(text.splitlines()):
        for spelling in row["spellings"].split():
            folded[skeleton(spelling)] = skeleton(row["name"])
    return folded
