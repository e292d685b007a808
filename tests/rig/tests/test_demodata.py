import json

from tereze.contracts.directory import Agency, StaffMember
from tereze.contracts.words import AgencyKind, StaffRole
from tereze.rig.demodata.__main__ import PACK, demo_files, read_regions
from tereze.rig.demodata.agencies import demo_agencies
from tereze.rig.demodata.staff import demo_staff

AGENCIES = demo_agencies(read_regions(PACK))
STAFF = demo_staff(AGENCIES)


def test_committed_demo_files_equal_what_the_generator_writes() -> None:
    for name, text in demo_files(PACK).items():
        assert (PACK / "demo" / name).read_text(encoding="utf-8") == text, name


def test_the_country_has_its_twenty_regions() -> None:
    regions = read_regions(PACK)
    assert len({region.code for region in regions}) == 20
    assert [region.kind for region in regions].count("city") == 3


def test_every_line_of_the_demo_files_is_a_valid_contract() -> None:
    files = demo_files(PACK)
    for name, shape in (("agencies.yaml", Agency), ("staff.yaml", StaffMember)):
        lines = [line.removeprefix("- ") for line in files[name].splitlines() if not line.startswith("#")]
        assert lines
        for line in lines:
            shape.model_validate_json(json.dumps(json.loads(line)))


def test_ids_and_slugs_are_unique_and_parents_exist() -> None:
    ids = {agency.agency_id for agency in AGENCIES}
    assert len(ids) == len({agency.slug for agency in AGENCIES}) == len(AGENCIES) == 224
    assert {agency.parent_agency_id for agency in AGENCIES} - {None} <= ids
    assert len({member.staff_id for member in STAFF}) == len({member.subject for member in STAFF}) == len(STAFF)


def test_every_region_has_every_regional_kind_and_two_clinics_and_schools() -> None:
    for region in read_regions(PACK):
        kinds = [agency.kind for agency in AGENCIES if agency.region_code == region.code]
        assert kinds.count(AgencyKind.HEALTH) == kinds.count(AgencyKind.SCHOOL) == 2
        assert set(AgencyKind) - set(kinds) == {
            AgencyKind.OMBUDSMAN, AgencyKind.MINISTRY, AgencyKind.PROSECUTOR, AgencyKind.CONTACT_CENTRE,
            AgencyKind.FAMILY_SUPPORT_CENTRE,
        }  # fmt: skip


def test_every_agency_can_act_and_decline_and_has_a_system() -> None:
    for agency in AGENCIES:
        roles = {role for member in STAFF if member.agency_id == agency.agency_id for role in member.roles}
        assert roles >= {StaffRole.MEMBER, StaffRole.MANAGER, StaffRole.HEAD, StaffRole.SYSTEM}
        if agency.kind is AgencyKind.WINDOW_DESK:
            assert StaffRole.COORDINATOR in roles


def test_every_demo_body_says_that_it_is_a_demo() -> None:
    for agency in AGENCIES:
        assert agency.name.kk.endswith("(демо)")
        assert agency.name.ru.endswith("(демо)")
        assert agency.name.en.endswith("(demo)")
