"""Decides whether a text is there in every working language; must never judge how well it is said."""

import re
from collections.abc import Iterator
from typing import Any

from tereze.contracts.words import Locale
from tereze.protocol.located import Mistake, Place

_CYRILLIC = re.compile("[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]")
_LANGUAGES = {locale.value for locale in Locale}


def missing_languages(values: Any, place: Place = ()) -> Iterator[Mistake]:
    """Every text that is blank in a language, or stands in the letters of another."""
    if isinstance(values, dict):
        if values and set(values) <= _LANGUAGES:
            yield from _text(values, place)
            return
        for key, value in values.items():
            yield from missing_languages(value, (*place, str(key)))
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from missing_languages(value, (*place, index))


def _text(values: dict[str, Any], place: Place) -> Iterator[Mistake]:
    for language in sorted(_LANGUAGES):
        said = str(values.get(language) or "").strip()
        if not said:
            yield Mistake((*place, language), f"there is no text in {language}")
        elif (language == "en") == bool(_CYRILLIC.search(said)):
            yield Mistake((*place, language), f"the text in {language} is in the letters of another language")
