"""Codebooks as tables of ATLAS.ti, MAXQDA, Taguette and others: a code a line, its columns known by their names."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
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
_IDS = ("id", "code id", "guid", "uuid")
_LEVELS = re.compile(r"\s+>\s+|\\")
_MARKS = (": ", ".", "::")
_HEADER_WITHIN = 10
"""Lines in which the names of the columns must stand; a title may come first."""


def read(content: bytes, name: str) -> Codebook:
    """Read a codebook from CSV: name or path, and where there are such columns definition, colour and parent.

    ``A > B`` and ``A\\B`` are levels; ``A: B`` and ``A.B`` only where A is a code itself. A parent is told by its name,
    or by its id where there is such a column. Raises MalformedFile with row and field.
    """
    text, _ = decode(content)
    return from_rows(_rows(text), name)


def from_rows(rows: Sequence[tuple[int, Sequence[str]]], name: str) -> Codebook:
    """Read a codebook from the trimmed cells of a table and the numbers of its rows, empty ones left out.

    Raises MalformedFile.
    """
    began = enumerate(rows[:_HEADER_WITHIN])
    header = next((place for place, (_, row) in began if _place(row, _NAMES) is not None), None)
    if header is None:
        first = list(rows[0][1]) if rows else []
        raise MalformedFile(f"no column is named code, name, tag or path; one must be. Its first line: {first}")
    names = rows[header][1]
    if {"document", "content"} <= {cell.lower() for cell in names}:
        raise MalformedFile(
            "this lists highlights, not codes, and without the texts that they stand in; "
            "export the project from Taguette as SQLite3 and bring that in"
        )
    body = [(number, row) for number, row in rows[header + 1 :] if _cell(row, _place(names, _NAMES))]
    tree = _under_parents if _place(names, _PARENTS) is not None else _tree
    try:
        codes, _ = sound_codes(tree(names, body))
    except RecursionError as error:
        raise MalformedFile("its codes stand in more levels than anybody reads") from error
    if not codes:
        raise MalformedFile("the table holds no codes")
    return Codebook(new_id(), PurePath(name).stem, codes)


def _tree(names: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> list[Code]:
    """Codes whose paths tell where they stand."""
    known = {_cell(row, _place(names, _NAMES)) for _, row in rows}
    ids: dict[str, str] = {}
    codes: dict[str, Code] = {}

    def placed(path: str) -> str:
        """The id of the code at a path; those above it are made where no line names them."""
        if path in ids:
            return ids[path]
        ids[path] = new_id()
        levels = [part.strip() for part in _LEVELS.split(path)]
        above: str | None
        if len(levels) > 1 and all(levels):
            above, own = path[: path.rindex(levels[-1])].rstrip(" >\\"), levels[-1]
        else:
            above, own = parent_in(path, known, _MARKS)
        codes[path] = Code(ids[path], own, placed(above) if above else None, colour="", codable=path in known)
        return ids[path]

    stands: dict[str, int] = {}
    for number, row in rows:
        path = _cell(row, _place(names, _NAMES))
        if path in stands:
            raise MalformedFile(f"row {number}, code: {path!r} stands in row {stands[path]} too")
        stands[path] = number
        placed(path)
        codes[path] = _described(replace(codes[path], codable=True), names, row)
    return list(codes.values())


def _under_parents(names: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> list[Code]:
    """Codes that tell in a column of its own what they stand under."""
    codes: list[Code] = []
    by_id, by_name = dict[str, int](), dict[str, list[int]]()
    for place, (number, row) in enumerate(rows):
        name, id = _cell(row, _place(names, _NAMES)), _cell(row, _place(names, _IDS))
        if id and id in by_id:
            raise MalformedFile(
                f"row {number}, id: {id} stands in row {rows[by_id[id]][0]} too; every code has its own"
            )
        by_id[id] = place
        by_name.setdefault(name, []).append(place)
        codes.append(_described(Code(new_id(), name, colour=""), names, row))
    folders: dict[str, Code] = {}
    above: list[int | None] = []
    for place, (number, row) in enumerate(rows):
        wanted = _cell(row, _place(names, _PARENTS))
        known = [by_id[wanted]] if wanted and wanted in by_id else by_name.get(_LEVELS.split(wanted)[-1], [])
        if len(known) > 1:
            among = " and ".join(str(rows[each][0]) for each in known[:2])
            raise MalformedFile(f"row {number}, parent: {wanted!r} may be the code of row {among}; give it by its id")
        above.append(known[0] if known else None)
        if known:
            codes[place] = replace(codes[place], parent=codes[known[0]].id)
        elif wanted:
            folder = folders.setdefault(wanted, Code(new_id(), wanted, colour="", codable=False))
            codes[place] = replace(codes[place], parent=folder.id)
    stands: dict[tuple[str | None, str], int] = {}
    for place, (number, _) in enumerate(rows):
        _check_no_cycle(place, above, rows, codes)
        where = codes[place].parent, codes[place].name.casefold()
        if where in stands:
            raise MalformedFile(f"row {number}, code: {codes[place].name!r} stands in row {stands[where]} too")
        stands[where] = number
    return [*folders.values(), *codes]


def _check_no_cycle(
    start: int, above: Sequence[int | None], rows: Sequence[tuple[int, Sequence[str]]], codes: Sequence[Code]
) -> None:
    walked, at = [start], above[start]
    while at is not None and at not in walked:
        walked.append(at)
        at = above[at]
    if at is not None:
        circle = [*walked[walked.index(at) :], at]
        told = ", ".join(repr(codes[each].name) for each in circle)
        raise MalformedFile(f"row {rows[at][0]}, parent: {codes[at].name!r} stands under itself ({told})")


def _described(code: Code, names: Sequence[str], row: Sequence[str]) -> Code:
    colour = colour_of(_cell(row, _place(names, _COLOURS))) or ""
    return replace(code, colour=colour, definition=_cell(row, _place(names, _DEFINITIONS)))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    rows: list[tuple[int, list[str]]] = []
    best = max(",;\t", key=lambda mark: sum(line.count(mark) for line in text.split("\n", 50)[:50]))
    reader = csv.reader(StringIO(text, newline=""), delimiter=best)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, [cell.strip() for cell in row]))
    except csv.Error as error:
        raise MalformedFile(f"not CSV: {error}", line=reader.line_num) from error
    return rows


def _place(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The column of the first of these names that is there."""
    lower = [name.lower() for name in names]
    return next((lower.index(name) for name in wanted if name in lower), None)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""
