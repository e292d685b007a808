"""Decides which event types may be asked for; must never let somebody wait for what never comes."""

from collections.abc import Iterable

from tereze.contracts.cases import CaseEvent
from tereze.contracts.events import event_types
from tereze.contracts.facts import Invalid


class UnknownType(Invalid):
    """No event of that type is ever delivered."""

    code = "unknown-event-type"
    title = "No event of this type is delivered; see the list of event types"


def check_delivered(names: Iterable[str]) -> None:
    """Raises UnknownType, pointing at the first that no endpoint is ever sent."""
    delivered = {name for name, shape in event_types().items() if issubclass(shape, CaseEvent)}
    for place, name in enumerate(names):
        if name not in delivered:
            raise UnknownType(pointer=f"/types/{place}")


def check_known(names: Iterable[str]) -> None:
    """Raises UnknownType where there is no such event at all."""
    if not event_types().keys() >= set(names):
        raise UnknownType
