"""Decides how many accounts of one child become one view; must never drop an account, only choose what is shown first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tereze.contracts.iin import iin_flags, normalise_iin
from tereze.contracts.persons import IdentifierView, PersonView, Relative
from tereze.contracts.referrals import Child, Flag
from tereze.registry.domain.survivorship import Said, survivor
from tereze.registry.store.persons import KeptPerson
from tereze.registry.store.records import Source

_FLAG_DETAILS = {
    "iin-not-twelve-digits": ("/child/iin", "A number was given that does not have twelve digits."),
    "iin-check-digit": ("/child/iin", "A number was given whose check digit does not hold."),
    "iin-birth-date-differs": ("/child/iin", "A number was given whose digits tell another birth date."),
    "iin-sex-differs": ("/child/iin", "A number was given whose digits tell another sex."),
    "iin-of-another": ("/child/iin", "The number given is known from somebody else."),
    "iin-differs": ("/child/iin", "A namesake with the same birth date has another sound number."),
    "patronymic-differs": ("/child/patronymic", "A namesake with the same birth date has another patronymic."),
    "sex-differs": ("/child/sex", "A namesake with the same birth date has the other sex."),
    "birth-date-differs": ("/child/birth_date", "A near namesake was born another day."),
    "names-alone": ("/child", "A namesake was found, and without a birthday too little agrees beside the names."),
    "given-name-differs": ("/child/given", "A near namesake bears another given name."),
    "name-points-elsewhere": ("/child", "The name and birth date given also fit somebody else."),
    "several-persons-match": ("/child", "What was given fits more than one known person."),
    "two-children": ("/child", "What was given names more than one child: whoever reported it should report each."),
    "too-many-share-a-key": ("/child", "What was given is shared by too many to tell anything."),
}


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around a person: of the birth that is or was awaited, of ended numbers, of the family."""

    mother_id: str | None = None
    due_date: date | None = None
    ended: Mapping[str, date] = field(default_factory=dict)
    relatives: tuple[Relative, ...] = ()


def view_person(person: KeptPerson, sources: Sequence[Source], around: Around | None = None) -> PersonView:
    """The person as computed from every account (oldest first); ``child`` is absent once erased."""
    around = around or Around()
    codes = dict.fromkeys(code for source in sources for code in source.flags)
    return PersonView(
        person_id=person.person_id,
        child=child_of(sources),
        sources=len(sources),
        flags=tuple(_flag(code) for code in codes),
        first_seen_at=person.first_seen_at,
        kind=person.kind,
        state=person.state,
        retired_ids=person.retired_ids,
        identifiers=_identifiers(sources, around.ended),
        due_date=around.due_date,
        mother_person_id=around.mother_id,
        relatives=around.relatives,
    )


def _identifiers(sources: Sequence[Source], ended: Mapping[str, date]) -> tuple[IdentifierView, ...]:
    """Every number that was ever given, each once as it was given first."""
    numbers: dict[str, IdentifierView] = {}
    for source in sources:
        child = source.particulars.child
        if child.iin is not None:
            flags = iin_flags(child.iin, birth_date=child.birth_date, sex=child.sex)
            number = IdentifierView(
                system="kz-iin",
                value=child.iin,
                normalised=normalise_iin(child.iin),
                flags=tuple(_flag(code) for code in flags),
                first_given_at=source.received_at,
                ended_on=ended.get(normalise_iin(child.iin)),
            )
            numbers.setdefault(number.normalised, number)
    return tuple(numbers.values())


def child_of(sources: Sequence[Source]) -> Child | None:
    """What is shown of a child first, from every account (oldest first); None where none is left."""
    said = [Said(source.origin, source.received_at, source.particulars.child) for source in sources]
    return survivor(said) if said else None


def _flag(code: str) -> Flag:
    pointer, detail = _FLAG_DETAILS[code]
    return Flag(pointer=pointer, code=code, detail=detail)
