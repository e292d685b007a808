"""Decides what `tereze registry …` does with files of persons; must never touch a running registry or its database."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tereze.registry.matching.model import document_at

_ENOUGH_TO_SERVE = 20_000
_TOO_FEW = (
    "{} records are few: names count as commoner than they are. Good for `dedupe` of this file; let a registry decide by a"
    " model of a region's register."
)
_NEEDS = "This needs the linkage tools: install tereze-registry[training] (./tereze has them)."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = _parser().parse_args(argv)
    try:
        found: dict[str, Any] = given.run(given)
    except ImportError as missing:
        print(f"{_NEEDS} Missing: {missing.name}", file=sys.stderr)
        return 2
    except (OSError, ValueError) as reason:
        print(f"{reason}", file=sys.stderr)
        return 2
    print(json.dumps(found, ensure_ascii=False) if given.json else _table(found))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tereze registry", description="Linkage of files; no service is touched.")
    words = parser.add_subparsers(required=True, metavar="{evaluate,train,dedupe}")
    word = words.add_parser("evaluate", help="score a labelled file, with Splink beside it")
    word.add_argument("--records", type=Path, required=True, help="CSV, plain or gzipped, with rec_id")
    word.add_argument("--pairs", type=Path, required=True, help="CSV of two columns of rec_ids that are one person")
    word.add_argument("--columns", type=Path, help="YAML: our column → theirs, or a list of theirs")
    word.add_argument("--no-peer", action="store_true", help="leave Splink out")
    word.set_defaults(run=_evaluate)
    word = words.add_parser("train", help="train a model on a file without labels, with Splink")
    word.add_argument("--records", type=Path, required=True)
    word.add_argument("--columns", type=Path)
    word.add_argument("--version", required=True, help="what decisions by this model will be marked with")
    word.add_argument("--out", type=Path, required=True, help="where the model is written")
    word.set_defaults(run=_train)
    word = words.add_parser("dedupe", help="propose links and reviews for a whole file, with Splink")
    word.add_argument("--records", type=Path, required=True)
    word.add_argument("--columns", type=Path)
    word.add_argument("--model", type=Path, help="a model of `train`; the shipped one if left out")
    word.add_argument("--out", type=Path, required=True, help="NDJSON, one proposal a line")
    word.set_defaults(run=_dedupe)
    for one in words.choices.values():
        one.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return parser


def _evaluate(given: argparse.Namespace) -> dict[str, Any]:
    from tereze.registry.linkage.evaluate import evaluate  # noqa: PLC0415 - numpy and Splink are an extra

    return evaluate(given.records, given.pairs, given.columns, peer=not given.no_peer)


def _train(given: argparse.Namespace) -> dict[str, Any]:
    from tereze.registry.linkage.train import train  # noqa: PLC0415 - as above

    document = train(given.records, given.columns, given.version)
    given.out.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    records = document["trained"]["records"]
    advice = {"advice": _TOO_FEW.format(records)} if records < _ENOUGH_TO_SERVE else {}
    return {**document["trained"], "model": document["version"], "written_to": str(given.out)} | advice


def _dedupe(given: argparse.Namespace) -> dict[str, Any]:
    from tereze.registry.linkage.dedupe import dedupe  # noqa: PLC0415 - as above

    return dedupe(given.records, given.columns, document_at(given.model), given.out)


def _table(found: dict[str, Any]) -> str:
    return "\n".join(f"{name:<22}{json.dumps(value, ensure_ascii=False)}" for name, value in found.items())


if __name__ == "__main__":
    sys.exit(main())
