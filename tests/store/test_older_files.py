"""A file of an earlier version is brought up to date, keeps everything, and is kept as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from store_samples import TEXT, read
from store_samples import document as sample

from coder.errors import ProjectUnavailable
from coder.model import (
    Anchor,
    Code,
    Codebook,
    Coder,
    Coding,
    ItemSet,
    Memo,
    RowChange,
    Span,
    new_id,
    now,
    text_hash,
)
from coder.model.query import Query
from coder.store import Project, journal, rows, schema
from coder.store.change import reading_hash
from coder.store.file import ProjectFile

SHOWN, HIDDEN, CODE, AINO, CODING, MEMO = "a document", "a hidden one", "a code", "a coder", "a coding", "a memo"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A project as version 4 wrote it: a text that stands in it twice, once removed; a coding, and a memo on it."""
    path = tmp_path / "study.redthread"
    path.touch()
    file = ProjectFile.connect(str(path))
    file.keep_log()
    with file.transaction():
        schema.MIGRATIONS.apply(file.db, stop_before="m005_passages_of_memos_and_sets")
        file.write(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        file.write("PRAGMA user_version = 4")
        _begin(file)
        _import(file, HIDDEN, removed=1)
        _import(file, SHOWN, removed=0)
        coding = Coding(CODING, SHOWN, Anchor.on(TEXT, Span(6, 12)), CODE, AINO, created=now(), modified=now())
        _put(file, "code", {"coding": rows.coding_row(coding)}, SHOWN)
        memo = {"id": MEMO, "about": "coding", "target": CODING, "coder": AINO, "text": "why"}
        _put(file, "write memo", {"memo": {**memo, "created": now(), "modified": now()}}, SHOWN)
    file.close()
    return path


def _begin(file: ProjectFile) -> None:
    file.write("INSERT INTO text VALUES (?, ?)", (text_hash(TEXT), TEXT))
    _put(file, "create project", {"setting": {"key": "project id", "value": new_id()}})
    _put(file, "create project", {"setting": {"key": "project title", "value": "An invented study"}})
    _put(file, "create project", {"coder": rows.coder_row(Coder(AINO, "Aino"), 1)})
    _put(file, "create project", {"codebook": rows.codebook_row(Codebook("a codebook", "An invented study"))})
    _put(file, "add code", {"code": rows.code_row(Code(CODE, "trust"), 1)})


def _import(file: ProjectFile, id: str, *, removed: int) -> None:
    turns, segments = read()
    turn_rows = [(i, t.span.start, t.span.end, t.kind.value, t.speaker, None, None, 0) for i, t in enumerate(turns)]
    segment_rows = [(i, span.start, span.end, turn) for i, (span, turn) in enumerate(segments)]
    hash = reading_hash(text_hash(TEXT), "by line 1", turn_rows, segment_rows)
    row = rows.document_row(sample(), reading=hash, segmenter="by line 1")
    _put(file, "import", {"document": {**row, "id": id, "removed": removed}}, id)
    file.write_many("INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [(id, *values) for values in turn_rows])
    for values in segment_rows:
        number = file.value("SELECT count(*) + 1 FROM segment")
        file.write("INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?)", (number, id, *values))
        file.write("INSERT INTO words (rowid, content) VALUES (?, ?)", (number, TEXT[values[1] : values[2]]))


def _put(file: ProjectFile, verb: str, put: Mapping[str, Mapping[str, Any]], document: str | None = None) -> None:
    changes = []
    for table, row in put.items():
        columns, marks = ", ".join(f'"{column}"' for column in row), ", ".join("?" * len(row))
        file.write(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))
        changes.append(RowChange(table, str(row[schema.JOURNALED[table].key]), None, row, document))
    journal.append(file, coder=AINO, verb=verb, summary=verb, operation=None, changes=changes)


def test_everything_of_an_older_file_is_there(old: Path) -> None:
    with Project.open(old) as project:
        assert project.verify() == []
        (document,) = project.documents()
        assert (document.id, project.document(SHOWN).text) == (SHOWN, TEXT)
        assert list(project.turns(SHOWN)) == read()[0]
        assert [(each.span, each.turn) for each in project.segments(SHOWN)] == read()[1]
        assert [each.span.of(TEXT) for each in project.find_words(Query.parse("shift"))] == [
            "Aino: We kept the new shift plan."
        ]
        assert [made.quotation for made in project.codings()] == ["We kep"]
        (memo,) = project.memos()
        assert (memo.text, memo.title, memo.anchor) == ("why", "", None)
        assert project.sets() == []


def test_what_an_older_file_journaled_is_undone_and_made_again(old: Path) -> None:
    with Project.open(old) as project:
        before = project.memos(), project.codings()
        project.undo(AINO)
        project.undo(AINO)
        assert (project.memos(), project.codings()) == ([], [])
        project.redo(AINO)
        project.redo(AINO)
        assert (project.memos(), project.codings()) == before
        assert project.verify() == []


def test_an_older_file_takes_what_is_new(old: Path) -> None:
    with Project.open(old) as project:
        with project.change("new things", coder=AINO) as change:
            change.save_memo(Memo("another", "document", SHOWN, AINO, "here", anchor=Anchor.on(TEXT, Span(0, 4))))
            change.save_set(ItemSet("a set", "To read again", members=(("memo", MEMO), ("document", SHOWN))))
        assert project.verify() == []


def test_an_older_file_is_kept_beside_the_one_brought_up_to_date_and_said_to_be(old: Path) -> None:
    before = _content(old)
    with Project.open(old) as project:
        kept = old.with_name(f"study.before-version-{schema.VERSION}.redthread")
        assert project.copy == str(kept)
        newest = project.journal()[-1]
        assert newest.summary == (
            f"bring the file from version 4 to {schema.VERSION}; as it was, it is kept as {kept.name}"
        )
        assert project.can_undo(AINO) == "write memo"
    with Project.open(old) as project:
        assert project.copy is None
    assert _content(kept) == before
    assert sorted(path.name for path in old.parent.iterdir()) == sorted([old.name, kept.name])


def test_a_copy_that_is_kept_already_is_never_overwritten(old: Path) -> None:
    name = f"study.before-version-{schema.VERSION}"
    old.with_name(f"{name}.redthread").write_text("kept from before")
    with Project.open(old) as project:
        assert project.copy == str(old.with_name(f"{name} (2).redthread"))
    assert old.with_name(f"{name}.redthread").read_text() == "kept from before"


def test_an_older_file_that_cannot_be_kept_is_left_as_it_is(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _content(old)

    def full(self: Path, **_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "touch", full)
        with pytest.raises(ProjectUnavailable, match="must first be brought up to date: no copy of it can be kept as"):
            Project.open(old)
    assert _content(old) == before


def _content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [f"version {connection.execute('PRAGMA user_version').fetchone()[0]}", *connection.iterdump()]
