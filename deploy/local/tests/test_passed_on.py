"""What of the caller's environment a service of the embedded stack starts with."""

from pathlib import Path

import pytest

from tereze.local.stack import Stack


def test_a_model_of_ones_own_reaches_the_registry_and_a_mode_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEREZE_MODEL", "/models/own.json")
    monkeypatch.setenv("TEREZE_MODE", "production")
    told = Stack(tmp_path, services=("registry",)).environment("registry")
    assert (told["TEREZE_MODEL"], told["TEREZE_MODE"]) == ("/models/own.json", "demo")
