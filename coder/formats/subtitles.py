"""Subtitles: cues with times, in the dialects of Zoom, Teams, YouTube, noScribe and oral history archives.

Read here and not by a general subtitle library, because those drop what a researcher needs: voices
that stand on the first cue of a turn only, notes, and marks such as ``<[?]>`` that are not tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from coder.errors import MalformedFile
from coder.formats.building import Piece
from coder.formats.cues import Cue, by_labels, cues_of, talk
from coder.formats.dates import date_in
from coder.formats.decoding import characters
from coder.formats.stamps import CLOCK, milliseconds
from coder.model import DocumentKind, Reading, TurnKind

_TIMING = re.compile(rf"\s*({CLOCK})\s*-->\s*({CLOCK})(?:\s.*)?$")
_UNTIMED = re.compile(rf"\s*{CLOCK}(?:\s*\S{{0,4}}\s*{CLOCK}.*)?$")
_NOTE = re.compile(r"NOTE(?:[ \t]|$)")
_NOT_SHOWN = re.compile(r"(?:STYLE|REGION)\s*$")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>\n]+)>")
_TAG = re.compile(
    r"</?(?:v|c|i|b|u|ruby|rt|lang|font)(?:[.\s][^<>\n]*)?>|<(?:\d+:)?\d{1,3}:\d{2}(?:[.,]\d+)?>|\{\\an?\d{1,2}\}"
)
_AROUND_VOICE = " \t/:："
"""Marks beside a name that are no part of it: noScribe's for talking at once, and a colon."""


def read_cues(rows: Sequence[str], name: str, warnings: Sequence[str] = ()) -> Reading:
    """Read the cues in these lines; consecutive cues of one speaker become one turn.

    Raises MalformedFile with the line where times are missing or broken.
    """
    said = list(warnings)
    found = list(_parsed(rows, said))
    cues = cues_of(found)
    if not cues:
        raise MalformedFile("holds no cues: no line like 00:00:01.000 --> 00:00:04.000 was found")
    if _roll(cues):
        said.append("the captions roll: rows that were shown twice are read once")
        found = list(_unrolled(found))
    voiced = any(_VOICE.search(cue.words) for cue in cues)
    if voiced:
        spoken = [part for item in found for part in (_by_voice(item) if isinstance(item, Cue) else [item])]
    else:
        spoken = by_labels([_as_shown(item) for item in found])
    text, turns = talk(spoken, said, all_voiced=voiced)
    if not turns:
        raise MalformedFile("holds cues, but no words in them")
    heads = [item.words for item in found[:5] if isinstance(item, Piece)]
    day = next(filter(None, map(date_in, [*heads, name])), None)
    return Reading(text, turns, DocumentKind.INTERVIEW, tuple(said), day)


def _parsed(rows: Sequence[str], said: list[str]) -> Iterator[Cue | Piece]:
    """Cues, and the notes and titles between them, in the order of the file; ``said`` tells what was odd."""
    at = 0
    last: Cue | None = None
    below: list[str] = []
    number = 0
    lost: list[int] = []
    while at < len(rows):
        row = rows[at]
        if "-->" in row:
            if last is not None:
                yield last.and_below(below)
            end = _end_of_cue(rows, at + 1)
            number = _number(rows[at - 1]) if at else 0
            last, below = _cue(at + 1, row, rows[at + 1 : end]), []
            at = end
        elif not row.strip() or (at + 1 < len(rows) and "-->" in rows[at + 1]):
            at += 1
        elif _UNTIMED.match(row):
            raise MalformedFile(f"{row.strip()!r} has no arrow; write 00:00:01.000 --> 00:00:04.000", line=at + 1)
        else:
            end = _end_of_block(rows, at)
            numbered = end > at + 1 and _number(row) == number + 1
            words = "\n".join(rows[at + numbered : end])
            line, at = at + 1, end
            note = _NOTE.match(row)
            if _NOT_SHOWN.match(row):
                continue
            if numbered:
                number += 1
            if (last is not None and note is None) or numbered:
                lost.append(line)
            if last is not None and note is None:
                # A blank line inside a cue, or a cue that lost its times: the words must not be lost as well.
                below.append(words)
                continue
            if last is not None:
                yield last.and_below(below)
                last = None
            yield Piece(words[note.end() :], TurnKind.REMARK) if note else Piece(words, TurnKind.HEADER)
    if last is not None:
        yield last.and_below(below)
    if lost:
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        said.append(f"line {lost[0]}{more}: words without times were added to what stands before")


def _number(row: str) -> int:
    """The number of a cue that a line holds and nothing else, or 0."""
    row = row.strip()
    return int(row) if row.isascii() and row.isdigit() and len(row) < 9 else 0


def _end_of_block(rows: Sequence[str], at: int) -> int:
    while at < len(rows) and rows[at].strip() and "-->" not in rows[at]:
        at += 1
    return at


def _end_of_cue(rows: Sequence[str], at: int) -> int:
    """Where the words of a cue end: at a blank line, or at the next cue with or without a number above it."""
    end = _end_of_block(rows, at)
    if end < len(rows) and "-->" in rows[end] and end > at and rows[end - 1].strip().isdigit():
        return end - 1
    return end


def _cue(line: int, row: str, words: Iterable[str]) -> Cue:
    timing = _TIMING.match(row)
    if timing is None:
        raise MalformedFile(f"{row.strip()!r} is no cue's times; write 00:00:01.000 --> 00:00:04.000", line=line)
    return Cue(f"line {line}", "\n".join(words), None, milliseconds(timing[1]), milliseconds(timing[2]))


def _roll(cues: Sequence[Cue]) -> bool:
    """Whether many cues show the row that the cue before ended with above one more, as automatic captions do."""
    if any("<v" in cue.words for cue in cues):
        return False
    shown = [_rows(cue) for cue in cues]
    rolled = sum(len(after) > 1 and after[0] == before[-1] for before, after in pairwise(shown) if before)
    return rolled > 1 and rolled > len(cues) / 3


def _unrolled(items: Iterable[Cue | Piece]) -> Iterator[Cue | Piece]:
    last = ""
    for item in items:
        if not isinstance(item, Cue):
            yield item
            continue
        rows = _rows(item)
        fresh = rows[1:] if rows[:1] == [last] else rows
        last = rows[-1] if rows else last
        if fresh:
            yield item.saying("\n".join(fresh), item.voice)


def _rows(cue: Cue) -> list[str]:
    """The rows of a cue as they are shown, without empty ones."""
    return [row.strip() for row in _shown(cue.words).split("\n") if row.strip()]


def _by_voice(cue: Cue) -> list[Cue]:
    """One cue for each ``<v Name>`` in it."""
    before, *voices = _VOICE.split(cue.words)
    parts = [cue.saying(_shown(before), None)]
    for voice, words in zip(voices[::2], voices[1::2], strict=True):
        parts.append(cue.saying(_shown(words), characters(voice).strip(_AROUND_VOICE) or None))
    return [part for part in parts if part.words]


def _shown(words: str) -> str:
    """What a viewer would see: without tags, with character references replaced. ``<[?]>`` is no tag and stays."""
    return characters(_TAG.sub("", words) if "<" in words or "{" in words else words).strip()


def _as_shown(item: Cue | Piece) -> Cue | Piece:
    return item.saying(_shown(item.words), item.voice) if isinstance(item, Cue) else item
