"""Decides which TCP ports the stack may take; must never hand out one that is in use."""

import json
import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
BELOW_EPHEMERAL = range(22000, 32000)  # outgoing connections take theirs from 32768 up, so these stay ours


class NoFreePort(OSError):
    """Every port that was tried is taken."""


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on ``port`` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def is_allowed(port: int, host: str = LOOPBACK) -> bool:
    """Whether this user may listen on ``port`` at all, free or not."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, port))
        except PermissionError:
            return False
        except OSError:
            pass
    return True


def answers(port: int, host: str = LOOPBACK) -> bool:
    """Whether something accepts connections on ``port`` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def free_port() -> int:
    """A port nobody listens on."""
    for _ in range(200):
        port = random.choice(BELOW_EPHEMERAL)  # noqa: S311 - spreads test runs apart; protects nothing
        if is_free(port):
            return port
    raise NoFreePort("no free TCP port between 22000 and 32000: stop some servers and try again")


class KeptPorts:
    """Ports by name in a file, so that a component has the same one after a restart of the stack."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}

    def get(self, name: str) -> int:
        """The name's port: the kept one while it is free, else a new one."""
        port = self._kept.get(name)
        if port is None or not is_free(port):
            port = self._new()
            self._kept[name] = port
            self._path.write_text(json.dumps(self._kept, indent=1))
        return port

    def _new(self) -> int:
        taken = set(self._kept.values())
        return next(port for port in iter(free_port, None) if port not in taken)
