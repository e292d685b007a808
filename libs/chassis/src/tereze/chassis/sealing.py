"""Decides how one service hands another what nobody else on the bus may read (JWE); must never open for the wrong shape or service."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey
from pydantic import ValidationError

from tereze.chassis.shutting import ALGORITHM, CONTENT, PublicKey, shut
from tereze.contracts.labels import Contract

_ALGORITHMS = [ALGORITHM, CONTENT]

SealingKey = ECKey | OKPKey
C = TypeVar("C", bound=Contract)


class UnknownRecipient(LookupError):
    """No public key is known for this service."""


class CannotOpen(ValueError):
    """The token was sealed to another service, holds another shape, or was changed."""


def _import(entry: Mapping[str, Any]) -> SealingKey:
    key = JWKRegistry.import_key(dict(entry))
    if not isinstance(key, ECKey | OKPKey):
        raise TypeError("a sealing key is an EC or X25519 key")
    return key


def _public(key: SealingKey) -> PublicKey:
    public = key.public_key
    if not isinstance(public, PublicKey):
        raise TypeError("a sealing key agrees on secrets; this one signs")
    return public


class Sealer:
    """Seals to any service whose public key is known; opens what was sealed to its own."""

    def __init__(self, *, service: str, own: SealingKey, recipients: dict[str, SealingKey]) -> None:
        self._service, self._own = service, own
        self._recipients = {name: _public(key) for name, key in recipients.items()}

    @classmethod
    def from_files(cls, keys_dir: Path, service: str) -> "Sealer":
        """The sealer of a service, from ``<service>.private.jwk`` and ``sealing.jwks`` (key id = service name)."""
        entries = json.loads((keys_dir / "sealing.jwks").read_text("utf-8"))["keys"]
        own = _import(json.loads((keys_dir / f"{service}.private.jwk").read_text("utf-8")))
        return cls(service=service, own=own, recipients={entry["kid"]: _import(entry) for entry in entries})

    def seal(self, to_service: str, model: Contract) -> str:
        """A compact JWE only ``to_service`` can open. Raises UnknownRecipient."""
        recipient = self._recipients.get(to_service)
        if recipient is None:
            raise UnknownRecipient(to_service)
        named = {"kid": to_service, "cty": type(model).__name__}
        return shut(recipient, named, model.model_dump_json().encode())

    def open(self, token: str, shape: type[C]) -> C:
        """What was sealed to this service as this shape. Raises CannotOpen; the message holds nothing of the content."""
        try:
            opened = jwe.decrypt_compact(token, self._own, algorithms=_ALGORITHMS)
        except (JoseError, ValueError, TypeError):
            raise CannotOpen("not sealed to this service, or changed") from None
        header = opened.protected
        if header.get("kid") != self._service or header.get("cty") != shape.__name__ or opened.plaintext is None:
            raise CannotOpen("sealed to another service or as another shape")
        try:
            return shape.model_validate_json(opened.plaintext)
        except ValidationError:
            raise CannotOpen("does not hold the shape it names") from None
