"""From paragraphs to turns: who speaks, when, and what is not speech at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from coder.errors import MalformedFile
from coder.formats.labels import (
    AT_ONCE,
    Convention,
    Evidence,
    Form,
    Label,
    convention,
    label_of,
    names_in_bold,
    spelling,
)
from coder.formats.notes import is_field
from coder.formats.outline import FRONT, SHORT, Outline, outline
from coder.formats.paragraphs import Paragraph, lines
from coder.formats.stamps import is_stamp, stamp_at_end, stamps_in
from coder.model import DocumentKind, Reading, Span, Turn, TurnKind
from coder.model.span import lines_before, turn_at

_FOOTER = re.compile(
    r"\W{0,9}(?:transcribed (?:by|with|using)\b|transcription ended\b|this editable transcript was\b"
    r"|end of (?:the )?(?:recording|transcript|transcription|interview)\W{0,9}$|.{1,60} stopped transcription$)",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"[*_]?[\[(][^\[\]()]{1,200}[\])][*_]?$"
    r"|(?:Reacted to|Replying to) \"|Reacted to .{1,200} with \"[^\"\n]{1,12}\"$"
    r"|Removed an? .{1,40} reaction from \""
)


_VERBATIM = 0.7
"""With more paragraphs labelled than this share, what looks like minutes is a transcript of a meeting."""


def understand(
    text: str, paragraphs: Sequence[Paragraph], name: str, warnings: Sequence[str] = (), *, lined: bool = True
) -> Reading:
    """What a written document says: its paragraphs are given in order, ``name`` is the file's name.

    ``lined`` says that the lines of the text are those of the file, so that a warning may name them.
    Raises MalformedFile if there is nothing to read.
    """
    candidates = list(_candidates(text, paragraphs))
    said = _with_words(text, candidates)
    in_bold = names_in_bold([candidate.label for candidate in said], len(paragraphs))
    talk = frozenset(c.paragraph for c in candidates if c.label.form is Form.BOLD and c.label.name in in_bold)
    sketch = outline(text, _titled(text, paragraphs, in_bold), talk)
    notes = sketch.looks_like_notes(name)
    heard = [candidate.label for candidate in said if candidate.paragraph not in sketch.fixed]
    fields = frozenset(label.name.casefold() for label in heard if label.name and is_field(label.name))
    first = _first_repeated([candidate for candidate in said if candidate.paragraph not in sketch.fixed])
    evidence = Evidence(heard, sketch.open_from(first), sketch.people, fields, notes)
    believed = convention(evidence)
    verbatim = not notes
    if notes and not believed.names_speakers:
        talk_like = convention(replace(evidence, notes=False))
        verbatim = talk_like.share(evidence) >= _VERBATIM
        believed = talk_like if verbatim else believed
    labels = {candidate.start: candidate.label for candidate in candidates}
    listener = _Listener(text, sketch, labels, believed, notes=notes, verbatim=verbatim)
    turns = listener.turns()
    if not turns:
        raise MalformedFile("holds no words, only marks")
    day, dated = sketch.date(name, listener.first)
    doubts = [*_doubts(text, turns, labels, believed, lined=lined)]
    if listener.left_open:
        only = next(turn.speaker for turn in turns if turn.speaker)
        doubts.append(f"only {only!r} is named; who speaks was left open where no name stands: {listener.left_open}")
    return Reading(text, turns, _kind(text, turns, notes=notes), (*warnings, *dated, *doubts), day)


def _kind(text: str, turns: Sequence[Turn], *, notes: bool) -> DocumentKind:
    if notes:
        return DocumentKind.MEETING_NOTES
    chat = any(text.startswith('Reacted to "', turn.span.start) for turn in turns)
    spoken = any(turn.kind is TurnKind.SPEECH for turn in turns)
    return DocumentKind.INTERVIEW if spoken and not chat else DocumentKind.OTHER


def _titled(text: str, paragraphs: Sequence[Paragraph], speakers: frozenset[str]) -> list[Paragraph]:
    """The same paragraphs, short ones in bold type marked as headings unless they name who speaks."""
    found = []
    for paragraph in paragraphs:
        line = text[paragraph.start : paragraph.end]
        title = line.strip("*_ ") if paragraph.bold else ""
        whole = paragraph.bold and not line[paragraph.bold :].strip(" :") and "\n" not in line
        if whole and not (paragraph.level or paragraph.item or title in speakers or len(title.split()) > 12):
            found.append(replace(paragraph, level=3))
        else:
            found.append(paragraph)
    return found


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What may be a label: the index of its paragraph, and where its line starts."""

    paragraph: int
    start: int
    label: Label


