"""Words with times, whatever file they stood in, and how they become turns of speakers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from coder.formats.building import Piece, built
from coder.formats.labels import AT_ONCE, Evidence, Label, convention, label_of
from coder.model import Turn, TurnKind

_ASIDE = re.compile(r"[\[(][^\[\]()]{1,200}[\])]$")
_STOPS = (".", "?", "!", "…", "。", "？", "！", "།")
_CLOSING = "\"'”’)] "

_ALL_VOICED = 0.1
"""Where fewer cues than this share name no voice, such a cue is somebody unknown and not the speaker before."""

_PAUSE = 2000
"""Milliseconds of silence that end a paragraph where nobody is named."""

_PARAGRAPH, _MONOLOGUE = 60, 300
"""Words after which unnamed speech, and one person's speech, goes on in a new paragraph when a sentence is over."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words with their times in milliseconds, None where the file tells none.

    ``place`` is where they stand, such as ``line 9``; ``opens`` says that a new turn begins here in any case.
    """

    place: str
    words: str
    voice: str | None = None
    start: int | None = None
    end: int | None = None
    opens: bool = False

    def saying(self, words: str, voice: str | None) -> Cue:
        """The same cue with other words and another voice."""
        return replace(self, words=words, voice=voice)

    def and_below(self, words: Sequence[str]) -> Cue:
        """The same cue with more lines of words."""
        return self.saying("\n".join((self.words, *words)), self.voice) if words else self

    @property
    def is_aside(self) -> bool:
        """Whether it holds nothing but a transcriber's remark, such as ``(12 seconds pause)``."""
        return self.words.startswith(("[", "(")) and _ASIDE.match(self.words) is not None


def cues_of(items: Iterable[Cue | Piece]) -> list[Cue]:
    """The cues among the notes and titles."""
    return [item for item in items if isinstance(item, Cue)]


def talk(items: Sequence[Cue | Piece], said: list[str], *, all_voiced: bool = False) -> tuple[str, tuple[Turn, ...]]:
    """The text and its turns: consecutive cues of one speaker are one turn, which lasts from the first to the last.

    A cue that names nobody belongs to the speaker before, or, where the format names one for each cue
    (``all_voiced``) and few lack it, to somebody unknown. ``said`` is told of that and of times that cannot be right.
    """
    said.extend(_oddities(cues_of(items)))
    return built(_merged(_carried(items, said, all_voiced=all_voiced)))


def by_labels(items: Sequence[Cue | Piece]) -> list[Cue | Piece]:
    """The same items, where labels such as ``Name: words`` inside the cues are believed split by them."""
    cues = cues_of(items)
    split = _splitter(cues)
    return [part for item in items for part in (split(item) if isinstance(item, Cue) else [item])]


def _splitter(cues: Sequence[Cue]) -> Callable[[Cue], list[Cue]]:
    rows = {id(cue): [(row, label_of(row, 0)) for row in cue.words.split("\n")] for cue in cues}
    labels = [label for row in rows.values() for _, label in row if label is not None and not label.alone]
    believed = convention(Evidence(labels, sum(bool(cue.words.strip()) for cue in cues)))

    def split(cue: Cue) -> list[Cue]:
        parts: list[tuple[str | None, list[str]]] = []
        for row, candidate in rows[id(cue)]:
            label: Label | None = believed.reads(candidate)
            if label is not None and label.name:
                parts.append((label.name, [row[label.words :]]))
            elif parts:
                parts[-1][1].append(row)
            elif row:
                parts.append((None, [row]))
        return [cue.saying("\n".join(words), voice) for voice, words in parts]

    return split


def _oddities(cues: Sequence[Cue]) -> Iterator[str]:
    """Times that cannot be right or are not there; they are kept as they stand."""
    timed = [(cue, cue.start) for cue in cues if cue.start is not None]
    for cue, start in timed:
        if cue.end is not None and cue.end < start:
            yield f"{cue.place}: a cue ends before it begins; times were kept as they stand"
            break
    for (_, before), (cue, start) in pairwise(timed):
        if start < before:
            yield f"{cue.place}: the time goes back here; times and order were kept as they stand"
            break
    both = [cue for cue in cues if cue.voice and AT_ONCE.search(cue.words)]
    if both:
        where = f"(first in {both[0].place})"
        yield f"words said at the same time by another were left inside the turn: {len(both)} {where}"
    lost = [cue for cue in cues if cue.start is None and not cue.is_aside]
    if lost and timed:
        yield f"words without times: {len(lost)} (first in {lost[0].place}); they stand where the file has them"


def _carried(items: Sequence[Cue | Piece], said: list[str], *, all_voiced: bool) -> list[Cue | Piece]:
    """The cues with the speaker of the cue before where they name none, which ``said`` then tells."""
    cues = [cue for cue in cues_of(items) if not cue.is_aside]
    silent = [cue for cue in cues if cue.voice is None]
    if len(silent) == len(cues):
        return list(items)
    if all_voiced and 0 < len(silent) <= _ALL_VOICED * len(cues):
        said.append(f"{_so_many(silent)} while nearly all others do; their speaker was left open")
        return list(items)
    found: list[Cue | Piece] = []
    voice: str | None = None
    given: list[Cue] = []
    for item in items:
        if not isinstance(item, Cue) or item.is_aside:
            found.append(item)
            continue
        if item.voice is None and voice is not None:
            given.append(item)
        voice = item.voice or voice
        found.append(item if item.voice == voice else item.saying(item.words, voice))
    if given:
        said.append(f"{_so_many(given)}; they were given to the speaker before")
    return found


def _so_many(cues: Sequence[Cue]) -> str:
    return f"cues that name no speaker: {len(cues)} (first in {cues[0].place})"


def _merged(items: Iterable[Cue | Piece]) -> Iterator[Piece]:
    """Consecutive cues of one speaker as one turn; where nobody is named, paragraphs by pauses and sentences."""
    run: list[Cue] = []
    size = 0
    for item in items:
        if run and not (isinstance(item, Cue) and _goes_on(run[-1], item, size)):
            yield _turn(run)
            run, size = [], 0
        if isinstance(item, Cue):
            run.append(item)
            size += len(item.words.split())
        else:
            yield item
    if run:
        yield _turn(run)


def _goes_on(before: Cue, after: Cue, size: int) -> bool:
    """Whether two cues belong to one turn that has ``size`` words so far."""
    if before.voice != after.voice or after.opens:
        return False
    if before.voice is None and (before.is_aside or after.is_aside):
        return False
    finished = before.words.rstrip(_CLOSING).endswith(_STOPS)
    silence = after.start - before.end if after.start is not None and before.end is not None else 0
    if before.voice is None and silence >= _PAUSE:
        return False
    return not (finished and size >= (_PARAGRAPH if before.voice is None else _MONOLOGUE))


def _turn(run: Sequence[Cue]) -> Piece:
    rows = [row.strip() for cue in run for row in cue.words.split("\n") if row.strip()]
    # A dash at the beginning of a row is another person talking: such rows stay apart.
    words = "".join(("\n" if row.startswith(("- ", "– ")) else " ") + row for row in rows)
    kind = TurnKind.REMARK if run[0].voice is None and run[0].is_aside else TurnKind.SPEECH
    start = next((cue.start for cue in run if cue.start is not None), None)
    return Piece(words, kind, run[0].voice, start, max((cue.end for cue in run if cue.end is not None), default=None))
