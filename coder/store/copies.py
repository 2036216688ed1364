"""Two project files beside each other: where their journals part, and what only the other one holds."""

from __future__ import annotations

from dataclasses import replace

from coder.errors import NoCommonHistory
from coder.model import Entry, RowChange
from coder.model.copies import MERGED, Copy, Key
from coder.store import journal
from coder.store.file import ProjectFile
from coder.store.schema import CODE, CODEBOOK, CODER, JOURNALED

_WHOLE = (CODEBOOK, CODE, CODER)
"""Tables that are merged as a whole, so that every row of them is needed."""
_HEADS = ("setting", MERGED)


def since_fork(ours: ProjectFile, theirs: ProjectFile) -> tuple[Copy, Copy]:
    """Both copies from where their journals part. Raises NoCommonHistory."""
    fork = _fork(ours, theirs)
    entries = [
        [replace(entry, changes=tuple(_whole(change) for change in entry.changes)) for entry in found]
        for found in (journal.entries(file, after=fork) for file in (ours, theirs))
    ]
    touched = {_HEADS} | {
        (change.table, change.key) for found in entries for entry in found for change in entry.changes
    }
    return _copy(ours, entries[0], touched), _copy(theirs, entries[1], touched)


def since(file: ProjectFile, number: int) -> Copy:
    """A project since an entry of its journal."""
    entries = [
        replace(entry, changes=tuple(_whole(change) for change in entry.changes))
        for entry in journal.entries(file, after=number)
    ]
    return _copy(file, entries, {(change.table, change.key) for entry in entries for change in entry.changes})


def _fork(ours: ProjectFile, theirs: ProjectFile) -> int:
    """The number of the last entry that both have: the chain of hashes says that all before it are the same."""
    low, high = 0, min(journal.newest(ours), journal.newest(theirs))
    while low < high:
        middle = (low + high + 1) // 2
        hashes = {file.value("SELECT hash FROM journal WHERE number = ?", (middle,)) for file in (ours, theirs)}
        low, high = (middle, high) if len(hashes) == 1 else (low, middle - 1)
    if low == 0:
        raise NoCommonHistory(
            "these two projects do not come from one: only copies of one project can be merged. To bring what is in "
            "the other one into this one, export it as REFI-QDA (.qdpx) or as plain text (.zip) and import that file"
        )
    return low


def _whole(change: RowChange) -> RowChange:
    table = JOURNALED[change.table]
    return replace(change, before=table.whole(change.before), after=table.whole(change.after))


def _copy(file: ProjectFile, entries: list[Entry], touched: set[Key]) -> Copy:
    rows = {
        (table.name, values[table.columns.index(table.key)]): dict(zip(table.columns, values, strict=True))
        for table in _WHOLE
        for values in file.rows(table.from_rows())
    }
    for name, key in touched:
        table = JOURNALED[name]
        for values in file.rows(table.select, (key,)):
            rows[name, key] = dict(zip(table.columns, values, strict=True))
    return Copy(entries, rows)


def references(file: ProjectFile) -> dict[str, list[tuple[str, str]]]:
    """For each journaled table the columns that name rows of other ones, with the name of the table; not codes."""
    named = {name: file.rows(f'PRAGMA foreign_key_list("{name}")') for name in JOURNALED}
    return {
        name: [(str(row[3]), str(row[2])) for row in keys if row[2] in JOURNALED and row[2] != CODE.name]
        for name, keys in named.items()
    }
