"""Decides that gaps of the rules are counted by child and shown to overseers only."""

from tereze.chassis.ids import new_id
from tereze.contracts.eligibility import ServiceGapFound
from tereze.contracts.words import ServiceCode
from tereze.rig.inside import Inside, agency_id


def gap(
    person_id: str, service: ServiceCode = ServiceCode.SPECIAL_SOCIAL_SERVICES, version: int = 1
) -> ServiceGapFound:
    return ServiceGapFound(
        case_id=new_id("cas"),
        case_version=version,
        region_code="KZ-75",
        protocol_version="kz-default/2",
        request_id=new_id("srq"),
        service=service,
        agency_id=agency_id("almaty-police"),
        row="services.special_social_services",
        person_id=person_id,
    )


async def test_a_child_is_counted_once_for_each_gap(oversight: Inside) -> None:
    one, other = new_id("per"), new_id("per")
    await oversight.tell(gap(one), gap(one, version=9), gap(other), gap(other, ServiceCode.LEGAL_AID))
    async with oversight.caller("ombudsman:ombudsman") as caller:
        rows = (await caller.get("/v1/gaps")).json()["rows"]
    assert [(row["service"], row["children"]) for row in rows] == [("special_social_services", 2), ("legal_aid", 1)]


async def test_an_agency_is_not_shown_the_gaps(oversight: Inside) -> None:
    async with oversight.caller("almaty-police:head") as caller:
        assert (await caller.get("/v1/gaps")).status_code == 403


async def test_migrated_tables_match_the_declared_ones(oversight: Inside) -> None:
    assert await oversight.drift() == []
