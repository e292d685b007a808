"""Decides one invented referral a region that is easy to recognise anywhere; must never read like a real child's."""

from datetime import date

from tereze.contracts.referrals import Child, ReferralSubmission, RelatedPerson
from tereze.contracts.words import Category, Risk, Sex
from tereze.rig.demodata.agencies import REGION_WORDS
from tereze.rig.demodata.children import invented_iin

_FAMILY, _GIVEN, _NARRATIVE = "Канарейкина", "Айзере", "Канарейканың үні жоқ, бірақ терезе ашық."
_SERIAL = 7


def _born(region_code: str) -> date:
    """Another child in each region, so that their cases stay apart."""
    return date(2017, 4, 1 + list(REGION_WORDS).index(region_code))


def invented_referral(region_code: str) -> ReferralSubmission:
    """A high-risk referral about the region's own invented child, whose words must show up nowhere in the clear."""
    born = _born(region_code)
    return ReferralSubmission(
        region_code=region_code,
        risk=Risk.HIGH,
        categories=(Category.PHYSICAL,),
        child=Child(
            family=_FAMILY, given=_GIVEN, birth_date=born, sex=Sex.FEMALE, iin=invented_iin(born, Sex.FEMALE, _SERIAL)
        ),
        narrative=_NARRATIVE,
        alleged_perpetrators=(RelatedPerson(family="Канарейкин", relation="әкесі"),),
    )


def canaries(region_code: str) -> tuple[str, ...]:
    """What of that referral must never be readable outside the registry and the referral service."""
    return (_FAMILY, "Канарейкин", _NARRATIVE, invented_iin(_born(region_code), Sex.FEMALE, _SERIAL))
