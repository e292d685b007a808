"""Decides which questions the protocol command answers; must never need a server."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tereze.contracts.words import Category, Circumstance, Locale, Risk
from tereze.protocol.cli import calendars, checking, explaining, replaying
from tereze.protocol.located import BadText

COUNTRY = Path(os.environ.get("TEREZE_PACK", "deploy/packs/kz"))
_REFUSED = 1
_WRONG_USAGE = 2


def main(arguments: Sequence[str]) -> int:
    """Answer one question. Returns 0, 1 for a pack with mistakes, 2 for a question that cannot be answered."""
    asked = _options().parse_args(list(arguments))
    try:
        return int(asked.answer(asked))
    except BadText as mistakes:
        sys.stderr.write(f"{mistakes}\n")
        return _REFUSED
    except (OSError, LookupError, ValueError) as reason:
        sys.stderr.write(f"{reason}\n")
        return _WRONG_USAGE


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./tereze protocol", description="Read, check and ask the response protocol: data, without any server."
    )
    words = parser.add_subparsers(required=True, metavar="{check,explain,replay,calendar}")
    _check_options(words.add_parser("check", help="name each mistake of a pack with its line"))
    _explain_options(words.add_parser("explain", help="who must do what by when, and the row that decided"))
    _replay_options(words.add_parser("replay", help="what was late then, and what would be under another version"))
    _calendar_options(words.add_parser("calendar", help="a year's working calendar from public holidays and decrees"))
    return parser


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", type=Path, nargs="?", default=COUNTRY, help="a country's folder, or one protocol in it")
    parser.add_argument("--at", type=_instant, default=None, help="check the calendar as of this day")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(answer=checking.check)


def _explain_options(parser: argparse.ArgumentParser) -> None:
    _country(parser)
    parser.add_argument("--category", required=True, action="append", type=_category, metavar="CATEGORY")
    parser.add_argument("--risk", required=True, type=Risk, choices=list(Risk), metavar="RISK")
    parser.add_argument("--facts", type=_circumstances, default=frozenset(), help="injured,has_siblings,…")
    parser.add_argument("--occurred", type=_instant, default=None, help="when the harm was done")
    parser.add_argument("--at", type=_instant, default=None, help="when the report was received; left out, now")
    parser.add_argument("--version", default=None, help="left out, the version in force at that instant")
    parser.add_argument("--calendar", default=None, help="a unit's calendar instead of the country's")
    parser.add_argument("--language", type=Locale, choices=list(Locale), default=Locale.EN, metavar="{kk,ru,en}")
    parser.add_argument("--sheets", action="store_true", help="print the guidance sheets too")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(answer=explaining.explain)


def _replay_options(parser: argparse.ArgumentParser) -> None:
    _country(parser)
    parser.add_argument("history", type=Path, help="events as NDJSON, case by case; - reads standard input")
    parser.add_argument("--pack", default=None, help="a version, or a protocol file; left out, the one in force")
    parser.add_argument("--as-of", type=_instant, default=None, help="judge as of this instant; left out, now")
    parser.add_argument("--json", action="store_true", help="one JSON document a case")
    parser.set_defaults(answer=replaying.replay_file)


def _calendar_options(parser: argparse.ArgumentParser) -> None:
    _country(parser)
    parser.add_argument("year", type=int)
    parser.set_defaults(answer=calendars.write_year)


def _country(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--country", type=Path, default=COUNTRY, help="the country's folder")


def _category(text: str) -> Category:
    return Category(text if ":" in text else f"kz-vac:{text}")


def _circumstances(text: str) -> frozenset[Circumstance]:
    return frozenset(Circumstance(word.strip()) for word in text.split(",") if word.strip())


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
