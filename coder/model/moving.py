"""Moving spans from a text to its correction, never in silence: each is kept, moved, changed or lost.

First the two texts are aligned word by word: runs of words that stand once in both are anchors in their
longest common order (the patience diff that Bram Cohen described, https://bramcohen.livejournal.com/73318.html,
here with runs of 8, 3 and 1 words), and what lies between two anchors goes through the greedy algorithm of
E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986), up to a limit of
edits; beyond it the words count as replaced. What the alignment cannot place is looked for by its quotation
with the characters beside it, and where words changed inside, by what is left of them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise

from coder.model.coding import CONTEXT
from coder.model.span import Span, trimmed

_JOINED = "".join(chr(c) for c in range(0x300, 0x10000) if unicodedata.category(chr(c)) in ("Mn", "Mc", "Me"))
_JOINED += "\u200c\u200d" + "".join(map(chr, range(0x1F3FB, 0x1F400)))
"""What belongs to the character before it: marks, joiners, variation selectors, skin tones."""

_WORD = re.compile(
    rf"(?:\w[{_JOINED}]*)+|[\U0001F1E6-\U0001F1FF]{{2}}|[^\w\s][{_JOINED}]*(?:(?<=\u200d)[^\w\s][{_JOINED}]*)*"
)
_RUNS = (8, 3, 1)
_EDITS = 120
"""Most edits that are looked for between two anchors; more are a passage written anew."""

_LEFT = 0.3
"""Share of a quotation's letters that must be left, in their order, for it to be changed and not lost."""

_ALIKE = 0.5
"""Likeness (as difflib has it) from which words written anew are the same words, mended."""

_SHORT = 8
"""Words up to which every place is tried for a quotation none of whose words stayed."""

_LONG = 4
"""Words from which a quotation that stands once in the new text is known without its surroundings."""


class Fate(StrEnum):
    """What becomes of a span."""

    KEPT = "kept"
    MOVED = "moved"
    CHANGED = "changed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Move:
    """Where a span of the old text lies in the new one; ``now`` is None if it is lost.

    Kept: the same words among the same words. Moved: the same words, elsewhere or among other words.
    Changed: its words were edited. Lost: its words are gone.
    """

    was: Span
    now: Span | None
    fate: Fate


@dataclass(frozen=True, slots=True)
class Hunk:
    """A stretch that differs: ``old[start:end]`` became ``new[new_start:new_end]``; either may be empty."""

    start: int
    end: int
    new_start: int
    new_end: int


