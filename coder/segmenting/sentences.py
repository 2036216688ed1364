"""Where sentences end, by the rules of spaCy's tokenizer and sentence splitter for the language.

spaCy's tokenizer never looks across white space, so a word is asked for once and remembered: a
million words of speech hold only some ten thousand different ones that could end a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

_RUN = re.compile(r"\S+")
_MARK = re.compile(r"\s*[\[(<][^\[\]()<>\n]{1,40}[\])>]")
"""A transcriber's remark such as ``[laughs]`` or ``(pause)``; it belongs to what was said before it."""

_LONG_RUN = 100
"""A longer run is an address, or a language written without spaces: only a stop of its own script ends a sentence.
It is not put to the tokenizer, whose time can grow with the square of the length."""


def sentence_ends(text: str, start: int, end: int, language: str) -> Iterator[int]:
    """Positions inside ``text[start:end]`` after which a sentence is over, ascending."""
    last = start
    stops = _stops(language)
    for run in _RUN.finditer(text, start, end):
        word = run.group()
        # Most words hold no stop at all: `isalpha` settles them without asking spaCy.
        if word.isalpha() or stops.isdisjoint(word):
            continue
        inside = _ends_inside(word, language) if len(word) <= _LONG_RUN else _ends_of_long_run(word, stops)
        for offset in inside:
            position = run.start() + offset
            remark = _MARK.match(text, position, end)
            position = remark.end() if remark else position
            if last < position < end:
                yield position
                last = position


@lru_cache(maxsize=200_000)
def _ends_inside(word: str, language: str) -> tuple[int, ...]:
    """Offsets in a run without white space at which a sentence is over: (5,) for ``shop.``, () for ``e.g.``."""
    ends: list[int] = []
    stops = _stops(language)
    over = False
    for token in _pipeline(language).tokenizer(word):
        if token.text in stops:
            over = True
        elif over and not token.is_punct:
            ends.append(token.idx)
            over = False
    return (*ends, len(word)) if over else tuple(ends)


def _ends_of_long_run(run: str, stops: frozenset[str]) -> Iterator[int]:
    for offset, (character, following) in enumerate(zip(run, run[1:] + " ", strict=True), start=1):
        if character in stops and not character.isascii() and following.isalnum():
            yield offset


@cache
def _stops(language: str) -> frozenset[str]:
    return frozenset(_pipeline(language).get_pipe("sentencizer").punct_chars)


@cache
def _pipeline(language: str) -> Any:
    """The empty pipeline of a language; the one for any language where spaCy has none or lacks a part of it."""
    import spacy  # takes a second: only when first needed

    primary = language.lower().partition("-")[0]
    try:
        nlp = spacy.blank(primary if primary.isalpha() else "xx")
    except (ImportError, ValueError):
        nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    return nlp
