"""One document that holds many meetings, such as a year of notes, as one document a meeting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from coder.formats.dates import begins_with_date, date_in, month_first
from coder.formats.outline import COMPARES_BETTER
from coder.model import Reading, Span, Turn, TurnKind

_SHORT = 40
"""Characters of a line that is a date and hardly anything else."""


def split_by_date(reading: Reading, name: str) -> list[tuple[str, Reading]]:
    """The meetings under the dated headings (or lines) of a reading, each with a name and its date, in their order.

    What stands before the first dated heading stays as an entry of its own. The texts put together are
    the text of the reading. Where there are not two different dates, the reading itself is the one entry.
    """
    begins = _meetings(reading)
    if not begins:
        return [(name, reading)]
    front = _Begin(0, 0, None)
    bounds = [front, *begins] if begins[0].turn > 0 else [_Begin(0, 0, begins[0].day), *begins[1:]]
    ends = [*bounds[1:], _Begin(len(reading.text), len(reading.turns), None)]
    warnings = tuple(warning for warning in reading.warnings if not warning.endswith(COMPARES_BETTER))
    parts = [_part(reading, begin, end) for begin, end in zip(bounds, ends, strict=True)]
    # Warnings tell lines of the whole, so they are said once, with its beginning.
    parts[0] = replace(parts[0], warnings=warnings)
    return list(zip(_names(name, bounds), parts, strict=True))


@dataclass(frozen=True, slots=True)
class _Begin:
    """Where a part begins: its place in the text, its first turn, and its ISO date."""

    place: int
    turn: int
    day: str | None


def _meetings(reading: Reading) -> list[_Begin]:
    """Where the meetings begin; empty if there are not two of different dates."""
    headings = [index for index, turn in enumerate(reading.turns) if turn.kind is TurnKind.HEADING]
    days = _days(reading, headings)
    level = _level(reading.turns, days)
    if level is None:
        # Notes without headings may have their dates on lines of their own.
        lines = [index for index, turn in enumerate(reading.turns) if _is_date(turn, reading.text)]
        days = _days(reading, lines)
        return [_begin(reading, index, day) for index, day in days.items()] if len(set(days.values())) > 1 else []
    begins = []
    for index, day in days.items():
        depth = reading.turns[index].level
        whole = depth < level and index == headings[0]
        if depth <= level and not whole:
            begins.append(_begin(reading, index, day))
    return begins


def _days(reading: Reading, indices: Sequence[int]) -> dict[int, str]:
    """The dates in those of the turns that hold one."""
    titles = [reading.turns[index].span.of(reading.text) for index in indices]
    order = month_first(titles)
    return {index: day for index, title in zip(indices, titles, strict=True) if (day := date_in(title, order))}


def _is_date(turn: Turn, text: str) -> bool:
    words = turn.span.of(text)
    written = turn.kind in (TurnKind.PARAGRAPH, TurnKind.HEADER)
    return written and len(words) <= _SHORT and "\n" not in words and begins_with_date(words)


def _begin(reading: Reading, index: int, day: str) -> _Begin:
    return _Begin(_line_start(reading, index), index, day)


def _level(turns: Sequence[Turn], days: dict[int, str]) -> int | None:
    """The depth of the headings that begin a meeting: where most dates stand, the upper one of two; or None."""
    dated = Counter(level for level, _ in {(turns[index].level, day) for index, day in days.items()})
    level = max(sorted(dated), key=dated.__getitem__, default=0)
    return level if dated[level] > 1 else None


def _line_start(reading: Reading, index: int) -> int:
    """Where the line of a turn starts, with the marks before its words, but not inside the turn before."""
    before = reading.turns[index - 1].span.end if index else 0
    place = max(before, reading.text.rfind("\n", 0, reading.turns[index].span.start) + 1)
    # No text may begin with a byte order mark, so one that stands here stays with the part before.
    while reading.text[place] == "\ufeff":
        place += 1
    return place


def _part(reading: Reading, begin: _Begin, end: _Begin) -> Reading:
    turns = tuple(_moved(turn, begin.place) for turn in reading.turns[begin.turn : end.turn])
    return Reading(reading.text[begin.place : end.place], turns, reading.kind, date=begin.day)


def _moved(turn: Turn, by: int) -> Turn:
    return replace(turn, span=Span(turn.span.start - by, turn.span.end - by))


def _names(name: str, bounds: Sequence[_Begin]) -> Iterator[str]:
    """A name for each part: the day, and a number where a day has several meetings."""
    met: Counter[str] = Counter()
    for begin in bounds:
        if begin.day is None:
            yield f"{name} (before the first date)"
            continue
        met[begin.day] += 1
        yield f"{name} {begin.day}" + (f" ({met[begin.day]})" if met[begin.day] > 1 else "")
