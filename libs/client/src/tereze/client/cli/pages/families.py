"""Decides how families, their shared record and rolls look; must never show what is hidden as if it were not there."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from tereze.client.cli.desk import Desk
from tereze.client.cli.pages.persons import child_words
from tereze.client.cli.pages.tables import Cell, listed
from tereze.contracts.families import EntryView, FamilyRecord, FamilyView, RelationView
from tereze.contracts.rolls import RollRow, RollView


def family_page(desk: Desk, family: FamilyView) -> RenderableType:
    """Relations with who stands at their ends, and how many are not shown."""
    words = desk.words
    who = {member.person_id: child_words(member.who) or member.person_id for member in family.members}
    rows: list[tuple[Cell, ...]] = [
        (who[one.person_id], words.code("kinship", one.kinship), who[one.relative_id], words.code("basis", one.legal_status),
         desk.agency(one.source_agency_id))
        for one in family.relations
    ]  # fmt: skip
    shown = listed(words, ("name", "kinship", "relative", "basis", "agency"), rows)
    return Group(shown, Text(words("family.hidden", count=family.hidden))) if family.hidden else shown


def relation_page(desk: Desk, relation: RelationView) -> RenderableType:
    """What was said of two people."""
    words = desk.words
    kinship, basis = words.code("kinship", relation.kinship), words.code("basis", relation.legal_status)
    ends = {"person": relation.person_id, "relative": relation.relative_id}
    return Text(words("relation.added", kinship=kinship, basis=basis, **ends))


def record_page(desk: Desk, record: FamilyRecord) -> RenderableType:
    """The newest wording of every entry, and how many are not shown, by section."""
    words = desk.words
    hidden = [
        Text(words("family.hidden-entries", section=words.code("section", section), count=count))
        for section, count in record.hidden.items()
    ]
    return Group(_entries(desk, record.entries), *hidden)


def entry_page(desk: Desk, entry: EntryView) -> RenderableType:
    """One entry, and how its own agency words it anew."""
    mend = desk.words("family.entered", entry=entry.entry_id, person=entry.person_id, version=entry.version)
    return Group(_entries(desk, (entry,)), Text(mend, style="dim"))


def _entries(desk: Desk, entries: Sequence[EntryView]) -> RenderableType:
    words = desk.words
    rows: list[tuple[Cell, ...]] = [
        (entry.entry_id, words.code("section", entry.section), _wording(entry), desk.agency(entry.agency_id),
         words.at(entry.revisions[0].at), str(entry.version))
        for entry in entries
    ]  # fmt: skip
    return listed(words, ("entry", "section", "what", "agency", "when", "wording"), rows)


def roll_page(desk: Desk, roll: RollView) -> RenderableType:
    """How far a roll is."""
    read = roll.taken + roll.repeated + roll.broken
    line = desk.words(
        "roll.progress", roll=roll.roll_id, read=read, rows=roll.rows, taken=roll.taken, repeated=roll.repeated,
        broken=roll.broken,
    )  # fmt: skip
    return Text(line)


def row_list(desk: Desk, report: list[RollRow]) -> RenderableType:
    """What became of each row."""
    rows: list[tuple[Cell, ...]] = [
        (
            str(row.line),
            desk.words.code("row", row.outcome),
            ", ".join(f"{one.column or ''} {one.code}" for one in row.faults),
        )
        for row in report
    ]
    return listed(desk.words, ("line", "state", "flags"), rows)


def _wording(entry: EntryView) -> str | None:
    newest = entry.revisions[0]
    return newest.medical or newest.social or newest.education or newest.legal
