"""The journal: adding an entry, reading entries back, following the chain, what can be taken back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from coder.errors import ProjectDamaged
from coder.model import Entry, Revision, RowChange, blind, new_id, now
from coder.model.journal import Row, canonical, entry_hash
from coder.store.file import ProjectFile, storable

UNDO = "undo"
REDO = "redo"

_ACTS = (
    "undoes IS NULL AND EXISTS (SELECT 1 FROM journal_change "  # noqa: S608 (of a constant)
    f"WHERE entry = number AND table_name NOT IN {blind.TABLES})"
)
"""Entries that can be taken back: those that changed something (an operation may not have), but for rounds of blind
coding."""

_ENTRY = "number, id, at, coder, verb, summary, operation, undoes, previous, hash"


def append(
    file: ProjectFile,
    *,
    coder: str | None,
    verb: str,
    summary: str,
    operation: str | None,
    changes: Sequence[RowChange],
    undoes: int | None = None,
) -> int:
    """Write one entry at the end of the chain, inside the open transaction; its number."""
    last, previous = (file.rows("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1") or [(0, "")])[0]
    number, id, at = int(last) + 1, new_id(), now()
    verb, summary = storable(verb), storable(summary)
    operation = None if operation is None else storable(operation)
    hash = entry_hash(
        previous,
        id=id,
        at=at,
        coder=coder,
        verb=verb,
        summary=summary,
        operation=operation,
        undoes=undoes,
        changes=tuple(changes),
    )
    file.write(
        "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, id, at, coder, verb, summary, operation, undoes, previous, hash),
    )
    file.write_many(
        "INSERT INTO journal_change VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (number, place, change.table, change.key, _packed(change.before), _packed(change.after), change.document)
            for place, change in enumerate(changes)
        ),
    )
    return number


def newest(file: ProjectFile) -> int:
    """The number of the newest entry."""
    return int(file.value("SELECT max(number) FROM journal") or 0)


def number_of(file: ProjectFile, operation: str | None) -> int | None:
    """The number of the entry that carries this operation id."""
    if operation is None:
        return None
    found = file.value("SELECT number FROM journal WHERE operation = ?", (operation,))
    return None if found is None else int(found)


def entry(file: ProjectFile, number: int) -> Entry:
    """One entry with its changes."""
    return entries(file, after=number - 1, limit=1)[0]


def entries(file: ProjectFile, *, after: int = 0, limit: int | None = None, document: str | None = None) -> list[Entry]:
    """Entries after a number, oldest first; only those that concern a document, where one is named."""
    found = file.rows(
        f"SELECT {_ENTRY} FROM journal WHERE number > ?1 AND (?3 IS NULL OR number IN "  # noqa: S608
        "(SELECT entry FROM journal_change WHERE document = ?3 AND entry > ?1)) ORDER BY number LIMIT ?2",
        (after, -1 if limit is None else limit, document),
    )
    if not found:
        return []
    changes: dict[int, list[RowChange]] = {values[0]: [] for values in found}
    for number, change in _changes(file, "entry IN (SELECT value FROM json_each(?))", (json.dumps(list(changes)),)):
        changes[number].append(change)
    return [
        Entry(number, id, at, coder, verb, summary, operation, undoes, tuple(changes[number]), previous, hash)
        for number, id, at, coder, verb, summary, operation, undoes, previous, hash in found
    ]


def changes_since(file: ProjectFile, revision: int, document: str) -> list[RowChange]:
    """Row changes of one document after an entry, oldest first."""
    return [change for _, change in _changes(file, "document = ? AND entry > ?", (document, revision))]


def _changes(file: ProjectFile, where: str, values: Sequence[object]) -> Iterator[tuple[int, RowChange]]:
    query = f'SELECT entry, table_name, "key", "before", "after", document FROM journal_change WHERE {where} '  # noqa: S608
    for number, table, key, before, after, document in file.rows(query + "ORDER BY entry, position", values):
        yield number, RowChange(table, key, _unpacked(before), _unpacked(after), document)


def last_removed(file: ProjectFile, table: str, keys: Sequence[str]) -> list[Row]:
    """Rows of these keys as they last went away; some may have come back since."""
    found = dict(
        file.rows(
            'SELECT "key", "before" FROM journal_change WHERE table_name = ?1 AND "after" IS NULL '
            'AND "key" IN (SELECT value FROM json_each(?2)) ORDER BY entry',
            (table, json.dumps(list(keys))),
        )
    )
    return [json.loads(before) for before in found.values()]


def revisions(file: ProjectFile, document: str) -> Iterator[Revision]:
    """Every text that a document has had, oldest first."""
    reading = None
    for number, at, coder, summary, after in file.rows(
        'SELECT number, at, coder, summary, "after" FROM journal_change JOIN journal ON number = entry '
        "WHERE document = ?1 AND table_name = 'document' AND \"key\" = ?1 ORDER BY number",
        (document,),
    ):
        row = _unpacked(after)
        if row is not None and row["reading"] != reading:
            reading = str(row["reading"])
            yield Revision(number, at, coder, summary, row["sha256"], reading, row["words"], row["characters"])


def to_undo(file: ProjectFile, coder: str, past: Collection[int] = ()) -> int | None:
    """The number of this coder's newest change that stands and is not to be gone past."""
    return _number(
        file.value(
            f"SELECT number FROM journal AS own WHERE coder = ? AND {_ACTS} AND "  # noqa: S608
            "(SELECT verb FROM journal WHERE undoes = own.number ORDER BY number DESC LIMIT 1) IS NOT ? "
            "AND number NOT IN (SELECT value FROM json_each(?)) ORDER BY number DESC LIMIT 1",
            (coder, UNDO, json.dumps(list(past))),
        )
    )


