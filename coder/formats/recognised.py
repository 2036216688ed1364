"""JSON of speech recognisers: Whisper, whisper-timestamped, whisper.cpp, whisperX, podwhisperer and podcasts.

What they have in common is a list of segments, each with its words, two times, and perhaps a speaker.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from coder.errors import MalformedFile, TooLarge, UnknownFormat
from coder.formats.cues import Cue, talk
from coder.formats.dates import date_in
from coder.formats.decoding import decode
from coder.formats.stamps import CLOCK, milliseconds
from coder.model import DocumentKind, Reading

MAX_JSON, MAX_PARTS = 50_000_000, 2_000_000
"""Bytes of JSON, and lists and objects in it, which take most of the memory. A day of talk has less."""

_LISTS = ("segments", "transcription", "chunks")
_SPEAKERS = ("speaker", "speakerLabel", "speaker_label", "speaker_id")
_WORDS = ("text", "body")
_STARTS, _ENDS = ("start", "startTime"), ("end", "endTime")
_EXPECTED = "expected a list of segments, each with start, end and text, as Whisper, whisperX or podwhisperer write it"


def read(content: bytes, name: str) -> Reading:
    """Read a transcript in JSON; consecutive segments of one speaker become one turn.

    Raises UnknownFormat where the JSON is no transcript, MalformedFile where it is none or breaks off, TooLarge.
    """
    said: list[str] = []
    segments, names = _segments(parsed(content, said))
    cues = [cue for number, one in enumerate(segments, 1) for cue in _cues(f"segment {number}", one, names)]
    said.extend(_loops(cues))
    text, turns = talk(cues, said, all_voiced=True)
    if not turns:
        raise MalformedFile("holds segments, but no words in them")
    return Reading(text, turns, DocumentKind.INTERVIEW, tuple(said), date_in(name))


def parsed(content: bytes, said: list[str]) -> object:
    """The value of a JSON file; ``said`` is told how it was decoded. Raises MalformedFile or TooLarge."""
    if len(content) > MAX_JSON:
        raise TooLarge(f"the JSON has {len(content):,} bytes, more than {MAX_JSON:,}; split it into several documents")
    if content.count(b"[") + content.count(b"{") > MAX_PARTS:
        raise TooLarge(f"the JSON has more than {MAX_PARTS:,} lists and objects; split it into several documents")
    text, warnings = decode(content)
    said.extend(warnings)
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise MalformedFile(f"not JSON, or JSON that breaks off: {error.msg}", line=error.lineno) from error
    except (RecursionError, ValueError) as error:
        raise MalformedFile("not JSON that can be read: nested too deeply, or with a number too long") from error
    return value


def _segments(value: object) -> tuple[list[Mapping[str, object]], Mapping[str, object]]:
    """The segments, and what their speakers are called."""
    found: object = value
    names: object = {}
    if isinstance(value, Mapping):
        names = value.get("speakers")
        found = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
    if not isinstance(found, list):
        raise UnknownFormat(f"this JSON is no transcript: {_EXPECTED}")
    for number, segment in enumerate(found, 1):
        if not (isinstance(segment, Mapping) and _text(segment) is not None):
            raise UnknownFormat(f"this JSON is no transcript: segment {number} has no text; {_EXPECTED}")
    if not any(_times(segment) != (None, None) for segment in found):
        raise UnknownFormat(f"this JSON is no transcript, it has no times; {_EXPECTED}")
    return found, names if isinstance(names, Mapping) else {}


def _cues(place: str, segment: Mapping[str, object], names: Mapping[str, object]) -> Iterator[Cue]:
    """One cue for a segment, or one for each speaker where its words have several and make up its text."""
    start, end = _times(segment)
    whole = Cue(place, _text(segment) or "", _speaker(segment, names), start, end)
    words = _words(segment)
    if len({_speaker(word, names) for word in words} - {None}) < 2 or not _make_up(words, whole.words):
        yield whole
        return
    voice = None
    spoken = []
    for word in words:
        voice = _speaker(word, names) or voice
        spoken.append((voice, word))
    for speaker, group in groupby(spoken, key=lambda pair: pair[0]):
        run = [word for _, word in group]
        text = " ".join(str(word["word"]).strip() for word in run)
        yield Cue(place, text, speaker or whole.voice, _first(run), _last(run))


_LOOP = 5
"""So many segments of the same words in a row are more likely a recogniser that got stuck than talk."""


def _loops(cues: Sequence[Cue]) -> Iterator[str]:
    for words, group in groupby(cues, key=lambda cue: cue.words.strip()):
        run = list(group)
        if words and len(run) >= _LOOP:
            yield f"{run[0].place}: the same words {len(run)} times in a row; perhaps the recogniser got stuck"


def _text(segment: Mapping[str, object]) -> str | None:
    return next((text for key in _WORDS if isinstance(text := segment.get(key), str)), None)


def _words(segment: Mapping[str, object]) -> list[Mapping[str, object]]:
    words = segment.get("words")
    return [word for word in words if isinstance(word, Mapping) and "word" in word] if isinstance(words, list) else []


def _make_up(words: Sequence[Mapping[str, object]], text: str) -> bool:
    """Whether the words, put together, are the text but for its blanks."""
    return (
        "".join(str(word["word"]) for word in words).split() == text.split()
        or [str(word["word"]).strip() for word in words] == text.split()
    )


def _speaker(segment: Mapping[str, object], names: Mapping[str, object]) -> str | None:
    for key in _SPEAKERS:
        label = segment.get(key)
        if isinstance(label, (str, int)) and not isinstance(label, bool) and str(label).strip():
            name = names.get(str(label))
            return (name if isinstance(name, str) and name.strip() else str(label)).strip()
    return None


def _times(segment: Mapping[str, object]) -> tuple[int | None, int | None]:
    """Start and end in milliseconds: of the segment, or else of its first and last word."""
    offsets, pair = segment.get("offsets"), segment.get("timestamp")
    if isinstance(offsets, Mapping):
        return _milliseconds(offsets.get("from"), 1), _milliseconds(offsets.get("to"), 1)
    if isinstance(pair, list) and len(pair) == 2:
        return _milliseconds(pair[0]), _milliseconds(pair[1])
    start, end = (next((segment[key] for key in keys if key in segment), None) for keys in (_STARTS, _ENDS))
    start, end = _milliseconds(start), _milliseconds(end)
    words = _words(segment)
    return _first(words) if start is None else start, _last(words) if end is None else end


def _first(words: Sequence[Mapping[str, object]]) -> int | None:
    return next((time for word in words if (time := _milliseconds(word.get("start"))) is not None), None)


def _last(words: Sequence[Mapping[str, object]]) -> int | None:
    return next((time for word in reversed(words) if (time := _milliseconds(word.get("end"))) is not None), None)


_CLOCK = re.compile(CLOCK)
_LONGEST = 1_000 * 3_600_000
"""Milliseconds: no recording has a thousand hours."""


def _milliseconds(value: object, unit: int = 1000) -> int | None:
    """A time in seconds (or in ``1 / unit`` thousandths) as milliseconds; None for what can be no time."""
    if isinstance(value, str) and _CLOCK.fullmatch(value.strip()):
        return milliseconds(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not math.isfinite(value) or not 0 <= value * unit <= _LONGEST:
        return None
    return round(value * unit)
