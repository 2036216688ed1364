"""WebVTT: what meeting programs, subtitle editors and archives save."""

from __future__ import annotations

import re

from coder.errors import MalformedFile
from coder.formats.decoding import decode
from coder.formats.subtitles import read_cues
from coder.model import Reading

_FIRST = re.compile(r"WEBVTT(?:[ \t]+(?P<title>.*))?$")


def read(content: bytes, name: str) -> Reading:
    """Read a WebVTT file. Raises MalformedFile with the line where the format is broken."""
    text, warnings = decode(content)
    rows = text.split("\n")
    first = _FIRST.match(rows[0])
    if first is None:
        raise MalformedFile("a WebVTT file begins with the line WEBVTT", line=1)
    # The title stays as a row of its own, so that all lines keep their numbers.
    rows[0] = first["title"] or ""
    return read_cues(rows, name, warnings)
