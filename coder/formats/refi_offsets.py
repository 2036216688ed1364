"""How another program counted the positions in a text, found out by trying every way and scoring each.

The standard says "Unicode code point, the first has number 0" and nothing of line ends, of the byte order
mark, or of whether the last character belongs to a selection; programs differ in all of these.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from coder.formats.receiving import with_line_feeds

SAMPLE = 2_000
"""Selections by which the ways of counting are compared."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to count: UTF-16 units or code points, CRLF as two or as one, the mark counted, the end included."""

    utf16: bool = False
    crlf: bool = False
    mark: bool = False
    inclusive: bool = False

    def __str__(self) -> str:
        return ", ".join(
            (
                "UTF-16 units" if self.utf16 else "code points",
                "a line end counts two" if self.crlf else "a line end counts one",
                "the byte order mark counts" if self.mark else "the byte order mark does not count",
                "the last character included" if self.inclusive else "the end excluded",
            )
        )


STRICT = Profile()
WINDOWS = Profile(utf16=True, crlf=True)
"""NVivo for Windows."""

PROFILES = tuple(Profile(*each) for each in product((False, True), repeat=4))


@dataclass(frozen=True, slots=True)
class Selected:
    """A selection as it stands in the file, with the name that may repeat its words."""

    start: int
    end: int
    name: str = ""


class CountedText:
    """A text as it stood in the file, and as it is kept."""

    def __init__(self, raw: str) -> None:
        self.text = with_line_feeds(raw)
        self._marked = raw.startswith("\ufeff")
        self._wide = [i for i, character in enumerate(self.text) if character > "\uffff"]
        ends = [i for i, character in enumerate(self.text) if character == "\n"]
        if "\r\n" in raw:
            kinds = [found[0] for found in re.finditer("\r\n|\r|\n", raw)]
            ends = [place for place, kind in zip(ends, kinds, strict=False) if kind == "\r\n"]
        self._ends = ends
        self._extras: dict[tuple[bool, bool], list[int]] = {}

    def differs(self, profile: Profile) -> bool:
        """Whether this way counts otherwise than the plain one here."""
        return bool(
            (profile.utf16 and self._wide)
            or (profile.crlf and self._ends)
            or (profile.mark and self._marked)
            or profile.inclusive
        )

    def position(self, units: int, profile: Profile) -> int:
        """Where a position of the file stands in ``text``; it may lie outside."""
        extras = self._of(profile)
        units -= profile.mark and self._marked
        low, high = 0, len(extras)
        while low < high:
            middle = (low + high) // 2
            if extras[middle] + middle < units:
                low = middle + 1
            else:
                high = middle
        # In the middle of a pair counts as before it.
        return extras[low - 1] if low and extras[low - 1] + low == units else units - low

    def units(self, position: int, profile: Profile) -> int:
        """How a position in ``text`` is written in the file."""
        return position + bisect_left(self._of(profile), position) + (profile.mark and self._marked)

    def ends_of(self, selected: Selected, profile: Profile) -> tuple[int, int]:
        """Start and end in ``text``, neither checked nor put in order."""
        return self.position(selected.start, profile), self.position(selected.end, profile) + profile.inclusive

    def _of(self, profile: Profile) -> list[int]:
        key = profile.utf16, profile.crlf
        if key not in self._extras:
            self._extras[key] = sorted((self._wide if profile.utf16 else []) + (self._ends if profile.crlf else []))
        return self._extras[key]


@dataclass(frozen=True, slots=True)
class Choice:
    """The way that fits best: how many of the selections looked at it fits, and of how many."""

    profile: Profile
    fitting: int
    looked_at: int


def chosen(
    found: Sequence[tuple[CountedText, Sequence[Selected]]], expected: Profile = STRICT, *, sure: bool = False
) -> Choice:
    """The way of counting under which most names repeat the words selected, then most ends fall between words.

    ``expected`` is what is known of the program: it wins where others are no better and, if that is ``sure``,
    where no name contradicts it.
    """
    selections = [(text, selected) for text, selects in found for selected in selects]
    step = max(1, len(selections) // SAMPLE)
    looked_at = selections[::step]
    best, best_score, fitting = expected, (-1, -1.0), 0
    for profile in (expected, *(each for each in PROFILES if each != expected)):
        if profile != expected and not any(text.differs(profile) for text, _ in found):
            continue
        fits = [_fit(text, selected, profile) for text, selected in looked_at]
        if profile == expected and all(
            fit.named or (fit.inside and not selected.name.strip())
            for fit, (_, selected) in zip(fits, looked_at, strict=True)
        ):
            named = any(fit.named for fit in fits)
            if sure or named or all(fit.clean == 2 for fit in fits):
                return Choice(expected, len(fits), len(fits))
        names = sum(fit.named for fit in fits)
        score = (names, sum(fit.clean for fit in fits) + (profile == expected) * 0.5)
        if score > best_score:
            best, best_score, fitting = profile, score, sum(fit.named or fit.clean == 2 for fit in fits)
    return Choice(best, fitting, len(looked_at))


@dataclass(frozen=True, slots=True)
class _Fit:
    named: bool
    clean: int
    inside: bool = True


def _fit(text: CountedText, selected: Selected, profile: Profile) -> _Fit:
    start, end = text.ends_of(selected, profile)
    if not 0 <= start < end <= len(text.text):
        return _Fit(False, 0, False)
    words = text.text[start:end]
    before = start == 0 or not (text.text[start - 1].isalnum() and words[0].isalnum())
    after = end == len(text.text) or not (text.text[end].isalnum() and words[-1].isalnum())
    # Whole lines are marked with the line end that closes them.
    clean = (before and not words[0].isspace()) + (after and (not words[-1].isspace() or words[-1] == "\n"))
    return _Fit(names_words(selected.name, words), clean)


def names_words(name: str, words: str) -> bool:
    """Whether a name repeats the words selected, perhaps cut short."""
    cut = re.sub(r"(?:…|\.\.\.)$", "", name.strip())
    plain, whole = " ".join(cut.split()), " ".join(words.split())
    if not plain:
        return False
    return plain == whole or (cut != name.strip() and len(plain) > 20 and whole.startswith(plain))
