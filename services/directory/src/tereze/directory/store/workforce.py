"""Decides how posts are kept and counted; must never decide what a gap is."""

from typing import Any

from sqlalchemy import RowMapping, and_, func, insert, or_, select, update

from tereze.chassis.work import Work
from tereze.contracts.words import AgencyKind
from tereze.contracts.workforce import Post, Specialism
from tereze.directory.domain.workforce import Counted
from tereze.directory.store.tables import agency, post, staff


async def keep_post(work: Work, one: Post) -> None:
    """Write a new post."""
    await work.db.execute(insert(post).values(one.model_dump()))


async def change_post(work: Work, one: Post) -> None:
    """Write a post as it is now."""
    await work.db.execute(update(post).where(post.c.post_id == one.post_id).values(one.model_dump(exclude={"post_id"})))


async def lock_post(work: Work, post_id: str) -> Post | None:
    """One post, locked until the work is done."""
    query = select(post).where(post.c.post_id == post_id).with_for_update()
    row = (await work.db.execute(query)).mappings().one_or_none()
    return None if row is None else _post(row)


async def posts_of(work: Work, agency_id: str) -> list[Post]:
    """The posts of an agency, by id."""
    rows = await work.db.execute(select(post).where(post.c.agency_id == agency_id).order_by(post.c.post_id))
    return [_post(row) for row in rows.mappings()]


async def count_posts(work: Work, *, agency_ids: list[str] | None, region_code: str | None) -> list[Counted]:
    """Every active agency asked for with its posts by specialism; one without posts is counted with none."""
    able = and_(
        staff.c.active, staff.c.suspended_at.is_(None), staff.c.fit_from <= work.now,
        or_(staff.c.fit_until.is_(None), staff.c.fit_until > work.now),
    )  # fmt: skip
    query: Any = (
        select(
            agency.c.agency_id, agency.c.kind, agency.c.region_code, post.c.specialism,
            func.count(post.c.post_id).label("posts"), func.count(post.c.staff_id).label("filled"),
            func.count(staff.c.staff_id).filter(able).label("fit"), func.coalesce(func.sum(post.c.pupils), 0).label("pupils"),
        )
        .select_from(agency)
        .outerjoin(post, post.c.agency_id == agency.c.agency_id)
        .outerjoin(staff, staff.c.staff_id == post.c.staff_id)
        .where(agency.c.active)
        .group_by(agency.c.agency_id, agency.c.kind, agency.c.region_code, post.c.specialism)
    )  # fmt: skip
    if agency_ids is not None:
        query = query.where(agency.c.agency_id.in_(agency_ids))
    if region_code is not None:
        query = query.where(agency.c.region_code == region_code)
    return [_counted(row) for row in (await work.db.execute(query)).mappings()]


def _post(row: RowMapping) -> Post:
    return Post.model_validate(dict(row), strict=False)


def _counted(row: RowMapping) -> Counted:
    return Counted(
        agency_id=row["agency_id"],
        kind=AgencyKind(row["kind"]),
        region_code=row["region_code"],
        specialism=Specialism(row["specialism"]) if row["specialism"] else None,
        posts=row["posts"],
        filled=row["filled"],
        fit=row["fit"],
        pupils=int(row["pupils"]),
    )
