"""Decides how a service's routes become an ASGI app; must never serve a route past the gate, or documents from the service itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, FastAPI

from tereze.chassis.auth import IssuerKeys, TokenVerifier
from tereze.chassis.http.addresses import Addresses
from tereze.chassis.http.callers import gate
from tereze.chassis.http.edge import Edge
from tereze.chassis.http.openapi import describe
from tereze.chassis.http.probes import probes
from tereze.chassis.http.problems import add_problem_handlers

if TYPE_CHECKING:
    from tereze.chassis.runtime import Runtime, Service

API_VERSION = "1"


def build_app(name: str, router: APIRouter, **more: Any) -> FastAPI:
    """The app of a service without what it runs on; enough to describe it."""
    app = FastAPI(
        title=f"Tereze {name}",
        openapi_url=None,  # one document for all services is generated and served by the gateway
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},  # theirs records URLs
        generate_unique_id_function=lambda route: route.name,
        **more,
    )
    app.include_router(router, dependencies=[Depends(gate)])
    app.include_router(probes)
    add_problem_handlers(app)
    app.state.addresses = Addresses(app)
    app.add_middleware(Edge, service=name, addresses=app.state.addresses)
    return app


def create_app(runtime: "Runtime", *, with_routes: bool = True) -> FastAPI:
    """The app of a running service; without routes it answers its probes only (a worker)."""
    settings, service = runtime.settings, runtime.service
    keys = IssuerKeys(str(settings.jwks_url))

    @asynccontextmanager
    async def close_keys(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await keys.close()

    app = build_app(service.name, service.router if with_routes else APIRouter(), lifespan=close_keys)
    app.state.runtime = runtime
    app.state.tokens = TokenVerifier(issuer=settings.issuer, audience=settings.audience, keys=keys)
    return app


def openapi_of(service: "Service") -> dict[str, Any]:
    """The OpenAPI document of one service; needs nothing running."""
    app = build_app(service.name, service.router)
    return describe(
        app, title=f"Tereze {service.name}", version=API_VERSION, description=f"The {service.name} service."
    )
