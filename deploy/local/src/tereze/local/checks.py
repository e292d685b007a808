"""Decides whether this machine can run the stack, before anything starts; must never change anything."""

import os
import platform
import shutil
from pathlib import Path

import psutil

from tereze.local.layout import Layout
from tereze.local.ports import is_allowed, is_free

OLDEST_PYTHON = (3, 11)
LEAST_DISK_BYTES = 2 * 1024**3
DEFAULT_PORT = 8080


class NotPossible(RuntimeError):
    """Why the stack cannot start here; the message says how to mend it."""


def check_machine(layout: Layout, port: int) -> list[str]:
    """Run every check; returns what was found, in words. Raises NotPossible or NotOurs at the first that fails."""
    found = [check_platform()]
    check_data(layout)
    return [*found, check_port(port), check_disk(layout.root)]


def check_platform() -> str:
    """Linux or macOS: the parts come as programs for these."""
    if platform.system() not in ("Linux", "Darwin"):
        raise NotPossible(
            f"{platform.system()} cannot run the embedded stack: use Linux (WSL counts) or docker compose"
        )
    return f"python {platform.python_version()} ok"


def check_port(port: int) -> str:
    """The one port that people use must be free."""
    if not is_allowed(port):
        raise NotPossible(
            f"port {port} is kept for the administrator of this machine: choose one above 1023 with --port"
        )
    if not is_free(port):
        holder = _holder(port)
        raise NotPossible(f"port {port} is taken{holder}: stop that program or choose another with --port")
    return "ports free ok"


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listening = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
            if listening and connection.pid is not None:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except (psutil.Error, OSError):
        pass
    return ""


def check_disk(root: Path, *, least: int = LEAST_DISK_BYTES) -> str:
    """Kafka and PostgreSQL stop working on a full disk."""
    free = shutil.disk_usage(_existing(root)).free
    if free < least:
        need, have = least / 1024**3, free / 1024**3
        raise NotPossible(
            f"{root} has {have:.1f} GB left, {need:.0f} GB are needed: make room or choose another --data"
        )
    return "disk ok"


def check_data(layout: Layout) -> None:
    """The data directory must be ours, or new, and writable."""
    nearest = _existing(layout.root)
    if not nearest.is_dir():
        raise NotPossible(f"{nearest} is a file: choose a directory with --data")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise NotPossible(f"{nearest} cannot be written to: choose another directory with --data")
    if nearest == layout.root and not layout.is_ours and any(layout.root.iterdir()):
        raise NotPossible(f"{layout.root} is not empty and not a Tereze data directory: choose another with --data")


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())
