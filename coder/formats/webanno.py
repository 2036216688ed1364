"""WebAnno TSV 3, as WebAnno and INCEpTION write it: a word a line, its layers in columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from coder.errors import MalformedFile
from coder.formats.decoding import decode
from coder.formats.gathering import ForeignText, Gathering
from coder.formats.layers import LINGUISTIC, NOT_CODED, codes_of, is_linguistic
from coder.model import Received

_BEGIN = b"#FORMAT=WebAnno TSV 3"
_WORD = re.compile(r"\d+-(\d+)(\.\d+)?\t\d+-\d+\t")
_ITEMS = re.compile(r"(?<!\\)\|")
_ITEM = re.compile(r"(.*?)(?:(?<!\\)\[(\d+)\])?", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r"}


@dataclass
class _Column:
    """One column: the feature of a layer; layers of relations and chains are not read."""

    layer: str
    feature: str
    spans: bool


@dataclass
class _Marked:
    """What a layer says about one stretch."""

    start: int
    end: int
    values: dict[str, str] = field(default_factory=dict)


def recognises(content: bytes) -> bool:
    """Whether this is WebAnno TSV 3."""
    return content.removeprefix(b"\xef\xbb\xbf").startswith(_BEGIN)


def read(content: bytes, name: str) -> Received:
    """Read one document of WebAnno TSV 3. Raises MalformedFile."""
    text, _ = decode(content)
    lines = text.split("\n")
    columns = list(_columns(lines))
    found = Gathering("WebAnno", PurePath(name).stem)
    sentences: list[str] = []
    marked: dict[tuple[str, object], _Marked] = {}
    begin = whole = cursor = 0
    sentence = ""
    for number, line in enumerate(lines, 1):
        if line.startswith("#Text="):
            begin += len(sentence) + 1 if sentences else 0
            sentence, cursor = _plain(line.removeprefix("#Text=")), 0
            sentences.append(sentence)
        elif (word := _WORD.match(line)) is not None:
            _, _, token, *cells = line.split("\t")
            token = _plain(token)
            # Parts of a word are looked for where the word itself begins.
            start = _find(sentence, token, whole if word[2] else cursor)
            if start is None or not sentences:
                raise MalformedFile(f"the word {token!r} does not stand in its sentence", line=number)
            if not word[2]:
                whole, cursor = start, start + len(token)
            _mark(marked, columns, cells, begin + start, begin + start + len(token), number)
    body = "\n".join(sentences)
    if not found.document(1, PurePath(name).name, ForeignText(body)):
        raise MalformedFile("holds no sentence")
    for layer, count in Counter(layer for layer, _ in marked if is_linguistic(layer)).items():
        found.losses.add(LINGUISTIC, NOT_CODED, layer, count=count)
    for (layer, _), each in marked.items():
        if is_linguistic(layer):
            continue
        for code in codes_of(found, layer, each.values):
            found.coding(1, code, found.coder(), each.start, each.end, body[each.start : each.end])
    for other in sorted({column.layer for column in columns if not column.spans}):
        found.losses.add("layers of relations and chains", "codings stand for themselves here", other)
    return found.received()


def _columns(lines: list[str]) -> Iterator[_Column]:
    for line in lines:
        if line.startswith(("#T_SP=", "#T_RL=", "#T_CH=")):
            layer, *features = line[6:].split("|")
            for feature in features or [""]:
                yield _Column(layer, feature, line.startswith("#T_SP="))


def _mark(
    marked: dict[tuple[str, object], _Marked], columns: list[_Column], cells: list[str], start: int, end: int, line: int
) -> None:
    for column, cell in zip(columns, cells, strict=False):
        if not column.spans or cell in ("_", ""):
            continue
        for place, item in enumerate(_ITEMS.split(cell)):
            parts = _ITEM.fullmatch(item)
            value, number = (parts[1], parts[2]) if parts is not None else (item, None)
            # A number joins several words, or stands for one of several marks on one word.
            key = (column.layer, int(number) if number else f"{line}, {place}")
            each = marked.setdefault(key, _Marked(start, end))
            each.start, each.end = min(each.start, start), max(each.end, end)
            if value not in ("*", "_", ""):
                each.values[column.feature] = _plain(value)


def _find(sentence: str, token: str, cursor: int) -> int | None:
    at = re.compile(re.escape(token), re.IGNORECASE).search(sentence, cursor)
    return at.start() if at is not None else None


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda escape: _CONTROLS.get(escape[1], escape[1]), text)
