"""Decides what is written and told when people found, amend and close bodies and let others act for them; must never decide who may."""

from collections.abc import Sequence

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.attestations import Attestation, AttestationKind, RecordAttestation, Requirement
from tereze.contracts.directory import Agency, AgencyPublished
from tereze.contracts.founding import AddStaff, AmendAgency, FoundAgency
from tereze.contracts.rotas import RotaPublished
from tereze.contracts.words import AgencyKind, StaffRole
from tereze.directory.domain.attestation import asked_of, lasts_until
from tereze.directory.domain.founding import (
    BodyClosed,
    CountryMissing,
    OperatorExists,
    UnknownBody,
    UnknownRegion,
    check_closing,
    check_roles,
)
from tereze.directory.fitness import publish_staff, reckon
from tereze.directory.store import founding as store
from tereze.directory.store.attestations import keep_attestations, note_act, read_rules
from tereze.directory.store.rotas import next_version, rota_version, shifts_of
from tereze.directory.store.staff import KeptStaff

FIRST = 1


async def found_body(work: Work, wish: FoundAgency) -> Agency:
    """Keep and tell a new body. Raises UnknownRegion, UnknownBody, BodyClosed, SlugTaken."""
    if wish.region_code is not None and not await store.has_region(work, wish.region_code):
        raise UnknownRegion(pointer="/region_code")
    if wish.parent_agency_id is not None:
        await open_body(work, wish.parent_agency_id, pointer="/parent_agency_id")
    body = Agency(
        agency_id=new_id("agc"),
        slug=wish.slug,
        kind=wish.kind,
        region_code=wish.region_code,
        parent_agency_id=wish.parent_agency_id,
        name=wish.name.local,
    )
    await store.add_body(work, body)
    _tell(work, body, FIRST)
    return body


async def amend_body(work: Work, body: Agency, version: int, words: AmendAgency) -> Agency:
    """Keep and tell what a body is called from now on. Raises SlugTaken."""
    amended = body.model_copy(update={"slug": words.slug, "name": words.name.local})
    await store.change_body(work, amended, version + 1)
    _tell(work, amended, version + 1)
    return amended


async def close_body(work: Work, body: Agency, version: int) -> Agency:
    """From now on nobody acts for it and nothing is routed to it. Raises UnitsOpen, ServesDistricts, LastOfItsKind."""
    check_closing(
        open_units=await store.open_units(work, body.agency_id),
        districts=await store.districts_of(work, body.agency_id),
        others=await store.others_like(work, body),
        people=await store.people_count(work, body.agency_id),
    )
    return await _set_active(work, body, version, active=False)


async def reopen_body(work: Work, body: Agency, version: int) -> Agency:
    """It takes part again, as it was. Raises BodyClosed while the body above it is closed."""
    if body.parent_agency_id is not None:
        await open_body(work, body.parent_agency_id, pointer=None)
    return await _set_active(work, body, version, active=True)


async def open_body(work: Work, agency_id: str, *, pointer: str | None) -> Agency:
    """A body that takes units and people. Raises UnknownBody, BodyClosed."""
    found = await store.read_body(work, agency_id)
    if found is None:
        raise UnknownBody(pointer=pointer)
    if not found[0].active:
        raise BodyClosed(pointer=pointer)
    return found[0]


async def add_person(work: Work, wish: AddStaff, kind: AgencyKind) -> str:
    """Keep and tell a new staff member, who holds nothing yet; returns their id. Raises RoleUnfitting, SubjectTaken."""
    check_roles(wish.roles, kind)
    staff_id = new_id("stf")
    await store.add_person(
        work,
        staff_id,
        subject=wish.subject,
        agency_id=wish.agency_id,
        roles=_codes(wish.roles),
        display_name=wish.display_name.strip(),
    )
    await _reckon_and_tell(work, staff_id)
    return staff_id


