"""Decides what the demo says at its end; must never hold a figure that does not follow from what was observed."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from tereze.rig.demo.lines import Sent
from tereze.rig.demo.tally import Tally


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures. Milliseconds run from a POST to the webhook that says the referral is on its case."""

    accepted: int
    cases: int
    tasks: int
    clocks: int
    delivered: int
    lost: int
    duplicates_joined: int
    p50_ms: float | None
    p99_ms: float | None
    refused: int
    reordered: int
    redelivered: int
    unverified: int
    apart: int
    mixed: int
    seconds: float

    def as_json(self) -> dict[str, float | int | None]:
        """The summary as it is printed."""
        return asdict(self)

    @property
    def faults(self) -> list[str]:
        """What should not have happened."""
        told = {
            "lost": f"{self.lost} accepted referrals or events of their cases never arrived",
            "refused": f"{self.refused} referrals of the set were refused",
            "reordered": f"{self.reordered} deliveries came out of the order of their case",
            "unverified": f"{self.unverified} deliveries had a signature that does not hold",
            "apart": f"{self.apart} children reported more than once ended on more than one case",
            "mixed": f"{self.mixed} cases hold reports of different children",
        }
        return [sentence for name, sentence in told.items() if getattr(self, name)]


def sum_up(tally: Tally, sent: Sequence[Sent], versions: Mapping[str, int], *, refused: int, seconds: float) -> Summary:
    """The summary of one run. ``versions`` are what the window says of each case that was touched."""
    touched = tally.touched(sent)
    cases = Counter(case for one in sent if (case := tally.case_of(one.referral_id)) is not None)
    times = sorted((tally.attached[s.referral_id].at - s.at) * 1000 for s in sent if s.referral_id in tally.attached)
    unattached = sum(1 for one in sent if one.referral_id not in tally.attached)
    apart, mixed = children_told_apart(tally, sent)
    return Summary(
        accepted=len(sent),
        cases=len(cases),
        tasks=sum(len(tally.tasks.get(case, ())) for case in touched),
        clocks=sum(len(tally.clocks.get(case, ())) for case in touched),
        delivered=sum(len(tally.versions.get(case, ())) for case in touched),
        lost=unattached + sum(len(tally.missing(case, version)) for case, version in versions.items()),
        duplicates_joined=sum(count - (1 if case in tally.opened else 0) for case, count in cases.items()),
        p50_ms=percentile(times, 0.50),
        p99_ms=percentile(times, 0.99),
        refused=refused,
        reordered=tally.reordered(touched),
        redelivered=tally.redelivered,
        unverified=tally.unverified,
        apart=apart,
        mixed=mixed,
        seconds=round(seconds, 1),
    )


def children_told_apart(tally: Tally, sent: Sequence[Sent]) -> tuple[int, int]:
    """How many children are on several cases, and how many cases hold several children, as far as the set knows."""
    of_child: dict[str, set[str]] = defaultdict(set)
    of_case: dict[str, set[str]] = defaultdict(set)
    for one in sent:
        case = tally.case_of(one.referral_id)
        if case is not None and one.line.child_ref is not None:
            of_child[one.line.child_ref].add(case)
            of_case[case].add(one.line.child_ref)
    return (
        sum(1 for cases in of_child.values() if len(cases) > 1),
        sum(1 for children in of_case.values() if len(children) > 1),
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest observed value that ``share`` of the observations do not exceed."""
    if not ordered:
        return None
    return round(ordered[math.ceil(len(ordered) * share) - 1], 1)
