"""Decides how the API documents are published and checked; must never overwrite a release with one that breaks it.

``python -m tereze.rig.apidocs`` writes docs/api; ``--check`` fails on drift and on what breaks the released documents;
``--release`` makes the present documents the released ones.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import yaml

from tereze.rig.apidocs.access import access_matrix
from tereze.rig.apidocs.asyncapi import asyncapi_document
from tereze.rig.apidocs.openapi import SERVICES, openapi_document, service_of
from tereze.rig.apidocs.problems import problem_pages
from tereze.rig.apidocs.released import NothingReleased, api_breaks, event_breaks, read_released, what_is_promised
from tereze.rig.apidocs.shapes import event_schema, every_event

ROOT = Path(__file__).parents[6]
FOLDER = ROOT / "docs/api"
_OWNED = ("schemas/*.json", "problems/*/index.html")


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def documents() -> dict[str, str]:
    """Every generated document, by its path below ``docs/api``."""
    release = version("tereze-contracts")
    asyncapi = yaml.safe_dump(asyncapi_document(release), sort_keys=False, allow_unicode=True, width=120)
    pack = ROOT / "deploy/packs/kz"
    return {
        "asyncapi.yaml": asyncapi,
        "access-matrix.json": _json(access_matrix(service_of(name, pack) for name in SERVICES)),
        "openapi.json": _json(openapi_document(pack, release)),
        **{f"schemas/{shape.type}.json": _json(event_schema(shape)) for shape in every_event()},
        **problem_pages(ROOT / "docs/problems.md"),
    }


def drift(present: dict[str, str], folder: Path) -> Iterator[str]:
    """Files of the folder that are not what the code says, or that nothing says any more."""
    for name, text in present.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield name
    for pattern in _OWNED:
        yield from sorted(
            name for path in folder.glob(pattern) if (name := str(path.relative_to(folder))) not in present
        )


def breaks(present: dict[str, str], folder: Path) -> Iterator[str]:
    """What the present documents break for those who use the released ones. Raises NothingReleased."""
    schemas, api = read_released(folder / "released")
    now = {Path(name).name: json.loads(text) for name, text in present.items() if name.startswith("schemas/")}
    yield from event_breaks(schemas, now)
    yield from api_breaks(api, json.loads(present["openapi.json"]))


def _write(present: dict[str, str], folder: Path) -> None:
    for name in list(drift(present, folder)):
        path = folder / name
        if name in present:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(present[name], encoding="utf-8")
        else:
            path.unlink()
        print(f"{'written' if name in present else 'removed'}: {name}")


def _release(present: dict[str, str], folder: Path) -> None:
    released = folder / "released"
    shutil.rmtree(released, ignore_errors=True)
    for name, text in present.items():
        if name == "openapi.json" or name.startswith("schemas/"):
            (released / name).parent.mkdir(parents=True, exist_ok=True)
            (released / name).write_text(_json(what_is_promised(json.loads(text))), encoding="utf-8")


def _failures(present: dict[str, str], *, first: bool) -> list[str]:
    """What the documents break; an empty baseline is a failure, unless they are about to become the first release."""
    try:
        return [f"breaks: {words}" for words in breaks(present, FOLDER)]
    except NothingReleased as nothing:
        return [] if first else [f"nothing released: {nothing}"]


def main(arguments: list[str] | None = None) -> int:
    """Do as asked; 1 where a check fails."""
    parser = argparse.ArgumentParser(prog="tereze.rig.apidocs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only: drift and compatibility")
    parser.add_argument("--release", action="store_true", help="make these the released documents")
    parser.add_argument("--breaking", action="store_true", help="with --release: although it breaks the released ones")
    asked = parser.parse_args(arguments)
    present = documents()
    if not asked.check:
        _write(present, FOLDER)
    failures = _failures(present, first=asked.release)
    if asked.release and (asked.breaking or not failures):
        _release(present, FOLDER)
        failures = []
    failures += [f"differs from the code: {name}" for name in drift(present, FOLDER)]
    print("\n".join(failures) or "documents match the code and break nobody")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
