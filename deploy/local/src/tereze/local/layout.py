"""Decides where each thing lies in a data directory and whether a directory is ours; must never wipe one that is not."""

import shutil
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[5]
DEFAULT_DATA = REPOSITORY / ".tereze"
PACK = REPOSITORY / "deploy" / "packs" / "kz"
API_DOCS = REPOSITORY / "docs" / "api"
_MARKER_TEXT = "Data of a Tereze demo stack. ./tereze reset wipes a directory only when this file is in it.\n"


class NotOurs(RuntimeError):
    """The directory holds something else than a stack's data."""


@dataclass(frozen=True)
class Layout:
    """The places inside one data directory."""

    root: Path

    @property
    def marker(self) -> Path:
        """The file that makes a directory ours."""
        return self.root / "tereze-data.txt"

    @property
    def kafka(self) -> Path:
        """The broker's directory."""
        return self.root / "kafka"

    @property
    def postgres(self) -> Path:
        """The database server's directory."""
        return self.root / "postgres"

    @property
    def keys(self) -> Path:
        """The services' keys."""
        return self.root / "keys"

    @property
    def issuer(self) -> Path:
        """The demo issuer's keys and secrets."""
        return self.root / "issuer"

    @property
    def gateway(self) -> Path:
        """The gateway's scratch directory."""
        return self.root / "gateway"

    @property
    def journal(self) -> Path:
        """What the supervisor did, one JSON object a line."""
        return self.root / "journal.ndjson"

    @property
    def state(self) -> Path:
        """What runs now."""
        return self.root / "state.json"

    @property
    def ports(self) -> Path:
        """Which port each web component keeps."""
        return self.root / "ports.json"

    def kept_stopped(self, name: str) -> Path:
        """While this file exists, the supervisor keeps one component stopped."""
        return self.root / "kept-stopped" / name

    @property
    def lock(self) -> Path:
        """Held by the one supervisor of this directory."""
        return self.root / "lock"

    def log(self, name: str) -> Path:
        """One component's log."""
        return self.root / "logs" / f"{name}.log"

    @property
    def is_ours(self) -> bool:
        """Whether the directory carries our marker."""
        return self.marker.is_file()

    def prepare(self) -> None:
        """Make the directory ours. Raises NotOurs when it already holds other people's files."""
        if self.root.exists() and not self.is_ours and any(self.root.iterdir()):
            raise NotOurs(f"{self.root} is not empty and not a Tereze data directory: choose another with --data")
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.marker.write_text(_MARKER_TEXT)
        self.log("any").parent.mkdir(exist_ok=True)

    def wipe(self) -> None:
        """Remove the directory with everything in it. Raises NotOurs without our marker."""
        if not self.is_ours:
            raise NotOurs(
                f"{self.root} carries no {self.marker.name}: it is not a Tereze data directory, nothing was wiped"
            )
        for entry in self.root.iterdir():
            if entry != self.marker:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        self.marker.unlink()  # last, so that a wipe cut short can be repeated
        self.root.rmdir()
