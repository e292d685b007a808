"""Decides whether what stands in one child's name boxes names several children; must never refuse what was written."""

import re

from tereze.contracts.referrals import Child

_AND = r"\s(?:и|and|мен|пен|бен|және)\s|[;&+]"
_BETWEEN = {
    "family": re.compile(_AND, re.IGNORECASE),
    "given": re.compile(rf"{_AND}|,", re.IGNORECASE),
}  # "Омаров, Ерлан" is one
_LETTERS = re.compile(r"[^\W\d_]{2}")


def box_of_several(child: Child) -> str | None:
    """The box in which more than one child is named (Айша мен Дана; Айша, Дана), given name first; None for one child."""
    return next((box for box in ("given", "family") if _names_several(box, getattr(child, box) or "")), None)


def _names_several(box: str, written: str) -> bool:
    return sum(_LETTERS.search(part) is not None for part in _BETWEEN[box].split(written)) > 1
