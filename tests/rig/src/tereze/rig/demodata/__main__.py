"""Decides how the demo files are written and compared; must never write elsewhere.

``python -m tereze.rig.demodata`` writes, ``--check`` compares only.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from tereze.contracts.directory import LocalName, Region
from tereze.contracts.labels import Contract
from tereze.rig.demodata.agencies import demo_agencies
from tereze.rig.demodata.catchments import demo_catchments
from tereze.rig.demodata.centres import demo_centres
from tereze.rig.demodata.referrals import demo_referrals
from tereze.rig.demodata.staff import UNATTESTED, demo_staff

PACK = Path(__file__).parents[6] / "deploy/packs/kz"


def read_regions(pack: Path) -> tuple[Region, ...]:
    """The pack's regions, as ``regions.csv`` lists them."""
    with (pack / "regions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Region(code=row["iso_3166_2"], kind=row["kind"], name=LocalName(kk=row["kk"], ru=row["ru"], en=row["en"]))
            for row in csv.DictReader(file)
        )


def _flow_yaml(heading: str, rows: Iterable[Contract]) -> str:
    lines = (json.dumps(row.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) for row in rows)
    return f"# {heading}\n" + "".join(f"- {line}\n" for line in lines)


def demo_files(pack: Path) -> dict[str, str]:
    """Content of every generated demo file, by its name under ``demo/``."""
    agencies = demo_agencies(read_regions(pack))
    referrals = (json.dumps(line, ensure_ascii=False) for line in demo_referrals())
    return {
        "referrals.ndjson": "".join(f"{line}\n" for line in referrals),
        "agencies.yaml": _flow_yaml("Invented agencies; one a line. Written by tereze.rig.demodata.", agencies),
        "centres.yaml": _flow_yaml(
            "Invented rehabilitation centres; one a line. Written by tereze.rig.demodata.\ncentres:", demo_centres()
        ),
        "staff.yaml": _flow_yaml("Invented people and systems; written by tereze.rig.demodata.", demo_staff(agencies)),
        "catchments.yaml": _flow_yaml(
            "Who is responsible for which district; invented, written by tereze.rig.demodata.",
            demo_catchments(pack, agencies),
        ),
        "unattested.yaml": "# Subjects of staff who hold no attestation yet.\n"
        + "".join(f"- {who}\n" for who in UNATTESTED),
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or with ``--check`` say which differ (exit 1)."""
    parser = argparse.ArgumentParser(prog="tereze.rig.demodata", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    check = parser.parse_args(arguments).check
    differing = []
    for name, text in demo_files(PACK).items():
        path = PACK / "demo" / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        differing.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    print("\n".join(f"{'differs' if check else 'written'}: demo/{name}" for name in differing) or "up to date")
    return 1 if check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
