"""Decides, in one transaction, what answers mean and what is sent next; must never send anything itself.

Locks are taken subscription first, then lanes that nobody else holds locked at this moment. Lining up an event locks the
lane it joins until it commits, so a lane is only called empty once everything lined up before is visible here.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tereze.access import Decision
from tereze.chassis.work import Work
from tereze.contracts.operations import GiveUpReason
from tereze.contracts.subscriptions import DeliveryState
from tereze.notifications.courier.giving_up import tell_given_up
from tereze.notifications.courier.parcel import Attempt, Load, Parcel, Report
from tereze.notifications.courier.readers import Reader, Readers
from tereze.notifications.domain.circuit import CircuitRules
from tereze.notifications.domain.retry import pause_before_retry
from tereze.notifications.entitlement import decide_reading
from tereze.notifications.store import deliveries, disclosures, endpoints, lanes
from tereze.notifications.store.deliveries import Settled, Waiting
from tereze.notifications.store.disclosures import WEBHOOK, Showing
from tereze.notifications.store.endpoints import Endpoint
from tereze.notifications.store.lanes import LaneKey
from tereze.notifications.store.participants import capacities

PARCELS_IN_A_ROW = 16
GONE = "the receiver answered 410 Gone"
SUSPENDED = Decision(allowed=False, policy_id="agency-suspended")


@dataclass(frozen=True)
class Rules:
    """What a round goes by. ``chance`` gives a number in [0, 1) for jitter."""

    schedule: Sequence[float]
    circuit: CircuitRules
    lanes_in_all: int
    chance: Callable[[], float]


@dataclass
class Round:
    """One transaction of one courier: first what came back, then what goes out."""

    work: Work
    courier_id: str
    rules: Rules
    readers: Readers
    _endpoints: dict[str, Endpoint] = field(default_factory=dict)
    _before: dict[str, Endpoint] = field(default_factory=dict)
    _given_up: Counter[tuple[str, GiveUpReason]] = field(default_factory=Counter)

    async def run(self, reports: Sequence[Report], in_flight: Counter[str]) -> tuple[list[Load], list[Report]]:
        """Settle the reports and claim new loads; returns them, and the reports that must wait for the next round."""
        postponed = await self._begin(reports)
        loads = await self._claim(in_flight)
        await self._end()
        return loads, postponed

    async def close(self, reports: Sequence[Report]) -> None:
        """Settle the reports and end every lease of this courier."""
        await self._begin(reports)
        await self._end()
        await lanes.retire(self.work, self.courier_id)

    async def _begin(self, reports: Sequence[Report]) -> list[Report]:
        self._endpoints = await endpoints.lock_endpoints(self.work, {report.lane[0] for report in reports})
        self._before = dict(self._endpoints)
        return await self._settle(reports) if reports else []

    async def _end(self) -> None:
        changed = (end for name, end in self._endpoints.items() if end != self._before[name])
        await endpoints.save_endpoints(self.work, changed)
        for (name, reason), count in self._given_up.items():
            tell_given_up(self.work, name, self._endpoints[name].agency_id, reason, count)

    async def _settle(self, reports: Sequence[Report]) -> list[Report]:
        ours, postponed, lost = await self._sort(reports)
        due = {report.lane: self.work.now for report in ours}
        results = [self._result(attempt, due) for report in ours for attempt in report.attempts]
        results += [_success(attempt) for report in lost for attempt in report.attempts if attempt.answer.delivered]
        await deliveries.settle(self.work, results)
        hurried = await self._follow_circuits(ours)
        await lanes.put_back(self.work, due)
        for subscription_id in hurried:
            await lanes.hurry(self.work, subscription_id)
        return postponed

    async def _sort(self, reports: Sequence[Report]) -> tuple[list[Report], list[Report], list[Report]]:
        """Reports of lanes held and locked; of lanes locked by somebody just now; of lanes whose lease was lost."""
        asked = {report.lane for report in reports if report.courier_id == self.courier_id}
        held = await lanes.lock_held(self.work, self.courier_id, asked)
        busy = await lanes.still_held(self.work, self.courier_id, asked - held) if len(held) < len(asked) else set()
        piles: dict[str, list[Report]] = {"ours": [], "postponed": [], "lost": []}
        for report in reports:
            mine = report.courier_id == self.courier_id
            pile = "ours" if mine and report.lane in held else "postponed" if mine and report.lane in busy else "lost"
            piles[pile].append(report)
        return piles["ours"], piles["postponed"], piles["lost"]

    def _result(self, attempt: Attempt, due: dict[LaneKey, datetime]) -> Settled:
        """What an attempt comes to; a retry moves the time at which its lane is due."""
        answer, number = attempt.answer, attempt.waiting.number
        if answer.delivered:
            return _success(attempt)
        pause = pause_before_retry(attempt.waiting.attempts + 1, self.rules.schedule, self.rules.chance())
        if pause is None or answer.gone:
            if attempt.waiting.entry.for_subscription is None:  # a test that fails is nobody's duty
                reason = GiveUpReason.ENDPOINT_GONE if answer.gone else GiveUpReason.RETRIES_EXHAUSTED
                self._given_up[attempt.waiting.lane[0], reason] += 1
            return Settled(number, DeliveryState.FAILED, answer.status, answer.error)
        due[attempt.waiting.lane] = self.work.now + max(pause, answer.asked_to_wait or timedelta())
        return Settled(number, DeliveryState.PENDING, answer.status, answer.error)

    async def _follow_circuits(self, reports: Iterable[Report]) -> list[str]:
        """Let endpoints' circuits follow what happened; returns those that answer again."""
        for attempt in (attempt for report in reports for attempt in report.attempts):
            name, answer = attempt.waiting.lane[0], attempt.answer
            endpoint = self._endpoints[name]
            if answer.delivered:
                circuit = endpoint.circuit.after_success()
            else:
                circuit = endpoint.circuit.after_failure(self.work.now, self.rules.circuit, answer.asked_to_wait)
            self._endpoints[name] = replace(endpoint, circuit=circuit)
            if answer.gone and endpoint.active:
                await endpoints.end(self.work, name, GONE)
                left = await deliveries.abandon(self.work, name, "subscription-ended", self.work.now)
                self._given_up[name, GiveUpReason.ENDPOINT_GONE] += left
                self._endpoints[name] = replace(self._endpoints[name], active=False)
        return [
            name
            for name, endpoint in self._endpoints.items()
            if self._before[name].circuit.failures and not endpoint.circuit.failures
        ]

    async def _claim(self, in_flight: Counter[str]) -> list[Load]:
        readers = {name: await self.readers.find(self.work, end) for name, end in self._endpoints.items() if end.active}
        room = self._room({name for name, reader in readers.items() if reader is not None}, in_flight)
        if not room:
            return []
        most = {lane: self._in_a_row(lane[0]) for lane in await lanes.claim(self.work, self.courier_id, room)}
        if not most:
            return []
        self._mark_probes(most)
        waiting = await deliveries.heads(self.work, most)
        parcels = await self._pack(waiting, readers)
        return [self._load(lane, parcels[lane], readers[lane[0]]) for lane in most]

    def _room(self, known: set[str], in_flight: Counter[str]) -> dict[str, int]:
        """How many lanes each endpoint may get: its own limit, and a fair share of what this courier carries in all."""
        free = max(0, self.rules.lanes_in_all - in_flight.total())
        share = -(-free // max(1, len(known)))
        room = {
            name: min(
                share, self._endpoints[name].circuit.room(self.work.now, self.rules.circuit, in_flight=in_flight[name])
            )
            for name in known
        }
        return {name: places for name, places in sorted(room.items()) if places > 0}

    def _in_a_row(self, name: str) -> int:
        return 1 if self._endpoints[name].circuit.failures else PARCELS_IN_A_ROW

    def _mark_probes(self, picked: Iterable[LaneKey]) -> None:
        for name in {lane[0] for lane in picked}:
            endpoint = self._endpoints[name]
            circuit = endpoint.circuit.while_probing(self.work.now, self.rules.circuit)
            self._endpoints[name] = replace(endpoint, circuit=circuit)

    async def _pack(
        self, waiting: Sequence[Waiting], readers: Mapping[str, Reader | None]
    ) -> Mapping[LaneKey, list[Parcel]]:
        """Decide for each delivery, now, whether and as what it may be sent; number those that may."""
        decided = await self._decide(waiting, readers)
        await deliveries.withhold(self.work, [item.number for item, decision in decided if not decision.allowed])
        parcels: dict[LaneKey, list[Parcel]] = defaultdict(list)
        for item, decision in decided:
            if decision.allowed:
                parcels[item.lane].append(self._numbered(item, decision))
        await disclosures.note(self.work, WEBHOOK, self._showings(parcels))
        fresh = [parcel for pile in parcels.values() for parcel in pile if parcel.waiting.sequence is None]
        await deliveries.number(self.work, ((p.waiting.number, p.sequence, p.previous_event_id) for p in fresh))
        return parcels

    def _showings(self, parcels: Mapping[LaneKey, Sequence[Parcel]]) -> Iterable[Showing]:
        """What leaves with these parcels; a test event shows nothing of a case."""
        for lane, pile in parcels.items():
            end = self._endpoints[lane[0]]
            for parcel in pile:
                if parcel.waiting.entry.for_subscription is None:
                    yield Showing(parcel.waiting.entry.key, end.agency_id, end.created_by, parcel.decision)

    async def _decide(
        self, waiting: Sequence[Waiting], readers: Mapping[str, Reader | None]
    ) -> list[tuple[Waiting, Decision]]:
        behind = {name: (end.agency_id, end.created_by) for name, end in self._endpoints.items()}
        parts = await capacities(self.work, ((item.entry.key, *behind[item.lane[0]]) for item in waiting))
        decided = []
        for item in waiting:
            name = item.lane[0]
            reader, known = readers[name], parts.get((item.entry.key, *behind[name]), frozenset())
            actor = reader.actor if reader else None
            decided.append((item, decide_reading(actor, item.entry, known, (name,)) if actor else SUSPENDED))
        return decided

    def _numbered(self, item: Waiting, decision: Decision) -> Parcel:
        """A parcel with its place in the subscription's sequence: the one it has, or the next one."""
        if item.sequence is not None:
            return Parcel(item, decision, item.sequence, item.previous_event_id)
        name = item.lane[0]
        before = self._endpoints[name]
        sequence = before.last_sequence + 1
        self._endpoints[name] = replace(before, last_sequence=sequence, last_event_id=item.entry.event_id)
        return Parcel(item, decision, sequence, before.last_event_id)

    def _load(self, lane: LaneKey, parcels: Sequence[Parcel], reader: Reader | None) -> Load:
        assert reader is not None
        return Load(lane=lane, url=self._endpoints[lane[0]].url, key=reader.key, parcels=tuple(parcels))


def _success(attempt: Attempt) -> Settled:
    return Settled(attempt.waiting.number, DeliveryState.DELIVERED, attempt.answer.status, None)
