"""Texts with what was read in them: turns, segments and vectors, kept by their hashes and shared by documents."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from coder.errors import ProjectDamaged
from coder.model import text_hash
from coder.model.journal import canonical
from coder.store.file import ProjectFile

_BATCH = 500


def reading_hash(sha256: str, segmenter: str, turns: Sequence[Sequence[Any]], segments: Sequence[Sequence[Any]]) -> str:
    """SHA-256 over a document's text hash, segmenter, turns and segments.

    It stands in the document's row, so the chain of the journal covers what is too large to journal.
    """
    body = [sha256, segmenter, [list(values) for values in turns], [list(values) for values in segments]]
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def store_reading(
    file: ProjectFile,
    hash: str,
    sha256: str,
    segmenter: str,
    turns: Sequence[Sequence[Any]],
    segments: Sequence[Sequence[Any]],
) -> None:
    """Store turns and segments of a text that is stored, under their hash, and index the words of the segments."""
    reading = int(file.value("SELECT max(number) FROM reading") or 0) + 1
    file.write("INSERT INTO reading VALUES (?, ?, ?, ?)", (reading, hash, sha256, segmenter))
    file.write_many("INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", ((reading, *values) for values in turns))
    first = int(file.value("SELECT max(number) FROM segment") or 0) + 1
    file.write_many(
        "INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?)",
        ((number, reading, *values) for number, values in enumerate(segments, first)),
    )
    text = str(file.value("SELECT content FROM text WHERE sha256 = ?", (sha256,)))
    file.write_many(
        "INSERT INTO words (rowid, content) VALUES (?, ?)",
        ((number, text[start:end]) for number, (_, start, end, _) in enumerate(segments, first)),
    )


def bring_texts(ours: ProjectFile, theirs: ProjectFile) -> None:
    """Store the texts, readings and vectors that only theirs holds, inside the open transaction.

    Raises ProjectDamaged for one that is not what its hash says.
    """
    known = {hash for (hash,) in ours.rows("SELECT sha256 FROM text")}
    for (hash,) in theirs.rows("SELECT sha256 FROM text ORDER BY sha256"):
        if hash not in known:
            content = theirs.value("SELECT content FROM text WHERE sha256 = ?", (hash,))
            if text_hash(content) != hash:
                raise ProjectDamaged(f"a text of {theirs.path} was altered after it was stored; take a sound copy")
            ours.write("INSERT INTO text VALUES (?, ?)", (hash, content))
    known = {hash for (hash,) in ours.rows("SELECT hash FROM reading")}
    for number, hash, sha256, segmenter in theirs.rows("SELECT number, hash, sha256, segmenter FROM reading"):
        if hash not in known:
            _bring_reading(ours, theirs, number, hash, sha256, segmenter)
    _bring_vectors(ours, theirs)


def _bring_reading(ours: ProjectFile, theirs: ProjectFile, number: int, hash: str, sha256: str, segmenter: str) -> None:
    turns = theirs.rows(
        'SELECT position, "start", "end", kind, speaker, start_ms, end_ms, level FROM turn '
        "WHERE reading = ? ORDER BY position",
        (number,),
    )
    segments = theirs.rows(
        'SELECT position, "start", "end", turn FROM segment WHERE reading = ? ORDER BY position', (number,)
    )
    if reading_hash(sha256, segmenter, turns, segments) != hash:
        raise ProjectDamaged(f"turns of {theirs.path} were altered after they were stored; take a sound copy")
    store_reading(ours, hash, sha256, segmenter, turns, segments)


def _bring_vectors(ours: ProjectFile, theirs: ProjectFile) -> None:
    for (model,) in theirs.rows("SELECT DISTINCT model FROM vector"):
        known = {hash for (hash,) in ours.rows("SELECT hash FROM vector WHERE model = ?", (model,))}
        query = "SELECT hash FROM vector WHERE model = ? ORDER BY hash"
        new = [hash for (hash,) in theirs.rows(query, (model,)) if hash not in known]
        for start in range(0, len(new), _BATCH):
            wanted = new[start : start + _BATCH]
            found = theirs.rows(
                f"SELECT * FROM vector WHERE model = ? AND hash IN ({', '.join('?' * len(wanted))})",  # noqa: S608
                (model, *wanted),
            )
            ours.write_many("INSERT INTO vector VALUES (?, ?, ?, ?)", found)
