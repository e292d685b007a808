"""Decides where the clients come from that nobody here wrote; must never skip a test because one is missing."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

NODE = Path(__file__).parent / "node"


def installed(tool: str, how: str) -> str:
    """The tool's path; a failing test that says how to install it where it is missing."""
    path = shutil.which(tool)
    if path is None:
        pytest.fail(f"{tool} is not installed: {how}", pytrace=False)
    return path


@pytest.fixture(scope="session")
def node_clients() -> Path:
    """The folder of the Node clients with their packages installed, exactly as ``package-lock.json`` has them."""
    npm = installed("npm", "install Node.js 20 or later")
    lock = (NODE / "package-lock.json").read_bytes()
    mark = NODE / "node_modules/.installed-lock"
    if not mark.exists() or mark.read_bytes() != lock:
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=NODE, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, f"npm ci in {NODE} failed:\n{done.stderr}"
        mark.write_bytes(lock)
    return NODE


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js."""
    return installed("node", "install Node.js 20 or later")


@pytest.fixture(scope="session")
def kcat() -> str:
    """The librdkafka project's command-line client."""
    return installed("kcat", "apt-get install kcat (.ci/apt-packages.txt lists it)")


@pytest.fixture(scope="session")
def run_node(node_clients: Path, node: str) -> Callable[..., dict[str, Any]]:
    """Call it with a script and its arguments for the JSON object the script prints."""

    def run(script: str, *arguments: str) -> dict[str, Any]:
        command = [node, script, *arguments]
        done = subprocess.run(command, cwd=node_clients, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    return run
