"""Decides which words people read, in Kazakh, Russian and English as equals; must never translate a code a program reads."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tereze.client.cli.words import (
    answers,
    casework,
    emergencies,
    exclusions,
    identities,
    kin,
    reviews,
    rooms,
    workforce,
)
from tereze.client.cli.words.en import EN
from tereze.client.cli.words.kk import KK
from tereze.client.cli.words.ru import RU
from tereze.contracts.directory import LocalName
from tereze.contracts.words import Locale

CATALOGUE: Mapping[Locale, Mapping[str, str]] = {
    Locale.KK: KK
    | answers.KK
    | casework.KAZAKH
    | identities.KK
    | reviews.KK
    | rooms.KK
    | exclusions.KK
    | emergencies.KK
    | kin.KK
    | workforce.KK,
    Locale.RU: RU
    | answers.RU
    | casework.RUSSIAN
    | identities.RU
    | reviews.RU
    | rooms.RU
    | exclusions.RU
    | emergencies.RU
    | kin.RU
    | workforce.RU,
    Locale.EN: EN
    | answers.EN
    | casework.ENGLISH
    | identities.EN
    | reviews.EN
    | rooms.EN
    | exclusions.EN
    | emergencies.EN
    | kin.EN
    | workforce.EN,
}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def locale_of(asked: str | None, environment: Mapping[str, str]) -> Locale:
    """The language asked for, or that of the environment (LC_ALL, LC_MESSAGES, LANG), or English."""
    names = (asked, *(environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")))
    for name in filter(None, names):
        code = name[:2].lower()
        if code in {locale.value for locale in Locale}:
            return Locale(code)
    return Locale.EN


class Words:
    """The words of one language."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale
        self._words = CATALOGUE[locale]

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence for ``key`` with its values filled in."""
        return self._words[key].format(**values)

    def code(self, kind: str, code: str | None) -> str:
        """The word for a code of the contracts; an unknown one (a newer server's) is shown as it is."""
        if code is None:
            return "—"
        return self._words.get(f"{kind}.{code.removeprefix('kz-vac:')}", code)

    def told(self, code: str, detail: str) -> str:
        """What the window said, which speaks English, in the reader's language where there are words for it."""
        return detail if self.locale is Locale.EN else self._words.get(f"told.{code}", detail)

    def name(self, name: LocalName) -> str:
        """A name in this language."""
        return str(getattr(name, self.locale.value))

    def span(self, span: timedelta) -> str:
        """A length of time with its two largest units: ``1 h 20 min``."""
        seconds = round(abs(span.total_seconds()))
        if seconds < _MINUTE:
            return f"{seconds} {self('unit.s')}"
        if seconds < _HOUR:
            return f"{seconds // _MINUTE} {self('unit.min')}"
        large, small = (("h", _HOUR), ("min", _MINUTE)) if seconds < _DAY else (("d", _DAY), ("h", _HOUR))
        rest = seconds % large[1] // small[1]
        words = f"{seconds // large[1]} {self(f'unit.{large[0]}')}"
        return f"{words} {rest} {self(f'unit.{small[0]}')}" if rest else words

    def at(self, instant: datetime) -> str:
        """An instant on this machine's clock: weekday, date, time; the year where it is not this one."""
        local = instant.astimezone()
        year = "" if local.year == datetime.now(UTC).astimezone().year else f"{local:%Y}"
        return f"{self(f'day.{local.isoweekday()}')} {local:%d.%m.}{year} {local:%H:%M}"
