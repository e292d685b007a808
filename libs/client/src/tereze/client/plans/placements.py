"""Decides how centres and placements are read and commanded; must never do I/O or repeat a decision somebody else overtook.

A command takes the placement as it was read, or its id with the ``version`` it was decided on; with an id alone the placement
is read first. It raises Stale when somebody changed it in between, and Conflict when its state does not allow it.
"""

from datetime import date

from tereze.client.call import Call, Flow, Stream, creating, if_match, pages, query, segment, shape
from tereze.contracts.labels import Contract
from tereze.contracts.placements import (
    CentrePage,
    CentreView,
    DecidePlacement,
    EndPlacement,
    HoldBed,
    LegalBasis,
    OpenCentre,
    PlacementEnd,
    PlacementPage,
    PlacementState,
    PlacementSummary,
    PlacementView,
    RequestPlacement,
    ReviewPlacement,
    SetCapacity,
)
from tereze.contracts.words import CentreProfile

_PLACEMENT = shape(PlacementView)


def request(wanted: RequestPlacement, *, idempotency_key: str | None = None) -> Call[PlacementView]:
    """Ask for a bed for the child of a case: the nearest free one is held, or the child is in line."""
    return Call(
        "POST", "/v1/placements", _PLACEMENT, body=wanted, headers=creating(idempotency_key), repeatable=True
    )  # fmt: skip


def get(placement_id: str) -> Call[PlacementView]:
    """One placement as your agency may see it; while undecided, every centre as it is weighed now."""
    return Call("GET", f"/v1/placements/{segment(placement_id)}", _PLACEMENT, repeatable=True)


def listing(*, state: PlacementState | None = None, limit: int | None = None) -> Stream[PlacementSummary]:
    """The placements your agency asked for or has a bed for; pages are fetched as they are needed."""
    given = query(state=state, limit=limit)
    return pages(Call("GET", "/v1/placements", shape(PlacementPage), given, repeatable=True))


def hold(placement: PlacementSummary | str, *, centre_id: str, version: int | None = None) -> Flow[PlacementView]:
    """Hold a bed at another centre than the window chose."""
    return (yield from _command(placement, "hold", HoldBed(centre_id=centre_id), version))


def decide(
    placement: PlacementSummary | str,
    *,
    legal_basis: LegalBasis,
    decision_id: str,
    term_ends_on: date,
    version: int | None = None,
) -> Flow[PlacementView]:
    """Record by whose act the child is placed and until when."""
    body = DecidePlacement(legal_basis=legal_basis, decision_id=decision_id, term_ends_on=term_ends_on)
    return (yield from _command(placement, "decide", body, version))


def admit(placement: PlacementSummary | str, *, version: int | None = None) -> Flow[PlacementView]:
    """Say, as the centre, that the child arrived."""
    return (yield from _command(placement, "admit", None, version))


def review(
    placement: PlacementSummary | str, *, remark: str, child_view: str | None = None, version: int | None = None
) -> Flow[PlacementView]:
    """Record that the stay was looked at and is still right."""
    return (yield from _command(placement, "review", ReviewPlacement(remark=remark, child_view=child_view), version))


def discharge(
    placement: PlacementSummary | str, *, reason: PlacementEnd, remark: str | None = None, version: int | None = None
) -> Flow[PlacementView]:
    """Say, as the centre, that the child left."""
    return (yield from _command(placement, "discharge", EndPlacement(reason=reason, remark=remark), version))


def withdraw(
    placement: PlacementSummary | str, *, reason: PlacementEnd, remark: str | None = None, version: int | None = None
) -> Flow[PlacementView]:
    """Ask no longer, before the child came."""
    return (yield from _command(placement, "withdraw", EndPlacement(reason=reason, remark=remark), version))


def open_centre(opened: OpenCentre, *, idempotency_key: str | None = None) -> Call[CentreView]:
    """Open a rehabilitation centre."""
    headers = creating(idempotency_key)
    return Call("POST", "/v1/centres", shape(CentreView), body=opened, headers=headers, repeatable=True)


def centre(centre_id: str) -> Call[CentreView]:
    """One centre with its free beds."""
    return Call("GET", f"/v1/centres/{segment(centre_id)}", shape(CentreView), repeatable=True)


def centres(
    *, profile: CentreProfile | None = None, region: str | None = None, limit: int | None = None
) -> Stream[CentreView]:
    """Rehabilitation centres; pages are fetched as they are needed."""
    given = query(profile=profile, region=region, limit=limit)
    return pages(Call("GET", "/v1/centres", shape(CentrePage), given, repeatable=True))


def set_capacity(centre: CentreView | str, *, capacity: int, version: int | None = None) -> Flow[CentreView]:
    """Say how many beds a centre has; new ones go to whoever is first in line."""
    centre_id, version = (centre, version) if isinstance(centre, str) else (centre.centre_id, version or centre.version)
    where = f"/v1/centres/{segment(centre_id)}"
    if version is None:
        version = (yield Call("GET", where, shape(CentreView), repeatable=True)).version
    body, headers = SetCapacity(capacity=capacity), if_match(version)
    answer: CentreView = yield Call("POST", f"{where}/capacity", shape(CentreView), body=body, headers=headers)
    return answer


def _command(
    placement: PlacementSummary | str, verb: str, body: Contract | None, version: int | None
) -> Flow[PlacementView]:
    known = None if isinstance(placement, str) else placement.version
    placement_id = placement if isinstance(placement, str) else placement.placement_id
    decided_on = version or known or (yield get(placement_id)).version
    where = f"/v1/placements/{segment(placement_id)}/{verb}"
    answer: PlacementView = yield Call("POST", where, _PLACEMENT, body=body, headers=if_match(decided_on))
    return answer
