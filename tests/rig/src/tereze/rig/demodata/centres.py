"""Decides which invented rehabilitation centres the demo has, whom they take and where they are; must never name a real one."""

from dataclasses import dataclass
from typing import Annotated

from tereze.contracts.directory import LocalName
from tereze.contracts.ids import CentreId
from tereze.contracts.labels import OPERATIONAL
from tereze.contracts.placements import (
    Coordinates,
    OpenCentre,
)
from tereze.contracts.words import CentreProfile, PlacedAs, Sex
from tereze.rig.demodata.fixed import fixed_id

_BOTH = (Sex.FEMALE, Sex.MALE)
_HURT = (PlacedAs.VICTIM, PlacedAs.WITNESS)
_SELF = (PlacedAs.SELF_DESTRUCTIVE,)
_VIOLENCE = (CentreProfile.VIOLENCE, CentreProfile.SEXUAL_CRIMES)
_ADDICTION = (CentreProfile.DRUGS, CentreProfile.ALCOHOL, CentreProfile.GAMBLING)
_SUICIDE = (CentreProfile.SUICIDE_ATTEMPTS,)


class DemoCentre(OpenCentre):
    """A centre with the id it always has."""

    centre_id: Annotated[CentreId, OPERATIONAL]


@dataclass(frozen=True, slots=True)
class _Row:
    slug: str
    region: str
    body: str
    where: tuple[float, float]
    ages: tuple[int, int]
    beds: int
    names: tuple[str, str, str]
    profiles: tuple[CentreProfile, ...]
    situations: tuple[PlacedAs, ...]
    sexes: tuple[Sex, ...] = _BOTH


_ROWS = (
    _Row("samal", "KZ-75", "almaty-rehabilitation", (43.24, 76.95), (3, 17), 40,
         ("«Самал» орталығы", "Центр «Самал»", "Samal Centre"), _VIOLENCE, _HURT),
    _Row("umit", "KZ-75", "almaty-rehabilitation", (43.21, 76.84), (11, 17), 12,
         ("«Үміт» орталығы", "Центр «Үміт»", "Umit Centre"), _SUICIDE, (*_SELF, PlacedAs.VICTIM)),
    _Row("arai", "KZ-19", "almaty-region-rehabilitation", (43.87, 77.06), (10, 17), 24,
         ("«Арай» орталығы", "Центр «Арай»", "Arai Centre"), (*_SUICIDE, *_VIOLENCE), (*_HURT, *_SELF)),
    _Row("zhalyn", "KZ-33", "jetisu-rehabilitation", (45.01, 78.37), (12, 17), 30,
         ("«Жалын» орталығы", "Центр «Жалын»", "Zhalyn Centre"), _ADDICTION, _SELF, (Sex.MALE,)),
    _Row("shuak", "KZ-71", "astana-rehabilitation", (51.13, 71.43), (3, 17), 60,
         ("«Шуақ» орталығы", "Центр «Шуақ»", "Shuak Centre"), tuple(CentreProfile), tuple(PlacedAs)),
    _Row("tirek", "KZ-79", "shymkent-rehabilitation", (42.34, 69.59), (7, 17), 36,
         ("«Тірек» орталығы", "Центр «Тірек»", "Tirek Centre"), (*_VIOLENCE, *_SUICIDE), tuple(PlacedAs)),
    _Row("aiym", "KZ-35", "karaganda-rehabilitation", (49.81, 73.09), (12, 17), 20,
         ("«Айым» орталығы", "Центр «Айым»", "Aiym Centre"), (CentreProfile.SEXUAL_CRIMES, *_SUICIDE), (*_HURT, *_SELF), (Sex.FEMALE,)),
    _Row("saya", "KZ-15", "aktobe-rehabilitation", (50.28, 57.17), (10, 17), 28,
         ("«Сая» орталығы", "Центр «Сая»", "Saya Centre"), (*_ADDICTION, *_SUICIDE), _SELF),
)  # fmt: skip


def demo_centres() -> tuple[DemoCentre, ...]:
    """Eight centres in seven regions."""
    return tuple(_centre(row) for row in _ROWS)


def _centre(row: _Row) -> DemoCentre:
    kk, ru, en = row.names
    return DemoCentre(
        centre_id=fixed_id("ctr", row.slug),
        agency_id=fixed_id("agc", row.body),
        region_code=row.region,
        name=LocalName(kk=f"{kk} (демо)", ru=f"{ru} (демо)", en=f"{en} (demo)"),
        profiles=row.profiles,
        situations=row.situations,
        youngest=row.ages[0],
        oldest=row.ages[1],
        sexes=row.sexes,
        capacity=row.beds,
        at=Coordinates(latitude=row.where[0], longitude=row.where[1]),
    )
