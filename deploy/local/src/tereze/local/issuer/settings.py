"""Decides what the demo issuer is told by its environment; must never accept production."""

from pathlib import Path
from typing import Literal

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class IssuerSettings(BaseSettings):
    """``TEREZE_…`` variables. Any mode but ``demo`` is refused at start: real people sign in at a real issuer."""

    model_config = SettingsConfigDict(env_prefix="TEREZE_", frozen=True, extra="ignore")

    mode: Literal["demo", "production"]
    issuer: str
    issuer_dir: Path
    pack: Path
    audience: str = "tereze"
    host: str = "127.0.0.1"
    port: int = 0

    @field_validator("mode")
    @classmethod
    def _refuse_production(cls, mode: str) -> str:
        if mode != "demo":
            raise ValueError(
                "the demo issuer refuses to start: TEREZE_MODE is not demo, and real people need a real issuer"
            )
        return mode