def to_redo(file: ProjectFile, coder: str, past: Collection[int] = ()) -> int | None:
    """The number of the change that this coder took back last, if nothing new was done since; not one to go past."""
    return _number(
        file.value(
            "SELECT undoes FROM journal AS own WHERE coder = ?1 AND verb = ?2 AND undoes IS NOT NULL "  # noqa: S608
            f"AND number > (SELECT max(number) FROM journal WHERE coder = ?1 AND {_ACTS}) "
            "AND number = (SELECT max(number) FROM journal WHERE undoes = own.undoes) "
            "AND undoes NOT IN (SELECT value FROM json_each(?3)) ORDER BY number DESC LIMIT 1",
            (coder, UNDO, json.dumps(list(past))),
        )
    )


def last_acts(file: ProjectFile) -> dict[str, str]:
    """When each coder did something last."""
    query = "SELECT coder, at FROM journal WHERE number IN (SELECT max(number) FROM journal GROUP BY coder)"
    return {coder: at for coder, at in file.rows(query) if coder is not None}


def newest_about(file: ProjectFile, document: str) -> int:
    """The number of the newest entry that changed something of this document, or of no document at all."""
    query = "SELECT max(entry) FROM journal_change WHERE document IS ?"
    return max(int(file.value(query, (place,)) or 0) for place in (document, None))


def latest_form(file: ProjectFile, number: int) -> Entry:
    """The entry that last made or took back the change of this number: itself, an undo or a redo."""
    latest = file.value("SELECT max(number) FROM journal WHERE undoes = ?", (number,))
    return entry(file, latest or number)


def broken_head(file: ProjectFile) -> Iterator[str]:
    """The same as ``broken_links``, for the newest entries only."""
    first = max(1, newest(file) - 50)
    previous = file.value("SELECT hash FROM journal WHERE number = ?", (first - 1,)) or ""
    yield from broken_links(file, str(previous), first)


def broken_links(file: ProjectFile, previous: str = "", expected: int = 1) -> Iterator[str]:
    """A sentence for every entry that does not follow from the one before, from the ``expected`` number on."""
    while found := entries(file, after=expected - 1, limit=500):
        for one in found:
            if one.number != expected:
                yield f"the journal lacks entry {expected}"
                expected = one.number
            hash = entry_hash(
                previous,
                id=one.id,
                at=one.at,
                coder=one.coder,
                verb=one.verb,
                summary=one.summary,
                operation=one.operation,
                undoes=one.undoes,
                changes=one.changes,
            )
            if one.previous != previous or one.hash != hash:
                yield f"entry {one.number} of the journal was altered after it was written, or one before it was"
            previous, expected = one.hash, expected + 1


def last_rows(file: ProjectFile) -> dict[str, dict[str, Row]]:
    """What the journal says every table holds now: table, key, row."""
    tables: dict[str, dict[str, Row]] = {}
    for _, change in _changes(file, "entry > ?", (0,)):
        rows = tables.setdefault(change.table, {})
        if change.after is None:
            rows.pop(change.key, None)
        else:
            rows[change.key] = change.after
    return tables


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _packed(row: Row | None) -> str | None:
    return None if row is None else canonical(row)


def _unpacked(text: str | None) -> Row | None:
    try:
        return None if text is None else json.loads(text)
    except ValueError as error:
        raise ProjectDamaged("a row of the journal cannot be read; take the newest copy that is sound") from error
