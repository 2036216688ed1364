"""Codebooks as YAML that people read, edit and compare line by line: the format ``redthread-codebook/1``.

Codes stand below their parents. Text is taken as it is written: ``language: no`` is Norwegian.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

import yaml

from coder.errors import CodebookConflict, MalformedFile, TooLarge
from coder.formats.decoding import decode
from coder.model import Code, Codebook, CodeStatus, Source, new_id
from coder.model.codebook import PALETTE

FORMAT = "redthread-codebook"
VERSION = 1
MAX_BYTES = 3_000_000
MAX_DEPTH = 50
WIDTH = 120

_TOP = ("format", "id", "title", "version", "authors", "licence", "language", "description", "sources", "codes")
_CODE = (
    "id", "name", "colour", "codable", "key", "brief", "definition", "when_to_use", "when_not_to_use",
    "examples", "counter_examples", "sources", "memo", "status", "codes",
)  # fmt: skip
_SOURCE = ("key", "reference")

Value = TypeVar("Value")


def read(content: bytes, name: str) -> Codebook:
    """Read a codebook. Codes without an id get a new one, codes without a colour the one that is used least.

    Raises MalformedFile with the line and the field, or TooLarge.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge(f"{name} has {len(content):,} bytes; a codebook may have {MAX_BYTES:,}")
    text, doubts = decode(content)
    if doubts:
        # Guessed letters would go on in every copy of a shared codebook.
        raise MalformedFile(doubts[0])
    book = _Mapping(_composed(text), "the codebook", _TOP)
    _check_format(book)
    reader = _CodeReader()
    codes = tuple(reader.codes(book, None))
    try:
        return Codebook(
            id=book.text("id") or new_id(),
            title=book.required("title"),
            codes=codes,
            version=book.text("version") or "0.1.0",
            authors=book.texts("authors"),
            licence=book.text("licence"),
            language=book.text("language") or "en",
            description=book.text("description"),
            sources=tuple(
                Source(source.required("key"), source.required("reference"))
                for source in book.mappings("sources", _SOURCE)
            ),
        )
    except CodebookConflict as error:
        raise MalformedFile(str(error)) from error


def _composed(text: str) -> yaml.Node:
    """The tree of nodes, each with its line. Aliases are refused: a few lines of them unfold without end; and what is
    nested without end, before it is composed: PyYAML takes the time of its square."""
    nested = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise MalformedFile("aliases (*name) are not read; write the text out", line=_line(event))
            nested += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            # The book, a list and a code for each level, and a list of the last code's.
            if nested > 2 * MAX_DEPTH + 2:
                raise MalformedFile(f"codes stand more than {MAX_DEPTH} levels deep", line=_line(event))
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else None
        raise MalformedFile(f"not YAML: {error.problem or error}", line=line) from error
    except yaml.YAMLError as error:
        raise MalformedFile(f"not YAML: {error}") from error
    if node is None:
        raise MalformedFile("the file holds no codebook")
    return node


def _line(node: yaml.Node | yaml.Event) -> int | None:
    return node.start_mark.line + 1 if node.start_mark is not None else None


