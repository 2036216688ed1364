"""SubRip subtitles: what transcription programs and video editors save."""

from __future__ import annotations

from coder.formats import webvtt
from coder.formats.decoding import decode
from coder.formats.subtitles import read_cues
from coder.model import Reading


def read(content: bytes, name: str) -> Reading:
    """Read an SRT file; WebVTT under this ending is read as what it is.

    Raises MalformedFile with the line where the format is broken.
    """
    text, warnings = decode(content)
    if text.startswith("WEBVTT"):
        return webvtt.read(content, name)
    return read_cues(text.split("\n"), name, warnings)
