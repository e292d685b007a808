"""Decides as whom a subscription reads and with which key it is signed to; must never outlast a suspension by more than a second."""

import time
from dataclasses import dataclass, field

from tereze.access import Actor
from tereze.chassis import replica
from tereze.chassis.work import Work
from tereze.notifications.store.endpoints import Endpoint

SECRET_PLACE = "subscription.secret"  # noqa: S105 - where it lies, not what it is
_FRESH_FOR = 1.0


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: ``actor`` is None where the agency is suspended and may see nothing. ``key`` signs."""

    actor: Actor | None
    key: bytes = field(repr=False)


class Readers:
    """Remembers readers for a second and signing keys for as long as the process lives."""

    def __init__(self) -> None:
        self._readers: dict[str, tuple[float, Reader]] = {}
        self._keys: dict[str, bytes] = {}

    async def find(self, work: Work, endpoint: Endpoint) -> Reader | None:
        """The reader behind a subscription; None while the directory has not told us of the agency, or its key is destroyed."""
        read_at, reader = self._readers.get(endpoint.subscription_id, (0.0, None))
        if reader is not None and time.monotonic() - read_at < _FRESH_FOR:
            return reader
        reader = await self._read(work, endpoint)
        if reader is not None:
            self._readers[endpoint.subscription_id] = (time.monotonic(), reader)
        return reader

    async def _read(self, work: Work, endpoint: Endpoint) -> Reader | None:
        agency = await replica.agency(work, endpoint.agency_id)
        key = await self._key(work, endpoint)
        if agency is None or key is None:
            return None
        if not agency.active:
            return Reader(None, key)
        maker = await replica.staff(work, endpoint.created_by)
        trusted = maker is not None and maker.active and maker.agency_id == endpoint.agency_id
        actor = Actor(
            subject=maker.subject if maker else "",
            agency_id=agency.agency_id,
            agency_kind=agency.kind.value,
            roles=frozenset(role.value for role in maker.roles) if maker and trusted else frozenset(),
            staff_id=endpoint.created_by,
            region_code=agency.region_code,
        )
        return Reader(actor, key)

    async def _key(self, work: Work, endpoint: Endpoint) -> bytes | None:
        known = self._keys.get(endpoint.subscription_id)
        if known is None:
            known = await work.runtime.vault.decrypt(
                work, subject=endpoint.subscription_id, place=SECRET_PLACE, sealed=endpoint.secret
            )
            if known is not None:
                self._keys[endpoint.subscription_id] = known
        return known
