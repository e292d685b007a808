"""Decides whether the one URL leads each path to its service and hides the rest; must never need a service to run."""

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from tereze.local.components import Web, fetch
from tereze.local.gateway import make_gateway
from tereze.local.keys import SERVICES
from tereze.local.layout import Layout
from tereze.local.ports import LOOPBACK, free_port

AWAY = ("oversight", "registry")


class NamesItself(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, NamedServer)
        body = self.server.server_name.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class NamedServer(http.server.ThreadingHTTPServer):
    def __init__(self, name: str) -> None:
        super().__init__((LOOPBACK, free_port()), NamesItself)
        self.server_name = name


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    servers = {name: NamedServer(name) for name in (*SERVICES, "issuer") if name not in AWAY}
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    layout = Layout(tmp_path_factory.mktemp("gateway") / "data")
    layout.prepare()
    upstreams = {name: f"{LOOPBACK}:{server.server_port}" for name, server in servers.items()}
    web = make_gateway(layout, free_port(), {**upstreams, **{name: f"{LOOPBACK}:{free_port()}" for name in AWAY}})
    web.start()
    yield web
    web.kill()
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/v1/referrals", "intake"),
        ("/v1/referrals/ref_1", "intake"),
        ("/v1/cases", "referral"),
        ("/v1/tasks/tsk_1/accept", "referral"),
        ("/v1/protocols", "referral"),
        ("/v1/subscriptions", "notifications"),
        ("/v1/events?after=evt_1", "notifications"),
        ("/v1/deliveries", "notifications"),
        ("/v1/agencies", "directory"),
        ("/v1/staff", "directory"),
        ("/v1/workforce/posts", "directory"),
        ("/v1/caseload", "referral"),
        ("/v1/regions/series/violence-by-region", "directory"),
        ("/oauth/token", "issuer"),
        ("/.well-known/openid-configuration", "issuer"),
    ],
)
def test_each_path_leads_to_its_service(gateway: Web, path: str, service: str) -> None:
    assert fetch(gateway.port, path) == (200, service.encode())


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/v1/nothing", "/v2/cases"])
def test_what_is_not_public_is_not_there(gateway: Web, path: str) -> None:
    status, body = fetch(gateway.port, path)
    assert status == 404
    assert json.loads(body)["code"] == "not-found"


def test_a_service_that_stays_away_is_a_problem_with_a_time_to_come_back(gateway: Web) -> None:
    status, body = fetch(gateway.port, "/v1/sla", timeout=20)
    assert status == 503
    assert json.loads(body)["code"] == "unavailable"


def test_a_registry_that_stays_away_is_an_outcome_to_who_speaks_fhir(gateway: Web) -> None:
    status, body = fetch(gateway.port, "/fhir/Patient/per_1", timeout=20)
    [issue] = json.loads(body)["issue"]
    assert (status, issue["code"], issue["details"]["coding"][0]["code"]) == (503, "transient", "unavailable")


@pytest.mark.parametrize(
    "path", ["/docs/", "/docs/problems/not-found", "/schemas/tereze.case.opened.v1.json", "/asyncapi.yaml"]
)
def test_the_documents_are_served_from_here(gateway: Web, path: str) -> None:
    assert fetch(gateway.port, path)[0] == 200


@pytest.mark.parametrize("path", ["/docs", "/"])
def test_the_doors_lead_to_the_documents(gateway: Web, path: str) -> None:
    assert fetch(gateway.port, path)[0] in (302, 308)
