"""Decides how particulars rest encrypted, one data key a subject; must never keep a data key in the clear or reuse one after its end.

Envelope encryption: the service's key-encryption key (a file of ours in the demo, a key service in production) wraps a data key
per subject; destroying the wrapped key makes every copy of the subject's particulars unreadable, backups included.
"""

import base64
import hmac
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from tereze.chassis.work import Work

_KEY_BYTES = 32
_NONCE_BYTES = 12
_READ = "SELECT wrapped_key, version FROM subject_key WHERE subject = $1"
_READ_MANY = "SELECT subject, wrapped_key, version FROM subject_key WHERE subject = ANY($1::text[])"
_READ_OR_ADD = """
WITH added AS (
    INSERT INTO subject_key (subject, wrapped_key) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING
    RETURNING wrapped_key, version
)
SELECT wrapped_key, version FROM added
UNION ALL SELECT wrapped_key, version FROM subject_key WHERE subject = $1
"""
_DESTROY = """
INSERT INTO subject_key (subject, wrapped_key, destroyed_at) VALUES ($1, NULL, $2)
ON CONFLICT (subject) DO UPDATE SET wrapped_key = NULL, destroyed_at = excluded.destroyed_at
"""
_FORMAT = b"\x01"  # first byte of everything sealed here; another layout takes another number


class KeyDestroyed(Exception):
    """The subject was erased: nothing may be written under it any more."""


class SealBroken(ValueError):
    """What was read is not what was written at this place."""


def read_key(path: Path) -> bytes:
    """A 32-byte key from a base64 file. Raises ValueError for anything else."""
    key = base64.b64decode(path.read_text("ascii").strip(), validate=True)
    if len(key) != _KEY_BYTES:
        raise ValueError(f"{path.name} does not hold {_KEY_BYTES} bytes")
    return key


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def _shut(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    if sealed[:1] != _FORMAT:
        raise SealBroken("unknown layout")
    nonce, content = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, content, bound_to)
    except (InvalidTag, ValueError):
        raise SealBroken("sealed for another place, or changed") from None


def _bound_to(subject: str, place: str, version: int) -> bytes:
    return f"{subject}|{place}|{version}".encode()


