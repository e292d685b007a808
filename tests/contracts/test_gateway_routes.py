"""Decides that the gateway leads every published address to the service that answers it; must never pass an address over."""

import re
from collections.abc import Mapping

import pytest

from tereze.rig.apidocs.__main__ import ROOT
from tereze.rig.apidocs.access import routes
from tereze.rig.apidocs.openapi import SERVICES, service_of

GATEWAY = (ROOT / "deploy/gateway/Caddyfile").read_text("utf-8")
_NAMED = re.compile(r"@(\w+) path ([^\n]+)")
_BY_NAME = re.compile(r"handle @(\w+) \{\s+import to \{\$UPSTREAM_(\w+):")
_BY_PATH = re.compile(r"handle (/\S+) \{\s+import to \{\$UPSTREAM_(\w+):")


def led_to(gateway: str) -> Mapping[str, str]:
    """Every pattern the gateway knows, and the service it leads to."""
    named = {name: patterns.split() for name, patterns in _NAMED.findall(gateway)}
    found = {pattern: service for name, service in _BY_NAME.findall(gateway) for pattern in named[name]}
    found |= dict(_BY_PATH.findall(gateway))
    return {pattern: service.lower() for pattern, service in found.items()}


def service_behind(address: str, gateway: str = GATEWAY) -> str | None:
    """The service whose longest pattern fits an address."""
    fitting = [pattern for pattern in led_to(gateway) if address.startswith(pattern.removesuffix("*"))]
    return led_to(gateway)[max(fitting, key=len)] if fitting else None


def test_every_published_route_is_led_to_its_own_service() -> None:
    owned = {
        route.name.split(" ")[1]: name
        for name in SERVICES
        for route in routes(service_of(name, ROOT / "deploy/packs/kz"))
    }
    assert len(owned) > 80
    assert {address: service_behind(address) for address in owned} == owned


@pytest.mark.parametrize("pattern", ["/v1/emergency-access*", "/v1/caseload*"])
def test_a_forgotten_address_would_be_found(pattern: str) -> None:
    assert service_behind(pattern.removesuffix("*"), GATEWAY.replace(f" {pattern}", "")) is None
