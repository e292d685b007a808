"""Decides how a process tells that it lives and that it can serve; must never need a token, a broker or the issuer for it."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})

probes = APIRouter(include_in_schema=False)


@probes.get("/healthz")
async def tell_alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@probes.get("/readyz")
async def tell_ready(request: Request) -> dict[str, str | dict[str, str]]:
    """The records can be reached; raises DatabaseUnavailable (503) otherwise. Loops that wait, for a broker perhaps, are named."""
    runtime = request.app.state.runtime
    async with runtime.database.work() as work:
        await work.raw.execute("SELECT 1")
    return {"status": "ready", "waiting": dict(runtime.waiting)} if runtime.waiting else {"status": "ready"}


@probes.get("/metrics")
async def tell_metrics() -> Response:
    """Counters and histograms for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
