"""Subtitles: cues with times, in the dialects of Zoom, Teams, YouTube, noScribe and oral history archives.

Read here and not by a general subtitle library, because those drop what a researcher needs: voices
that stand on the first cue of a turn only, notes, and marks such as ``<[?]>`` that are not tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coder.errors import MalformedFile
from coder.formats.building import Piece, built
from coder.formats.dates import date_in
from coder.formats.decoding import characters
from coder.formats.labels import Evidence, Label, convention, label_of
from coder.formats.stamps import CLOCK, milliseconds
from coder.model import DocumentKind, Reading, TurnKind

_TIMING = re.compile(rf"\s*({CLOCK})\s*-->\s*({CLOCK})(?:\s.*)?$")
_UNTIMED = re.compile(rf"\s*{CLOCK}(?:\s*\S{{0,4}}\s*{CLOCK}.*)?$")
_NOTE = re.compile(r"NOTE(?:[ \t]|$)")
_NOT_SHOWN = re.compile(r"(?:STYLE|REGION)\s*$")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>\n]+)>")
_TAG = re.compile(r"</?(?:v|c|i|b|u|ruby|rt|lang)(?:[.\s][^<>\n]*)?>|<(?:\d+:)?\d{1,3}:\d{2}(?:[.,]\d+)?>")
_ASIDE = re.compile(r"[\[(][^\[\]()]{1,200}[\])]$")
_STOPS = (".", "?", "!", "…", "。", "？", "！")
_AROUND_VOICE = " \t/:："
"""Marks beside a name that are no part of it: noScribe's for talking at once, and a colon."""

_CLOSING = "\"'”’)] "

_ALL_VOICED = 0.1
"""Where fewer cues than this share name no voice, such a cue is somebody unknown and not the speaker before."""

_PAUSE = 2000
"""Milliseconds of silence that end a paragraph where nobody is named."""

_PARAGRAPH, _MONOLOGUE = 60, 300
"""Words after which unnamed speech, and one person's speech, goes on in a new paragraph when a sentence is over."""


@dataclass(frozen=True, slots=True)
class _Cue:
    """Words with their times in milliseconds; ``line`` is where they stand in the file."""

    line: int
    start: int
    end: int
    words: str
    voice: str | None = None

    def saying(self, words: str, voice: str | None) -> _Cue:
        """The same cue with other words and another voice."""
        return _Cue(self.line, self.start, self.end, words, voice)

    def and_below(self, words: Sequence[str]) -> _Cue:
        """The same cue with more lines of words."""
        return self.saying("\n".join((self.words, *words)), self.voice) if words else self

    @property
    def is_aside(self) -> bool:
        """Whether it holds nothing but a transcriber's remark, such as ``(12 seconds pause)``."""
        return self.words.startswith(("[", "(")) and _ASIDE.match(self.words) is not None


def read_cues(rows: Sequence[str], name: str, warnings: Sequence[str] = ()) -> Reading:
    """Read the cues in these lines; consecutive cues of one speaker become one turn.

    Raises MalformedFile with the line where times are missing or broken.
    """
    said = list(warnings)
    found = list(_parsed(rows, said))
    cues = [item for item in found if isinstance(item, _Cue)]
    if not cues:
        raise MalformedFile("holds no cues: no line like 00:00:01.000 --> 00:00:04.000 was found")
    said.extend(_oddities(cues))
    if _roll(cues):
        said.append("the captions roll: rows that were shown twice are read once")
        found = list(_unrolled(found))
        cues = [item for item in found if isinstance(item, _Cue)]
    voiced = any(_VOICE.search(cue.words) for cue in cues)
    split = _by_voice if voiced else _splitter_by_label(cues)
    spoken = [part for item in found for part in (split(item) if isinstance(item, _Cue) else [item])]
    text, turns = built(_merged(_carried(spoken, said, all_voiced=voiced)))
    if not turns:
        raise MalformedFile("holds cues, but no words in them")
    heads = [item.words for item in found[:5] if isinstance(item, Piece)]
    day = next(filter(None, map(date_in, [*heads, name])), None)
    return Reading(text, turns, DocumentKind.INTERVIEW, tuple(said), day)


