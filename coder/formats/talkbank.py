"""CHAT, the format of TalkBank: utterances with their speakers and times, as they were transcribed.

Read here and not by a library for corpora, because those refuse what archives hold: files without a first
line, bullets written out, speakers that nobody declared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from coder.errors import MalformedFile
from coder.formats.building import Piece
from coder.formats.cues import Cue, cues_of, talk
from coder.formats.dates import date_in
from coder.formats.decoding import decode
from coder.model import DocumentKind, Reading, TurnKind

_UTTERANCE = re.compile(r"\*([^\s:*]{1,30}):\s*")
_TIER = re.compile(r"%([A-Za-z]\w{0,20}):\s*")
_HEADER = re.compile(r"@([A-Z][A-Za-z0-9 ]{0,40})(?::\s*|\s*$)")
_BULLET = re.compile(r"(?:(?<!\s)\s+)?(?:\x15|•)(?:%\w{1,10}:\"[^\"\n]{0,200}\"_)?(\d{1,9})_(\d{1,9})-?(?:\x15|•)")
_OTHER_BULLET = re.compile(r"(?:(?<!\s)\s+)?\x15[^\x15\n]{0,200}\x15")
_ASIDE = re.compile(r"\(\([^()]{1,200}\)\)$|\(\s*\)$")
"""What is no speech: ``((cough))``, and words that nobody could hear."""

_FRAME = frozenset({"UTF8", "Begin", "End", "Font", "Window", "Color words", "PID"})
"""Headers for programs only."""

_NOTES = frozenset({"act", "add", "com", "eng", "exp", "gls", "gpx", "int", "par", "sit", "spa", "tra", "tran"})
"""Tiers in which people note what went on, or translate; all others are analyses, many of them by machines."""

_NOBODY = frozenset({"unknown", "unidentified", "uncertain"})


def read(content: bytes, name: str) -> Reading:
    """Read a CHAT transcript; utterances of one speaker that follow each other become one turn.

    Raises MalformedFile where there is no utterance.
    """
    text, said = decode(content)
    lines = list(_lines(text.split("\n"), said))
    people = _people(lines)
    items = list(_items(lines, people, said))
    strangers = [item for item in cues_of(items) if item.voice not in people.values()]
    if strangers:
        names = ", ".join(dict.fromkeys(cue.voice or "" for cue in strangers))
        said.append(f"{strangers[0].place}: speakers that are not among @Participants: {names}")
    words, turns = talk(items, said)
    if not any(turn.kind is TurnKind.SPEECH for turn in turns):
        raise MalformedFile("holds no utterances: no line like *ANN: and words was found")
    return Reading(words, turns, DocumentKind.INTERVIEW, tuple(said), _date(lines) or date_in(name))


def _lines(rows: Sequence[str], said: list[str]) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, each put together with those that go on from it."""
    number, parts = 0, list[str]()
    astray: list[int] = []
    for index, row in enumerate(rows, 1):
        if row.startswith(("@", "*", "%")):
            if parts:
                yield number, " ".join(parts)
            number, parts = index, [row.strip()]
        elif row.strip():
            if not row[0].isspace():
                astray.append(index)
            number = number or index
            parts.append(row.strip())
    if parts:
        yield number, " ".join(parts)
    if astray:
        more = f" and {len(astray) - 1} more" if len(astray) > 1 else ""
        said.append(f"line {astray[0]}{more}: begins with none of @, *, % or a tab; read with the line above")


def _people(lines: Sequence[tuple[int, str]]) -> Mapping[str, str]:
    """What each speaker's code stands for: the name, or the code where there is none or several share it."""
    found: dict[str, str] = {}
    for _, line in lines:
        if line.startswith("@Participants:"):
            for entry in line.removeprefix("@Participants:").split(","):
                code, *words = entry.split() or [""]
                if code:
                    found[code] = " ".join(words[:-1]).replace("_", " ") or code
    names = Counter(found.values())
    return {code: name if names[name] == 1 else code for code, name in found.items()}


def _items(lines: Sequence[tuple[int, str]], people: Mapping[str, str], said: list[str]) -> Iterator[Cue | Piece]:
    headers: list[str] = []
    analyses: Counter[str] = Counter()
    begun = False
    astray: list[int] = []
    for number, line in lines:
        if found := _UTTERANCE.match(line):
            if headers and not begun:
                yield Piece("\n".join(headers), TurnKind.HEADER)
            begun = True
            cue = _utterance(number, people.get(found[1], found[1]), line[found.end() :])
            yield Piece(cue.words, TurnKind.REMARK, cue.voice, cue.start, cue.end) if _ASIDE.match(cue.words) else cue
        elif found := _TIER.match(line):
            if found[1].casefold() in _NOTES:
                yield Piece(" ".join(_without_bullets(line).split()), TurnKind.REMARK)
            else:
                analyses[f"%{found[1]}"] += 1
        elif not ((found := _HEADER.match(line)) and found[1] in _FRAME):
            words = " ".join(_without_bullets(line).split())
            if line.startswith("*"):
                astray.append(number)
            if begun:
                yield Piece(words, TurnKind.REMARK)
            else:
                headers.append(words)
    if astray:
        said.append(f"line {astray[0]}: no colon behind the speaker; such lines are read as remarks: {len(astray)}")
    if analyses:
        said.append(f"analyses were left out: {', '.join(f'{count} {tier}' for tier, count in analyses.items())}")


def _utterance(number: int, voice: str, line: str) -> Cue:
    times = [(int(found[1]), int(found[2])) for found in _BULLET.finditer(line)]
    start = times[0][0] if times else None
    # Two utterances of somebody unknown may be two people's.
    opens = voice.casefold() in _NOBODY
    return Cue(f"line {number}", _without_bullets(line), voice, start, times[-1][1] if times else None, opens)


def _without_bullets(line: str) -> str:
    return _OTHER_BULLET.sub("", _BULLET.sub("", line)).strip()


def _date(lines: Sequence[tuple[int, str]]) -> str | None:
    """The day of the recording: ``12-JUN-2003`` as CHAT wants it, or in any other form."""
    for _, line in lines:
        if line.startswith("@Date:"):
            return date_in(line) or date_in(line.replace("-", " "))
    return None
