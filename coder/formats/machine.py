"""Summaries that a machine wrote into a transcript: kept, marked, and never read as speech."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NOTES = re.compile(
    r"\W{0,9}(?:quick notes|notes|summary|meeting summary|ai summary|ai notes|recap)\W{0,9}$", re.IGNORECASE
)
_TRANSCRIPT = re.compile(r"\W{0,9}(?:(?:full |meeting )?transcript|.{1,200} \\?- transcript)\W{0,9}$", re.IGNORECASE)
_MACHINE = re.compile(
    r"notes by gemini|gemini['’]s notes|gemini takes notes|suggested next steps"
    r"|ai[- ]generated (?:content|notes|summary)|(?:summary|notes) (?:was|were) (?:generated|created) by"
    r"|^\W{0,9}[\U0001F4DD\u270D]",
    re.IGNORECASE,
)
"""Words (and the pencil before a title) by which such notes can be told from those that people wrote."""


def machine_made(texts: Sequence[str]) -> frozenset[int]:
    """Indices of the paragraphs that belong to a machine's notes, as meeting programs put them beside a transcript.

    Such notes begin under a title of their own and end where the transcript begins; they count as a
    machine's only if they say so themselves.
    """
    found: set[int] = set()
    begin: int | None = None
    for index, line in enumerate(texts):
        if len(line) < 250 and "transcript" in line.lower() and _TRANSCRIPT.match(line):
            if begin is not None and _says_so(texts[begin:index]):
                found.update(range(begin, index))
            begin = None
        elif begin is None and len(line) < 40 and _NOTES.match(line):
            begin = index
    if begin is not None and _says_so(texts[begin:]):
        found.update(range(begin, len(texts)))
    return frozenset(found)


def _says_so(texts: Sequence[str]) -> bool:
    return any(_MACHINE.search(text) for text in texts)