def _parsed(rows: Sequence[str], said: list[str]) -> Iterator[_Cue | Piece]:
    """Cues, and the notes and titles between them, in the order of the file; ``said`` tells what was odd."""
    at = 0
    last: _Cue | None = None
    below: list[str] = []
    while at < len(rows):
        row = rows[at]
        if "-->" in row:
            if last is not None:
                yield last.and_below(below)
            end = _end_of_cue(rows, at + 1)
            last, below = _cue(at + 1, row, rows[at + 1 : end]), []
            at = end
        elif not row.strip() or (at + 1 < len(rows) and "-->" in rows[at + 1]):
            at += 1
        elif _UNTIMED.match(row):
            raise MalformedFile(f"{row.strip()!r} has no arrow; write 00:00:01.000 --> 00:00:04.000", line=at + 1)
        else:
            end = _end_of_block(rows, at)
            words = "\n".join(rows[at:end])
            at = end
            note = _NOTE.match(row)
            if _NOT_SHOWN.match(row):
                continue
            if last is not None and note is None:
                # A blank line inside a cue, or a cue that lost its times: the words must not be lost as well.
                if not any("words without times" in warning for warning in said):
                    said.append(f"line {at - words.count(chr(10))}: words without times were added to the cue before")
                below.append(words)
                continue
            if last is not None:
                yield last.and_below(below)
                last = None
            yield Piece(words[note.end() :], TurnKind.REMARK) if note else Piece(words, TurnKind.HEADER)
    if last is not None:
        yield last.and_below(below)


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


def _cue(line: int, row: str, words: Iterable[str]) -> _Cue:
    timing = _TIMING.match(row)
    if timing is None:
        raise MalformedFile(f"{row.strip()!r} is no cue's times; write 00:00:01.000 --> 00:00:04.000", line=line)
    return _Cue(line, milliseconds(timing[1]), milliseconds(timing[2]), "\n".join(words))


def _oddities(cues: Sequence[_Cue]) -> Iterator[str]:
    """Times that cannot be right; they are kept as they stand."""
    for cue in cues:
        if cue.end < cue.start:
            yield f"line {cue.line}: a cue ends before it begins; times were kept as they stand"
            break
    latest = 0
    for cue in cues:
        if cue.start < latest:
            yield f"line {cue.line}: the time goes back here; times and order were kept as they stand"
            break
        latest = cue.start


def _roll(cues: Sequence[_Cue]) -> bool:
    """Whether many cues show the row that the cue before ended with above one more, as automatic captions do."""
    if any("<v" in cue.words for cue in cues):
        return False
    shown = [_rows(cue) for cue in cues]
    rolled = sum(len(after) > 1 and after[0] == before[-1] for before, after in pairwise(shown) if before)
    return rolled > 2 and rolled > len(cues) / 3


def _unrolled(items: Iterable[_Cue | Piece]) -> Iterator[_Cue | Piece]:
    last = ""
    for item in items:
        if not isinstance(item, _Cue):
            yield item
            continue
        rows = _rows(item)
        fresh = rows[1:] if rows[:1] == [last] else rows
        last = rows[-1] if rows else last
        if fresh:
            yield item.saying("\n".join(fresh), item.voice)


def _rows(cue: _Cue) -> list[str]:
    """The rows of a cue as they are shown, without empty ones."""
    return [row.strip() for row in _shown(cue.words).split("\n") if row.strip()]


def _by_voice(cue: _Cue) -> list[_Cue]:
    """One cue for each ``<v Name>`` in it."""
    before, *voices = _VOICE.split(cue.words)
    parts = [cue.saying(_shown(before), None)]
    for voice, words in zip(voices[::2], voices[1::2], strict=True):
        parts.append(cue.saying(_shown(words), characters(voice).strip(_AROUND_VOICE) or None))
    return [part for part in parts if part.words]


