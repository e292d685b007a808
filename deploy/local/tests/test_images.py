"""Decides whether every image builds and runs its service with only its own dependencies; must never need a container registry."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tereze.local.keys import SERVICES

REPOSITORY = Path(__file__).resolve().parents[3]
TOOLS = ("buildah", "debootstrap", "unshare")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
BUILDAH = shutil.which("buildah") or "buildah"
CERTIFICATES = "/etc/ssl/certs:/etc/ssl/certs:ro"  # whoever stands between this machine and the package index

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(os.geteuid() != 0, reason="building from a debootstrap base needs root"),
]


@dataclass(frozen=True)
class Builder:
    """buildah with a store of its own. ``driver``: overlay shares layers; vfs copies each of them, and works anywhere."""

    store: Path
    driver: str = "overlay"

    def __call__(self, *words: str) -> str:
        places = [
            f"--storage-driver={self.driver}",
            "--root",
            str(self.store / "images"),
            "--runroot",
            str(self.store / "run"),
        ]
        done = subprocess.run([BUILDAH, *places, *words], cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def build(self, dockerfile: str, tag: str, **arguments: str) -> None:
        named = {"BASE_IMAGE": "localhost/base", **arguments}
        words = [word for name, value in named.items() for word in ("--build-arg", f"{name}={value}")]
        self(
            "bud", "--isolation=chroot", "--network=host", "--format=docker", f"--layers={self.driver == 'overlay'}",
            "--volume", CERTIFICATES,
            *words, "-f", dockerfile, "-t", tag, ".",
        )  # fmt: skip

    def run(self, tag: str, *words: str) -> str:
        container = self("from", "--pull-never", f"localhost/{tag}")
        try:
            return self("run", "--isolation=chroot", container, "--", *words)
        finally:
            self("rm", container)


def _can_overlay(folder: Path) -> bool:
    """Whether this machine lets us mount layers over one another."""
    probe = Builder(folder)
    try:
        container = probe("from", "scratch")
        probe("mount", container)
        probe("rm", container)
    except AssertionError:
        return False
    return True


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """A builder whose store holds one image: a Debian with nothing but Python."""
    folder = tmp_path_factory.mktemp("images")
    root, build = folder / "debian", Builder(folder, "overlay" if _can_overlay(folder / "probe") else "vfs")
    # What debootstrap mounts into the new root is seen by it alone: cut short, it leaves nothing mounted behind.
    words = [
        "unshare",
        "--mount",
        "debootstrap",
        "--variant=minbase",
        "--include=python3,python3-venv,ca-certificates",
        "bookworm",
        str(root),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    base = build("from", "scratch")
    build("add", base, str(root), "/")
    build("commit", "--rm", base, "base")
    shutil.rmtree(root)
    yield build
    build("rmi", "--all", "--force")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_image_holds_all_its_service_needs_and_is_nobody(builder: Builder, service: str) -> None:
    builder.build("services/Dockerfile", service, SERVICE=service)
    program = f"import os, tereze.{service}.app; print(os.getuid())"
    assert builder.run(service, "python", "-c", program) == "10001"
    assert f"tereze.{service}" in builder.run(service, "cat", "/opt/tereze/bin/tereze-service")
    assert "usage:" in builder.run(service, "tereze-service", "--help")


def test_the_issuer_image_serves_the_demo_issuer_and_makes_keys(builder: Builder) -> None:
    builder.build("deploy/local/Dockerfile", "issuer")
    program = "import tereze.local.issuer.app, tereze.local.keys; print('ok')"
    assert builder.run("issuer", "python", "-c", program) == "ok"
