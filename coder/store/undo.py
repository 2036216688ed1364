"""Taking a change back and making it again: the inverse row changes, if nothing rests on the change."""

from __future__ import annotations

from coder.errors import CodebookConflict, NothingToUndo, StaleEdit
from coder.model import Codebook, Entry, RowChange
from coder.model.journal import Row
from coder.store import journal, rows
from coder.store.file import DanglingReference, ProjectFile
from coder.store.recorder import Recorder
from coder.store.schema import CASE, CODE, CODEBOOK, CODING, DOCUMENT, JOURNALED, MEMBER_TABLES, Table

_TARGETS = {CODING: "coding", CODE: "code", CASE: "case"}


def take_back(file: ProjectFile, verb: str, *, coder: str, operation: str | None = None) -> Entry:
    """Undo (or redo) this coder's newest change; the entry that says so.

    An operation id that was applied before changes nothing and gives that entry again.
    Raises NothingToUndo, or StaleEdit if the rows have changed since or others rest on them.
    """
    try:
        with file.transaction():
            repeated = journal.number_of(file, operation)
            if repeated is not None:
                return journal.entry(file, repeated)
            number = journal.to_undo(file, coder) if verb == journal.UNDO else journal.to_redo(file, coder)
            if number is None:
                raise NothingToUndo(f"there is nothing to {verb}")
            original = journal.entry(file, number)
            summary = original.summary or original.verb
            written = _invert(file, journal.latest_form(file, number).changes, f"“{summary}” cannot be {verb}ne")
            done = journal.append(
                file, coder=coder, verb=verb, summary=summary, operation=operation, changes=written, undoes=number
            )
            return journal.entry(file, done)
    except DanglingReference as error:
        raise StaleEdit(f"this cannot be {verb}ne: {error}") from error


def _invert(file: ProjectFile, changes: tuple[RowChange, ...], refusal: str) -> list[RowChange]:
    write = Recorder(file)
    for change in reversed(changes):
        table = JOURNALED[change.table]
        standing = write.row(table, change.key)
        if standing != table.whole(change.after):
            raise StaleEdit(f"{refusal}: {_what(table)} was changed since{_by(file, change)}")
        if standing != (wanted := table.whole(_inverse(change))):
            write.replace(table, change.key, standing, wanted, change.document)
    for table, about in _TARGETS.items():
        for key, _ in write.removed(table):
            if file.value("SELECT 1 FROM memo WHERE target = ? AND about = ?", (key, about)):
                raise StaleEdit(f"{refusal}: a memo was written on {_what(table)} since")
    for about, table in MEMBER_TABLES.items():
        for key, _ in write.removed(table):
            if file.value("SELECT 1 FROM item_set_member WHERE target = ? AND about = ?", (key, about)):
                raise StaleEdit(f"{refusal}: {_what(table)} was put in a set since")
    written = write.changes()
    if any(JOURNALED[change.table] in (CODE, CODEBOOK) for change in written):
        try:
            read_codebook(file)
        except CodebookConflict as error:
            raise StaleEdit(f"{refusal}: the codebook was changed since, and {error}") from error
    return written


def _inverse(change: RowChange) -> Row | None:
    # Documents are hidden, never deleted: codings that others made there must survive the undo.
    if change.table == DOCUMENT.name and change.before is None and change.after is not None:
        return {**change.after, "removed": 1}
    return change.before


def read_codebook(file: ProjectFile) -> Codebook:
    """The codebook that stands."""
    (standing,) = file.rows(CODEBOOK.from_rows())
    return rows.codebook(standing, file.rows(CODE.from_rows() + "ORDER BY place, id"))


def _what(table: Table) -> str:
    nouns = {
        "cases": "case",
        "attribute_value": "value",
        "membership": "document’s case",
        "item_set": "set",
        "item_set_member": "set",
    }
    return "the " + nouns.get(table.name, table.name.replace("_", " "))


def _by(file: ProjectFile, change: RowChange) -> str:
    name = file.value(
        "SELECT coder.name FROM journal_change JOIN journal ON number = entry JOIN coder ON coder.id = journal.coder "
        'WHERE table_name = ? AND "key" = ? ORDER BY entry DESC LIMIT 1',
        (change.table, change.key),
    )
    return f" by {name}" if name else ""