def _candidates(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[_Candidate]:
    rows = [
        (index, start, end, paragraph.bold if start == paragraph.start else 0)
        for index, paragraph in enumerate(paragraphs)
        for start, end in lines(text, paragraph.start, paragraph.end)
        if start < end
    ]
    below_stamp = False
    for (index, start, end, bold), after in zip_longest(rows, rows[1:]):
        above_stamp = after is not None and text.count("\n", end, after[1]) == 1 and is_stamp(text[after[1] : after[2]])
        label = label_of(text[start:end], start, bold=bold, below_stamp=below_stamp, above_stamp=above_stamp)
        if label is not None:
            yield _Candidate(index, start, label)
        below_stamp = label is not None and label.form is Form.STAMP and label.alone


def _with_words(text: str, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Those candidates after which something is said before the next one of the same form."""
    following: dict[Form, int] = {}
    found = []
    for candidate in reversed(candidates):
        label = candidate.label
        until = following.get(label.form, len(text))
        following[label.form] = candidate.start
        if not label.alone or label.form is Form.STAMP or text[label.words : until].strip():
            found.append(candidate)
    return found[::-1]


def _first_repeated(candidates: Sequence[_Candidate]) -> int:
    """The paragraph of the first name that comes again; what stands before it is a title or the like."""
    names = Counter(candidate.label.name for candidate in candidates)
    return next((c.paragraph for c in candidates if c.label.name and names[c.label.name] > 1), 0)


@dataclass
class _Voice:
    """Who is speaking, and since when, as the labels tell."""

    speaker: str | None = None
    time: int | None = None
    until: int | None = None
    lasts: bool = False

    def hear(self, label: Label) -> None:
        if label.form is not Form.STAMP:
            self.speaker = label.name
            self.lasts = label.form in _LASTING
        if label.time is not None:
            self.time, self.until = label.time, label.until


_LASTING = frozenset({Form.BOLD, Form.NAME_AND_CLOCK, Form.LINE, Form.LINE_ABOVE})
"""Labels that stand above several paragraphs, in meeting notes too."""


class _Listener:
    """Goes through the paragraphs and makes turns of them, remembering who spoke last."""

    def __init__(
        self,
        text: str,
        sketch: Outline,
        labels: Mapping[int, Label],
        believed: Convention,
        *,
        notes: bool,
        verbatim: bool,
    ) -> None:
        self._text = text
        self._sketch = sketch
        self._labels = labels
        self._believed = believed
        self._trailing = _stamps_trail(sketch.texts)
        self._voice = _Voice()
        self._found: list[Turn] = []
        self.first = self._first()
        """The paragraph in which the talk begins, or None."""
        self._talk = self.first is not None and verbatim
        self._notes = notes
        self._before = sum(index not in sketch.fixed for index in range(self.first or 0))
        self._alone = believed.only_one
        self.left_open = 0
        """Paragraphs below the words of the only person named, who may be somebody else's."""

    def turns(self) -> tuple[Turn, ...]:
        """The turns of the whole document."""
        for index, paragraph in enumerate(self._sketch.paragraphs):
            frame = self._frame(index)
            if frame is None:
                self._listen(index, paragraph)
            else:
                self._add(frame, paragraph.start, paragraph.end, level=paragraph.level)
                if frame is TurnKind.HEADING:
                    self._voice = _Voice()
        return tuple(self._found)

    def _first(self) -> int | None:
        for index, paragraph in enumerate(self._sketch.paragraphs):
            if index >= self._sketch.front and index not in self._sketch.fixed and self._opens(paragraph):
                return index
        return None

    def _opens(self, paragraph: Paragraph) -> bool:
        return self._believed.reads(self._labels.get(paragraph.start)) is not None

    def _frame(self, index: int) -> TurnKind | None:
        """What a paragraph is that nobody speaks; None for one to listen to."""
        kind = self._sketch.kinds[index]
        paragraph, text = self._sketch.paragraphs[index], self._sketch.texts[index]
        if paragraph.guessed and self._talk and self.first is not None and index > self.first:
            return None
        if index in self._sketch.fixed or index < self._sketch.front:
            return kind or TurnKind.HEADER
        if self._opens(paragraph):
            return None
        if self._talk and self.first is not None and index < self.first:
            short = self._before <= FRONT and (
                len(text.split(None, SHORT)) <= SHORT or _has_keywords(self._sketch.texts[:index])
            )
            return kind or (TurnKind.HEADER if short else TurnKind.PARAGRAPH)
        if index >= len(self._sketch.texts) - 4 and _FOOTER.match(text):
            return TurnKind.FOOTER
        if kind in (TurnKind.DECISION, TurnKind.ACTION) and text.partition(":")[0].isupper():
            # "RESOLUTION: ..." is the scribe's, also where nearly all else is said by somebody.
            return kind
        return None if self._talk and not self._notes else kind

    def _listen(self, index: int, paragraph: Paragraph) -> None:
        voice = self._voice
        if not (self._talk or voice.lasts):
            voice.speaker = None
        if self._alone and voice.speaker and self._found and self._found[-1].speaker and not self._opens(paragraph):
            # Where questions alone are labelled, what follows is the answer of somebody who is not named.
            voice.speaker = None
        self.left_open += self._alone and self._talk and voice.speaker is None and not self._opens(paragraph)
        begin = finish = -1
        named = False
        for start, end in lines(self._text, paragraph.start, paragraph.end):
            label = self._believed.reads(self._labels.get(start))
            if label is None:
                if start < end:
                    begin, finish = (start if begin < 0 else begin), end
                continue
            self._say(begin, finish, named)
            named = True
            voice.hear(label)
            begin, finish = (-1, -1) if label.words >= end else (label.words, end)
        self._say(begin, finish, named)

    def _say(self, begin: int, finish: int, named: bool) -> None:
        voice = self._voice
        words = self._text[begin:finish] if begin >= 0 else ""
        if self._trailing and (stamp := stamp_at_end(words)):
            finish = begin + stamp[0]
            voice.time = self._last_end() if voice.time is None else voice.time
            voice.until = stamp[1]
        if begin < 0 or begin == finish:
            return
        unnamed = self._talk and (self._alone or not self._believed.names_speakers)
        heard = voice.speaker is not None or voice.time is not None or unnamed
        kind = TurnKind.SPEECH if heard else TurnKind.PARAGRAPH
        aside = not named and words.startswith(("[", "(", "*", "_"))
        if heard and _REMARK.match(words) and (aside or not words.startswith(("[", "("))):
            kind = TurnKind.REMARK
        self._add(kind, begin, finish, _Voice() if kind is TurnKind.REMARK and aside else voice)
        if kind is not TurnKind.REMARK:
            # What is only a remark leaves the time to the words below it, such as the answer in a chat.
            voice.time = voice.until = None

    def _last_end(self) -> int | None:
        return next((turn.end_ms for turn in reversed(self._found) if turn.end_ms is not None), None)

    def _add(self, kind: TurnKind, begin: int, finish: int, voice: _Voice | None = None, level: int = 0) -> None:
        voice = voice or _Voice()
        level = (level or 1) if kind is TurnKind.HEADING else 0
        self._found.append(Turn(Span(begin, finish), kind, voice.speaker, voice.time, voice.until, level))


def _stamps_trail(texts: Sequence[str]) -> bool:
    """Whether time stamps stand at the ends of paragraphs, as f4 and its kin set them."""
    ends = [text for text in texts if stamp_at_end(text) is not None]
    return len(ends) > 1 and (all(text.endswith("#") for text in ends) or len(ends) >= 0.3 * len(texts))


def _has_keywords(texts: Sequence[str]) -> bool:
    return "SUMMARY KEYWORDS" in texts


def _doubts(
    text: str, turns: Sequence[Turn], labels: Mapping[int, Label], believed: Convention, *, lined: bool
) -> Iterator[str]:
    """What the researcher should look at."""
    for name in believed.doubted[:5]:
        place = next(start for start, label in labels.items() if label.name == name)
        where = f"line {lines_before(text, place)}: " if lined else ""
        yield f"{where}{name!r} looks like a speaker but stands too seldom; read as text"
    speakers = dict.fromkeys(turn.speaker for turn in turns if turn.speaker)
    spellings: dict[str, list[str]] = {}
    for speaker in speakers:
        spellings.setdefault(spelling(speaker), []).append(speaker)
    alike = [" and ".join(map(repr, names)) for names in spellings.values() if len(names) > 1]
    if alike:
        yield f"speakers whose names differ only in capitals or a full stop were kept apart: {', '.join(alike)}"
    timed = [turn for turn in turns if turn.start_ms is not None]
    for before, after in pairwise(timed):
        if (before.start_ms or 0) > (after.start_ms or 0):
            where = f"line {lines_before(text, after.span.start)}: " if lined else ""
            yield f"{where}the time goes back at {after.span.of(text)[:30]!r}; times were kept as they stand"
            break
    starts = [turn.span.start for turn in turns]
    places = [(place, turns[turn_at(starts, place)]) for place in stamps_in(text)]
    inside = [place for place, turn in places if turn.kind.is_content and turn.span.start <= place < turn.span.end]
    if len(inside) > (0 if speakers else 2):
        where = f" (first in line {lines_before(text, inside[0])})" if lined else ""
        yield f"time stamps inside the text were left there: {len(inside)}{where}"
    both = [found.start() for found in AT_ONCE.finditer(text)] if speakers else []
    if both:
        where = f" (first in line {lines_before(text, both[0])})" if lined else ""
        yield f"words said at the same time by another were left inside the turn: {len(both)}{where}"
    if private := len(_PRIVATE.findall(text)) if timed else 0:
        yield f"messages that were not for everybody: {private}"
    if timed and not speakers:
        yield "no speaker is named; the turns have times only"
    if not timed and (odd := _odd_times(text)):
        where = f" (first in line {lines_before(text, odd[0])})" if lined else ""
        yield f"lines begin with what may be times, in a form that is not known: {len(odd)}{where}; they were left"
    if not speakers and (alike := _alike(text)):
        written = " and ".join(map(repr, alike[:2]))
        yield f"lines begin again and again with {written}; if they name who speaks, write them as 'Name: words'"


_PRIVATE = re.compile(r"^[\d:\[\] T./-]{5,30}From .{1,120}\((?:Direct Message|privately)\)\s?:", re.MULTILINE)
_MAY_BE_TIME = re.compile(r"^[^\w\n]{0,3}\d{1,4}[:.]\d{1,3}(?:[:.;,]\d{1,3})*s?(?=[\s\])}>#|-]|$)", re.MULTILINE)


def _odd_times(text: str) -> list[int]:
    """Where lines begin with what looks like times, if at least every fourth does and they go up."""
    found = list(_MAY_BE_TIME.finditer(text))
    rows = sum(1 for row in text.splitlines() if row.strip())
    marks = [match for match in found if ":" in match[0] or match[0].lstrip()[:1] in "[({<#¤"]
    return [match.start() for match in marks] if len(marks) > 2 and len(marks) >= rows / 4 else []


_BEGINNING = re.compile(
    r"(?:\d{1,4}[.)]?\s+)?(?:(?P<inside>[<(\[{][^\W\d_][^<>()\[\]{}\n]{0,30}[>)\]}])\s?:?\s"
    r"|(?P<before>[^\W\d_](?:[^:.\n]{0,30}?[^\W_])??(?:\s[-–—]|[.:]))\s"
    r"|(?P<quoting>[^\W_]\w{0,20})(?=「)|(?P<number>\d{1,2}(?=:\s))"
    r"|(?P<alone>[^\W\d_](?:[\w '’-]{0,28}\w)?)$)"
)
"""How a name may stand that is not taken for one: before a dash or a full stop, in brackets, behind a number, alone."""


def _alike(text: str) -> list[str]:
    """What at least two different beginnings that come twice are, where they begin every second line or more.

    A name alone on its line has the words on the next.
    """
    rows = [row for line in text.splitlines() if (row := line.strip())]
    found = [match[0].strip() for row in rows if (match := _BEGINNING.match(row))]
    # "Q1:", "Q2:" are the same beginning, counted.
    names = Counter(re.sub(r"^\d+[.)]?\s+|(?<=^[AFKQSV])\d+(?=\W$)", "", each) for each in found)
    often = [name for name, count in names.most_common() if count > 1]
    return often if len(often) > 1 and sum(names[name] for name in often) >= 0.4 * len(rows) else []
