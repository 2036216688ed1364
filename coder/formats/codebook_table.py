"""Codebooks as tables, CSV and Excel, one row a code; tables of other programs are read, too.

The row of kind ``codebook`` says what the codebook says of itself: its title as path, its description as
definition. A path is names joined by " / ". Several things in one cell stand one a line, each after a dot (•); further
lines of one thing stand two blanks to the right.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import PurePath
from typing import NoReturn

from coder.errors import CodebookConflict, MalformedFile, TooLarge
from coder.formats import codebook_csv, codebook_yaml
from coder.formats.decoding import decode
from coder.formats.receiving import colour_of
from coder.formats.rows import FORMULA, sheet_of
from coder.model import Code, Codebook, CodeStatus, Source, new_id
from coder.model.codebook import PALETTE, SEPARATOR

FORMAT = f"{codebook_yaml.FORMAT}/{codebook_yaml.VERSION}"
MAX_CELL = 32_000
"""Characters of a cell that every spreadsheet keeps."""

COLUMNS = (
    "kind", "id", "path", "colour", "key", "status", "brief", "definition", "when to use", "when not to use",
    "examples", "counter-examples", "sources", "memo", "version", "authors", "licence", "language", "format",
)  # fmt: skip
BOOK, CODE, FOLDER = "codebook", "code", "folder"
DOT = "• "
_OURS = frozenset({"kind", "path", "format"})


def write_csv(codebook: Codebook) -> bytes:
    """UTF-8 with a byte order mark, as Excel expects; what looks like a formula gets an apostrophe before it."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(codebook):
        writer.writerow([f"'{cell}" if FORMULA.match(cell) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(codebook: Codebook) -> bytes:
    """One sheet; no cell is a formula. Raises TooLarge for a text longer than a cell of Excel holds."""
    import pandas as pd  # slow to load

    from coder.formats.tables import write_workbook

    rows = list(_rows(codebook))
    for row in rows:
        for column, cell in zip(COLUMNS, row, strict=True):
            if len(cell) > MAX_CELL:
                raise TooLarge(
                    f"{column} of {row[2]} has {len(cell):,} characters, a cell of Excel holds {MAX_CELL:,}; write YAML"
                )
    return write_workbook({"Codebook": pd.DataFrame(rows, columns=list(COLUMNS))})


def _rows(codebook: Codebook) -> Iterable[tuple[str, ...]]:
    about = {
        "kind": BOOK,
        "id": codebook.id,
        "path": codebook.title,
        "definition": codebook.description,
        "sources": _listed(f"{source.key}: {source.reference}" for source in codebook.sources),
        "version": codebook.version,
        "authors": _listed(codebook.authors),
        "licence": codebook.licence,
        "language": codebook.language,
        "format": FORMAT,
    }
    yield tuple(about.get(column, "") for column in COLUMNS)
    for _, code in codebook.walk():
        row = {
            "kind": CODE if code.codable else FOLDER,
            "id": code.id,
            "path": codebook.path(code.id),
            "colour": code.colour,
            "key": code.key or "",
            "status": code.status.value,
            "brief": code.brief,
            "definition": code.definition,
            "when to use": code.when_to_use,
            "when not to use": code.when_not_to_use,
            "examples": _listed(code.examples),
            "counter-examples": _listed(code.counter_examples),
            "sources": _listed(code.sources),
            "memo": code.memo,
        }
        yield tuple(row.get(column, "") for column in COLUMNS)


def _listed(items: Iterable[str]) -> str:
    return "\n".join(DOT + item.replace("\n", "\n  ") for item in items)


def read_csv(content: bytes, name: str) -> Codebook:
    """Read a codebook from CSV, ours or that of another program (see ``codebook_csv``).

    Texts come back without blanks around them. Raises MalformedFile with row and field, or TooLarge.
    """
    text, doubts = decode(content)
    header = {cell.strip(' "').lower() for cell in re.split("[,;\t]", text.partition("\n")[0])}
    if not header >= _OURS:
        return codebook_csv.read(content, name)
    if doubts:
        raise MalformedFile(doubts[0])
    return _read(sheet_of(".csv", content).rows, name)


def read_xlsx(content: bytes, name: str) -> Codebook:
    """Read a codebook from an Excel workbook; as ``read_csv``."""
    rows = sheet_of(".xlsx", content).rows
    if not rows:
        raise MalformedFile("the workbook is empty")
    if not {cell.lower() for cell in rows[0][1]} >= _OURS:
        return codebook_csv.from_rows(rows, name)
    return _read(rows, name)


def _read(rows: Sequence[tuple[int, tuple[str, ...]]], name: str) -> Codebook:
    columns = [cell.lower() for cell in rows[0][1]]
    for column in columns:
        if column not in COLUMNS:
            raise MalformedFile(f"row 1: unknown column {column!r}; known: {', '.join(COLUMNS)}")
        if columns.count(column) > 1:
            raise MalformedFile(f"row 1: two columns are named {column!r}")
    found = [_Row(number, dict(zip(columns, cells, strict=False))) for number, cells in rows[1:]]
    books = [row for row in found if row.one_of("kind", (BOOK, CODE, FOLDER)) == BOOK]
    if len(books) > 1:
        books[1].fail("kind", f"a second codebook; the first stands in row {books[0].number}")
    about = books[0] if books else _Row(1, {})
    if about["format"] not in ("", FORMAT):
        about.fail("format", f"is {about['format']!r}; this Redthread reads {FORMAT}")
    sources = [source.partition(": ") for source in _items(about["sources"])]
    book = Codebook(
        about["id"] or new_id(),
        about["path"] or PurePath(name).stem,
        version=about["version"] or "0.1.0",
        authors=_items(about["authors"]),
        licence=about["licence"],
        language=about["language"] or "en",
        description=about["definition"],
        sources=tuple(Source(key, reference) for key, _, reference in sources),
    )
    return replace(book, codes=_codes([row for row in found if row not in books]))


class _Row:
    """One row, with errors that tell it and the field."""

    def __init__(self, number: int, cells: Mapping[str, str]) -> None:
        self.number = number
        self._cells = cells

    def __getitem__(self, column: str) -> str:
        return self._cells.get(column, "")

    def one_of(self, column: str, words: Sequence[str]) -> str:
        """One of a few words in lower case, or nothing."""
        word = self[column].lower()
        if word and word not in words:
            self.fail(column, f"is {self[column]!r}; it may be {' or '.join(words)}")
        return word

    def fail(self, column: str, problem: str) -> NoReturn:
        """Raises MalformedFile about one field."""
        raise MalformedFile(f"row {self.number}, {column}: {problem}")


def _codes(rows: Sequence[_Row]) -> tuple[Code, ...]:
    paths: dict[str, tuple[int, str]] = {}
    ids: dict[str, int] = {}
    keys: dict[str, int] = {}
    for row in rows:
        path, id = row["path"], row["id"] or new_id()
        if path.count(SEPARATOR) >= codebook_yaml.MAX_DEPTH:
            row.fail("path", f"has more than {codebook_yaml.MAX_DEPTH} levels")
        if not path:
            row.fail("path", "is empty; it names the code")
        if path.casefold() in paths:
            row.fail("path", f"{path!r} stands in row {paths[path.casefold()][0]} too")
        if id in ids:
            row.fail("id", f"{id} stands in row {ids[id]} too; every code has its own")
        paths[path.casefold()], ids[id] = (row.number, id), row.number
    codes: list[Code] = []
    used: Counter[str] = Counter()
    for row in rows:
        code = _code(row, paths, min(PALETTE, key=lambda colour: (used[colour], PALETTE.index(colour))))
        used[code.colour.lower()] += 1
        if code.key and code.takes_codings:
            if code.key in keys:
                row.fail("key", f"{code.key} stands in row {keys[code.key]} too; one code has it")
            keys[code.key] = row.number
        try:
            Codebook("", "", (replace(code, parent=None),))
        except CodebookConflict as error:
            raise MalformedFile(f"row {row.number}: {error}") from error
        codes.append(code)
    return tuple(codes)


def _code(row: _Row, paths: Mapping[str, tuple[int, str]], colour: str) -> Code:
    path = row["path"]
    above, name = _divided(path, paths)
    if above and above.casefold() not in paths:
        row.fail("path", f"{path!r} stands below {above!r}, which has no row")
    given = row["colour"]
    if given and colour_of(given) is None:
        row.fail("colour", f"is {given!r}; write it like #b3261e")
    return Code(
        id=paths[path.casefold()][1],
        name=name,
        parent=paths[above.casefold()][1] if above else None,
        colour=given if re.fullmatch("#[0-9a-fA-F]{6}", given) else colour_of(given) or colour,
        codable=row["kind"].lower() != FOLDER,
        key=row["key"] or None,
        brief=row["brief"],
        definition=row["definition"],
        when_to_use=row["when to use"],
        when_not_to_use=row["when not to use"],
        examples=_items(row["examples"]),
        counter_examples=_items(row["counter-examples"]),
        sources=_items(row["sources"]),
        memo=row["memo"],
        status=CodeStatus(row.one_of("status", tuple(CodeStatus)) or CodeStatus.ACTIVE),
    )


def _divided(path: str, known: Mapping[str, object]) -> tuple[str, str]:
    """The path of the parent and the name: the longest parent that has a row."""
    at = path.rfind(SEPARATOR)
    first = at
    while at > 0:
        if path[:at].casefold() in known:
            return path[:at], path[at + len(SEPARATOR) :]
        at = path.rfind(SEPARATOR, 0, at + len(SEPARATOR) - 1)
    return (path[:first], path[first + len(SEPARATOR) :]) if first > 0 else ("", path)


def _items(cell: str) -> tuple[str, ...]:
    """The things in one cell; lines without any dot are each one."""
    lines = cell.split("\n") if cell else []
    mark = DOT.strip()
    if not any(line.startswith(mark) for line in lines):
        return tuple(line.strip() for line in lines if line.strip())
    items: list[str] = []
    for line in lines:
        if line.startswith(mark):
            items.append(line.removeprefix(mark).removeprefix(" "))
        elif items:
            items[-1] += "\n" + line.removeprefix("  ")
        elif line.strip():
            items.append(line)
    return tuple(items)