class _Mapping:
    """One mapping of the file, with errors that tell the line and the field."""

    def __init__(self, node: yaml.Node, what: str, known: tuple[str, ...]) -> None:
        if not isinstance(node, yaml.MappingNode):
            raise MalformedFile(f"{what} must be fields and values, like 'name: No time'", line=_line(node))
        self.line = _line(node)
        self._what = what
        self._nodes: dict[str, yaml.Node] = {}
        for key, value in node.value:
            field = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if field not in known:
                raise MalformedFile(f"unknown field {field!r} in {what}; known: {', '.join(known)}", line=_line(key))
            if field in self._nodes:
                raise MalformedFile(f"the field {field!r} stands twice in {what}", line=_line(key))
            self._nodes[field] = value

    def text(self, field: str) -> str:
        """A text; empty where the field is missing or empty."""
        node = self._nodes.get(field)
        return self._scalar(node, field) if node is not None else ""

    def required(self, field: str) -> str:
        """A text that must be there."""
        text = self.text(field)
        if not text.strip():
            raise MalformedFile(f"{self._what} has no {field}", line=self.line)
        return text

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self._scalar(node, field) for node in self._items(field))

    def mappings(self, field: str, known: tuple[str, ...]) -> Iterator[_Mapping]:
        """A list of mappings."""
        return (_Mapping(node, f"an item of {field!r}", known) for node in self._items(field))

    def choice(self, field: str, choices: Mapping[str, Value], default: Value) -> Value:
        """One of a few words."""
        text = self.text(field)
        if not text:
            return default
        if text.lower() not in choices:
            raise self.error(field, f"is {text!r}; it may be {' or '.join(choices)}")
        return choices[text.lower()]

    def line_of(self, field: str) -> int | None:
        """Where a field stands, or the mapping where it is missing."""
        return _line(self._nodes[field]) if field in self._nodes else self.line

    def error(self, field: str, problem: str) -> MalformedFile:
        """An error about one field."""
        return MalformedFile(f"{field} {problem}", line=self.line_of(field))

    def _items(self, field: str) -> list[yaml.Node]:
        node = self._nodes.get(field)
        if node is None or _is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(field, "must be a list, one item a line after '- '")
        return list(node.value)

    def _scalar(self, node: yaml.Node, field: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise MalformedFile(f"{field} must be a text", line=_line(node))
        return "" if _is_null(node) else str(node.value)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _check_format(book: _Mapping) -> None:
    found = book.text("format")
    version = re.fullmatch(rf"{FORMAT}/([0-9]{{1,9}})", found)
    if version is None:
        raise book.error("format", f"is {found!r}; a codebook says '{FORMAT}/{VERSION}'")
    if int(version[1]) > VERSION:
        raise book.error("format", f"is {found!r}, of a newer Redthread; this one reads {FORMAT}/{VERSION}")


class _CodeReader:
    """Reads the tree of codes, and remembers what may stand only once."""

    def __init__(self) -> None:
        self._ids: dict[str, int | None] = {}
        self._used: list[str] = []
        self._keys: dict[str, int | None] = {}

    def codes(self, above: _Mapping, parent: str | None) -> Iterator[Code]:
        """The codes below, each followed by those under it."""
        names: dict[str, int | None] = {}
        for found in above.mappings("codes", _CODE):
            code = self._code(found, parent)
            if code.name.casefold() in names:
                other = names[code.name.casefold()]
                raise MalformedFile(
                    f"name {code.name!r} stands in line {other} under the same parent too", line=found.line
                )
            names[code.name.casefold()] = found.line
            yield code
            yield from self.codes(found, code.id)

    def _code(self, found: _Mapping, parent: str | None) -> Code:
        code = Code(
            id=found.text("id") or new_id(),
            name=found.required("name"),
            parent=parent,
            colour=found.text("colour") or self._next_colour(),
            codable=found.choice("codable", {"true": True, "false": False, "yes": True, "no": False}, True),
            key=found.text("key") or None,
            brief=found.text("brief"),
            definition=found.text("definition"),
            when_to_use=found.text("when_to_use"),
            when_not_to_use=found.text("when_not_to_use"),
            examples=found.texts("examples"),
            counter_examples=found.texts("counter_examples"),
            sources=found.texts("sources"),
            memo=found.text("memo"),
            status=found.choice("status", {status.value: status for status in CodeStatus}, CodeStatus.ACTIVE),
        )
        if code.id in self._ids:
            raise found.error("id", f"{code.id} stands in line {self._ids[code.id]} too; every code has its own")
        self._ids[code.id] = found.line
        self._used.append(code.colour.lower())
        if code.key and code.takes_codings:
            if code.key in self._keys:
                raise found.error("key", f"{code.key} stands in line {self._keys[code.key]} too; one code has it")
            self._keys[code.key] = found.line
        for field in ("name", "colour", "key"):
            try:
                Codebook("", "", (replace(Code(code.id, code.name), **{field: getattr(code, field)}),))
            except CodebookConflict as error:
                raise MalformedFile(str(error), line=found.line_of(field)) from error
        return code

    def _next_colour(self) -> str:
        return min(PALETTE, key=lambda colour: (self._used.count(colour), PALETTE.index(colour)))


def write(codebook: Codebook) -> bytes:
    """The codebook as YAML: the same codebook always gives the same bytes, and what is read back is equal.

    Codes are written, and so read back, in the order of the tree.
    """
    lines = [
        f"format: {FORMAT}/{VERSION}",
        *_field("id", codebook.id, 0),
        *_field("title", codebook.title, 0),
        *_field("version", codebook.version, 0),
        *_short_list("authors", codebook.authors, 0),
        *_field("licence", codebook.licence, 0),
        *_field("language", codebook.language, 0),
        *_prose("description", codebook.description, 0),
    ]
    if codebook.sources:
        lines.append("sources:")
    for source in codebook.sources:
        lines.extend(_as_item([*_field("key", source.key, 4), *_prose("reference", source.reference, 4)], 2))
    lines.extend(_codes(codebook, None, 0))
    return ("\n".join(lines) + "\n").encode()


def _codes(codebook: Codebook, parent: str | None, indent: int) -> Iterator[str]:
    children = codebook.children(parent)
    if children:
        yield f"{' ' * indent}codes:"
    for code in children:
        inner = indent + 4
        fields = [
            *_field("id", code.id, inner),
            *_field("name", code.name, inner),
            *_field("colour", code.colour, inner),
            *([] if code.codable else [f"{' ' * inner}codable: false"]),
            *_field("key", code.key or "", inner),
            *_field("brief", code.brief, inner),
            *_prose("definition", code.definition, inner),
            *_prose("when_to_use", code.when_to_use, inner),
            *_prose("when_not_to_use", code.when_not_to_use, inner),
            *_long_list("examples", code.examples, inner),
            *_long_list("counter_examples", code.counter_examples, inner),
            *_short_list("sources", code.sources, inner),
            *_prose("memo", code.memo, inner),
            *([] if code.status is CodeStatus.ACTIVE else [f"{' ' * inner}status: {code.status.value}"]),
            *_codes(codebook, code.id, inner),
        ]
        yield from _as_item(fields, indent + 2)


def _as_item(lines: list[str], indent: int) -> list[str]:
    first, *rest = lines
    return [f"{' ' * indent}- {first.lstrip()}", *rest]


def _field(name: str, text: str, indent: int) -> list[str]:
    return [f"{' ' * indent}{name}: {_scalar(text)}"] if text else []


def _short_list(name: str, texts: tuple[str, ...], indent: int) -> list[str]:
    return [f"{' ' * indent}{name}: [{', '.join(map(_scalar, texts))}]"] if texts else []


def _long_list(name: str, texts: tuple[str, ...], indent: int) -> list[str]:
    items = [f"{' ' * (indent + 2)}- {_quoted(text)}" for text in texts]
    return [f"{' ' * indent}{name}:", *items] if texts else []


def _prose(name: str, text: str, indent: int) -> list[str]:
    """A text of some length: folded where nothing would be lost by it, otherwise in quotation marks.

    Every sentence begins a line, so that a change of one shows in a diff as a change of one.
    """
    if not (text.isprintable() and _FOLDABLE.fullmatch(text)):
        return _field(name, text, indent)
    inner = " " * (indent + 2)
    folded = [
        line
        for sentence in _SENTENCES.split(text)
        for line in textwrap.wrap(sentence, WIDTH - len(inner), break_long_words=False, break_on_hyphens=False)
    ]
    return [f"{' ' * indent}{name}: >-", *(inner + line for line in folded)]


_SENTENCES = re.compile(r"(?<=[^\W\d]{2}[.!?]) (?=\S)")
_FOLDABLE = re.compile(r"[^\W_](?:\S| (?! ))*(?<! )")
_PLAIN = re.compile(r"[^\W\d_][\w ./()'’&+–-]*(?<! )|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+\.\d+\.\d+")
_JOINERS = "\u200c\u200d\ufe0f"
_NOT_TEXT = re.compile(r"(?:true|false|yes|no|on|off|null|y|n)", re.IGNORECASE)


def _scalar(text: str) -> str:
    plain = text.isprintable() and _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text)
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    if all(character.isprintable() or character in _JOINERS for character in text):
        return json.dumps(text, ensure_ascii=False)
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))).removesuffix("\n")
