"""Decides who of a report's people become persons of their own, and how a family grows by it; must never guess a relation."""

from tereze.chassis.ids import new_id
from tereze.chassis.work import Work
from tereze.contracts.families import LegalStatus
from tereze.contracts.referrals import Child, RelatedPerson, SealedForRegistry
from tereze.contracts.words import Kinship
from tereze.registry.domain.survivorship import Origin
from tereze.registry.identifying import identify, weigh
from tereze.registry.store.facts import who_goes_on
from tereze.registry.store.families import Edge, add_edge, edges_touching
from tereze.registry.store.records import Account


async def relate(work: Work, account: Account, person_id: str) -> None:
    """Whoever is named with a kinship and enough to be somebody becomes a person, related to the child as reported."""
    for relative in account.particulars.caregivers:
        if relative.kinship is not None and tells_who(relative):
            relative_id = await identify_relative(work, account, relative)
            await connect(work, account, person_id, relative_id, relative.kinship)


async def identify_relative(work: Work, account: Account, relative: RelatedPerson) -> str:
    """The person a relative is, known or new."""
    identified = await identify(work, _account_of(account, relative))
    assert identified is not None, "a relative's record is new"
    return identified.person_id


async def find_relative(work: Work, account: Account, relative: RelatedPerson) -> str | None:
    """The person a relative certainly is, if they are known."""
    weighed = await weigh(work, _account_of(account, relative))
    found = weighed.decision.person_id
    return await who_goes_on(work, found) if found is not None else None


async def connect(work: Work, account: Account, person_id: str, relative_id: str, kinship: Kinship) -> None:
    """Keep a reported relation, once however often it is reported."""
    known = await edges_touching(work, [person_id])
    if person_id != relative_id and not any(
        (edge.relative_id, edge.kinship) == (relative_id, kinship) and edge.agency_id == account.agency_id
        for edge in known
    ):
        reported = LegalStatus.REPORTED
        await add_edge(
            work, Edge(person_id, relative_id, kinship, reported, account.agency_id, record_id=account.record_id)
        )


def tells_who(relative: RelatedPerson) -> bool:
    """Whether a relative can be told from their namesakes: by a number, or a birth date."""
    return relative.iin is not None or relative.birth_date is not None


def _account_of(account: Account, relative: RelatedPerson) -> Account:
    as_person = Child(
        family=relative.family, given=relative.given, patronymic=relative.patronymic, birth_date=relative.birth_date,
        iin=relative.iin, phone=relative.phone,
    )  # fmt: skip
    return Account(
        record_id=new_id("rec"),
        agency_id=account.agency_id,
        received_at=account.received_at,
        region_code=account.region_code,
        particulars=SealedForRegistry(child=as_person),
        origin=Origin.RELATIVE,
        risk=account.risk,
    )
