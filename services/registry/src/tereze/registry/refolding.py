"""Decides when a register is folded anew after its folding tables changed; must never let a child be looked for among half of them."""

from collections.abc import Callable

import structlog

from tereze.chassis.runtime import Runtime
from tereze.registry.matching.folding import VERSION
from tereze.registry.store.refolds import count_waiting, fold_next, forget_others, holds_others, key_the_divided

log = structlog.get_logger(__name__)
_AT_A_TIME = 200


async def refold(runtime: Runtime, tell: Callable[[int, int], None]) -> int:
    """Fold every record that is not folded by this release's tables; returns how many. ``tell``: how many are done, of how many.

    A transaction each some hundred records; stopped in between, it goes on where it was. Where all was folded by this release's tables
    there is nothing to look through.
    """
    async with runtime.database.work() as work:
        if not await holds_others(work):
            return 0
        waiting = await count_waiting(work)
    done, revision, folded = 0, 0, 1
    while folded:
        async with runtime.database.work() as work:
            revision, folded = await fold_next(work, revision, _AT_A_TIME)
        done += folded
        tell(done, max(done, waiting))
    async with runtime.database.work() as work:
        await key_the_divided(work)
    return done


async def forget_other_foldings(runtime: Runtime) -> None:
    """Once no process of another release runs: drop what it read by."""
    async with runtime.database.work() as work:
        await forget_others(work)


async def prepare(runtime: Runtime) -> None:
    """Before anybody is compared: whoever is known can be found."""

    def tell(done: int, waiting: int) -> None:
        log.info("folding the register anew", version=VERSION, count=done, size=waiting)

    await refold(runtime, tell)
