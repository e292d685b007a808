"""Decides how the demo issuer runs as a process: ``python -m tereze.local.issuer``; must never log a code, a token or an address."""

import uvicorn

from tereze.chassis.telemetry import setup_logs
from tereze.local.issuer.app import create_issuer
from tereze.local.issuer.settings import IssuerSettings

settings = IssuerSettings()
setup_logs("issuer")
uvicorn.run(
    create_issuer(settings),
    host=settings.host,
    port=settings.port,
    log_config=None,
    access_log=False,
    server_header=False,
    timeout_graceful_shutdown=5,
)
