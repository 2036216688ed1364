"""What a researcher looks for, in plain words: what must be there, what must not, and where it stands in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from coder.errors import InvalidValue
from coder.model.span import Span

_TOKEN = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u0331])*")
"""A run of letters and digits, with the marks of decomposed letters: what the index takes for one word."""

_PART = re.compile(r'"([^"]*)("?)|([^\s"]+)')
_STARRED = re.compile(r"(\*?)([^\W_](?:[^\W_]|[\u0300-\u0331])*)(\*?)")
_STARS = re.compile(r"\*+")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_SHORTEST_END = 3
_AND, _OR, _NOT = "AND", "OR", "NOT"
_HOW = 'write words, "a phrase" in quotes, trust* for all that begins so, and OR or NOT between them'

Forms = Callable[["Term"], Collection[str]]
"""Other words of the texts that count as one that is looked for."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a beginning (``trust*``), an ending (``*paikka``), both (``*paik*``), or a phrase of several words.

    ``exact``: written in quotes, so that no other form will do. ``forms`` are other words that count as it.
    """

    words: tuple[str, ...]
    exact: bool = False
    open_start: bool = False
    open_end: bool = False
    forms: tuple[str, ...] = ()

    @property
    def is_word(self) -> bool:
        """One word as it is written, in quotes or not."""
        return len(self.words) == 1 and not self.open_start and not self.open_end

    @property
    def bends(self) -> bool:
        """Whether other forms of it count."""
        return self.is_word and not self.exact

    def __str__(self) -> str:
        written = "*" * self.open_start + " ".join(self.words) + "*" * self.open_end
        return f"“{written}”" if self.exact or len(self.words) > 1 else written

    def takes(self, word: str) -> bool:
        """Whether one word of a text, as ``words_of`` gives it, is what is looked for."""
        if word in self.forms:
            return True
        wanted = self.words[0]
        if self.open_start:
            return wanted in word if self.open_end else word.endswith(wanted)
        return word.startswith(wanted) if self.open_end else word == wanted

    def places(self, text: str) -> list[Span]:
        """Where it stands in a text."""
        if len(self.words) == 1:
            return [span for word, span in words_of(text) if self.takes(word)]
        found = list(words_of(text))
        length = len(self.words)
        return [
            Span(found[i][1].start, found[i + length - 1][1].end)
            for i in range(len(found) - length + 1)
            if tuple(word for word, _ in found[i : i + length]) == self.words
        ]


@dataclass(frozen=True, slots=True)
class Query:
    """All of ``every``, each by one of its alternatives, and none of ``without``."""

    every: tuple[tuple[Term, ...], ...]
    without: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read what a researcher typed. ``OR`` joins its two neighbours: ``time OR money shift`` wants shift, too.

        Only AND, OR and NOT in capitals are read so; every other sign but quotes and * only parts words.
        Raises InvalidValue with what would work.
        """
        every: list[tuple[Term, ...]] = []
        without: list[Term] = []
        waiting = ""
        for part in _parts(text):
            if isinstance(part, str):
                if waiting or (part != _NOT and not every):
                    raise InvalidValue(f"{part} needs a word before it and one after it; {_HOW}")
                waiting = part
            elif waiting == _NOT:
                without.append(part)
                waiting = ""
            elif waiting == _OR:
                every[-1] = (*every[-1], part)
                waiting = ""
            else:
                every.append((part,))
                waiting = ""
        if waiting:
            raise InvalidValue(f"nothing stands after {waiting}; {_HOW}")
        if not every and without:
            raise InvalidValue("all the words named must not be there; name one that must, such as trust NOT time")
        if not every:
            raise InvalidValue(f"there is no word to look for; {_HOW}")
        return cls(tuple(every), tuple(without))

    @property
    def terms(self) -> tuple[Term, ...]:
        """All that should be there, in the order it was written."""
        return tuple(term for group in self.every for term in group)

    def with_forms(self, forms: Forms) -> Query:
        """The same, with the forms of every term."""

        def bent(term: Term) -> Term:
            return replace(term, forms=tuple(sorted(set(forms(term)) - set(term.words))))

        return Query(
            tuple(tuple(map(bent, group)) for group in self.every),
            tuple(map(bent, self.without)),
        )

    def any_of(self, common: Collection[str]) -> Query:
        """Any of the words instead of all of them; ``common`` ones, which are everywhere, only where no other is."""
        telling = tuple(term for term in self.terms if not (term.bends and term.words[0] in common))
        return Query((tuple(dict.fromkeys(telling or self.terms)),), self.without)

    def marks(self, text: str) -> list[Span]:
        """Where what is looked for stands in a text, in order and without overlaps."""
        found: list[Span] = []
        for span in sorted({span for term in self.terms for span in term.places(text)}):
            if found and span.start < found[-1].end:
                found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
            else:
                found.append(span)
        return found

    def __str__(self) -> str:
        said = " and ".join(" or ".join(map(str, group)) for group in self.every)
        return said + "".join(f", not {term}" for term in self.without)


def words_of(text: str) -> Iterator[tuple[str, Span]]:
    """The words of a text as they are compared: small letters, composed; each with its place."""
    for found in _TOKEN.finditer(text):
        yield unicodedata.normalize("NFC", found.group().lower()), Span(*found.span())


def _parts(text: str) -> Iterator[Term | str]:
    """Terms, and the words AND, OR and NOT between them."""
    text = text.translate(_QUOTES)
    for part in _PART.finditer(text):
        phrase, closing, word = part.groups()
        if word in (_AND, _OR, _NOT):
            yield word
        elif word:
            yield from _term(word)
        elif not closing:
            raise InvalidValue(_left_open(text[: part.start()].strip(), phrase.strip()))
        elif words := _words(phrase):
            yield Term(words, exact=True)


def _left_open(before: str, after: str) -> str:
    where = f"before {_shortened(after)}" if after else f"after {_shortened(before[::-1])[::-1]}" if before else "here"
    return f"the quotation mark {where} is not closed; put one on each side of a phrase, or leave it out"


def _shortened(words: str) -> str:
    return words if len(words) <= 40 else f"{words[:39]}…"


def _term(word: str) -> Iterator[Term]:
    """What stands between two blanks: mostly one word; ``co-creation`` is two that follow each other."""
    words = _words(word)
    bare = _STARS.sub("*", word.strip("\"'“”‘’().,;:!?"))
    starred = _STARRED.fullmatch(bare)
    if starred and "*" in bare:
        start, letters, end = starred.groups()
        (letters,) = _words(letters)
        if start and len(letters) < _SHORTEST_END:
            raise InvalidValue(f"{bare} would find too many words; write at least {_SHORTEST_END} letters after the *")
        yield Term((letters,), open_start=bool(start), open_end=bool(end))
    elif "*" in bare and words:
        raise InvalidValue(f"in {bare} the * stands inside; write it where a word begins or ends, such as trust*")
    elif words:
        yield Term(words)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word, _ in words_of(text))
