"""Decides how bodies and staff that people enter are kept, one writer at a time; must never let a slug or a subject be had twice."""

from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update

from tereze.chassis.work import Work
from tereze.contracts.directory import Agency
from tereze.contracts.words import StaffRole
from tereze.directory.domain.country import Pack, PackMistake
from tereze.directory.domain.founding import SlugTaken, SubjectTaken
from tereze.directory.store.country import agency_of
from tereze.directory.store.tables import agency, attestation_rules, catchment, post, region, shift, staff

_OF_A_PERSON = {"subject", "agency_id", "roles", "display_name", "active"}
COUNTRY = "load-pack"
"""Held by whoever enters bodies or staff, a pack or a person: what one of them looks at, no other changes meanwhile."""


async def hold_country(work: Work) -> None:
    """Be the only one who enters bodies or staff until the work is done."""
    await work.lock(COUNTRY)


async def has_region(work: Work, code: str) -> bool:
    """Whether the country has this region."""
    return await _is_there(work, region.c.code == code)


async def has_rules(work: Work) -> bool:
    """Whether a country's rules were loaded."""
    return bool((await work.db.execute(select(exists().select_from(attestation_rules)))).scalar_one())


async def has_operator(work: Work) -> bool:
    """Whether anybody was ever made an operator, suspended or not."""
    return await _is_there(work, staff.c.roles.contains([StaffRole.OPERATOR.value]))


async def read_body(work: Work, agency_id: str) -> tuple[Agency, int] | None:
    """One body with its version."""
    row = (await work.db.execute(select(agency).where(agency.c.agency_id == agency_id))).mappings().one_or_none()
    return None if row is None else (agency_of(row), int(row["version"]))


async def body_by_slug(work: Work, slug: str) -> Agency | None:
    """The body of a short name."""
    row = (await work.db.execute(select(agency).where(agency.c.slug == slug))).mappings().one_or_none()
    return None if row is None else agency_of(row)


async def add_body(work: Work, body: Agency) -> None:
    """Keep a new body at version 1. Raises SlugTaken."""
    await _free_slug(work, body)
    await work.db.execute(insert(agency).values(**body.model_dump(mode="json"), version=1, entered_at=work.now))


async def change_body(work: Work, body: Agency, version: int) -> None:
    """Keep a body as it is now, at its next version. Raises SlugTaken."""
    await _free_slug(work, body)
    values = body.model_dump(mode="json", exclude={"agency_id"})
    statement = update(agency).where(agency.c.agency_id == body.agency_id)
    await work.db.execute(statement.values(**values, version=version, entered_at=work.now))


async def open_units(work: Work, agency_id: str) -> list[str]:
    """The open bodies right below one."""
    query = select(agency.c.agency_id).where(agency.c.parent_agency_id == agency_id, agency.c.active)
    return list((await work.db.execute(query.order_by(agency.c.agency_id))).scalars())


async def districts_of(work: Work, agency_id: str) -> list[str]:
    """The districts a body is responsible for."""
    query = select(catchment.c.district_code).where(catchment.c.agency_id == agency_id, catchment.c.active)
    return list((await work.db.execute(query.distinct().order_by(catchment.c.district_code))).scalars())


async def others_like(work: Work, body: Agency) -> int:
    """How many other open bodies of its kind there are for its region or the nation."""
    for_region: ColumnElement[bool] = agency.c.region_code.is_(None)
    if body.region_code is not None:
        for_region = or_(for_region, agency.c.region_code == body.region_code)
    query = select(func.count()).where(
        agency.c.kind == body.kind.value, agency.c.active, agency.c.agency_id != body.agency_id, for_region
    )
    return int((await work.db.execute(query)).scalar_one())


async def people_count(work: Work, agency_id: str) -> int:
    """How many people and systems act for a body, but for the suspended."""
    query = select(func.count()).where(staff.c.agency_id == agency_id, staff.c.active, staff.c.suspended_at.is_(None))
    return int((await work.db.execute(query)).scalar_one())


async def left_to_people(work: Work, pack: Pack) -> int:
    """How many entries of a pack people have entered otherwise. Raises PackMistake where they gave its slug or subject away."""
    bodies = {one.agency_id: one for one in pack.agencies}
    members = {one.staff_id: one for one in pack.staff}
    slugs = {one.slug: one.agency_id for one in pack.agencies}
    subjects = {one.subject: one.staff_id for one in pack.staff}
    differing = 0
    for row in (await work.db.execute(select(agency).where(agency.c.entered_at.is_not(None)))).mappings():
        body = agency_of(row)
        if slugs.get(body.slug, body.agency_id) != body.agency_id:
            raise PackMistake(
                f"agency {body.slug}: people gave this slug to another agency; name one of them otherwise"
            )
        differing += bodies.get(body.agency_id, body) != body
    for row in (await work.db.execute(select(staff).where(staff.c.entered_at.is_not(None)))).mappings():
        staff_id, known = row["staff_id"], members.get(row["staff_id"])
        if subjects.get(row["subject"], staff_id) != staff_id:
            raise PackMistake(
                f"staff member {subjects[row['subject']]}: people registered {staff_id} under its subject"
            )
        said = known.model_dump(mode="json", include=_OF_A_PERSON) if known else {}
        differing += any(row[name] != value for name, value in said.items())
    return differing


async def add_person(
    work: Work, staff_id: str, *, subject: str, agency_id: str, roles: list[str], display_name: str
) -> None:
    """Keep a new staff member at version 1, holding nothing. Raises SubjectTaken."""
    if await _is_there(work, staff.c.subject == subject):
        raise SubjectTaken(pointer="/subject")
    values = {"subject": subject, "agency_id": agency_id, "roles": roles, "display_name": display_name}
    await work.db.execute(
        insert(staff).values(staff_id=staff_id, **values, active=True, version=1, entered_at=work.now)
    )


async def change_person(work: Work, staff_id: str, **values: Any) -> None:
    """Keep what changed of a staff member; their version grows."""
    statement = update(staff).where(staff.c.staff_id == staff_id)
    await work.db.execute(statement.values(**values, version=staff.c.version + 1, entered_at=work.now))


async def leave_posts(work: Work, staff_id: str) -> None:
    """Posts somebody holds are vacant from now on."""
    statement = update(post).where(post.c.staff_id == staff_id)
    await work.db.execute(statement.values(staff_id=None, vacant_since=work.now, version=post.c.version + 1))


async def drop_shifts(work: Work, staff_id: str) -> bool:
    """Take somebody's shifts that are not over off the rota; returns whether there were any."""
    gone = await work.db.execute(delete(shift).where(shift.c.staff_id == staff_id, shift.c.until > work.now))
    return bool(gone.rowcount)


async def _free_slug(work: Work, body: Agency) -> None:
    if await _is_there(work, agency.c.slug == body.slug, agency.c.agency_id != body.agency_id):
        raise SlugTaken(pointer="/slug")


async def _is_there(work: Work, *conditions: ColumnElement[bool]) -> bool:
    return bool((await work.db.execute(select(exists().where(*conditions)))).scalar_one())
