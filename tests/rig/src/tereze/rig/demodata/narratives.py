"""Decides how an invented report reads; must never name anyone, nor dwell on harm."""

import re
from pathlib import Path
from typing import Any

import yaml

from tereze.contracts.words import AgencyKind, Category, Sex
from tereze.rig.demodata.fixed import number, pick

_FOLDER = Path(__file__).parent / "phrases"
PHRASES: dict[str, Any] = {
    language: yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8")) for language in ("kk", "ru")
}
_PEERS = (Category.BULLYING, Category.CYBERBULLYING, Category.ONLINE_EXPLOITATION)
_VIOLENCE = (
    Category.PHYSICAL, Category.SEVERE_PHYSICAL, Category.SEXUAL_CONTACT, Category.SEXUAL_NON_CONTACT,
    Category.PSYCHOLOGICAL,
)  # fmt: skip
_ATTEMPTS, _TOO_ALIKE = 50, 3
_CHOICE = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")


def _told_about(category: Category) -> str:
    if category in _PEERS:
        return "peers"
    return "violence" if category in _VIOLENCE else "home"


class Narrator:
    """Tells reports one after another; two of one child's or another's never share all but one sentence."""

    def __init__(self) -> None:
        self._told: list[set[str]] = []

    def tell(self, language: str, sector: AgencyKind, categories: tuple[Category, ...], sex: Sex) -> str:
        """The next report, in Kazakh or Russian."""
        telling = len(self._told)
        for attempt in range(_ATTEMPTS):
            sentences = _sentences(PHRASES[language], sector, categories, f"{telling}.{attempt}")
            if all(len(earlier & set(sentences)) < _TOO_ALIKE for earlier in self._told):
                self._told.append(set(sentences))
                return _fill(PHRASES[language], sentences, sex, telling)
        raise AssertionError("too few phrases for so many reports; write more")


def _sentences(phrases: dict[str, Any], sector: AgencyKind, categories: tuple[Category, ...], seed: str) -> list[str]:
    parts = [
        pick(phrases["opening"][sector], seed, "opening"),
        *(pick(phrases["seen"][category.removeprefix("kz-vac:")], seed, "seen") for category in categories),
        pick(phrases["told"][_told_about(categories[0])], seed, "told"),
        pick(phrases["closing"][sector], seed, "closing"),
    ]
    return [part for part in parts if part]


def _fill(phrases: dict[str, Any], sentences: list[str], sex: Sex, telling: int) -> str:
    who, when = pick(phrases["who"], telling, "who"), pick(phrases["when"], telling, "when")
    text = " ".join(sentences).format(
        when=when, When=when[0].upper() + when[1:], who=who, Who=who[0].upper() + who[1:],
        n=2 + number(3, telling, "n"), many=5 + number(5, telling, "many"),
        time=f"{8 + number(14, telling, 'hour')}:{5 * number(12, telling, 'minute'):02}",
    )  # fmt: skip
    return _CHOICE.sub(lambda choice: choice.group(2 if sex is Sex.FEMALE else 1), text)
