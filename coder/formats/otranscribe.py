"""oTranscribe: JSON that holds the transcript as HTML, with time stamps where the transcriber set them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from coder.errors import MalformedFile, UnknownFormat
from coder.formats.building import Piece
from coder.formats.cues import Cue, by_labels, talk
from coder.formats.dates import date_in
from coder.formats.recognised import parsed
from coder.formats.stamps import CLOCK, milliseconds
from coder.model import DocumentKind, Reading

_MARKUP = re.compile(r"(<[^<>]*>)")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_BLOCKS = frozenset({"blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "tr", "ul"})
_UNREAD = frozenset({"script", "style"})
_STAMP = re.compile(r"\sclass\s*=\s*[\"']?[^\"'>]*\btimestamp\b|\sdata-timestamp\s*=", re.IGNORECASE)
_SECONDS = re.compile(r"\sdata-timestamp\s*=\s*[\"']?\s*(\d{1,7}(?:\.\d{1,20})?)", re.IGNORECASE)
_CLOCK = re.compile(CLOCK)
_TAG_HEAD = 500
"""Characters of a tag in which its class and time are looked for."""

_LABEL = 60
"""Characters before a time stamp that may be the name of who speaks, if they end in a colon."""


def read(content: bytes, name: str) -> Reading:
    """Read an oTranscribe file: a paragraph is a turn, and begins at the first time stamp in it.

    Raises UnknownFormat for JSON that is no transcript of oTranscribe, MalformedFile, TooLarge.
    """
    said: list[str] = []
    value = parsed(content, said)
    if not (isinstance(value, Mapping) and isinstance(value.get("text"), str)):
        raise UnknownFormat('this is no file of oTranscribe: expected JSON with the HTML of the transcript as "text"')
    cues = list(_cues(value["text"], said))
    inside = [cue for cue in cues if not cue.opens]
    if inside:
        first = inside[0].place
        said.append(f"time stamps inside paragraphs: {len(inside)} (first in {first}); a turn keeps the first in it")
    text, turns = talk(_same_voice(by_labels(cues)), said)
    if not turns:
        raise MalformedFile("holds no words")
    day = date_in(name) or date_in(str(value.get("media", ""))[:300])
    return Reading(text, turns, DocumentKind.INTERVIEW, tuple(said), day)


def _same_voice(items: list[Cue | Piece]) -> list[Cue | Piece]:
    """Words behind a time stamp inside a paragraph are said by whom the paragraph names."""
    found: list[Cue | Piece] = []
    voice: str | None = None
    for item in items:
        if isinstance(item, Cue):
            voice = item.voice or (None if item.opens else voice)
            found.append(item.saying(item.words, voice))
    return found


def _cues(html: str, said: list[str]) -> Iterator[Cue]:
    """One cue for each paragraph and for each time stamp in one."""
    number = 1
    words: list[str] = []
    start: int | None = None
    opens = True
    unread: list[str] = []
    for token in _tokens(html):
        if isinstance(token, str):
            words.append(token)
            continue
        if not token.paragraph and token.time is None:
            unread.append(f"{token.shown[:20]!r} in paragraph {number}")
            words.append(f" {token.shown} ")
            continue
        written = _joined(words)
        named = start is None and len(written) <= _LABEL and written.endswith((":", "："))
        if not token.paragraph and (not written or named):
            words, start = [written, " "], token.time
            continue
        if written:
            yield Cue(f"paragraph {number}", written, start=start, opens=opens)
            number += token.paragraph
        words, start, opens = [], token.time, token.paragraph
    if written := _joined(words):
        yield Cue(f"paragraph {number}", written, start=start, opens=opens)
    if unread:
        said.append(f"time stamps that hold no time: {len(unread)} (first {unread[0]}); they were left in the text")


def _joined(words: list[str]) -> str:
    return " ".join("".join(words).split())


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place in the HTML where a paragraph ends, or a time stamp: its milliseconds, and what it shows."""

    paragraph: bool = False
    time: int | None = None
    shown: str = ""


def _tokens(html: str) -> Iterator[str | _Mark]:
    """The words of the HTML, the ends of its paragraphs, and its time stamps."""
    unread = ""
    stamp: tuple[str, str] | None = None
    shown = ""
    for token in _MARKUP.split(html):
        tag = _TAG.match(token)
        if tag is None:
            words = "" if unread or token.startswith("<") else unescape(token)
            if stamp is not None:
                shown += words
            elif words:
                yield words
            continue
        closes, name = tag[1] == "/", tag[2].lower()
        if unread:
            unread = "" if closes and name == unread else unread
        elif stamp is not None:
            if closes and name == stamp[0]:
                yield _Mark(time=_time(stamp[1], shown), shown=" ".join(shown.split()))
                stamp = None
        elif name in _UNREAD and not closes:
            unread = name
        elif _STAMP.search(token[:_TAG_HEAD]) and not closes:
            stamp, shown = (name, token[:_TAG_HEAD]), ""
        elif name in _BLOCKS:
            yield _Mark(paragraph=True)
    if stamp is not None:
        # A stamp that never ends has taken all that follows.
        yield _Mark(time=_time(stamp[1], ""), shown="")
        yield shown


def _time(tag: str, shown: str) -> int | None:
    """Milliseconds of a time stamp: what its tag says, or else what it shows."""
    seconds = _SECONDS.search(tag)
    if seconds:
        return round(float(seconds[1]) * 1000)
    return milliseconds(shown) if _CLOCK.fullmatch(shown.strip()) else None
