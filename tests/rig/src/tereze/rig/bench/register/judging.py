"""Decides how well reports of one condition are put to the persons they are about; must never let the decision see whom that is."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tereze.registry.linkage.measures import wilson
from tereze.registry.matching import Decision, Kind, Model, decide
from tereze.rig.bench.register.index import Index
from tereze.rig.bench.register.reports import Query, described

_PER = 100_000


@dataclass
class Tally:
    """What came out, counted."""

    counted: Counter[str] = field(default_factory=Counter)
    weighed: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, query: Query, decision: Decision, *, reached: bool) -> None:
        """Count one report."""
        member = query.about is not None
        right = member and decision.candidate_id == f"{query.about:08}"
        self.counted.update(
            {"reports": 1, "members": member, "reached": member and reached, decision.kind.value: 1},
        )
        if decision.kind is Kind.LINK:
            self.counted["right" if right else "wrong"] += 1
        if decision.kind in (Kind.LINK, Kind.REVIEW):
            held_back = decision.waterfall is not None and bool(decision.waterfall.guards)
            self.weighed.append((decision.weight - 1000 * held_back, right))

    def figures(self) -> dict[str, Any]:
        """Shares, F1 at the automatic threshold and at the best one, false merges with their interval."""
        counted, links = self.counted, self.counted["link"]
        low, high = wilson(counted["wrong"], links)
        return {
            "reports": counted["reports"],
            "f1": round(2 * counted["right"] / max(links + counted["members"], 1), 5),
            "precision": round(counted["right"] / max(links, 1), 5),
            "recall": round(counted["right"] / max(counted["members"], 1), 5),
            "best_f1": round(self._best(), 5),
            "pair_recall": round(counted["reached"] / max(counted["members"], 1), 5),
            "review_share": round(counted["review"] / max(counted["reports"], 1), 5),
            "false_merges": {
                "accepted": links,
                "wrong": counted["wrong"],
                "wilson_95_per_100000": [round(low * _PER, 2), round(high * _PER, 2)],
            },
        }

    def _best(self) -> float:
        best, right = 0.0, 0
        for taken, (_, is_right) in enumerate(sorted(self.weighed, key=lambda one: -one[0]), start=1):
            right += is_right
            best = max(best, 2 * right / (taken + self.counted["members"]))
        return best


def judge(index: Index, asked: list[Query], model: Model) -> Tally:
    """Decide every report against the register."""
    tally = Tally()
    for query in asked:
        description = described(query.said)
        sharing = index.sharing(description)
        decision = decide(description, [index.known(number) for number in sharing], model, len(index))
        tally.add(query, decision, reached=query.about in sharing)
    return tally