async def amend_person(work: Work, kept: KeptStaff, roles: Sequence[StaffRole], display_name: str) -> None:
    """Keep and tell what somebody is trusted with; what they have to hold is reckoned by it. Raises RoleUnfitting."""
    check_roles(roles, kept.agency_kind)
    staff_id = kept.member.staff_id
    await store.change_person(work, staff_id, roles=_codes(roles), display_name=display_name.strip())
    await _reckon_and_tell(work, staff_id)


async def move_person(work: Work, kept: KeptStaff, to: Agency, roles: Sequence[StaffRole]) -> None:
    """Keep and tell for whom somebody acts from now on; posts and shifts stay with the agency they leave. Raises RoleUnfitting."""
    check_roles(roles, to.kind)
    staff_id, old = kept.member.staff_id, kept.member.agency_id
    await store.leave_posts(work, staff_id)
    await rota_version(work, old, lock=True)
    if await store.drop_shifts(work, staff_id):
        version = await next_version(work, old)
        work.publish(RotaPublished(agency_id=old, version=version, shifts=tuple(await shifts_of(work, old))))
    left = {"left_agency_id": old, "left_at": work.now}
    await store.change_person(work, staff_id, agency_id=to.agency_id, roles=_codes(roles), **left)
    await _reckon_and_tell(work, staff_id)


async def first_operator(
    work: Work, body: FoundAgency, subject: str, display_name: str, evidence: str
) -> tuple[Agency, str]:
    """Make the one operator whom no operator made, in a body that is founded where there is none of its slug.

    Whoever may write to the database vouches for their training and vetting; policy and handbooks they sign themselves.
    Raises CountryMissing, OperatorExists, UnknownRegion, BodyClosed, RoleUnfitting, SubjectTaken.
    """
    await store.hold_country(work)
    if not await store.has_rules(work):
        raise CountryMissing
    if await store.has_operator(work):
        raise OperatorExists
    known = await store.body_by_slug(work, body.slug)
    if known is None:
        known = await found_body(work, body)
        await note_act(work, "agency-founded", known.agency_id, by=None)
    known = await open_body(work, known.agency_id, pointer=None)
    wish = AddStaff(subject=subject, agency_id=known.agency_id, roles=(StaffRole.OPERATOR,), display_name=display_name)
    staff_id = await add_person(work, wish, known.kind)
    requirements = asked_of((await read_rules(work)).requirements, wish.roles, known.kind)
    await keep_attestations(work, [(staff_id, one) for one in _vouched(work, requirements, evidence)])
    await note_act(work, "first-operator", staff_id, by=None)
    await _reckon_and_tell(work, staff_id)
    return known, staff_id


def _vouched(work: Work, requirements: Sequence[Requirement], evidence: str) -> list[Attestation]:
    """What somebody else records of a person, for the person of whom there is nobody else."""
    found = []
    for asked in requirements:
        if asked.kind in {AttestationKind.TRAINING, AttestationKind.VETTING}:
            given = RecordAttestation(
                kind=asked.kind, discipline=asked.discipline, grade=asked.grade, evidence=evidence
            )
            until = lasts_until(requirements, given, work.now)
            words = given.model_dump() | {"valid_from": work.now, "valid_until": until}
            found.append(Attestation(**words, attestation_id=new_id("att"), recorded_at=work.now))
    return found


async def _set_active(work: Work, body: Agency, version: int, *, active: bool) -> Agency:
    if body.active is active:
        return body
    changed = body.model_copy(update={"active": active})
    await store.change_body(work, changed, version + 1)
    _tell(work, changed, version + 1)
    return changed


def _tell(work: Work, body: Agency, version: int) -> None:
    work.publish(AgencyPublished(key_id=body.agency_id, version=version, agency=body))


async def _reckon_and_tell(work: Work, staff_id: str) -> None:
    await reckon(work, [staff_id])
    await publish_staff(work, [staff_id])


def _codes(roles: Sequence[StaffRole]) -> list[str]:
    return [role.value for role in roles]
