"""Schemathesis, with all its checks, against the running window: no 5xx, and nothing but what the document says."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tereze.client import Tereze
from tereze.contracts.directory import Agency
from tereze.local.issuer import TokenMint
from tereze.local.stack import Stack
from tereze.rig.apidocs.__main__ import FOLDER
from tereze.rig.demodata.invented import invented_referral

_REGION, _WORD = "KZ-62", "ulytau"  # a region no other test uses: what is fuzzed is left in disorder
_EXAMPLES = 25


@pytest.fixture(scope="module")
def agencies(stack: Stack, sign_in: Callable[[str], Tereze]) -> dict[str, Agency]:
    """The region's agencies by slug, with a referral, a case, tasks and a subscription to find."""
    school, police = sign_in(f"{_WORD}-school-1:member"), sign_in(f"{_WORD}-police:manager")
    school.referrals.submit(invented_referral(_REGION))
    told = police.http.get("/v1/events", params={"types": "tereze.task.assigned.v1", "timeout": "20"}, timeout=30)
    assert told.json()
    sign_in(f"{_WORD}-police:system").subscriptions.create(f"{stack.url}/nowhere", description="fuzzed")
    return {agency.slug: agency for agency in police.agencies.list(region_code=_REGION)}


@pytest.fixture(scope="module")
def mint(stack: Stack) -> TokenMint:
    return TokenMint(stack.layout.issuer, issuer=stack.url)


def fuzz(stack: Stack, token: str, folder: Path, *, seed: int) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", str(FOLDER / "openapi.json"), "--url", stack.url,
        "--header", f"Authorization: Bearer {token}", "--checks", "all", "--max-examples", str(_EXAMPLES),
        "--seed", str(seed), "--continue-on-failure", "--no-color", "--request-timeout", "30",
        "--generation-database", "none",
    ]  # fmt: skip
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "fuzzing", "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.mark.slow
@pytest.mark.parametrize("who", ["school-1:member", "police:manager", "desk:coordinator"])
def test_whoever_calls_with_whatever_gets_a_documented_answer(
    who: str, stack: Stack, mint: TokenMint, agencies: dict[str, Agency], tmp_path: Path
) -> None:
    slug = f"{_WORD}-{who.partition(':')[0]}"
    token = mint.mint(f"demo:{_WORD}-{who}", agencies[slug].agency_id)
    done = fuzz(stack, token, tmp_path, seed=1)
    assert done.returncode == 0, done.stdout[-20_000:]
    assert "only 401/403" not in done.stdout, done.stdout[-5_000:]
