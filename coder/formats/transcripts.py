"""Coded transcripts out: one row a format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from coder.errors import UnknownFormat
from coder.formats import coded_html, coded_markdown, coded_word
from coder.formats.coded_transcript import CodedTranscript

TRANSCRIPT_WRITERS: dict[str, Callable[[CodedTranscript], bytes]] = {
    ".html": coded_html.write,
    ".docx": coded_word.write,
    ".md": coded_markdown.write,
}


def write_transcript(name: str, transcript: CodedTranscript) -> bytes:
    """The coded transcript as a file of this name. Raises UnknownFormat."""
    suffix = PurePath(name).suffix.lower()
    check_suffix(suffix)
    return TRANSCRIPT_WRITERS[suffix](transcript)


def check_suffix(suffix: str) -> None:
    """Raises UnknownFormat if no transcript can be written with this ending."""
    if suffix not in TRANSCRIPT_WRITERS:
        known = ", ".join(TRANSCRIPT_WRITERS)
        raise UnknownFormat(f"cannot write a transcript as {suffix or 'a file without ending'}; known: {known}")
