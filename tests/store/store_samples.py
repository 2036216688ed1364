"""Small invented material for the tests of the store, and ways to look into a project file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from coder.model import (
    Anchor,
    Code,
    Codebook,
    Coder,
    Coding,
    Document,
    DocumentKind,
    Span,
    Turn,
    new_id,
    now,
    text_hash,
)
from coder.store import Change, Project
from coder.store.schema import JOURNALED

TEXT = "Aino: We kept the new shift plan.\n\nBo: Nobody asked us, so we built our own — päätimme itse. 🧵\n"


def document(text: str = TEXT, *, name: str = "an invented interview") -> Document:
    return Document(
        new_id(), name, DocumentKind.INTERVIEW, text_hash(text), len(text.split()), len(text), added=now(), text=text
    )


def read(text: str = TEXT) -> tuple[list[Turn], list[tuple[Span, int]]]:
    """Every line a turn and a segment."""
    turns, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            turns.append(Turn(Span(start, start + len(line)), speaker=line.partition(":")[0]))
        start += len(line) + 1
    return turns, [(turn.span, index) for index, turn in enumerate(turns)]


def add_document(project: Project, coder: str, text: str = TEXT, *, name: str = "an invented interview") -> Document:
    added = document(text, name=name)
    with project.change("import", coder=coder, summary=f"import {name}") as change:
        change.add_document(added, *read(text), "by line 1")
    return added


def add_codes(project: Project, coder: str, *names: str) -> list[Code]:
    codes = [Code(new_id(), name) for name in names]
    with project.change("add codes", coder=coder) as change:
        book = project.codebook()
        change.save_codebook(Codebook(book.id, book.title, (*book.codes, *codes), book.version))
    return codes


def coding(document: Document, start: int, end: int, code: str, coder: str) -> Coding:
    return Coding(
        new_id(), document.id, Anchor.on(document.text, Span(start, end)), code, coder, created=now(), modified=now()
    )


def put_code(project: Project, document: Document, start: int, end: int, code: str, coder: str) -> Coding:
    made = coding(document, start, end, code, coder)
    with project.change("code", coder=coder, summary="code a passage") as change:
        change.save_coding(made)
    return made


def add_coder(project: Project, name: str) -> Coder:
    added = Coder(new_id(), name)
    with project.change("add coder", coder=None) as change:
        change.save_coder(added)
    return added


def prefix(project: Project, change: Change, document: str, words: str) -> Document:
    """Put words before the text of a document, and move all that lies on it, within a change."""
    found = project.document(document)
    text, by = words + found.text, len(words)
    revised = replace(found, text=text, sha256=text_hash(text), characters=len(text), words=len(text.split()))

    def moved(span: Span) -> Span:
        return Span(span.start + by, span.end + by)

    change.revise_document(revised, *read(text), "by line 1")
    for made in project.codings(document=document):
        change.save_coding(replace(made, anchor=Anchor.on(text, moved(made.span))))
    for decision in project.decisions(document=document, removed_codes=True):
        change.save_decision(replace(decision, span=moved(decision.span)))
    for memo in project.memos(about="document", target=document):
        if memo.anchor is not None:
            change.save_memo(replace(memo, anchor=Anchor.on(text, moved(memo.anchor.span))))
    belongs = [each for each in project.memberships() if each.document == document and each.span is not None]
    for case in {each.case for each in belongs}:
        change.unassign(document, case)
    for each in belongs:
        assert each.span is not None
        change.assign(replace(each, span=moved(each.span)))
    for mark in project.read_marks(document=document):
        change.mark_read(document, mark.coder, mark.position + by)
    return revised


def tables(project: Project) -> dict[str, list[tuple[Any, ...]]]:
    """Every journaled table, row by row, without what is hidden."""
    found = {}
    for table in JOURNALED.values():
        hidden = "WHERE NOT removed" if table.name == "document" else ""
        found[table.name] = sorted(project._file.rows(table.from_rows() + hidden), key=repr)
    return found


def tamper(path: Path, *statements: str) -> None:
    """Write past the store, as only a stranger to it would."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)


def code_often(path: str, document: str, code: str, coder: str, times: int, say: Callable[[str], object]) -> None:
    """Store codings one by one in a project opened for it, saying the id of each that is stored."""
    with Project.open(path) as project:
        found = project.document(document)
        for number in range(times):
            start = number % (len(found.text) - 1)
            made = coding(found, start, start + 1, code, coder)
            with project.change("code", coder=coder, operation=made.id) as change:
                change.save_coding(made)
            say(made.id)
