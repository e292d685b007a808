"""Decides to which skeleton the spellings of one name fold, across Kazakh, Russian and Latin; must never decide who is who.

Folding loses on purpose: many spellings, one skeleton. Each script is first brought to plain Latin letters one by one; what takes
several letters (``zh``, ``kh``, ``ya``) is folded afterwards in both scripts alike, so that Исхак and Iskhak cannot part.
Stored keys name the ``VERSION`` they were folded with; a changed table is a new version.
"""

import re
import unicodedata
from functools import lru_cache

VERSION = 3
_REMEMBERED = 50_000  # names come again and again; kept in memory only
LONGEST = 60  # letters; what is longer is no name, and its head tells it apart

_CYRILLIC = {
    **dict.fromkeys("аә", "a"),
    **dict.fromkeys("оө", "o"),
    **dict.fromkeys("уұүў", "u"),
    **dict.fromkeys("кқҡ", "k"),
    **dict.fromkeys("гғ", "g"),
    **dict.fromkeys("хһҳ", "h"),
    **dict.fromkeys("нңҥ", "n"),
    **dict.fromkeys("ыіийї", "i"),
    **dict.fromkeys("шщсҫ", "s"),
    **dict.fromkeys("чц", "c"),
    **dict.fromkeys("еёэє", "e"),
    **dict.fromkeys("ьъ", ""),
    "ж": "j",
    "җ": "j",
    "ю": "iu",
    "я": "ia",
    **dict(zip("бвдзлмпртф", "bvdzlmprtf", strict=True)),
}
_LATIN = {
    **dict.fromkeys("äáàâəǎ", "a"),
    **dict.fromkeys("öóòôõ", "o"),
    **dict.fromkeys("üúūùûýŭw", "u"),
    **dict.fromkeys("ğǵģ", "g"),
    **dict.fromkeys("ñńň", "n"),
    **dict.fromkeys("ıíìîïĭyÿ", "i"),
    **dict.fromkeys("şșšśŝ", "s"),
    **dict.fromkeys("çčć", "c"),
    **dict.fromkeys("éèêëě", "e"),
    "q": "k",
    "ž": "j",
    "x": "ks",
}
_SEVERAL = (
    ("shch", "s"),
    ("sch", "s"),
    ("kh", "h"),
    ("gh", "g"),
    ("ph", "f"),
    ("zh", "j"),
    ("sh", "s"),
    ("ch", "c"),
    ("dj", "j"),
    ("ts", "c"),
    ("tz", "c"),
    ("ng", "n"),
    ("io", "e"),
    ("ie", "e"),
    ("ae", "a"),
    ("oe", "o"),
    ("ue", "u"),
)
# Letters that look the same; in a word of the other script they are slips of the keyboard.
_LOOKALIKES = dict(zip("ABCEHKMOPTXaceopxyihə", "АВСЕНКМОРТХасеорхуіһә", strict=True))
# How other languages' orthographies write the same sounds, longest first. Each is one more reading of a Latin spelling, where it
# reads anything differently: nobody knows whose clerk wrote it.
_ORTHOGRAPHIES = (
    (("w", "v"), ("j", "i"), ("x", "kh")),  # ISO 9 and GOST 7.79, and w as Germans and Poles use it
    (("schtsch", "sh"), ("tsch", "\1"), ("sch", "sh"), ("ch", "kh"), ("w", "v"), ("j", "i"), ("z", "ts"), ("\1", "ch")),
    (
        ("szcz", "sh"),
        ("sz", "sh"),
        ("cz", "\1"),
        ("rz", "j"),
        ("ż", "j"),
        ("ch", "kh"),
        ("w", "v"),
        ("j", "i"),
        ("\1", "ch"),
    ),
    (("tch", "\1"), ("ch", "sh"), ("ou", "u"), ("eu", "o"), ("ï", "i"), ("\1", "ch")),
    (("shh", "sh"), ("cz", "ts"), ("x", "kh"), ("j", "i"), ("y`", "i"), ("e`", "e"), ("c", "ts")),
    (("ch", "\1"), ("c", "j"), ("\1", "ch"), ("ee", "i"), ("oo", "u")),
)
_MOST_READINGS = 6
_VOWELS = frozenset("aeiou")
_LAST_J = re.compile(r"j$", re.IGNORECASE)
_ROUGH = str.maketrans({**dict.fromkeys("bp", "p"), **dict.fromkeys("vf", "f"), **dict.fromkeys("dt", "t"),
                        **dict.fromkeys("gkhq", "k"), **dict.fromkeys("zscj", "s"), **dict.fromkeys("aeiou", "")})  # fmt: skip
