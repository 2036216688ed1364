"""Where files belong: told by their paths, or by a table that names them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from coder.errors import InvalidValue
from coder.formats.rows import Table
from coder.model import PathPattern, ToldCase
from coder.workflow.sources import FileRead

_FILE_COLUMNS = ("file", "filename", "file name", "document", "path", "transcript", "tiedosto")
_ENDING = re.compile(r"\.[^./]{1,8}$")


@dataclass(frozen=True, slots=True)
class Filing:
    """How files are told apart: where they belong by a pattern of their paths, or by a table that names them.

    ``listed`` goes before ``pattern`` (see ``listed_files``). With ``split`` a file of many dated meetings becomes
    one document for each.
    """

    pattern: PathPattern | None = None
    listed: Mapping[str, tuple[ToldCase, ...]] = field(default_factory=dict)
    split: bool = False


UNTOLD = Filing()
"""Nothing is told with the files."""


def listed_files(table: Table) -> dict[str, tuple[ToldCase, ...]]:
    """Which cases the files of a table belong to: one column names the file, another the case, the rest are attributes.

    The column of files is called "file", "document" or the like, that of cases "case", or it is the first
    of the others. A file may stand in several rows. Raises InvalidValue where no column names files.
    """
    files = next((column for column in table.columns if column.casefold() in _FILE_COLUMNS), None)
    others = [column for column in table.columns if column != files]
    if files is None or not others:
        raise InvalidValue("the table must have a column 'file' with the names of the files, and a column 'case'")
    case = next((column for column in others if column.casefold() == "case"), others[0])
    found: dict[str, tuple[ToldCase, ...]] = {}
    for row in table.rows:
        if row.cells[files] and row.cells[case]:
            told = ToldCase(row.cells[case], {c: row.cells[c] for c in others if c != case and row.cells[c]})
            key = _key(row.cells[files])
            found[key] = (*found.get(key, ()), told)
    return found


@dataclass(frozen=True, slots=True)
class Filed:
    """Where one file belongs, and what to say of that."""

    cases: tuple[ToldCase, ...] = ()
    remarks: tuple[str, ...] = ()


def belonging(files: Iterable[FileRead], filing: Filing) -> Iterator[tuple[FileRead, Filed]]:
    """Each file with where it belongs; of values that differ within a case the first is kept, and that is said."""
    first: dict[tuple[str, str], str] = {}
    for file in files:
        cases = _listed(file.place, filing.listed)
        if not cases and filing.pattern is not None and (told := filing.pattern.case_of(file.place)):
            cases = (told,)
        remarks = []
        if not cases and filing.pattern is not None:
            remarks.append(f"its path {file.place} does not fit the pattern {filing.pattern.text}")
        elif not cases and filing.listed:
            remarks.append("the table does not name it")
        kept = []
        for case in cases:
            values = {
                name: first.setdefault((case.name.casefold(), name.casefold()), text)
                for name, text in case.values.items()
            }
            remarks += [
                f"{name} is {text} here, but {values[name]} in another file of {case.name}, and a case has one value"
                for name, text in case.values.items()
                if text != values[name]
            ]
            kept.append(ToldCase(case.name, values))
        yield file, Filed(tuple(kept), tuple(remarks))


def _listed(place: str, listed: Mapping[str, tuple[ToldCase, ...]]) -> tuple[ToldCase, ...]:
    """What a table tells of a file, by as much of its path as the table gives, with or without its ending."""
    parts = _key(place).split("/") if listed else []
    for path in ("/".join(parts[first:]) for first in range(len(parts))):
        for key in (path, _ENDING.sub("", path)):
            if key in listed:
                return listed[key]
    return ()


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", path.replace("\\", "/").strip("/ ")).casefold()
