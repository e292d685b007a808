"""Decides whether the container files name only what exists and stay locked down; must never need a container engine."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tereze.chassis.settings import ServiceSettings
from tereze.local.keys import SERVICES

REPOSITORY = Path(__file__).resolve().parents[3]
SERVICE = REPOSITORY / "services/Dockerfile"
DOCKERFILES = [SERVICE, REPOSITORY / "deploy/local/Dockerfile"]
OTHERS_IMAGES = {"kafka", "postgres", "gateway"}
INSTRUCTION = re.compile(r"(ARG|FROM|WORKDIR|COPY|RUN|ENV|USER|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD)\s")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    assert isinstance(document, dict)
    return document


def instructions(dockerfile: Path) -> list[str]:
    """The file's instructions with continued lines joined and comments dropped."""
    lines = [line for line in dockerfile.read_text().splitlines() if not line.startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line]


def test_every_service_runs_and_is_migrated_first(compose: dict[str, Any]) -> None:
    for name in SERVICES:
        needs = compose["services"][name]["depends_on"]
        assert "kafka" in needs
        first = {"directory": "load-pack", "referral": "load-centres"}.get(name, f"{name}-migrate")
        assert needs[first] == {"condition": "service_completed_successfully"}
        assert compose["services"][f"{name}-migrate"]["command"] == ["migrate"]
        for part in (name, f"{name}-migrate"):
            assert compose["services"][part]["build"]["args"] == {"SERVICE": name}


def test_every_dockerfile_and_mounted_file_exists(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if "build" in service:
            assert (REPOSITORY / service["build"]["dockerfile"]).is_file(), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (REPOSITORY / source).exists(), f"{name} mounts {source}"
            else:
                assert source in compose["volumes"]


def test_every_dependency_is_a_service(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])


def test_services_are_told_only_what_they_know_and_everything_they_need(compose: dict[str, Any]) -> None:
    known = {f"TEREZE_{name.upper()}" for name in ServiceSettings.model_fields}
    needed = {f"TEREZE_{name.upper()}" for name, field in ServiceSettings.model_fields.items() if field.is_required()}
    for name in SERVICES:
        told = set(compose["services"][name]["environment"]) | environment_of(SERVICE)
        assert needed <= told
        assert told <= known


def environment_of(dockerfile: Path) -> set[str]:
    listed = " ".join(line for line in instructions(dockerfile) if line.startswith("ENV"))
    return {name for name in re.findall(r"(\w+)=", listed) if name.startswith("TEREZE_")}


def test_our_containers_have_no_privileges(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name in OTHERS_IMAGES:
            continue
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_the_gateway_is_reachable_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"gateway": ["127.0.0.1:${TEREZE_PORT:-8080}:8080"]}


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_a_dockerfile_parses_and_keeps_the_rules(dockerfile: Path) -> None:
    found = instructions(dockerfile)
    assert all(INSTRUCTION.match(line) for line in found)
    assert found[0] == "ARG BASE_IMAGE=python:3.11-slim"
    last_stage = found[max(index for index, line in enumerate(found) if line.startswith("FROM")) :]
    assert last_stage[0] == "FROM ${BASE_IMAGE}"
    assert "USER 10001:10001" in last_stage
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_what_a_dockerfile_copies_exists_and_is_not_ignored(dockerfile: Path) -> None:
    ignored = (REPOSITORY / ".dockerignore").read_text().split()
    for line in instructions(dockerfile):
        if line.startswith("COPY") and "--from" not in line:
            for source in {line.split()[1].replace("${SERVICE}", name) for name in SERVICES}:
                assert (REPOSITORY / source).exists()
                assert source.split("/")[0] not in ignored


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed")
def test_docker_compose_accepts_the_file() -> None:
    words = ["docker-compose", "-f", str(REPOSITORY / "docker-compose.yml"), "config", "--quiet"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
