"""From bytes to text, in whatever encoding they were saved."""

from __future__ import annotations

import codecs
import re
from html import unescape

from coder.errors import MalformedFile

_MAGIC = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP, Word or Excel",
    b"PK\x05\x06": "ZIP",
    b"\xd0\xcf\x11\xe0": "Word 97-2003 or password-protected Office",
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG image",
    b"\xff\xd8\xff": "JPEG image",
    b"GIF8": "GIF image",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"ID3": "MP3",
    b"RIFF": "WAV or AVI",
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
    b"SQLite format 3": "SQLite",
    b"\x7fELF": "program",
    b"MZ": "Windows program",
}
"""How files begin that are not text."""

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

_SAMPLE = 64_000
"""Bytes from which an encoding is guessed, beginning a little before the first that is not ASCII."""

_LETTERS = "àáâãäåæçèéêëìíîïñòóôõöøœùúûüýÿðþßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝÐÞ"
_MARKS = "\xa0¡¿«»‹›“”„‘’‚–—…•·°§€£©®™ªº¹²³¼½¾×±´`"
_IN_PLACE = re.compile(rf"[{_LETTERS}‘’–—·]|(?<![A-Za-z])[{_MARKS}]|[{_MARKS}](?![A-Za-z])")
_BESIDE_ASCII = re.compile(rf"(?<=[A-Za-z])[{_LETTERS}]|[{_LETTERS}](?=[A-Za-z])")


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text with LF line ends and no byte order mark, and warnings for the researcher.

    UTF-8 and marked UTF-16 are taken as they are; any other encoding is guessed and named in a
    warning. Raises MalformedFile for what is not text, or holds none.
    """
    if not content.strip():
        raise MalformedFile("the file is empty")
    text, warnings = _decoded(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if "\0" in text:
        raise MalformedFile("this looks like a binary file, not text: it holds zero bytes")
    if not text.strip():
        raise MalformedFile("the file holds no text, only blanks")
    return text, warnings


def _decoded(content: bytes) -> tuple[str, list[str]]:
    for bom, encoding in _BOMS.items():
        if content.startswith(bom):
            try:
                return content[len(bom) :].decode(encoding), []
            except UnicodeDecodeError as error:
                line = content.count(b"\n", 0, error.start) + 1
                raise MalformedFile(
                    f"begins like {encoding.upper()} but is not; save it as UTF-8", line=line
                ) from error
    _refuse_binary(content)
    if (wide := _unmarked_utf16(content)) is not None:
        return wide, ["read as UTF-16 without a byte order mark; check the letters"]
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _guessed(content, error.start)


def _refuse_binary(content: bytes) -> None:
    for magic, name in _MAGIC.items():
        # Letters alone are no proof, a text may begin with "MZ" or "RIFF"; programs and sounds hold zero bytes as well.
        if content.startswith(magic) and (not magic.isalnum() or b"\0" in content[:1000]):
            raise MalformedFile(f"this looks like a {name} file, not text; if it is one, give it its own suffix")
    if content[4:8] == b"ftyp":
        raise MalformedFile("this looks like an MP4 or M4A file, not text; transcribe the recording first")


def _unmarked_utf16(content: bytes) -> str | None:
    """The text if every second byte is mostly zero, as in UTF-16 of a European language; else None."""
    sample = content[:2000]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        # An emoji or a letter from afar may hold a zero in its other byte, too.
        stray = sample.count(0) - zeros.count(0)
        if zeros.count(0) * 2 > len(zeros) and stray * 8 <= zeros.count(0):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                return None
    return None


def _guessed(content: bytes, first: int) -> tuple[str, list[str]]:
    line = content.count(b"\n", 0, first) + 1
    start = max(0, first - 1000)
    sample = content[start : start + _SAMPLE]
    if sum(byte < 32 and byte not in b"\t\n\r\f\x0b\x1b" for byte in sample) * 20 > len(sample):
        raise MalformedFile("this looks like a binary file, not text")
    mended = sample.decode("utf-8", "replace")
    if sum(character > "\x7f" for character in mended) > 10 * mended.count("\ufffd"):
        text = content.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        return text, [f"line {line}: {broken} broken UTF-8 characters (the first here) are shown as \ufffd"]
    encoding = guessed_encoding(sample)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise MalformedFile("not UTF-8, and no other encoding fits; save the file as UTF-8 text", line=line) from error
    name = "Windows-1252 (Latin-1)" if encoding == "cp1252" else codecs.lookup(encoding).name
    return text, [f"line {line}: not UTF-8; read as {name}: check letters such as ä, ö, é, and save it as UTF-8"]


def guessed_encoding(sample: bytes) -> str:
    """The likeliest encoding of a text that is not UTF-8."""
    if b"\r" in sample and b"\n" not in sample and _looks_western(sample.decode("mac_roman")):
        # Only an old Macintosh ends lines so.
        return "mac_roman"
    if _looks_western(sample.decode("cp1252", "replace")):
        return "cp1252"
    import charset_normalizer  # slow to load, and seldom needed

    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best is not None else "cp1252"


def _looks_western(text: str) -> bool:
    """Whether the characters beyond ASCII are those of Western languages, and stand where these have them.

    A statistical guess is poor at this, the commonest case: it takes Finnish and German for Polish.
    """
    beyond = sum(character > "\x7f" for character in text)
    letters = sum(character in _LETTERS for character in text)
    in_place = sum(1 for _ in _IN_PLACE.finditer(text))
    beside_ascii = sum(1 for _ in _BESIDE_ASCII.finditer(text))
    return in_place >= 0.95 * beyond and beside_ascii >= 0.5 * letters


_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,20}\d{0,2});")


def characters(text: str) -> str:
    """The text with character references replaced, ``'`` for ``&#39;``; those that would end a line stay."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    character = unescape(reference[0])
    return character if character and (character.isprintable() or character == "\xa0") else reference[0]