class Alignment:
    """The alignment of a text with its correction; made once, asked for every span."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new
        self._old = [found.span() for found in _WORD.finditer(old)]
        self._new = [found.span() for found in _WORD.finditer(new)]
        self._starts = [start for start, _ in self._old]
        self._ends = [end for _, end in self._old]
        words, new_words = [old[s:e] for s, e in self._old], [new[s:e] for s, e in self._new]
        self._match = aligned(words, new_words)
        _slide(self._match, words, _openings(old, self._old), len(new_words))
        back = _inverse(self._match, len(new_words))
        _slide(back, new_words, _openings(new, self._new), len(words))
        self._match = _inverse(back, len(words))
        self._matched = [i for i, j in enumerate(self._match) if j >= 0]

    def moved(self, span: Span) -> Move:
        """What becomes of a span of the old text. Raises ValueError if it ends beyond it."""
        if span.end > len(self.old):
            raise ValueError(f"the span ends at {span.end}, the text at {len(self.old)}")
        first, last = bisect_right(self._ends, span.start), bisect_left(self._starts, span.end)
        if first == last:
            return self._between_words(span, first)
        places = self._match[first:last]
        if -1 not in places and places[-1] - places[0] == last - first - 1:
            now = self._carried(span, first, last)
            alone = last - first <= _LONG and not self._has_neighbours(first, last)
            return Move(span, now, Fate.MOVED if alone and not self._same_place(span, now) else Fate.KEPT)
        if (near := self._same_words(span, *self._window(first, last))) is not None:
            return Move(span, near, Fate.MOVED)
        left = self._best_cluster(first, last, len(span))
        letters = sum(end - start for start, end in self._old[first:last])
        share = sum(self._old[i][1] - self._old[i][0] for i in left) / letters
        if share < _ALIKE and (far := self._elsewhere(span)) is not None:
            return Move(span, far, Fate.MOVED)
        if share >= _LEFT:
            return Move(span, self._edited(span, first, last, left), Fate.CHANGED)
        mended = self._mended(span, first, last)
        return Move(span, mended, Fate.LOST if mended is None else Fate.CHANGED)

    @property
    def stayed(self) -> tuple[float, float]:
        """The share of the old text's words that stayed, and the share of the new text's words that they are."""
        return len(self._matched) / max(1, len(self._old)), len(self._matched) / max(1, len(self._new))

    def position(self, position: int) -> int:
        """Where a position of the old text lies in the new one: after the last word before it that stayed."""
        before = bisect_right(self._ends, position) - 1
        place = bisect_right(self._matched, before) - 1
        if position >= len(self.old):
            return len(self.new)
        return self._new[self._match[self._matched[place]]][1] if place >= 0 else 0

    def hunks(self) -> list[Hunk]:
        """Where the words differ, in order."""
        ends = [*((i, self._match[i]) for i in self._matched), (len(self._old), len(self._new))]
        found, i, j = [], 0, 0
        for next_i, next_j in ends:
            if next_i > i or next_j > j:
                start, end = _chars(self._old, i, next_i, len(self.old))
                new_start, new_end = _chars(self._new, j, next_j, len(self.new))
                found.append(Hunk(start, end, new_start, new_end))
            i, j = next_i + 1, next_j + 1
        return found

    # --- the same words -------------------------------------------------------------------------

    def _carried(self, span: Span, first: int, last: int) -> Span:
        """The span on the words that its words became, with as much of its edges as there is."""
        i, j = self._match[first], self._match[last - 1]
        start = self._new[i][0] + max(0, span.start - self._starts[first])
        end = self._new[j][1] - max(0, self._ends[last - 1] - span.end)
        lead, trail = self.old[span.start : self._starts[first]], self.old[self._ends[last - 1] : span.end]
        if lead and self.new.endswith(lead, 0, start):
            start -= len(lead)
        if trail and self.new.startswith(trail, end):
            end += len(trail)
        return Span(start, end)

    def _has_neighbours(self, first: int, last: int) -> bool:
        """Whether the word before or after came along, or the text begins or ends there as it did."""
        i, j = self._match[first], self._match[last - 1]
        before = i == 0 if first == 0 else self._match[first - 1] == i - 1 >= 0
        after = j == len(self._new) - 1 if last == len(self._old) else self._match[last] == j + 1
        return before or after

    def _same_place(self, span: Span, now: Span) -> bool:
        return self.old[: span.start] == self.new[: now.start] or self.old[span.end :] == self.new[now.end :]

    def _between_words(self, span: Span, after: int) -> Move:
        """White space alone: kept where both its neighbours are."""
        before = self._match[after - 1] if after > 0 else -1
        beyond = self._match[after] if after < len(self._old) else len(self._new)
        if (after == 0 or before >= 0) and beyond == before + 1:
            start = self._new[before][1] if before >= 0 else 0
            place = start + span.start - (self._ends[after - 1] if after else 0)
            if self.new[place : place + len(span)] == span.of(self.old):
                return Move(span, Span(place, place + len(span)), Fate.KEPT)
        return Move(span, None, Fate.LOST)

    def _window(self, first: int, last: int) -> tuple[int, int]:
        """The new text between the nearest words before and after that stayed."""
        before, after = bisect_left(self._matched, first) - 1, bisect_left(self._matched, last)
        low = self._new[self._match[self._matched[before]]][1] if before >= 0 else 0
        high = self._new[self._match[self._matched[after]]][0] if after < len(self._matched) else len(self.new)
        return low, high

    def _same_words(self, span: Span, low: int, high: int) -> Span | None:
        """The quotation between two positions, the one in the likeliest surroundings if it stands there often."""
        quotation = span.of(self.old)
        starts = list(_occurrences(self.new, quotation, low, high))
        if not starts:
            return None
        before, after = self._beside(span)

        def fitting(start: int) -> int:
            end = start + len(quotation)
            return _shared_end(before, self.new[max(0, start - CONTEXT) : start]) + _shared_end(
                after[::-1], self.new[end : end + CONTEXT][::-1]
            )

        start = max(starts, key=fitting)
        return Span(start, start + len(quotation))

    def _elsewhere(self, span: Span) -> Span | None:
        """The quotation anywhere, if its surroundings or its length leave no doubt."""
        quotation = span.of(self.old)
        before, after = self._beside(span)
        for reach in (CONTEXT, CONTEXT // 2, CONTEXT // 4):
            left, right = before[-reach:], after[:reach]
            for lead, trail in ((left, right), (left, ""), ("", right)):
                if len(lead) + len(trail) < min(reach, CONTEXT // 4):
                    continue
                starts = list(_occurrences(self.new, lead + quotation + trail, 0, len(self.new)))
                if len(starts) == 1:
                    start = starts[0] + len(lead)
                    return Span(start, start + len(quotation))
        if len(_WORD.findall(quotation)) >= _LONG:
            starts = list(_occurrences(self.new, quotation, 0, len(self.new)))
            if len(starts) == 1:
                return Span(starts[0], starts[0] + len(quotation))
        return None

    def _beside(self, span: Span) -> tuple[str, str]:
        return self.old[max(0, span.start - CONTEXT) : span.start], self.old[span.end : span.end + CONTEXT]

    # --- words that were edited -----------------------------------------------------------------

    def _best_cluster(self, first: int, last: int, length: int) -> list[int]:
        """Those words of the span that stayed near each other: the weightiest of such groups."""
        stayed = [i for i in range(first, last) if self._match[i] >= 0]
        groups: list[list[int]] = [stayed[:1]]
        for i, k in pairwise(stayed):
            if self._new[self._match[k]][0] - self._new[self._match[i]][1] > max(200, 2 * length):
                groups.append([])
            groups[-1].append(k)
        return max(groups, key=lambda group: sum(self._old[i][1] - self._old[i][0] for i in group))

    def _edited(self, span: Span, first: int, last: int, left: list[int]) -> Span:
        """From the first to the last word that stayed, and what took the place of those at the edges."""
        start, end = self._new[self._match[left[0]]][0], self._new[self._match[left[-1]]][1]
        if left[0] == first:
            start += max(0, span.start - self._starts[first])
        else:
            start = self._edge(span.start, left[0], start)
        if left[-1] == last - 1:
            end -= max(0, self._ends[last - 1] - span.end)
        else:
            end = self._far_edge(span.end, left[-1], end)
        return trimmed(self.new, start, end) or Span(start, end)

    def _edge(self, start: int, stayed: int, inner: int) -> int:
        """Where a span begins in the new text whose first words were replaced, before the first that stayed."""
        place = bisect_left(self._matched, stayed) - 1
        before = self._matched[place] if place >= 0 else -1
        low, old_low = (self._new[self._match[before]][1], self._ends[before]) if before >= 0 else (0, 0)
        outside, inside = self.old[old_low:start], self.old[start : self._starts[stayed]]
        return inner - _share_of(outside[::-1], inside[::-1], self.new[low:inner][::-1])

    def _far_edge(self, end: int, stayed: int, inner: int) -> int:
        """Where a span ends in the new text whose last words were replaced, after the last that stayed."""
        place = bisect_right(self._matched, stayed)
        after = self._matched[place] if place < len(self._matched) else len(self._old)
        high, old_high = len(self.new), len(self.old)
        if after < len(self._old):
            high, old_high = self._new[self._match[after]][0], self._starts[after]
        return inner + _share_of(self.old[end:old_high], self.old[self._ends[stayed] : end], self.new[inner:high])

    def _mended(self, span: Span, first: int, last: int) -> Span | None:
        """Words between the neighbours that stayed, if they are alike."""
        low, high = self._window(first, last)
        between = trimmed(self.new, low, min(high, low + 4 * len(span) + 200))
        if between is None:
            return None
        words = [found.span() for found in _WORD.finditer(self.new, between.start, between.end)]
        many = last - first
        # A long quotation of which no word stayed was written anew as a whole, if at all.
        sizes = range(max(1, many - 1), many + 2) if many <= _SHORT else (len(words),)
        likely = SequenceMatcher(autojunk=False)
        likely.set_seq2(span.of(self.old).casefold())
        best, likeness = None, _ALIKE
        for size in sizes:
            for i in range(len(words) - size + 1):
                place = Span(words[i][0], words[i + size - 1][1])
                likely.set_seq1(place.of(self.new).casefold())
                if likely.real_quick_ratio() > likeness and likely.quick_ratio() > likeness:
                    ratio = likely.ratio()
                    if ratio > likeness:
                        best, likeness = place, ratio
        return best


def aligned(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[int]:
    """For every item of ``old`` the index of the same item in ``new`` that it became, or -1; ever rising."""
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    match = [-1] * len(a)
    work = [(0, len(a), 0, len(b), 0)]
    while work:
        i, end_i, j, end_j, level = work.pop()
        while i < end_i and j < end_j and a[i] == b[j]:
            match[i] = j
            i, j = i + 1, j + 1
        while i < end_i and j < end_j and a[end_i - 1] == b[end_j - 1]:
            end_i, end_j = end_i - 1, end_j - 1
            match[end_i] = end_j
        if i == end_i or j == end_j:
            continue
        run = _RUNS[level]
        anchors = _anchors(a, b, i, end_i, j, end_j, run)
        if not anchors and level + 1 < len(_RUNS):
            work.append((i, end_i, j, end_j, level + 1))
        elif not anchors:
            for at, to in _shortest_edit(a[i:end_i], b[j:end_j]):
                match[i + at] = j + to
        for at, to in anchors:
            # Two runs may share words; the second then begins after the first.
            skip = max(0, i - at, j - to)
            if skip >= run:
                continue
            work.append((i, at + skip, j, to + skip, min(level + 1, len(_RUNS) - 1)))
            for step in range(skip, run):
                match[at + step] = to + step
            i, j = at + run, to + run
        if anchors:
            work.append((i, end_i, j, end_j, min(level + 1, len(_RUNS) - 1)))
    return match


def _slide(link: list[int], words: Sequence[str], openings: Sequence[int], length: int) -> None:
    """Let items without a link begin where a line or sentence does, where equal items leave the choice.

    Of "It was. So we" and "It was. It was. So we", the second sentence is the new one, and not "was. It".
    ``link`` goes from the longer text to the other, of this length.
    """
    i, count = 0, len(words)
    while i < count:
        if link[i] >= 0:
            i += 1
            continue
        k = next((at for at in range(i, count) if link[at] >= 0), count)
        left = link[i - 1] if i else -1
        if (link[k] if k < count else length) == left + 1:
            while k < count and link[k] == left + 1 and words[i] == words[k]:
                link[i], link[k] = left + 1, -1
                i, k, left = i + 1, k + 1, left + 1
            best, shift = 0, 0
            while (
                i > shift and link[i - 1 - shift] == left - shift >= 0 and words[i - 1 - shift] == words[k - 1 - shift]
            ):
                shift += 1
                best = max(best, shift, key=lambda shift: openings[i - shift])
            for step in range(best):
                link[k - 1 - step], link[i - 1 - step] = left - step, -1
        i = k + 1


def _openings(text: str, words: Sequence[tuple[int, int]]) -> list[int]:
    """How well a stretch could begin at every word: 3 a line, 2 a sentence, 1 a clause, 0 elsewhere."""
    found, end, last = [], 0, "\n"
    for start, to in words:
        broken = not end or "\n" in text[end:start]
        found.append(3 if broken else 2 if last in ".?!…" else 1 if last in ",;:" else 0)
        end, last = to, text[to - 1]
    return found


def _anchors(
    a: Sequence[int], b: Sequence[int], i: int, end_i: int, j: int, end_j: int, run: int
) -> list[tuple[int, int]]:
    """Runs of items that stand once in both stretches, as many as have one order."""
    here = [tuple(a[k : k + run]) for k in range(i, end_i - run + 1)]
    there = [tuple(b[k : k + run]) for k in range(j, end_j - run + 1)]
    once_here, once_there = Counter(here), Counter(there)
    place = {key: j + k for k, key in enumerate(there) if once_there[key] == 1}
    pairs = [(i + k, place[key]) for k, key in enumerate(here) if key in place and once_here[key] == 1]
    return _longest_rising(pairs)


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for n, (_, to) in enumerate(pairs):
        length = bisect_left(ends, to)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [to]
        last[length : length + 1] = [n]
    rising, at = [], last[-1] if last else -1
    while at >= 0:
        rising.append(pairs[at])
        at = before[at]
    return rising[::-1]


def _shortest_edit(a: Sequence[Hashable], b: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """Pairs of equal items along a shortest edit script (Myers 1986); none where it takes more than the limit."""
    furthest = {1: 0}
    trace = []
    for edits in range(min(_EDITS, len(a) + len(b)) + 1):
        trace.append(dict(furthest))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            while x < len(a) and 0 <= x - k < len(b) and a[x] == b[x - k]:
                x += 1
            furthest[k] = x
            if x >= len(a) and x - k >= len(b):
                yield from _walked_back(trace, len(a), len(b))
                return


def _walked_back(trace: Sequence[dict[int, int]], x: int, y: int) -> Iterator[tuple[int, int]]:
    for edits in range(len(trace) - 1, -1, -1):
        furthest, k = trace[edits], x - y
        down = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
        from_k = k + 1 if down else k - 1
        from_x = furthest[from_k]
        from_y = from_x - from_k
        while x > max(0, from_x) and y > max(0, from_y):
            x, y = x - 1, y - 1
            yield x, y
        x, y = from_x, from_y


def _inverse(link: Sequence[int], length: int) -> list[int]:
    back = [-1] * length
    for i, j in enumerate(link):
        if j >= 0:
            back[j] = i
    return back


def _chars(words: Sequence[tuple[int, int]], first: int, last: int, length: int) -> tuple[int, int]:
    if first < last:
        return words[first][0], words[last - 1][1]
    place = words[first][0] if first < len(words) else length
    return place, place


def _occurrences(text: str, wanted: str, low: int, high: int) -> Iterator[int]:
    start = text.find(wanted, low, high)
    while start >= 0:
        if not _cuts_a_character(text, start) and not _cuts_a_character(text, start + len(wanted)):
            yield start
        start = text.find(wanted, start + 1, high)


def _cuts_a_character(text: str, position: int) -> bool:
    """Whether what is one character to a reader lies on both sides of a position."""
    return 0 < position < len(text) and (text[position] in _MARKS or text[position - 1] == "\u200d")


_MARKS = frozenset(_JOINED)


def _shared_end(one: str, other: str) -> int:
    shared = 0
    while shared < min(len(one), len(other)) and one[-1 - shared] == other[-1 - shared]:
        shared += 1
    return shared


def _share_of(outside: str, inside: str, replaced: str) -> int:
    """How many characters of ``replaced`` took the place of ``inside``, which comes first; the rest is of ``outside``.

    All of it where nothing outside was replaced and it is no longer than an edit makes it; else as many words.
    """
    words, wanted = list(_WORD.finditer(replaced)), len(_WORD.findall(inside))
    if not words:
        return 0
    if not _WORD.search(outside) and len(words) <= 2 * wanted + 3:
        return words[-1].end()
    return words[min(wanted, len(words)) - 1].end()
