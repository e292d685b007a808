"""Decides what every service is told by its environment (`TEREZE_…`); must never hold a secret of its own."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Settings of one service process. A service adds its own by subclassing."""

    model_config = SettingsConfigDict(env_prefix="TEREZE_", frozen=True, extra="ignore")

    mode: Literal["demo", "production"]
    database_url: str = Field(description="postgresql://user:password@host:port/database, or with ?host=/socket/dir")
    kafka: str = Field(description="Bootstrap servers, host:port[,host:port]")
    issuer: str
    audience: str = "tereze"
    jwks_url: str | None = None
    keys_dir: Path
    pack: Path
    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    otlp_endpoint: str | None = None
    trace_file: Path | None = None
    instance: str = "0"

    pool_size: int = Field(default=10, ge=2)
    clock_poll_ms: int = Field(default=100, ge=5)
    outbox_keep_minutes: int = Field(default=15, ge=0)
    inbox_keep_days: int = Field(default=45, ge=1, description="Longer than any event is retained")
    topic_replication: int = Field(default=1, ge=1)
    consumer_batch: int = Field(default=500, ge=1)
    park_after_tries: int = Field(default=3, ge=1)
    park_share_cap: float = Field(
        default=0.2, gt=0, le=1, description="Share of recent events whose parking stops consuming"
    )
    park_run_cap: int = Field(
        default=50, ge=1, description="Parked in a row without a success in between: stop consuming"
    )
    stuck_seconds: float = Field(
        default=60.0, gt=0, description="Lag without progress for so long rebuilds the consumer"
    )

    @model_validator(mode="after")
    def _find_keys_of_issuer(self) -> Self:
        if self.jwks_url is None:
            object.__setattr__(self, "jwks_url", f"{self.issuer.rstrip('/')}/.well-known/jwks.json")
        return self
