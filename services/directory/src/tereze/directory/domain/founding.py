"""Decides what a body, a role or a closing may not be, whoever asks; must never decide who may ask."""

from collections.abc import Iterable, Sequence

from tereze.contracts.facts import Conflict, Forbidden, Invalid
from tereze.contracts.words import AgencyKind, StaffRole

_ONLY_AT = {StaffRole.OMBUDSMAN: AgencyKind.OMBUDSMAN, StaffRole.COORDINATOR: AgencyKind.WINDOW_DESK}
"""Roles that mean something at one kind of body only."""


class SlugTaken(Conflict):
    """Another body has this short name."""

    code = "slug-taken"
    title = "Another agency has this slug; choose one that nobody has"


class UnknownRegion(Invalid):
    """The country has no such region."""

    code = "unknown-region"
    title = "The country has no region of this code"


class UnknownBody(Invalid):
    """There is no such agency."""

    code = "unknown-body"
    title = "There is no such agency"


class BodyClosed(Conflict):
    """The body was closed, and takes neither units nor people."""

    code = "body-closed"
    title = "That agency is closed: it takes neither units nor people"


class UnitsOpen(Conflict):
    """A body cannot be closed over the heads of its units."""

    code = "units-open"
    title = "Units below this agency are open; close them first"


class ServesDistricts(Conflict):
    """Districts would be left with a closed body responsible for them."""

    code = "serves-districts"
    title = "Districts have this agency responsible for them; name another in the country pack first"


class LastOfItsKind(Conflict):
    """Nobody else in its region, or in the nation, does what this body does."""

    code = "last-of-its-kind"
    title = "No other open agency of this kind serves the region; found the one that follows it first"


class SubjectTaken(Conflict):
    """Somebody acts under this subject already."""

    code = "subject-taken"
    title = "Somebody is registered under this subject already; whoever changes agency is moved, not added"


class RoleUnfitting(Invalid):
    """A role is given twice, means nothing at such a body, or is a machine's beside a person's."""

    code = "role-unfitting"
    title = "A role is named once, fits the kind of agency, and `system` stands alone"


class RoleAboveOwn(Forbidden):
    """Whoever asks may not give this role, or not take it away."""

    code = "role-above-your-own"
    title = "You may neither give nor take this role: it is above your own, of another agency, or yours"


class StaysWhileSuspended(Conflict):
    """Somebody whose access was taken away stays where it was taken, until that is settled."""

    code = "stays-while-suspended"
    title = "This person is suspended: they can be moved when that is settled"


class AlreadyThere(Conflict):
    """They act for that agency as it is."""

    code = "already-there"
    title = "This person acts for that agency already"


class OperatorExists(Exception):
    """The first operator is made once; from then on operators make operators."""


class CountryMissing(Exception):
    """Without the country's rules everybody would be fit to act."""


def check_roles(roles: Sequence[StaffRole], kind: AgencyKind) -> None:
    """Raise RoleUnfitting, pointing at the role, unless somebody may have these roles at a body of this kind."""
    for number, role in enumerate(roles):
        elsewhere = role in _ONLY_AT and _ONLY_AT[role] is not kind
        alone = role is not StaffRole.SYSTEM or len(roles) == 1
        if elsewhere or not alone or role in roles[:number]:
            raise RoleUnfitting(pointer=f"/roles/{number}")


def check_closing(*, open_units: Iterable[str], districts: Iterable[str], others: int, people: int) -> None:
    """Raise UnitsOpen, ServesDistricts or LastOfItsKind where a closing would leave somebody with nobody.

    ``others``: open bodies of the same kind for the same region or the nation; ``people``: who acts for the body. A body that
    nobody acts for holds nothing back: one founded by mistake can be closed.
    """
    if any(open_units):
        raise UnitsOpen
    if any(districts):
        raise ServesDistricts
    if others == 0 and people > 0:
        raise LastOfItsKind
