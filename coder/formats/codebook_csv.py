"""Codebooks as tables of ATLAS.ti, MAXQDA, Taguette and others: a code a line, its columns known by their names."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO
from pathlib import PurePath

from coder.errors import MalformedFile
from coder.formats.decoding import decode
from coder.formats.paths import parent_in
from coder.formats.receiving import colour_of, sound_codes
from coder.model import Code, Codebook, new_id

_NAMES = (
    "code", "codes", "name", "tag", "path", "code name", "código", "códigos", "kode", "codename", "codesystem",
    "code system", "koodi", "kod",
)  # fmt: skip
_DEFINITIONS = (
    "comment", "description", "definition", "memo", "note", "kommentar", "beschreibung", "code memo",
    "comentário", "comentario", "descripción", "descrição", "kuvaus", "määritelmä", "beskrivning", "commentaire",
    "code-memo",
)  # fmt: skip
_COLOURS = (
    "color", "colour", "farbe", "cor", "couleur", "färg", "väri",
)  # fmt: skip
_PARENTS = (
    "parent", "parent code", "folder", "category", "overcode", "parent tag",
)  # fmt: skip
_LEVELS = re.compile(r"\s+>\s+|\\")
_MARKS = (": ", ".", "::")
_HEADER_WITHIN = 10
"""Lines in which the names of the columns must stand; a title may come first."""


def read(content: bytes, name: str) -> Codebook:
    """Read a codebook from CSV: name or path, and where there are such columns definition, colour and parent.

    ``A > B`` and ``A\\B`` are levels; ``A: B`` and ``A.B`` only where A is a code itself. Raises MalformedFile.
    """
    text, _ = decode(content)
    return from_rows(_rows(text), name)


def from_rows(rows: Sequence[Sequence[str]], name: str) -> Codebook:
    """Read a codebook from the trimmed cells of a table, rows that are empty left out. Raises MalformedFile."""
    header = next((place for place, row in enumerate(rows[:_HEADER_WITHIN]) if _place(row, _NAMES) is not None), None)
    if header is None:
        raise MalformedFile(f"no column is named code, name, tag or path; one must be. Its first line: {list(rows[0])}")
    names = rows[header]
    if {"document", "content"} <= {cell.lower() for cell in names}:
        raise MalformedFile(
            "this lists highlights, not codes, and without the texts that they stand in; "
            "export the project from Taguette as SQLite3 and bring that in"
        )
    body = [row for row in rows[header + 1 :] if _cell(row, _place(names, _NAMES))]
    try:
        codes, _ = sound_codes(_tree(names, body))
    except RecursionError as error:
        raise MalformedFile("its codes stand in more levels than anybody reads") from error
    if not codes:
        raise MalformedFile("the table holds no codes")
    return Codebook(new_id(), PurePath(name).stem, codes)


def _tree(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Code]:
    known = {_cell(row, _place(names, _NAMES)) for row in rows}
    parents = {_cell(row, _place(names, _NAMES)): _cell(row, _place(names, _PARENTS)) for row in rows}
    ids: dict[str, str] = {}
    codes: dict[str, Code] = {}

    def placed(path: str) -> str:
        """The id of the code at a path; those above it are made where no line names them."""
        if path in ids:
            return ids[path]
        ids[path] = new_id()
        levels = [part.strip() for part in _LEVELS.split(path)]
        above, own = parents.get(path) or None, path
        if len(levels) > 1 and all(levels):
            above, own = path[: path.rindex(levels[-1])].rstrip(" >\\"), levels[-1]
        elif above is None:
            above, own = parent_in(path, known, _MARKS)
        codes[path] = Code(ids[path], own, placed(above) if above else None, colour="", codable=path in known)
        return ids[path]

    for row in rows:
        path = _cell(row, _place(names, _NAMES))
        id = placed(path)
        given = codes[path]
        definition = _cell(row, _place(names, _DEFINITIONS))
        colour = colour_of(_cell(row, _place(names, _COLOURS))) or ""
        codes[path] = Code(id, given.name, given.parent, colour, True, definition=definition)
    return list(codes.values())


def _rows(text: str) -> list[list[str]]:
    rows: list[list[str]] = []
    best = max(",;\t", key=lambda mark: sum(line.count(mark) for line in text.split("\n", 50)[:50]))
    reader = csv.reader(StringIO(text, newline=""), delimiter=best)
    try:
        rows.extend([cell.strip() for cell in row] for row in reader if any(cell.strip() for cell in row))
    except csv.Error as error:
        raise MalformedFile(f"not CSV: {error}", line=reader.line_num) from error
    return rows


def _place(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The column of the first of these names that is there."""
    lower = [name.lower() for name in names]
    return next((lower.index(name) for name in wanted if name in lower), None)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""
