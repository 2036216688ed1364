"""A coded transcript as Markdown: the text, and a footnote for every coding where it ends."""

from __future__ import annotations

import re

from coder.formats.coded_transcript import CodedTranscript, Line, Mark, Piece, definition, shown
from coder.model import TurnKind

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$&!^=])")
_AT_START = re.compile(r"^([-+]|\d+(?=[.)]))")
_LONGEST_QUOTATION = 160


def write(transcript: CodedTranscript) -> bytes:
    """The transcript as Markdown with footnotes, UTF-8. Nothing that people wrote becomes markup."""
    parts = [f"# {one_line(transcript.document.name)}", one_line(transcript.facts)]
    parts += [f"*Memo ({one_line(coder)}):* {one_line(words)}" for words, coder in transcript.notes]
    parts += [_line(line, pieces) for line, pieces, _ in transcript.lines()]
    if transcript.used:
        rows = "\n".join(
            f"| {one_line(path)} | {count:,} | {one_line(definition(code))} |" for path, code, count in transcript.used
        )
        parts += ["## Codes", f"| code | codings | meaning |\n| --- | ---: | --- |\n{rows}"]
    parts += [_footnote(mark, transcript.document.text) for mark in transcript.marks]
    return ("\n\n".join(parts) + "\n").encode()


def _line(line: Line, pieces: tuple[Piece, ...]) -> str:
    words = ""
    for piece in pieces:
        text = _inline(piece.text)
        if piece.label and text.strip():
            inner = text.strip()
            text = f"**{inner}**{text[len(text.rstrip()) :]}"
        # A footnote's sign takes no blank before it.
        signs = "".join(f"[^{mark.number}]" for mark in piece.closing)
        words += f"{text.rstrip()}{signs}{text[len(text.rstrip()) :]}" if signs else text
    words = _started(words.strip())
    if line.kind is TurnKind.HEADING:
        return f"{'#' * min(6, line.level + 1 if line.level else 3)} {words}"
    return words


def _footnote(mark: Mark, text: str) -> str:
    quotation = " ".join(mark.span.of(text).split())
    if len(quotation) > _LONGEST_QUOTATION:
        half = _LONGEST_QUOTATION // 2
        quotation = f"{quotation[:half].rstrip()} … {quotation[-half:].lstrip()}"
    memos = "".join(f" — *{one_line(note)}*" for note in mark.notes)
    return f"[^{mark.number}]: **{one_line(mark.title)}** ({one_line(mark.coder)}): “{_inline(quotation)}”{memos}"


def _inline(text: str) -> str:
    return _MARKUP.sub(r"\\\1", shown(text))


def one_line(text: str) -> str:
    """Words in one line, nothing of them markup."""
    return _started(_inline(" ".join(text.split())))


def _started(line: str) -> str:
    """A line that begins no list and no heading."""
    return _AT_START.sub(lambda begin: f"\\{begin[1]}" if not begin[1][0].isdigit() else f"{begin[1]}\\", line)
