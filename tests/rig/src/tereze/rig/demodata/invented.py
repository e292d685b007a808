"""Decides one invented referral that is easy to recognise anywhere; must never read like a real child's."""

from datetime import date

from tereze.contracts.referrals import Child, ReferralSubmission, RelatedPerson
from tereze.contracts.words import Category, Risk, Sex
from tereze.rig.demodata.children import invented_iin

_BORN = date(2017, 4, 9)
_FAMILY, _GIVEN, _NARRATIVE = "Канарейкина", "Айзере", "Канарейканың үні жоқ, бірақ терезе ашық."
_IIN = invented_iin(_BORN, Sex.FEMALE, 7)
CANARIES = (_FAMILY, _NARRATIVE, _IIN, "Канарейкин")


def invented_referral(region_code: str) -> ReferralSubmission:
    """A high-risk referral of the four sectors' kind, whose words must show up nowhere in the clear."""
    return ReferralSubmission(
        region_code=region_code,
        risk=Risk.HIGH,
        categories=(Category.PHYSICAL,),
        child=Child(family=_FAMILY, given=_GIVEN, birth_date=_BORN, sex=Sex.FEMALE, iin=_IIN),
        narrative=_NARRATIVE,
        alleged_perpetrators=(RelatedPerson(family="Канарейкин", relation="әкесі"),),
    )
