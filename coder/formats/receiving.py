"""What every reader of another program's project needs: documents, sound codes, colours, a list of losses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from coder.errors import UnreadableFile
from coder.formats import plain
from coder.formats.decoding import decode
from coder.model import (
    Code,
    Document,
    DocumentKind,
    Loss,
    Span,
    StudyDocument,
    Turn,
    TurnKind,
    Value,
    text_hash,
    trimmed,
)
from coder.model.codebook import PALETTE, SEPARATOR

EXAMPLES = 5
"""How many of what is lost are named."""

_NUMBERS = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\b")
_LONGEST_EXAMPLE = 80


class Losses:
    """Collects what does not come along, by kind, with the first few of each by name."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], list[str]] = {}

    def add(self, what: str, why: str, example: str = "", *, count: int = 1) -> None:
        """Note ``count`` more of this kind; ``example`` names one of them."""
        if not count:
            return
        self._counts[what, why] += count
        examples = self._examples.setdefault((what, why), [])
        if example and len(examples) < EXAMPLES:
            words = " ".join(example.split())
            examples.append(words if len(words) <= _LONGEST_EXAMPLE else words[: _LONGEST_EXAMPLE - 1] + "…")

    def all(self) -> tuple[Loss, ...]:
        """Every kind, in the order in which the first of it was met."""
        return tuple(
            Loss(what, count, why, tuple(self._examples[what, why])) for (what, why), count in self._counts.items()
        )


def document_of(
    id: str,
    name: str,
    text: str,
    *,
    source: str = "",
    added: str = "",
    language: str = "en",
    kind: DocumentKind | None = None,
    date: str | None = None,
    values: Mapping[str, Value] | None = None,
) -> StudyDocument:
    """A document of a text exactly as it is (LF, no byte order mark): only its turns are looked for.

    Kind and date are what the text itself tells, unless given.
    """
    turns: tuple[Turn, ...] = ()
    found: DocumentKind | None = None
    day: str | None = None
    try:
        reading = plain.read(text.encode("utf-8", "replace"), name)
        if reading.text == text:
            turns, found, day = reading.turns, reading.kind, reading.date
    except UnreadableFile:
        pass
    if not turns:
        turns = tuple(_paragraphs(text))
    words = sum(len(turn.span.of(text).split()) for turn in turns if turn.kind.is_content)
    document = Document(
        id=id,
        name=name,
        kind=kind or found or DocumentKind.OTHER,
        sha256=text_hash(text),
        words=words,
        characters=len(text),
        language=language,
        source=source or name,
        date=date or day,
        added=added,
        text=text,
    )
    return StudyDocument(document, turns, dict(values or {}))


def plain_text(content: bytes) -> str:
    """The text of a file as it is, with line ends and byte order mark.

    UTF-8, or UTF-16 with its mark; anything else is guessed, and then has LF line ends. Raises MalformedFile.
    """
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"", "utf-8")):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    return decode(content)[0]


def with_line_feeds(text: str) -> str:
    """The text as Redthread keeps it: LF line ends, no byte order mark in front."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def colour_of(text: str | None) -> str | None:
    """A colour in any common notation as ``#rrggbb``: #rgb, #rrggbb, #rrggbbaa, rgb(1, 2, 3); None for no colour."""
    wanted = (text or "").strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", wanted):
        return "#" + "".join(2 * digit for digit in wanted[1:])
    if re.fullmatch(r"#[0-9a-f]{6}([0-9a-f]{2})?", wanted):
        return wanted[:7]
    if (numbers := _NUMBERS.match(wanted)) is not None:
        return "#" + "".join(f"{min(255, int(number)):02x}" for number in numbers.groups())
    return None


def sound_codes(codes: Iterable[Code], coded: frozenset[str] = frozenset()) -> tuple[tuple[Code, ...], list[str]]:
    """Codes that a codebook takes, and in sentences what was mended in them.

    Names lose line breaks and outer blanks, a name that two siblings share gets a number, a code without
    a colour (empty) the one used least, a code under an unknown parent or under itself goes to the top, and a
    folder that codings rest on (``coded`` holds ids) becomes a code. Doubled ids keep the first.
    """
    kept: dict[str, Code] = {}
    for code in codes:
        kept.setdefault(code.id, code)
    remarks: list[str] = []
    used = Counter(code.colour.lower() for code in kept.values() if code.colour)
    taken: set[tuple[str | None, str]] = set()
    found = []
    for code in kept.values():
        parent = code.parent if _stands(kept, code) else None
        if parent != code.parent:
            remarks.append(f"the code {code.name} stood under no code that is there; it was put at the top")
        one_line = code.name == code.name.strip() and len(code.name.splitlines()) == 1
        name = code.name if one_line else " ".join(code.name.split())
        name = name.replace(SEPARATOR, "/").strip() or "(unnamed)"
        number, free = 2, name
        while (parent, free.casefold()) in taken:
            free, number = f"{name} ({number})", number + 1
        taken.add((parent, free.casefold()))
        if free != code.name:
            remarks.append(f"the code {code.name!r} is called {free!r} here")
        colour = code.colour
        if not colour:
            colour = min(PALETTE, key=lambda each: (used[each], PALETTE.index(each)))
            used[colour] += 1
        if not code.codable and code.id in coded:
            remarks.append(f"the folder {free} has codings, so it became a code")
        found.append(replace(code, name=free, parent=parent, colour=colour, codable=code.codable or code.id in coded))
    return tuple(found), remarks


def _stands(codes: Mapping[str, Code], code: Code) -> bool:
    """Whether everything above a code is there and is not the code itself."""
    seen = {code.id}
    above = code.parent
    while above is not None:
        if above not in codes or above in seen:
            return False
        seen.add(above)
        above = codes[above].parent
    return True


def _paragraphs(text: str) -> Sequence[Turn]:
    turns = []
    start = 0
    for line in text.split("\n"):
        span: Span | None = trimmed(text, start, start + len(line))
        if span is not None:
            turns.append(Turn(span, TurnKind.PARAGRAPH))
        start += len(line) + 1
    return turns
