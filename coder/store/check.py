"""Whether a project is sound: the file, the journal, and everything that the journal vouches for."""

from __future__ import annotations

from collections.abc import Iterator

from coder.errors import CodebookConflict, ProjectError
from coder.model import text_hash
from coder.store import journal
from coder.store.file import ProjectFile
from coder.store.readings import reading_hash
from coder.store.schema import JOURNALED
from coder.store.undo import read_codebook


def problems(file: ProjectFile) -> list[str]:
    """A sentence for every problem found; empty if the project is sound."""
    found = []
    for look in (_file, _references, journal.broken_links, _tables, _readings, _quotations, _words, _codebook):
        try:
            found += list(look(file))
        except (ProjectError, ValueError) as error:
            # A damaged page breaks one look; the others may still tell what is whole.
            found.append(str(error))
    return list(dict.fromkeys(found))


def first_problems(file: ProjectFile) -> list[str]:
    """What a quick look finds: the pages of the file, and whether the newest entries of the journal follow."""
    found = []
    for look in (_pages, journal.broken_head):
        try:
            found += list(look(file))
        except (ProjectError, ValueError) as error:
            found.append(str(error))
    return found


def _pages(file: ProjectFile) -> Iterator[str]:
    for (message,) in file.rows("PRAGMA quick_check(3)"):
        if message != "ok":
            yield f"the file is damaged: {message}"


def _file(file: ProjectFile) -> Iterator[str]:
    for (message,) in file.rows("PRAGMA integrity_check"):
        if message != "ok":
            yield f"the file is damaged: {message}"


def _references(file: ProjectFile) -> Iterator[str]:
    for table, _, parent, _ in file.rows("PRAGMA foreign_key_check"):
        yield f"a row of {table} names a row of {parent} that is not there"


def _tables(file: ProjectFile) -> Iterator[str]:
    recorded = journal.last_rows(file)
    for table in JOURNALED.values():
        expected = recorded.get(table.name, {})
        place = table.columns.index(table.key)
        stored = {
            values[place]: dict(zip(table.columns, values, strict=True)) for values in file.rows(table.from_rows())
        }
        for key in stored.keys() - expected.keys():
            yield f"{table.name} {key} is stored, but the journal does not know it"
        for key in expected.keys() - stored.keys():
            yield f"{table.name} {key} is missing, though the journal has it"
        for key in stored.keys() & expected.keys():
            if stored[key] != table.whole(expected[key]):
                yield f"{table.name} {key} is not what the journal says"


def _readings(file: ProjectFile) -> Iterator[str]:
    for sha256, content in file.rows("SELECT sha256, content FROM text"):
        if text_hash(content) != sha256:
            yield f"the text {sha256} was altered after it was stored"
    query = "SELECT number, hash, reading.sha256, reading.segmenter FROM reading"
    for number, hash, sha256, segmenter in file.rows(query):
        turns = file.rows(
            'SELECT position, "start", "end", kind, speaker, start_ms, end_ms, level FROM turn '
            "WHERE reading = ? ORDER BY position",
            (number,),
        )
        segments = file.rows(
            'SELECT position, "start", "end", turn FROM segment WHERE reading = ? ORDER BY position', (number,)
        )
        if reading_hash(sha256, segmenter, turns, segments) != hash:
            names = [repr(name) for (name,) in file.rows("SELECT name FROM document WHERE reading = ?", (hash,))]
            whose = " and ".join(names) or "an earlier text"
            yield f"the turns or segments of {whose} were altered after they were stored"
    for (name,) in file.rows(
        "SELECT name FROM document LEFT JOIN reading ON hash = document.reading "
        "WHERE reading.sha256 IS NOT document.sha256 OR reading.segmenter IS NOT document.segmenter"
    ):
        yield f"the turns and segments of {name!r} are missing, or are those of another text"


def _quotations(file: ProjectFile) -> Iterator[str]:
    quotations: dict[str, list[tuple[str, str, int, int, str]]] = {}
    for sha256, *quoted in file.rows(
        'SELECT sha256, \'coding\', coding.id, "start", "end", quotation FROM coding '
        "JOIN document ON document.id = document UNION ALL "
        'SELECT sha256, \'memo\', memo.id, "start", "end", quotation FROM memo '
        "JOIN document ON document.id = target AND about = 'document' WHERE \"start\" IS NOT NULL"
    ):
        noun, id, start, end, quotation = quoted
        quotations.setdefault(sha256, []).append((noun, id, start, end, quotation))
    for sha256, found in quotations.items():
        text = file.value("SELECT content FROM text WHERE sha256 = ?", (sha256,)) or ""
        for noun, id, start, end, quotation in found:
            if end > len(text) or text[start:end] != quotation:
                yield f"the quotation of the {noun} {id} is not what stands at {start}..{end} of its document"


def _words(file: ProjectFile) -> Iterator[str]:
    segments = file.value("SELECT count(*) FROM segment")
    indexed = file.value("SELECT count(*) FROM words_docsize JOIN segment ON number = id")
    if indexed != segments:
        yield f"the search index knows {indexed} of {segments} segments"


def _codebook(file: ProjectFile) -> Iterator[str]:
    try:
        read_codebook(file)
    except CodebookConflict as error:
        yield f"the codebook does not hold together: {error}"
