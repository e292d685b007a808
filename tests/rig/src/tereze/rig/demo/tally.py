"""Decides what the delivered events add up to; must never count what did not arrive."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tereze.contracts.cases import CaseJoined, CaseOpened, ClockStarted, ReferralAttached, TaskAssigned
from tereze.rig.demo.lines import Sent
from tereze.rig.sink import Receipt


@dataclass
class Tally:
    """Everything a subscriber learnt, by case and by referral."""

    attached: dict[str, Receipt] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    versions: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    tasks: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    clocks: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unverified: int = 0
    redelivered: int = 0
    _seen: set[str] = field(default_factory=set)

    def see(self, receipt: Receipt) -> None:
        """Take one delivery in."""
        if receipt.verified is not True:
            self.unverified += 1
            return
        if receipt.event_id in self._seen:
            self.redelivered += 1
            return
        self._seen.add(receipt.event_id)
        self.versions[receipt.case_id].append(receipt.case_version)
        if receipt.type == ReferralAttached.type:
            self.attached.setdefault(receipt.data["referral_id"], receipt)
        elif receipt.type == CaseOpened.type:
            self.opened.add(receipt.case_id)
        elif receipt.type == CaseJoined.type:
            self.into[receipt.case_id] = receipt.data["into_case_id"]
        elif receipt.type == TaskAssigned.type:
            self.tasks[receipt.case_id].add(receipt.data["task_id"])
        elif receipt.type == ClockStarted.type:
            self.clocks[receipt.case_id].add(receipt.data["clock_id"])

    def case_of(self, referral_id: str) -> str | None:
        """The case a referral is on now, following joins."""
        receipt = self.attached.get(referral_id)
        return None if receipt is None else self.final(receipt.case_id)

    def final(self, case_id: str) -> str:
        """The case that goes on after every join."""
        while case_id in self.into:
            case_id = self.into[case_id]
        return case_id

    def touched(self, sent: Iterable[Sent]) -> set[str]:
        """Every case that one of these referrals was put on, joined ones too."""
        first = {self.attached[one.referral_id].case_id for one in sent if one.referral_id in self.attached}
        return first | {self.final(case) for case in first}

    def missing(self, case_id: str, version: int) -> list[int]:
        """Versions up to the case's own that never arrived; of an older case, since the first that did."""
        got = set(self.versions.get(case_id, ()))
        first = 1 if case_id in self.opened or not got else min(got)
        return [number for number in range(first, version + 1) if number not in got]

    def reordered(self, cases: Iterable[str]) -> int:
        """How many deliveries came before one they follow."""
        pairs = (
            (self.versions[case][i], self.versions[case][i + 1])
            for case in cases
            for i in range(len(self.versions[case]) - 1)
        )
        return sum(1 for earlier, later in pairs if later < earlier)
