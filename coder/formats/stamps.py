"""Time stamps in transcripts: ``0:04``, ``[00:01:02]``, ``(00:01:02.5)``, ``#00:01:02-3#``."""

from __future__ import annotations

import re
from collections.abc import Iterator

CLOCK = r"(?:\d{1,3}:\d{1,2}:\d{1,2}(?:[:;]\d{2})?|\d{1,3}:\d{2})(?:[.,]\d{1,3})?"
"""Minutes and seconds, or hours before them, with or without a fraction or the number of a frame."""

SECONDS = r"\d{1,6}\.\d{1,3}s?"
"""Seconds with a fraction, as faster-whisper prints them."""

BRACKETED = rf"(?:\[\s*{CLOCK}\s*\]|\(\s*{CLOCK}\s*\)|\{{\s*{CLOCK}\s*\}}|<\s*{CLOCK}\s*>|#\s*{CLOCK}(?:-\d)?\s*#)"

_CLOCK = re.compile(r"(\d{1,3}):(\d{1,2})(?::(\d{1,2}))?(?:[.,](\d{1,3})|-(\d)#)?")
_SECONDS = re.compile(r"(\d{1,6}\.\d{1,3})s?")
_BRACKETED = re.compile(BRACKETED)
_ALONE = re.compile(rf"{BRACKETED}|{CLOCK}")
_AT_END = re.compile(rf"({BRACKETED})\s*$")


def milliseconds(stamp: str) -> int:
    """Milliseconds from the start for the first clock time in a stamp. Raises ValueError if there is none.

    The number of a frame is passed over: how many frames a second has stands nowhere.
    """
    found = _CLOCK.search(stamp)
    if found is None and (alone := _SECONDS.fullmatch(stamp.strip())):
        return round(float(alone[1]) * 1000)
    if found is None:
        raise ValueError(f"no time in {stamp!r}")
    first, second, third, fraction, tenth = found.groups()
    seconds = int(first) * 60 + int(second)
    if third is not None:
        seconds = seconds * 60 + int(third)
    return seconds * 1000 + int((fraction or tenth or "").ljust(3, "0"))


def is_stamp(line: str) -> bool:
    """Whether a line holds a time and nothing else."""
    return len(line) < 40 and _ALONE.fullmatch(line) is not None


def stamp_at_end(line: str) -> tuple[int, int] | None:
    """Where a bracketed stamp that ends a line begins (with the blanks before it), and its milliseconds."""
    if not line.endswith(("]", ")", "}", ">", "#")):
        return None
    found = _AT_END.search(line, max(0, len(line) - 40))
    return (len(line[: found.start()].rstrip()), milliseconds(found.group(1))) if found else None


def stamps_in(text: str) -> Iterator[int]:
    """Where bracketed stamps stand in a text."""
    return (match.start() for match in _BRACKETED.finditer(text))
