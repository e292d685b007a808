"""Decides how a name is written by whom, from published tables; must never import the registry's folding or look at its tables."""

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

KAZAKH, RUSSIAN, BY_EAR = "kazakh", "russian", "by_ear"
_KEYS = "йцукенгшщзхъфывапролджэячсмитьбю"
_TABLES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "spellings.yaml").read_text("utf-8"))
HERE = tuple(name for name, scheme in _TABLES["schemes"].items() if scheme["used_here"])
ELSEWHERE = tuple(name for name, scheme in _TABLES["schemes"].items() if not scheme["used_here"])
_SHORTEST_TYPED_WRONG = 4


def spell(name: str, how: str) -> str:
    """A name in Kazakh Cyrillic as somebody writes it: ``kazakh``, ``russian``, or a scheme of the tables."""
    if how == KAZAKH:
        return name
    if how == RUSSIAN:
        return _by(name, _TABLES["russian"], {})
    if how == BY_EAR:
        return _heard(name)
    return _by(name, _letters(how), _TABLES["plain"])


@cache
def _letters(how: str) -> dict[str, str]:
    found: dict[str, str] = _TABLES["schemes"][how]["letters"]
    return found


def _by(name: str, letters: dict[str, str], plain: dict[str, str]) -> str:
    written = []
    for character in name:
        low = character.lower()
        one = letters.get(low, plain.get(low, low))
        written.append(one.capitalize() if character != low else one)
    return "".join(written)


def _heard(name: str) -> str:
    """A name put down by ear: each sound as somebody might hear it, the same somebody for the whole name."""
    chance = Random(name)  # the same name is heard alike by whoever hears it
    habits = {sound: chance.choice(ways) for sound, ways in _TABLES["by_ear"].items()}
    return _by(name, habits, _TABLES["plain"])


def mistype(written: str, chance: Random) -> str:
    """One slip: a letter left out, doubled, exchanged with its neighbour, or another one hit."""
    if len(written) < _SHORTEST_TYPED_WRONG:
        return written
    at = chance.randrange(1, len(written) - 1)
    slip = chance.randrange(4)
    if slip == 0:
        return written[:at] + written[at + 1 :]
    if slip == 1:
        return written[:at] + written[at] + written[at:]
    if slip == 2:
        return written[:at] + written[at + 1] + written[at] + written[at + 2 :]
    wrong = chance.choice(_KEYS) if "а" <= written[at].lower() <= "я" else chance.choice("abcdefghiklmnoprstuvyz")
    return written[:at] + wrong + written[at + 1 :]
