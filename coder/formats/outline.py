"""What each paragraph is by its place and first words, before anybody is heard to speak."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coder.formats.dates import date_in
from coder.formats.labels import label_of
from coder.formats.machine import machine_made
from coder.formats.notes import field_kind, people_in, section_kind, speaks_of_a_meeting
from coder.formats.paragraphs import Paragraph
from coder.model import TurnKind

FRONT = 15
"""Paragraphs at the beginning in which a date, a place and the like are looked for."""

SHORT = 40
"""Words in a paragraph that may still be a title or a note above the talk."""

COMPARES_BETTER = "one file a meeting compares better"
"""How the warning ends that several meetings stand in one file."""

_ABOVE = 5
"""Short lines that may stand above the first title."""

_ITALIC = re.compile(r"(?:\*[^*]+\*|_[^_]+_)$")
_TAKEN_BY = re.compile(r"\W{0,9}(?:notes|minutes|transcribed|recorded|written) (?:taken )?by\b", re.IGNORECASE)
_STAMP_ONLY = re.compile(r"[\W_]{0,9}(?:\d{1,3}:)?\d{1,3}:\d{2}[\W_]{0,9}$")
_LIST = frozenset({TurnKind.ATTENDANCE, TurnKind.DECISION, TurnKind.ACTION})


@dataclass(frozen=True, slots=True)
class Outline:
    """The paragraphs with their texts, and the kind of each that its place or first words tell.

    ``front`` is the number of paragraphs in the block of ``Date: ...`` lines at the beginning, ``fixed``
    holds those that are no speech whatever they look like.
    """

    paragraphs: Sequence[Paragraph]
    texts: Sequence[str]
    kinds: Sequence[TurnKind | None]
    fixed: frozenset[int]
    front: int

    def open_from(self, first: int) -> int:
        """How many paragraphs may be speech, from one of them on."""
        return sum(index not in self.fixed for index in range(first, len(self.paragraphs)))

    @property
    def people(self) -> frozenset[str]:
        """Names and initials of those said to be present, in small letters."""
        return frozenset().union(*(people_in(text[:5000]) for _, text in self._of(TurnKind.ATTENDANCE)))

    def looks_like_notes(self, name: str) -> bool:
        """Whether the document is the notes of a meeting; ``name`` is the file's name."""
        titles = " ".join((name, *(text for i, text in self._of(TurnKind.HEADING) if i < FRONT), *self.texts[:1]))
        decides = any(True for kind in (TurnKind.DECISION, TurnKind.ACTION) for _ in self._of(kind))
        attended = any(True for _ in self._of(TurnKind.ATTENDANCE))
        return attended + decides + speaks_of_a_meeting(titles[:2000]) >= 2

    def date(self, name: str, talk: int | None) -> tuple[str | None, list[str]]:
        """The day the document tells of, by what stands before the talk or by the file's name; and warnings."""
        days = list(dict.fromkeys(filter(None, (date_in(text[:200]) for _, text in self._of(TurnKind.HEADING)))))
        if len(days) >= 3:
            return None, [f"holds {len(days)} dated meetings, {min(days)} to {max(days)}; {COMPARES_BETTER}"]
        for kind, text in zip(self.kinds[: min(FRONT, talk or FRONT)], self.texts, strict=False):
            titled = kind in (TurnKind.HEADER, TurnKind.HEADING) or len(text.split(None, 12)) <= 12
            if titled and (day := date_in(text[:2000])):
                return day, []
        return date_in(name), []

    def _of(self, kind: TurnKind) -> Iterator[tuple[int, str]]:
        return ((i, text) for i, text in enumerate(self.texts) if self.kinds[i] is kind)


