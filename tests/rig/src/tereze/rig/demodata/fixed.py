"""Decides identifiers and choices that stay the same at every run; must never depend on a clock or on chance."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_MILLISECONDS_2026 = 1_767_225_600_000
_TIMESTAMP_BITS, _VERSION_SEVEN, _VARIANT = 48, 7, 2


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def fixed_id(prefix: str, name: str) -> str:
    """A UUIDv7-shaped id of the first millisecond of 2026 whose other bits come from ``name``."""
    bits = _digest(f"{prefix}:{name}")
    random_a, random_b = bits & 0xFFF, (bits >> 12) & ((1 << 62) - 1)
    value = _MILLISECONDS_2026 << 80 | _VERSION_SEVEN << 76 | random_a << 64 | _VARIANT << 62 | random_b
    return f"{prefix}_{value:032x}"


def pick(options: Sequence[T], *of: object) -> T:
    """One of the options, chosen by what it is for."""
    return options[_digest("|".join(map(str, of))) % len(options)]


def number(below: int, *of: object) -> int:
    """A number in [0, below), chosen by what it is for."""
    return _digest("|".join(map(str, of))) % below


def shuffled(items: Sequence[T], name: str) -> list[T]:
    """The items in an order that looks like chance and is always the same."""
    return [items[place] for place in sorted(range(len(items)), key=lambda place: _digest(f"{name}:{place}"))]
