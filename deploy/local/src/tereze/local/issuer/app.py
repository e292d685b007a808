"""Decides what the demo issuer answers; must never answer as anything but an OIDC issuer would, so that services cannot tell."""

from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from tereze.local.issuer.clients import Clients, InvalidClient
from tereze.local.issuer.device import INTERVAL_SECONDS, LIFETIME_SECONDS, DeviceError, DeviceLogins, UnknownCode
from tereze.local.issuer.mint import LIFETIME_SECONDS as TOKEN_SECONDS
from tereze.local.issuer.mint import TokenMint, UnusableRefreshToken
from tereze.local.issuer.pages import POLICY, confirm_page, done_page
from tereze.local.issuer.people import People, Person, UnknownSubject
from tereze.local.issuer.settings import IssuerSettings

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_LARGEST_FORM = 16_384
_SAFE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def _metadata(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "device_authorization_endpoint": f"{issuer}/oauth/device_authorization",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "grant_types_supported": ["client_credentials", DEVICE_GRANT, "refresh_token"],
        "response_types_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none",
        ],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "Ed25519", "RS256"],
        "scopes_supported": ["openid"],
    }


async def _form(request: Request) -> dict[str, str]:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LARGEST_FORM:
            raise HTTPException(413)
    try:
        return dict(parse_qsl(content.decode("utf-8"), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise HTTPException(400) from None


def _refusal(code: str, status: int = 400) -> Response:
    headers = {"WWW-Authenticate": "Basic"} if status == 401 else {}  # noqa: PLR2004 - RFC 6749 §5.2
    return JSONResponse({"error": code}, status, headers={**_SAFE, **headers})


def _page(content: str, status: int = 200) -> Response:
    return HTMLResponse(content, status, headers={**_SAFE, "Content-Security-Policy": POLICY})


class Issuer:
    """The issuer's endpoints over what it knows."""

    def __init__(self, settings: IssuerSettings) -> None:
        self.url = settings.issuer.rstrip("/")
        self.people = People.from_pack(settings.pack)
        self.mint = TokenMint(settings.issuer_dir, issuer=settings.issuer, audience=settings.audience)
        audiences = frozenset({settings.issuer, f"{self.url}/oauth/token"})
        self.clients = Clients(self.people, settings.issuer_dir, audiences)
        self.logins = DeviceLogins()

    async def tell_metadata(self) -> Response:
        """RFC 8414 / OIDC discovery."""
        return JSONResponse(_metadata(self.url))

    async def tell_keys(self) -> Response:
        """The public keys."""
        return JSONResponse(self.mint.key_set)

    async def give_token(self, request: Request) -> Response:
        """The token endpoint."""
        form = await _form(request)
        try:
            if form.get("grant_type") == "client_credentials":
                return self._token(self.clients.authenticate(request.headers.get("authorization", ""), form))
            if form.get("grant_type") == DEVICE_GRANT:
                return self._token(self.logins.fetch(form.get("device_code", "")), renewable=True)
            if form.get("grant_type") == "refresh_token":
                return self._token(self._renewing(form.get("refresh_token", "")), renewable=True)
        except InvalidClient:
            return _refusal("invalid_client", 401)
        except DeviceError as error:
            return _refusal(error.code)
        return _refusal("unsupported_grant_type")

    def _renewing(self, refresh_token: str) -> Person:
        try:
            return self.people.find(self.mint.read_refresh(refresh_token))
        except (UnusableRefreshToken, UnknownSubject):
            raise DeviceError("invalid_grant") from None

    def _token(self, person: Person, *, renewable: bool = False) -> Response:
        token = self.mint.mint(person.subject, person.agency_id)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        if renewable:
            answer["refresh_token"] = self.mint.mint_refresh(person.subject)
        return JSONResponse(answer, headers=_SAFE)

    async def start_device_login(self, request: Request) -> Response:
        """The device authorization endpoint; any client may ask, a person decides."""
        await _form(request)
        try:
            device_code, user_code = self.logins.ask()
        except DeviceError as error:
            return _refusal(error.code)
        where = f"{self.url}/oauth/device"
        answer = {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": where,
            "verification_uri_complete": f"{where}?user_code={user_code}",
            "expires_in": LIFETIME_SECONDS,
            "interval": INTERVAL_SECONDS,
        }
        return JSONResponse(answer, headers=_SAFE)

    async def show_device_page(self, request: Request) -> Response:
        """Where a person compares the code."""
        asked = request.query_params
        return _page(confirm_page(asked.get("user_code", "")[:9], self.people, wanted=asked.get("who", "")[:60]))

    async def confirm_device(self, request: Request) -> Response:
        """The person's decision."""
        form = await _form(request)
        try:
            person = self.people.find(form.get("subject", ""))
            self.logins.confirm(form.get("user_code", ""), person)
        except UnknownSubject:
            return _page(
                confirm_page(form.get("user_code", "")[:9], self.people, message="Nobody of that name here."), 400
            )
        except UnknownCode:
            return _page(
                confirm_page("", self.people, message="No program waits under that code; ask it for a new one."), 400
            )
        return _page(done_page(person))


def create_issuer(settings: IssuerSettings) -> FastAPI:
    """The demo issuer as an ASGI app."""
    issuer = Issuer(settings)
    quiet: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
    app = FastAPI(title="Tereze demo issuer", openapi_url=None, redirect_slashes=False, telemetry=quiet)
    app.add_api_route("/.well-known/openid-configuration", issuer.tell_metadata)
    app.add_api_route("/.well-known/jwks.json", issuer.tell_keys)
    app.add_api_route("/oauth/token", issuer.give_token, methods=["POST"])
    app.add_api_route("/oauth/device_authorization", issuer.start_device_login, methods=["POST"])
    app.add_api_route("/oauth/device", issuer.show_device_page)
    app.add_api_route("/oauth/device", issuer.confirm_device, methods=["POST"])
    return app
