"""Decides what is thrown at the window: bursts of referrals about invented children; must never count an answer it did not get."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

import aiohttp

FAMILIES = ("Сынақов", "Үлгібаев", "Мысалиев", "Жорамалов", "Болжамов", "Тәжірибеев")
GIVEN = ("Айдана", "Ерасыл", "Нұрай", "Әлихан", "Томирис", "Дамир", "Аружан", "Санжар")
RISKS = ("critical", "high", "medium", "low")
CATEGORIES = ("kz-vac:physical", "kz-vac:neglect", "kz-vac:psychological", "kz-vac:bullying", "kz-vac:severe_physical")


@dataclass
class Tally:
    """What the window promised: idempotency key → referral id; ``children`` groups the keys that are about one child."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    children: list[list[str]] = field(default_factory=list)
    answered: int = 0
    refused: int = 0

    def same_child(self) -> list[set[str]]:
        """Referral ids by child."""
        return [{self.acknowledged[key] for key in keys if key in self.acknowledged} for keys in self.children]


class Burst:
    """Sends bursts: several agencies report one child in the same instant, each retried under one key until it is answered."""

    def __init__(self, url: str, bearer: Callable[[int], str], regions: Sequence[str], *, seed: int) -> None:
        self.url = url
        self.bearer = bearer
        self.regions = regions
        self.tally = Tally()
        self.random = random.Random(seed)
        self.serial = 0

    def _child(self) -> dict[str, str]:
        self.serial += 1
        born = date(2010, 1, 1) + timedelta(days=self.random.randrange(5_000))
        letters = "".join(chr(ord("а") + int(digit)) for digit in str(self.serial))
        return {
            "family": self.random.choice(FAMILIES) + letters,
            "given": self.random.choice(GIVEN),
            "birth_date": born.isoformat(),
        }

    async def one_child(self, session: aiohttp.ClientSession, reports: int, until: Callable[[], bool]) -> list[str]:
        """Report one new child ``reports`` times at once; gives up on an answer only when ``until()`` is true. Returns the keys."""
        child, keys = self._child(), [str(uuid4()) for _ in range(reports)]
        self.tally.children.append(keys)
        region, risk = self.random.choice(self.regions), self.random.choice(RISKS)
        await asyncio.gather(
            *(
                self._submit(session, key, n, {"child": child, "region_code": region, "risk": risk}, until)
                for n, key in enumerate(keys)
            )
        )
        return keys

    async def _submit(
        self, session: aiohttp.ClientSession, key: str, n: int, facts: dict[str, object], until: Callable[[], bool]
    ) -> None:
        body = {**facts, "categories": [self.random.choice(CATEGORIES)], "narrative": f"Ойдан шығарылған оқиға {n}."}
        while not until():
            try:
                async with session.post(
                    f"{self.url}/v1/referrals",
                    json=body,
                    headers={"Idempotency-Key": key, "Authorization": f"Bearer {self.bearer(n)}"},
                    timeout=aiohttp.ClientTimeout(total=5),
                ) as answer:
                    if answer.status == 202:
                        self.tally.acknowledged[key] = (await answer.json())["referral_id"]
                        self.tally.answered += 1
                        return
                    self.tally.refused += 1
            except (aiohttp.ClientError, TimeoutError, OSError):
                self.tally.refused += 1
            await asyncio.sleep(0.2)
