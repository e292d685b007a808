"""Decides what is answered about response protocols; must never answer with one that is not kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from tereze.chassis.http import Caller, OpenWork, Reply
from tereze.contracts.facts import NotFound
from tereze.contracts.protocols import ProtocolList, ProtocolSummary, ProtocolView, SheetView
from tereze.protocol import Pack, Protocols, UnknownProtocol
from tereze.referral.moments import read_protocols, sheets_of
from tereze.referral.protocol_views import protocol_view, sheet_view

router = APIRouter(tags=["protocols"])

Name = Annotated[str, Path(pattern=r"^[a-z-]{1,64}$")]
Number = Annotated[int, Path(ge=1, le=999_999)]


@router.get("/v1/protocols", response_model=ProtocolList)
async def list_protocols(_caller: Caller, work: OpenWork) -> Response:
    """Every version of the response protocol that is kept, and which one is in force."""
    protocols = read_protocols(work.runtime.settings.pack)
    force = protocols.in_force(work.now).version
    items = tuple(ProtocolSummary(**_summary(pack, in_force=pack.version == force)) for pack in protocols.packs)
    return Reply(200, ProtocolList(items=items)).response()


@router.get("/v1/protocols/{name}/{number}", response_model=ProtocolView)
async def read_protocol(
    name: Name,
    number: Number,
    _caller: Caller,
    work: OpenWork,
) -> Response:
    """One version of the response protocol: who must do what by when, per category and risk, and the ladder."""
    protocols = read_protocols(work.runtime.settings.pack)
    pack = _kept(protocols, name, number)
    in_force = protocols.in_force(work.now).version == pack.version
    return Reply(200, protocol_view(pack, **_summary(pack, in_force=in_force))).response()


@router.get("/v1/protocols/{name}/{number}/sheets/{sheet}", response_model=SheetView)
async def read_sheet(
    name: Name,
    number: Number,
    sheet: Annotated[str, Path(pattern=r"^[a-z_]{1,64}$")],
    _caller: Caller,
    work: OpenWork,
) -> Response:
    """What to do and what never to do, for a teacher, a police officer, a doctor and a social worker, in kk, ru and en."""
    folder = work.runtime.settings.pack
    pack = _kept(read_protocols(folder), name, number)
    found = sheets_of(folder, pack.version).get(sheet)
    if found is None:
        raise NotFound
    return Reply(200, sheet_view(found)).response()


def _kept(protocols: Protocols, name: str, number: int) -> Pack:
    try:
        return protocols.version(f"{name}/{number}")
    except UnknownProtocol:
        raise NotFound from None


def _summary(pack: Pack, *, in_force: bool) -> dict[str, Any]:
    named = ("version", "effective", "title", "note")
    return {name: getattr(pack, name) for name in named} | {"in_force": in_force}