def _splitter_by_label(cues: Sequence[_Cue]) -> Callable[[_Cue], list[_Cue]]:
    """How to split cues in a file whose speakers, if any, are named as ``Name: words``."""
    rows = {cue.line: _labelled(_shown(cue.words)) for cue in cues}
    labels = [label for row in rows.values() for _, label in row if label is not None and not label.alone]
    believed = convention(Evidence(labels, len(cues)))

    def split(cue: _Cue) -> list[_Cue]:
        parts: list[tuple[str | None, list[str]]] = []
        for row, candidate in rows[cue.line]:
            label = believed.reads(candidate)
            if label is not None and label.name:
                parts.append((label.name, [row[label.words :]]))
            elif parts:
                parts[-1][1].append(row)
            elif row:
                parts.append((None, [row]))
        return [cue.saying("\n".join(words), voice) for voice, words in parts]

    return split


def _labelled(words: str) -> list[tuple[str, Label | None]]:
    return [(row, label_of(row, 0)) for row in words.split("\n")]


def _shown(words: str) -> str:
    """What a viewer would see: without tags, with character references replaced. ``<[?]>`` is no tag and stays."""
    return characters(_TAG.sub("", words) if "<" in words else words).strip()


def _carried(spoken: Sequence[_Cue | Piece], said: list[str], *, all_voiced: bool) -> list[_Cue | Piece]:
    """The cues with the speaker of the cue before where they name none, which ``said`` then tells."""
    cues = [item for item in spoken if isinstance(item, _Cue) and not item.is_aside]
    silent = [cue for cue in cues if cue.voice is None]
    if len(silent) == len(cues):
        return list(spoken)
    if all_voiced and 0 < len(silent) <= _ALL_VOICED * len(cues):
        said.append(f"{_so_many(silent)} while nearly all others do; their speaker was left open")
        return list(spoken)
    found: list[_Cue | Piece] = []
    voice: str | None = None
    given: list[_Cue] = []
    for item in spoken:
        if not isinstance(item, _Cue) or item.is_aside:
            found.append(item)
            continue
        if item.voice is None and voice is not None:
            given.append(item)
        voice = item.voice or voice
        found.append(item if item.voice == voice else item.saying(item.words, voice))
    if given:
        said.append(f"{_so_many(given)}; they were given to the speaker before")
    return found


def _so_many(cues: Sequence[_Cue]) -> str:
    return f"cues that name no speaker: {len(cues)} (first in line {cues[0].line})"


def _merged(items: Iterable[_Cue | Piece]) -> Iterator[Piece]:
    """Consecutive cues of one speaker as one turn; where nobody is named, paragraphs by pauses and sentences."""
    run: list[_Cue] = []
    size = 0
    for item in items:
        if run and not (isinstance(item, _Cue) and _goes_on(run[-1], item, size)):
            yield _turn(run)
            run, size = [], 0
        if isinstance(item, _Cue):
            run.append(item)
            size += len(item.words.split())
        else:
            yield item
    if run:
        yield _turn(run)


def _goes_on(before: _Cue, after: _Cue, size: int) -> bool:
    """Whether two cues belong to one turn that has ``size`` words so far."""
    if before.voice != after.voice:
        return False
    if before.voice is None and (before.is_aside or after.is_aside):
        return False
    finished = before.words.rstrip(_CLOSING).endswith(_STOPS)
    if before.voice is None and after.start - before.end >= _PAUSE:
        return False
    return not (finished and size >= (_PARAGRAPH if before.voice is None else _MONOLOGUE))


def _turn(run: Sequence[_Cue]) -> Piece:
    rows = [row.strip() for cue in run for row in cue.words.split("\n") if row.strip()]
    # A dash at the beginning of a row is another person talking: such rows stay apart.
    words = "".join(("\n" if row.startswith(("- ", "– ")) else " ") + row for row in rows)
    kind = TurnKind.REMARK if run[0].voice is None and run[0].is_aside else TurnKind.SPEECH
    return Piece(words, kind, run[0].voice, run[0].start, max(cue.end for cue in run))
