"""Decides which keys each service of the embedded stack holds; must never overwrite a key, for data is sealed with it."""

import base64
import json
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

from joserfc.jwk import ECKey

SERVICES = ("intake", "registry", "referral", "notifications", "directory", "oversight")
_KEY_BYTES = 32


def make_keys(directory: Path, services: Iterable[str] = SERVICES) -> Path:
    """Make what is missing: per service a sealing key pair, a key-encryption key and a blind-index key, plus sealing.jwks."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    public = []
    for service in services:
        pair = _private_key(directory / f"{service}.private.jwk", service)
        public.append({**pair.as_dict(private=False), "kid": service, "use": "enc", "alg": "ECDH-ES+A256KW"})
        for kind in ("kek", "hmac"):
            _secret(directory / f"{service}.{kind}")
    (directory / "sealing.jwks").write_text(json.dumps({"keys": public}, indent=2))
    return directory


def _private_key(path: Path, service: str) -> ECKey:
    if path.exists():
        return ECKey.import_key(json.loads(path.read_text()))
    pair = ECKey.generate_key("P-256", {"kid": service, "use": "enc"})
    _write_private(path, json.dumps(pair.as_dict(private=True)))
    return pair


def _secret(path: Path) -> None:
    if not path.exists():
        _write_private(path, base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode())


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


if __name__ == "__main__":
    make_keys(Path(sys.argv[1]))
