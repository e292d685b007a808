"""Decides which window a rig talks to; must never start or stop one."""

import os
from pathlib import Path

from tereze.client import DEFAULT_URL
from tereze.local.layout import DEFAULT_DATA, Layout
from tereze.local.state import running_state


def url_of(asked: str | None, data: Path = DEFAULT_DATA) -> str:
    """The URL asked for, else TEREZE_URL, else that of the stack running on ``data``, else the default."""
    running = running_state(Layout(data.resolve()).state)
    return asked or os.environ.get("TEREZE_URL") or (running.url if running else DEFAULT_URL)
