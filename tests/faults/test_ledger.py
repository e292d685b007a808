"""Under kill -9 of everything nothing is lost, doubled, reordered, stuck or without a clock; and the rig sees it when something is."""

from pathlib import Path

import pytest

from tereze.rig.ledger.mutants import MUTANTS
from tereze.rig.ledger.run import Plan, run

pytestmark = pytest.mark.slow
CHANCES = (7, 8, 9)


def test_a_hurt_system_keeps_every_promise(tmp_path: Path) -> None:
    verdict = run(Plan(seconds=30), tmp_path / "data")
    assert verdict.clean, (verdict.summary(), verdict.found, verdict.stuck)


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_a_wrong_system_is_caught(mutant: str, tmp_path: Path) -> None:
    seen = []
    for seed in CHANCES:  # where a kill hits is chance: one run that sees the fault proves that the rig can
        verdict = run(Plan(seconds=30, mutant=mutant, seed=seed), tmp_path / str(seed))
        assert verdict.acknowledged > 0
        if verdict.harmed:
            return
        seen.append(verdict.summary())
    pytest.fail(f"{mutant} went unseen: {seen}")
