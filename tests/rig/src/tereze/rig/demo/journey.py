"""Decides how a set of referrals is submitted and followed to delivery; must never stop before patience ran out."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

from tereze.client import AsyncTereze, Problem
from tereze.client.demo import DemoIdentity
from tereze.contracts.cases import CaseView
from tereze.rig.demo.lines import Line, Sent
from tereze.rig.demo.progress import Watcher
from tereze.rig.demo.summary import Summary, sum_up
from tereze.rig.demo.tally import Tally
from tereze.rig.sink import Receipt, Sink

WATCHER = "ombudsman:ombudsman"
_SIGN_INS_AT_ONCE = 4
_READS_AT_ONCE = 8
_LOOK_EVERY = 0.25


class Journey:
    """One run of a set through the window at ``url``, at ``rate`` referrals a second."""

    def __init__(self, url: str, *, rate: float, patience: float) -> None:
        self._url = url
        self._rate = rate
        self._patience = patience
        self._tally = Tally()
        self._news = asyncio.Event()
        self._clients: dict[str, AsyncTereze] = {}
        self._sent: list[Sent] = []
        self._refused = 0

    async def run(self, lines: Sequence[Line], watcher: Watcher) -> Summary:
        """Submit every line and follow it; returns what was observed."""
        async with AsyncExitStack() as stack:
            stack.enter_context(watcher)
            eyes = await stack.enter_async_context(
                AsyncTereze(self._url, auth=DemoIdentity(WATCHER), patience=self._patience)
            )
            sink = await stack.enter_async_context(Sink(on_receipt=self._see))
            subscription = await eyes.subscriptions.create(sink.url, description="demo")
            stack.push_async_callback(eyes.subscriptions.end, subscription.subscription_id)
            sink.secrets.add(subscription.secret)
            await self._sign_in(stack, lines, watcher)
            started = time.perf_counter()
            await self._submit_all(lines, watcher)
            await self._attached(watcher)
            versions = await self._complete(eyes, watcher)
            seconds = time.perf_counter() - started
        return sum_up(self._tally, self._sent, versions, refused=self._refused, seconds=seconds)

    def _see(self, receipt: Receipt) -> None:
        self._tally.see(receipt)
        self._news.set()

    async def _sign_in(self, stack: AsyncExitStack, lines: Sequence[Line], watcher: Watcher) -> None:
        identities = sorted({line.identity for line in lines})

        async def sign_in(identity: str) -> None:
            client = await stack.enter_async_context(
                AsyncTereze(self._url, auth=DemoIdentity(identity), patience=self._patience)
            )
            await client.regions.list()
            self._clients[identity] = client
            watcher.reach("signed in", len(self._clients), len(identities))

        await _at_once(_SIGN_INS_AT_ONCE, [partial(sign_in, identity) for identity in identities])

    async def _submit_all(self, lines: Sequence[Line], watcher: Watcher) -> None:
        async with asyncio.TaskGroup() as group:
            begun = time.perf_counter()
            for number, line in enumerate(lines):
                await asyncio.sleep(max(0.0, begun + number / self._rate - time.perf_counter()))
                group.create_task(self._submit(line, len(lines), watcher))

    async def _submit(self, line: Line, total: int, watcher: Watcher) -> None:
        at = time.perf_counter()
        try:
            accepted = await self._clients[line.identity].referrals.submit(line.submission)
        except Problem as problem:
            self._refused += 1
            watcher.reach("accepted", len(self._sent), total, note=f"{line.id} refused: {problem}")
            return
        self._sent.append(Sent(line, accepted.referral_id, at))
        watcher.reach("accepted", len(self._sent), total)

    async def _attached(self, watcher: Watcher) -> None:
        """Wait until every accepted referral was told to be on a case."""

        async def all_told() -> bool:
            told = sum(1 for one in self._sent if one.referral_id in self._tally.attached)
            watcher.reach("on a case", told, len(self._sent))
            return told == len(self._sent)

        await self._until(all_told)

    async def _complete(self, eyes: AsyncTereze, watcher: Watcher) -> dict[str, int]:
        """Wait until every event of every touched case has arrived; returns each case's version."""
        views: dict[str, CaseView] = {}

        async def read(case_id: str) -> None:
            views[case_id] = await eyes.cases.get(case_id)

        async def all_there() -> bool:
            touched = self._tally.touched(self._sent)
            open_ends = [case for case in touched if case not in views or self._unsettled(views[case])]
            await _at_once(_READS_AT_ONCE, [partial(read, case) for case in open_ends])
            left = [
                case for case in self._tally.touched(self._sent) if case not in views or self._unsettled(views[case])
            ]
            events = sum(len(self._tally.versions[case]) for case in touched)
            watcher.reach("cases complete", len(touched) - len(left), len(touched), note=f"{events} events")
            return not left

        await self._until(all_there)
        return {case_id: view.version for case_id, view in views.items()}

    def _unsettled(self, view: CaseView) -> bool:
        waiting = view.provisional and view.joined_into is None
        return waiting or bool(self._tally.missing(view.case_id, view.version))

    async def _until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Look again at every delivery, and now and then, until it holds or patience runs out."""
        deadline = time.perf_counter() + self._patience
        while not await holds() and time.perf_counter() < deadline:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), _LOOK_EVERY)
            except TimeoutError:
                continue


async def _at_once(limit: int, jobs: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Do the jobs, so many at a time."""
    gate = asyncio.Semaphore(limit)

    async def behind_the_gate(job: Callable[[], Awaitable[None]]) -> None:
        async with gate:
            await job()

    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(behind_the_gate(job))