class Vault:
    """Encrypts and decrypts particulars of one service. ``place`` is ``table.column``: a value moved elsewhere does not open."""

    def __init__(self, *, kek: bytes, index_key: bytes) -> None:
        self._wrapping = _derive(kek, "tereze subject keys")
        self._keeping = _derive(kek, "tereze kept answers")
        self._index_key = index_key
        self._purposes: dict[str, bytes] = {}  # purposes are words of the code, a handful

    @classmethod
    def from_files(cls, keys_dir: Path, service: str) -> "Vault":
        """The vault of a service, from ``<service>.kek`` and ``<service>.hmac``."""
        return cls(kek=read_key(keys_dir / f"{service}.kek"), index_key=read_key(keys_dir / f"{service}.hmac"))

    async def encrypt(self, work: "Work", *, subject: str, place: str, text: bytes) -> bytes:
        """Seal bytes under the subject's data key, making one if there is none. Raises KeyDestroyed."""
        return (await self.encrypt_each(work, subject=subject, texts={place: text}))[place]

    async def encrypt_each(self, work: "Work", *, subject: str, texts: Mapping[str, bytes]) -> dict[str, bytes]:
        """Of each place's bytes the sealed ones, all under the subject's data key, asked for once. Raises KeyDestroyed."""
        key, version = await self._key_for_writing(work, subject)
        return {place: _shut(key, text, _bound_to(subject, place, version)) for place, text in texts.items()}

    async def decrypt(self, work: "Work", *, subject: str, place: str, sealed: bytes) -> bytes | None:
        """The bytes again, or None once the subject's key is destroyed. Raises SealBroken."""
        found = await self._key(work, subject)
        if found is None:
            return None
        key, version = found
        return _open(key, sealed, _bound_to(subject, place, version))

    async def decrypt_many(
        self, work: "Work", *, place: str, sealed: Sequence[tuple[str, bytes]]
    ) -> list[bytes | None]:
        """Of each (subject, sealed) the bytes again or None, in their order, with one query. Raises SealBroken."""
        subjects = list({subject for subject, _ in sealed})
        rows = await work.raw.fetch(_READ_MANY, subjects) if subjects else []
        keys = {row["subject"]: self._unwrapped(row["subject"], row) for row in rows}
        opened: list[bytes | None] = []
        for subject, content in sealed:
            found = keys.get(subject)
            opened.append(_open(found[0], content, _bound_to(subject, place, found[1])) if found else None)
        return opened

    def open_fetched(
        self, *, subject: str, place: str, sealed: bytes, key: tuple[bytes | None, int | None]
    ) -> bytes | None:
        """The bytes again where the caller's own query fetched the subject's ``wrapped_key`` and ``version`` beside them."""
        found = self._unwrapped(subject, {"wrapped_key": key[0], "version": key[1]})
        return None if found is None else _open(found[0], sealed, _bound_to(subject, place, found[1]))

    def seal_fetched(
        self, *, subject: str, place: str, text: bytes, key: tuple[bytes | None, int | None]
    ) -> bytes | None:
        """Bytes sealed under the subject's ``wrapped_key`` and ``version`` that the caller's own query fetched; None once destroyed."""
        found = self._unwrapped(subject, {"wrapped_key": key[0], "version": key[1]})
        return None if found is None else _shut(found[0], text, _bound_to(subject, place, found[1]))

    def seal_apart(self, *, subject: str, place: str, text: bytes) -> tuple[bytes, bytes]:
        """A new subject's wrapped key (version 1) and the sealed bytes, for a caller that writes both rows in bulk."""
        key = os.urandom(_KEY_BYTES)
        return _shut(self._wrapping, key, subject.encode()), _shut(key, text, _bound_to(subject, place, 1))

    async def destroy(self, work: "Work", *, subject: str) -> None:
        """Erase the subject: what was sealed under it stays unreadable, and nothing new can be."""
        await work.raw.execute(_DESTROY, subject, work.now)

    def blind(self, purpose: str, value: str) -> bytes:
        """A keyed fingerprint (HMAC-SHA256) to look a value up without storing it; differs by purpose and service."""
        for_purpose = self._purposes.get(purpose)
        if for_purpose is None:
            for_purpose = self._purposes[purpose] = hmac.digest(self._index_key, purpose.encode(), "sha256")
        return hmac.digest(for_purpose, value.encode(), "sha256")

    def keep(self, place: str, plain: bytes) -> bytes:
        """Seal bytes that belong to no subject, under the service's own key."""
        return _shut(self._keeping, plain, place.encode())

    def recall(self, place: str, sealed: bytes) -> bytes:
        """The bytes of ``keep`` again. Raises SealBroken."""
        return _open(self._keeping, sealed, place.encode())

    async def _key_for_writing(self, work: "Work", subject: str) -> tuple[bytes, int]:
        wrapped = _shut(self._wrapping, os.urandom(_KEY_BYTES), subject.encode())
        row = await work.raw.fetchrow(_READ_OR_ADD, subject, wrapped)
        if row is None:  # a rival added one at this instant; the next statement sees it
            row = await work.raw.fetchrow(_READ, subject)
        found = self._unwrapped(subject, row)
        if found is None:
            raise KeyDestroyed(subject)
        return found

    async def _key(self, work: "Work", subject: str) -> tuple[bytes, int] | None:
        return self._unwrapped(subject, await work.raw.fetchrow(_READ, subject))

    def _unwrapped(self, subject: str, row: Any) -> tuple[bytes, int] | None:
        """The subject's data key and its version; unwrapped afresh each time, so that destruction bites at once."""
        if row is None or row["wrapped_key"] is None:
            return None
        return _open(self._wrapping, bytes(row["wrapped_key"]), subject.encode()), int(row["version"])
