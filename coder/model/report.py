"""A report as a value: sections of paragraphs, tables, quotations and pictures, whatever it is printed as."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

_LETTER, _BOLD, _GAP = 0.17, 0.19, 0.45
"""Centimetres of a letter of 8.5 points, of one in bold, and between columns."""


class Voice(StrEnum):
    """Who speaks in a line of a cell."""

    PLAIN = "plain"
    QUIET = "quiet"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell."""

    text: str
    voice: Voice = Voice.PLAIN


Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. ``depth`` sets its first cell in; a ``heading`` stands over the rows below it."""

    cells: tuple[Cell, ...]
    depth: int = 0
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; the first column names its rows. ``prose`` are columns (by place) of words, others of numbers.

    A heading has one cell, every other row as many as there are columns.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    prose: frozenset[int] = frozenset()
    caption: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != (1 if row.heading else len(self.columns)):
                raise ValueError(f"a row of {len(row.cells)} cells does not fit {len(self.columns)} columns")

    def widths(self, room: float = 0.0) -> list[float]:
        """How wide each column must be to be read, in centimetres; columns of words take what is left of the room."""
        least = [self._least(place) for place in range(len(self.columns))]
        # A column of few words wants none, and gives none to the others.
        wanting = {place: max(0.0, self._most(place) - least[place]) for place in self.prose}
        spare, wanted = room - sum(least), sum(wanting.values())
        share = min(1.0, max(0.0, spare / wanted)) if wanted else 0.0
        return [width + share * wanting.get(place, 0.0) for place, width in enumerate(least)]

    def _least(self, place: int) -> float:
        head = _BOLD * _longest_word(self.columns[place]) + _GAP
        if place == 0:
            return min(7.0, max(2.5, head, self._most(0)))
        if place in self.prose:
            return min(4.6, max(1.8, head, self._most(place)))
        return min(3.4, max(1.3, head, self._most(place)))

    def _most(self, place: int) -> float:
        lines = (len(line.text) + 2 * row.depth * (place == 0) for row in self._full for line in row.cells[place])
        return _LETTER * max(lines, default=0) + _GAP

    @property
    def _full(self) -> list[Row]:
        return [row for row in self.rows if not row.heading]

    @property
    def width(self) -> float:
        """How wide all of it must be, in centimetres."""
        return sum(self.widths())

    def within(self, centimetres: float) -> tuple[Table, ...]:
        """The table as several that are no wider than this if a column fits beside the first one; else itself."""
        if self.width <= centimetres:
            return (self,)
        groups: list[list[int]] = [[]]
        first, *others = self.widths()
        left = room = centimetres - first
        for place, needed in enumerate(others, 1):
            if groups[-1] and needed > left:
                groups.append([])
                left = room
            groups[-1].append(place)
            left -= needed
        return tuple(self._only(group, number, len(groups)) for number, group in enumerate(groups, 1))

    def _only(self, places: Sequence[int], number: int, of: int) -> Table:
        kept = (0, *places)
        return replace(
            self,
            columns=tuple(self.columns[place] for place in kept),
            rows=tuple(
                row if row.heading else replace(row, cells=tuple(row.cells[place] for place in kept))
                for row in self.rows
            ),
            prose=frozenset(new for new, place in enumerate(kept) if place in self.prose),
            caption=f"{self.caption or 'Part'} ({number} of {of})",
            note=self.note if number == 1 else "",
        )


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section, and what is to know of all below it."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names of facts with the facts."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Quotation:
    """What somebody said, and where it stands and who coded it."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as SVG and as PNG, with what it shows in words."""

    title: str
    note: str
    svg: bytes
    png: bytes


Block = Heading | Paragraph | Facts | Table | Quotation | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of a report."""

    title: str
    blocks: tuple[Block, ...] = ()

    @property
    def width(self) -> float:
        """How wide its widest table must be, in centimetres."""
        return max((block.width for block in self.blocks if isinstance(block, Table)), default=0.0)


@dataclass(frozen=True, slots=True)
class Report:
    """A title, the line below it, and chapters."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]


def cell(*texts: object) -> Cell:
    """A cell with a plain line for each text."""
    return tuple(Line(str(text)) for text in texts)


def table(
    columns: Iterable[str],
    rows: Iterable[Iterable[object]],
    *,
    prose: Iterable[int] = (),
    caption: str = "",
    note: str = "",
) -> Table:
    """A table whose every cell is one plain line; None is left empty."""
    made = tuple(Row(tuple(cell("" if value is None else value) for value in row)) for row in rows)
    return Table(tuple(columns), made, frozenset(prose), caption, note)


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)