_APOSTROPHES = "'`´ʹʺʼ‘’"
_FINAL_J = re.compile(r"(?<=[aeiou])j$")  # ISO 9 writes Й as J; the Kazakh alphabets of 2018 to 2021 write Ж so


@lru_cache(_REMEMBERED)
def letters(text: str) -> str:
    """The name in plain Latin letters, one by one; nothing but a–z is left."""
    composed = unicodedata.normalize("NFC", text[: LONGEST * 5])
    if _mostly_cyrillic(composed):
        composed = "".join(_LOOKALIKES.get(character, character) for character in composed)
    lowered = composed.casefold().replace("i̇", "i")
    for mark in _APOSTROPHES:  # the 2017 draft wrote У as Y'
        lowered = lowered.replace(f"y{mark}", "u")
    return "".join(_letter(character) for character in lowered)[:LONGEST]


@lru_cache(_REMEMBERED)
def skeleton(text: str) -> str:
    """The skeleton of one name; a name without letters folds to nothing.

    Folding a skeleton again changes nothing, but for the j that zh or dj left at the end after a vowel: as a spelling it is an Й.
    """
    folded, before = letters(text), ""
    if not _mostly_cyrillic(text):
        folded = _FINAL_J.sub("i", folded)
    while folded != before:
        before = folded
        folded = _without_doubles(folded)
        for several, one in _SEVERAL:
            folded = folded.replace(several, one)
    return folded


@lru_cache(_REMEMBERED)
def skeletons(text: str) -> tuple[str, ...]:
    """The skeletons of every reading of the name, the plain one first."""
    readings = [text]
    if not _mostly_cyrillic(text):
        readings += [_read(text.casefold(), orthography) for orthography in _ORTHOGRAPHIES]
        readings.insert(1, _LAST_J.sub("zh", text))
    return tuple(dict.fromkeys(one for one in map(skeleton, readings) if one))[:_MOST_READINGS]


def _read(spelt: str, orthography: tuple[tuple[str, str], ...]) -> str:
    for written, sound in orthography:
        spelt = spelt.replace(written, sound)
    return spelt


@lru_cache(_REMEMBERED)
def rough(folded: str) -> str:
    """What of a skeleton survives a bad ear: its consonants by the place of their sound, and whether a vowel begins it.

    Only to look names up; two names with one rough form may be quite different.
    """
    sounds = _without_doubles(folded.translate(_ROUGH))
    return ("a" if folded[:1] in _VOWELS else "") + sounds


@lru_cache(_REMEMBERED)
def heard(folded: str) -> str:
    """The rough form without h, the weakest of consonants: written where none is spoken, left out where one is."""
    return rough(folded.replace("h", ""))


def _mostly_cyrillic(text: str) -> bool:
    cyrillic = sum("Ѐ" <= character <= "ԯ" for character in text)
    return cyrillic * 2 > sum(character.isalpha() for character in text)


def _letter(character: str) -> str:
    if "a" <= character <= "z" and character not in _LATIN:
        return character
    known = _CYRILLIC.get(character, _LATIN.get(character))
    if known is not None:
        return known
    plain = unicodedata.normalize("NFKD", character)[:1]
    return _LATIN.get(plain, plain) if "a" <= plain <= "z" else ""


def _without_doubles(text: str) -> str:
    return "".join(now for before, now in zip(" " + text, text, strict=False) if before != now)
