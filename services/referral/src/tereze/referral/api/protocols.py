"""Decides what is answered about response protocols; must never answer with one that is not kept."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Response

from tereze.chassis.http import Caller, OpenWork, Reply
from tereze.contracts.facts import NotFound
from tereze.contracts.protocols import (
    CategoryView,
    ObligationView,
    ProtocolList,
    ProtocolSummary,
    ProtocolView,
    RungView,
    StepView,
)
from tereze.contracts.words import ClockKind, Risk
from tereze.protocol import Limit, Owed, Pack, UnknownProtocol
from tereze.protocol.pack import Rung
from tereze.referral.moments import read_protocols

router = APIRouter(tags=["protocols"])

Key = TypeVar("Key", Risk, ClockKind)


@router.get("/v1/protocols", response_model=ProtocolList)
async def list_protocols(_caller: Caller, work: OpenWork) -> Response:
    """Every version of the response protocol that is kept, and which one is in force."""
    protocols = read_protocols(work.runtime.settings.pack)
    force = protocols.in_force(work.now).version
    items = tuple(ProtocolSummary(**_summary(pack, in_force=pack.version == force)) for pack in protocols.packs)
    return Reply(200, ProtocolList(items=items)).response()


@router.get("/v1/protocols/{name}/{number}", response_model=ProtocolView)
async def read_protocol(
    name: Annotated[str, Path(pattern=r"^[a-z-]{1,64}$")],
    number: Annotated[int, Path(ge=1, le=999_999)],
    _caller: Caller,
    work: OpenWork,
) -> Response:
    """One version of the response protocol: who must do what by when, per category and risk, and the ladder."""
    protocols = read_protocols(work.runtime.settings.pack)
    try:
        pack = protocols.version(f"{name}/{number}")
    except UnknownProtocol:
        raise NotFound from None
    in_force = protocols.in_force(work.now).version == pack.version
    return Reply(200, _view(pack, in_force=in_force)).response()


def _summary(pack: Pack, *, in_force: bool) -> dict[str, Any]:
    named = ("version", "effective", "title", "note")
    return {name: getattr(pack, name) for name in named} | {"in_force": in_force}


def _view(pack: Pack, *, in_force: bool) -> ProtocolView:
    return ProtocolView(
        **_summary(pack, in_force=in_force),
        obligations=tuple(
            ObligationView(kind=kind, title=o.title, holder=o.holder, limits=_texts(o.limits), source=o.source)
            for kind, o in pack.obligations.items()
        ),
        steps=tuple(
            StepView(
                code=code,
                title=step.title,
                service=step.service,
                obligations=step.obligations,
                limits=_texts(step.limits),
                mandatory=step.mandatory,
            )
            for code, step in pack.steps.items()
        ),
        categories=tuple(
            CategoryView(
                category=category, title=rows.title, never=rows.never, steps=dict(rows.steps), source=rows.source
            )
            for category, rows in pack.categories.items()
        ),
        ladder=tuple(_rung(rung) for rung in pack.ladder.rungs),
        repeat=str(pack.ladder.repeat),
    )


def _rung(rung: Rung) -> RungView:
    return RungView(
        level=rung.level,
        after_due_percent=rung.after_due_percent,
        at_most=_texts(rung.at_most),
        tell=tuple(str(told) for told in rung.tell),
        offer=rung.offer,
        source=rung.source,
    )


def _texts(limits: Mapping[Key, Limit | Owed]) -> dict[Key, str]:
    return {key: str(limit) for key, limit in limits.items()}
