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
_EXAMPLES = 10  # an operation and phase: there are over a hundred operations and three readers
_WITHIN_SECONDS = 1_800  # a busy machine is slow, not wrong
_NOT_SUSPENDING_ONESELF = ("--exclude-operation-id", "suspend_staff")
HERE = Path(__file__).parent


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


def fuzz(stack: Stack, token: str, folder: Path, *more: str) -> str:
    """What schemathesis says of a run; the test fails where it found anything."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "--no-color",
        "run", str(FOLDER / "openapi.json"), "--url", stack.url, "--header", f"Authorization: Bearer {token}",
        "--checks", "all", "--seed", "1", "--continue-on-failure", "--request-timeout", "30",
        "--generation-database", "none", *more,
    ]  # fmt: skip
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "fuzzing", "PYTHONPATH": str(HERE)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=_WITHIN_SECONDS
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    return done.stdout


@pytest.fixture
def token(request: pytest.FixtureRequest, mint: TokenMint, agencies: dict[str, Agency]) -> str:
    """A token of one of the region's people, ``police:manager``."""
    word, _, role = str(request.param).partition(":")
    return mint.mint(f"demo:{_WORD}-{word}:{role}", agencies[f"{_WORD}-{word}"].agency_id)


@pytest.mark.parametrize("token", ["police:member"], indirect=True)
def test_examples_and_edge_cases_get_documented_answers(stack: Stack, token: str, tmp_path: Path) -> None:
    said = fuzz(stack, token, tmp_path, "--phases", "examples,coverage")
    assert "generated" in said


@pytest.mark.slow
@pytest.mark.parametrize("token", ["school-1:member", "police:manager", "desk:coordinator"], indirect=True)
def test_whatever_is_sent_gets_a_documented_answer(stack: Stack, token: str, tmp_path: Path) -> None:
    fuzz(stack, token, tmp_path, "--max-examples", str(_EXAMPLES), *_NOT_SUSPENDING_ONESELF)


@pytest.mark.slow
@pytest.mark.parametrize("token", ["commission:head"], indirect=True)
def test_whoever_suspends_staff_gets_documented_answers(stack: Stack, token: str, tmp_path: Path) -> None:
    fuzz(stack, token, tmp_path, "--max-examples", str(_EXAMPLES), "--include-path-regex", "^/v1/staff")
