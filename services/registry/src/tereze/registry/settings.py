"""Decides what the registry is told by its environment; must never hold a weight or a threshold of the model."""

from pathlib import Path

from pydantic import Field

from tereze.chassis.settings import ServiceSettings


class RegistrySettings(ServiceSettings):
    """Settings of the registry."""

    model: Path | None = Field(
        default=None, description="A model of `tereze registry train` to decide by; the shipped one if left out"
    )
