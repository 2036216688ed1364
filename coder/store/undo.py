"""Taking a change back and making it again: the inverse row changes, if nothing rests on the change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from coder.errors import CodebookConflict, NothingToUndo, StaleEdit
from coder.model import Codebook, Entry, RowChange, blind
from coder.model.journal import Row
from coder.store import journal, rows
from coder.store.change import check_fits
from coder.store.file import DanglingReference, ProjectFile
from coder.store.recorder import Recorder
from coder.store.schema import (
    CASE,
    CODE,
    CODEBOOK,
    CODING,
    DOCUMENT,
    JOURNALED,
    MEMBER_TABLES,
    PLACED,
    READ_MARK,
    Table,
)

_TARGETS = {CODING: "coding", CODE: "code", CASE: "case"}


def take_back(
    file: ProjectFile,
    verb: str,
    *,
    coder: str,
    operation: str | None = None,
    past: Collection[int] = (),
    permit: Callable[[str], object] = lambda verb: None,
) -> Entry:
    """Undo (or redo) this coder's newest change that is not among the entries to go ``past``; the entry that says so.

    ``permit`` is asked with the verb of the change and may raise. An operation id that was applied before
    changes nothing and gives that entry again. Raises NothingToUndo, or StaleEdit with the number of the
    entry if the rows have changed since or others rest on them.
    """
    number = None
    try:
        with file.transaction():
            repeated = journal.number_of(file, operation)
            if repeated is not None:
                return journal.entry(file, repeated)
            find = journal.to_undo if verb == journal.UNDO else journal.to_redo
            number = find(file, coder, past)
            if number is None:
                raise NothingToUndo(f"there is nothing to {verb}" + (" but what cannot be" if past else ""))
            original = journal.entry(file, number)
            permit(original.verb)
            summary = original.summary or original.verb
            written = _invert(file, journal.latest_form(file, number), f"“{summary}” cannot be {verb}ne")
            done = journal.append(
                file, coder=coder, verb=verb, summary=summary, operation=operation, changes=written, undoes=number
            )
            return journal.entry(file, done)
    except DanglingReference as error:
        raise StaleEdit(f"this cannot be {verb}ne: {error}", entry=number) from error
    except StaleEdit as error:
        raise StaleEdit(str(error), entry=number) from error


def _invert(file: ProjectFile, latest: Entry, refusal: str) -> list[RowChange]:
    write = Recorder(file)
    revised = {change.key for change in latest.changes if _revises(change)}
    for change in _read_since(file, latest.number, revised):
        write.replace(READ_MARK, change.key, change.after, change.before, change.document)
    for change in reversed(latest.changes):
        if change.table in blind.TABLES:
            # A merge brings rounds beside all else.
            continue
        table = JOURNALED[change.table]
        standing = write.row(table, change.key)
        if standing != table.whole(change.after):
            raise StaleEdit(f"{refusal}: {_what(table)} was changed since{_by(file, change)}")
        if standing != (wanted := table.whole(_inverse(change))):
            write.replace(table, change.key, standing, wanted, change.document)
    _check_texts(file, latest, revised, refusal)
    for table, about in _TARGETS.items():
        for key, _ in write.removed(table):
            if file.value("SELECT 1 FROM memo WHERE target = ? AND about = ?", (key, about)):
                raise StaleEdit(f"{refusal}: a memo was written on {_what(table)} since")
    for key, _ in write.removed(CASE):
        if file.value("SELECT 1 FROM framework_cell WHERE \"row\" = ? AND kind = 'case'", (key,)):
            raise StaleEdit(f"{refusal}: the framework matrix says something of the case since")
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


def _revises(change: RowChange) -> bool:
    return (
        change.table == DOCUMENT.name
        and change.before is not None
        and change.after is not None
        and change.before["reading"] != change.after["reading"]
    )


def _read_since(file: ProjectFile, number: int, documents: set[str]) -> list[RowChange]:
    """What takes read marks back to where they were at an entry: they are of the text that stood then."""
    return [
        change
        for document in sorted(documents)
        for change in _net(journal.changes_since(file, number, document))
        if change.table == READ_MARK.name
    ]


def _net(changes: Iterable[RowChange]) -> list[RowChange]:
    """One change for each row, from what it was before the first to what it is after the last."""
    found: dict[tuple[str, str], RowChange] = {}
    for change in changes:
        first = found.get((change.table, change.key), change)
        found[change.table, change.key] = replace(first, after=change.after)
    return list(found.values())


def _check_texts(file: ProjectFile, latest: Entry, revised: set[str], refusal: str) -> None:
    for document in sorted(revised):
        for change in _net(journal.changes_since(file, latest.number, document)):
            table = JOURNALED[change.table]
            if table in PLACED and change.before != change.after and (change.after or {}).get("start") is not None:
                raise StaleEdit(f"{refusal}: {_what(table)} was put on this text since{_by(file, change)}")
        try:
            check_fits(file, document)
        except StaleEdit as error:
            raise StaleEdit(f"{refusal}: {error}") from error
    for change in latest.changes:
        placed = JOURNALED[change.table] in PLACED and (change.before or {}).get("start") is not None
        if placed and change.document not in revised:
            changes = journal.changes_since(file, latest.number, str(change.document))
            texts = [each for each in changes if _revises(each)]
            if texts and (texts[0].before or {})["sha256"] != (texts[-1].after or {})["sha256"]:
                raise StaleEdit(f"{refusal}: the text under it was corrected since{_by(file, texts[-1])}")


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
        "framework_cell": "cell of the framework matrix",
    }
    return "the " + nouns.get(table.name, table.name.replace("_", " "))


def _by(file: ProjectFile, change: RowChange) -> str:
    name = file.value(
        "SELECT coder.name FROM journal_change JOIN journal ON number = entry JOIN coder ON coder.id = journal.coder "
        'WHERE table_name = ? AND "key" = ? ORDER BY entry DESC LIMIT 1',
        (change.table, change.key),
    )
    return f" by {name}" if name else ""
