"""Bytes to model and back: one small file per format, one row per format.

``READERS`` read a document, ``CODEBOOK_READERS`` and ``CODEBOOK_WRITERS`` a codebook. Tables are in
``coder.formats.tables``, apart from these because pandas is slow to load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import TypeVar

from coder.errors import TooLarge, UnknownFormat
from coder.formats import (
    codebook_markdown,
    codebook_table,
    codebook_word,
    codebook_yaml,
    elan,
    markdown,
    opendocument,
    otranscribe,
    pdf,
    plain,
    recognised,
    refi_codebook,
    rich_text,
    srt,
    talkbank,
    web_page,
    webvtt,
    word,
)
from coder.model import Codebook, Reading

Reader = Callable[[bytes, str], Reading]
"""Content and file name to what was understood of them."""

READERS: dict[str, Reader] = {
    ".txt": plain.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".docx": word.read,
    ".odt": opendocument.read,
    ".pdf": pdf.read,
    ".rtf": rich_text.read,
    ".html": web_page.read,
    ".htm": web_page.read,
    ".vtt": webvtt.read,
    ".srt": srt.read,
    ".json": recognised.read,
    ".otr": otranscribe.read,
    ".cha": talkbank.read,
    ".eaf": elan.read,
}

CODEBOOK_READERS: dict[str, Callable[[bytes, str], Codebook]] = {
    ".yaml": codebook_yaml.read,
    ".yml": codebook_yaml.read,
    ".csv": codebook_table.read_csv,
    ".xlsx": codebook_table.read_xlsx,
    ".qdc": refi_codebook.read,
}

CODEBOOK_WRITERS: dict[str, Callable[[Codebook], bytes]] = {
    ".yaml": codebook_yaml.write,
    ".yml": codebook_yaml.write,
    ".qdc": refi_codebook.write,
    ".csv": codebook_table.write_csv,
    ".xlsx": codebook_table.write_xlsx,
    ".docx": codebook_word.write,
    ".md": codebook_markdown.write,
}

MAX_BYTES = 100_000_000
"""The largest file that is read."""

Row = TypeVar("Row")


def read(name: str, content: bytes) -> Reading:
    """Read one document; its name tells the format.

    Raises UnknownFormat, MalformedFile or TooLarge.
    """
    reader = _row(READERS, name)
    if len(content) > MAX_BYTES:
        raise TooLarge(f"the file has {len(content):,} bytes, more than {MAX_BYTES:,}; split it into several documents")
    return reader(content, name)


def read_codebook(name: str, content: bytes) -> Codebook:
    """Read a codebook; its name tells the format.

    Raises UnknownFormat, MalformedFile, TooLarge or CodebookConflict.
    """
    return _row(CODEBOOK_READERS, name)(content, name)


def write_codebook(name: str, codebook: Codebook) -> bytes:
    """The codebook as a file of this name. Raises UnknownFormat, or TooLarge or CodebookConflict where it does not fit.

    The same codebook always gives the same bytes, but in Excel and Word, whose files hold the time of writing.
    """
    return _row(CODEBOOK_WRITERS, name)(codebook)


def _row(table: Mapping[str, Row], name: str) -> Row:
    suffix = PurePath(name).suffix.lower()
    if suffix not in table:
        raise UnknownFormat(f"cannot read or write {suffix or name!r}; known: {', '.join(table)}")
    return table[suffix]