def outline(text: str, paragraphs: Sequence[Paragraph], talk: frozenset[int] = frozenset()) -> Outline:
    """Tell titles, attendance, decisions, actions and machine-made notes from all the rest.

    ``talk`` holds the paragraphs that certainly begin with a speaker's name: no section goes beyond them.
    """
    texts = [text[paragraph.start : paragraph.end] for paragraph in paragraphs]
    machine = machine_made(texts)
    kinds: list[TurnKind | None] = []
    fixed: set[int] = set()
    section: TurnKind | None = None
    listed: TurnKind | None = None
    margin = headings = 0
    for index, (paragraph, line) in enumerate(zip(paragraphs, texts, strict=True)):
        kind = TurnKind.SUMMARY if index in machine else paragraph.kind
        if kind is None and paragraph.level and not _STAMP_ONLY.match(line):
            kind, section, listed = TurnKind.HEADING, section_kind(line), None
            # A title may stand in several lines.
            headings += not kinds or kinds[-1] is not TurnKind.HEADING
        if kind is not None:
            fixed.add(index)
        elif index in talk:
            section = listed = None
        elif named := field_kind(line):
            listed = named if named in _LIST and _introduces(line) else None
            margin = _indent(text, paragraph)
            # "Moderator: Could you begin?" asks, and is no line about the meeting.
            heads = index < FRONT and not line.endswith(("?", "？"))
            kind = named if named is not TurnKind.HEADER or heads else None
        elif listed and _indent(text, paragraph) >= margin and (paragraph.item or _adjoins(text, paragraphs, index)):
            kind = listed
            fixed.add(index)
        elif section and (paragraph.item or len(line.split(None, SHORT)) <= SHORT):
            kind, listed = section, None
            if paragraph.item:
                fixed.add(index)
        else:
            listed = None
            if index < FRONT and headings < 2 and not paragraph.item and _frames(line, headings):
                kind = TurnKind.HEADER
        kinds.append(kind)
    if headings and (title := kinds.index(TurnKind.HEADING)) <= _ABOVE:
        for index in range(title):
            if kinds[index] is None and len(texts[index].split(None, 12)) <= 12:
                kinds[index] = TurnKind.HEADER
    return Outline(paragraphs, texts, kinds, frozenset(fixed), _front(text, paragraphs, texts, kinds))


def _indent(text: str, paragraph: Paragraph) -> int:
    """Characters between the beginning of its line and a paragraph."""
    return paragraph.start - (text.rfind("\n", 0, paragraph.start) + 1)


def _adjoins(text: str, paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Whether no blank line stands between a paragraph and the one before."""
    return index > 0 and "\n\n" not in text[paragraphs[index - 1].end : paragraphs[index].start]


def _frames(line: str, headings: int) -> bool:
    """Whether a line near the beginning is a subtitle, a date or who took the notes, and not yet the matter itself."""
    if _ITALIC.match(line) or _TAKEN_BY.match(line):
        return True
    return headings == 1 and len(line) < 200 and date_in(line) is not None


def _introduces(line: str) -> bool:
    """Whether a list follows: nothing stands after the colon."""
    return line.rstrip("*_ ").endswith((":", "："))


def _front(text: str, paragraphs: Sequence[Paragraph], texts: Sequence[str], kinds: Sequence[TurnKind | None]) -> int:
    names = [label.name for line in texts if (label := label_of(line[:200], 0))]
    front = 0
    for index, line in enumerate(texts[:FRONT]):
        if len(line.split(None, SHORT)) > SHORT:
            break
        label = label_of(line[:200], 0)
        if kinds[index] is TurnKind.HEADER and (label is None or names.count(label.name) == 1):
            front = index + 1
        elif kinds[index] is None and label is not None and label.name and names.count(label.name) > 1:
            # Whoever speaks again has begun to speak here.
            break
    if not front:
        return 0
    # "Interviewer: Anna" below "Date: ..." is not yet a turn.
    while front < len(texts) and "\n\n" not in text[paragraphs[front - 1].end : paragraphs[front].start]:
        label = label_of(texts[front][:200], 0)
        value = texts[front][label.words :] if label else ""
        if not value or len(value.split()) > 4 or value.endswith((".", "?", "!", "…")):
            break
        front += 1
    return front
