"""One document with what was coded in it, laid out for reading: lines, the pieces of each line, numbered marks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from coder.model import Code, Codebook, Coder, Coding, Document, Memo, Span, Turn, TurnKind

LANES = 6
"""How many codings that overlap have a line of their own under the words; their numbers tell further ones apart."""

MEMO = "Memo"
MEMO_COLOUR = "#5f6368"

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A coding, or a memo on a stretch (``code`` None), with the number by which it is named in the text.

    ``title`` is the code's path, ``notes`` the memos on the coding, ``lane`` the line under the words.
    """

    number: int
    lane: int
    span: Span
    title: str
    colour: str
    coder: str
    notes: tuple[str, ...] = ()
    code: Code | None = None
    created: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text that is not empty, and the kind of the turn that it belongs to; None outside every turn."""

    span: Span
    kind: TurnKind | None
    words_from: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line under the same marks. ``label`` says that it stands before what is said: a name, a time."""

    text: str
    marks: tuple[Mark, ...]
    opening: tuple[Mark, ...]
    closing: tuple[Mark, ...]
    label: bool


@dataclass(frozen=True)
class CodedTranscript:
    """A document with its codings, and the memos on these and on itself. ``study`` is the title of the project."""

    study: str
    document: Document
    turns: tuple[Turn, ...]
    codings: tuple[Coding, ...]
    codebook: Codebook
    coders: tuple[Coder, ...]
    memos: tuple[Memo, ...] = ()

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """Codings and memos on stretches, numbered from one in the order of the text; the longer first."""
        names = {coder.id: coder.name for coder in self.coders}
        notes: dict[str, list[str]] = {}
        for memo in self.memos:
            if memo.about == "coding":
                notes.setdefault(memo.target, []).append(_noted(memo))
        found: list[tuple[Span, str, str, str, tuple[str, ...], Code | None, str]] = []
        for coding in self.codings:
            code = self.codebook.code(coding.code)
            path, coder = self.codebook.path(code.id), names.get(coding.coder, "")
            found.append((coding.span, path, code.colour, coder, tuple(notes.get(coding.id, ())), code, coding.created))
        for memo in self.memos:
            if memo.about == "document" and memo.anchor is not None:
                coder = names.get(memo.coder, "")
                found.append((memo.anchor.span, MEMO, MEMO_COLOUR, coder, (_noted(memo),), None, memo.created))
        found.sort(key=lambda each: (each[0].start, -each[0].end, each[1], each[3]))
        lanes = _lanes([each[0] for each in found])
        return tuple(Mark(number, lane, *each) for number, (lane, each) in enumerate(zip(lanes, found, strict=True), 1))

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """Memos on the whole document, each with the coder's name."""
        names = {coder.id: coder.name for coder in self.coders}
        whole = (memo for memo in self.memos if memo.about == "document" and memo.anchor is None)
        return tuple((_noted(memo), names.get(memo.coder, "")) for memo in whole)

    @property
    def facts(self) -> str:
        """Study, kind, date, and how many codings by whom, in one line."""
        by = Counter(mark.coder for mark in self.marks if mark.code is not None)
        total = sum(by.values())
        codings = f"{total:,} coding{'' if total == 1 else 's'}"
        whom = f" by {', '.join(f'{name} ({count:,})' for name, count in by.items())}" if by else ""
        parts = (self.study, self.document.kind.value, self.document.date or "", codings + whom)
        return " · ".join(part for part in parts if part)

    @property
    def used(self) -> tuple[tuple[str, Code, int], ...]:
        """Path, code and number of codings of every code that is used here, in the order of the codebook."""
        counts = Counter(mark.code.id for mark in self.marks if mark.code is not None)
        return tuple(
            (self.codebook.path(code.id), code, counts[code.id])
            for _, code in self.codebook.walk()
            if code.id in counts
        )

    def lines(self) -> Iterator[tuple[Line, tuple[Piece, ...], tuple[Mark, ...]]]:
        """Each line with its pieces and with the marks that begin on it."""
        waiting = list(reversed(self.marks))
        active: list[Mark] = []
        text = self.document.text
        lines = list(_lines(text, self.turns))
        ends = [0, *(line.span.end for line in lines)]
        starts = [*(line.span.start for line in lines[1:]), len(text)]
        for line, above, below in zip(lines, ends, starts, strict=False):
            begun = []
            while waiting and waiting[-1].span.start < line.span.end:
                begun.append(waiting.pop())
            active = [mark for mark in (*active, *begun) if mark.span.end > line.span.start]
            yield line, tuple(_pieces(line, text, Span(above, below), active)), tuple(begun)


def shown(text: str) -> str:
    """The text without characters that no page can hold."""
    return _CONTROL.sub("\ufffd", text)


def definition(code: Code) -> str:
    """What the code means, in as few words as there are."""
    return code.brief or code.definition


def _noted(memo: Memo) -> str:
    return f"{memo.title}: {memo.text}" if memo.title else memo.text


def _lanes(spans: Sequence[Span]) -> list[int]:
    """For each span, in order of their starts, the lowest lane that is free all along it."""
    ends: list[int] = []
    found = []
    for span in spans:
        lane = next((lane for lane, end in enumerate(ends) if end <= span.start), len(ends))
        if lane == len(ends):
            ends.append(0)
        ends[lane] = span.end
        found.append(lane)
    return found


def _lines(text: str, turns: Sequence[Turn]) -> Iterator[Line]:
    start = at = 0
    for words in text.split("\n"):
        end = start + len(words)
        while at < len(turns) and turns[at].span.end <= start:
            at += 1
        if words.strip():
            turn = turns[at] if at < len(turns) and turns[at].span.start < end else None
            # Outside every turn stand names and times, in a text that has turns at all.
            begins = turn.span.start if turn else (end if turns else start)
            words_from = max(start, begins)
            yield Line(Span(start, end), turn.kind if turn else None, words_from, turn.level if turn else 0)
        start = end + 1


def _pieces(line: Line, text: str, gap: Span, marks: Sequence[Mark]) -> Iterator[Piece]:
    """``gap`` is the line with the blank lines around it: what begins or ends in these does so here."""
    begin, finish = line.span.start, line.span.end
    cuts = {begin, finish, line.words_from}
    cuts |= {at for mark in marks for at in (mark.span.start, mark.span.end) if begin < at < finish}
    for start, end in pairwise(sorted(cuts)):
        covering = tuple(mark for mark in marks if mark.span.start < end and mark.span.end > start)
        first, last = gap.start if start == begin else start, gap.end if end == finish else end
        opening = tuple(mark for mark in covering if first <= mark.span.start <= start)
        closing = tuple(mark for mark in reversed(covering) if end <= mark.span.end <= last)
        yield Piece(text[start:end], covering, opening, closing, end <= line.words_from)
