"""Between the domain and the browser: dictionaries out, batches of operations in.

The browser counts UTF-16 units, the domain counts code points; the border is here and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from coder.errors import InvalidValue
from coder.model import Codebook, Coder, Coding, Document, Memo, Segment, Turn, Utf16Map, trimmed
from coder.workflow.operations import Operation
from ui.components.transcript.view import Evidence, Goto, Marks, Quotation, Suggestion

Wire = dict[str, Any]
Passages = Mapping[int, Sequence[Suggestion]]

_POSITIONS = ("start", "end", "position", "was_start", "was_end")


@lru_cache(maxsize=16)
def utf16(text: str) -> Utf16Map:
    """The map of a text, kept: the same few documents are asked for over and over."""
    return Utf16Map(text)


def keyed(item: Wire) -> Wire:
    """The item with a ``key`` made from its content, by which the page knows whether it has it."""
    content = json.dumps(item, sort_keys=True, separators=(",", ":"))
    return {"key": hashlib.sha256(content.encode()).hexdigest()[:24], **item}


# --- out: what does not change --------------------------------------------------------------------


def page_item(document: Document, turns: Sequence[Turn], segments: Sequence[Segment]) -> Wire:
    """The document with its text, turns and rows, under a key of its content."""
    at = utf16(document.text).to_utf16
    speakers = list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
    return keyed(
        {
            "document": document.id,
            "name": document.name,
            "language": document.language,
            "text": document.text,
            "sha256": document.sha256,
            "speakers": speakers,
            "turns": [
                [
                    at(turn.span.start),
                    at(turn.span.end),
                    turn.kind.value,
                    speakers.index(turn.speaker) if turn.speaker else -1,
                    -1 if turn.start_ms is None else turn.start_ms,
                    turn.level,
                ]
                for turn in turns
            ],
            "rows": [
                [at(row.start), at(row.end), row.turn, row.passage, at(row.passage_start), at(row.passage_end)]
                for row in rows(document.text, turns, segments)
            ],
        }
    )


@dataclass(frozen=True, slots=True)
class Row:
    """What is drawn as one block: a passage with the words of its turn that no other passage has.

    ``passage`` is the index of the segment, -1 for a turn that has none; then the row itself stands for it.
    """

    start: int
    end: int
    turn: int
    passage: int
    passage_start: int
    passage_end: int


def rows(text: str, turns: Sequence[Turn], segments: Iterable[Segment]) -> list[Row]:
    """Every turn cut at its passages; together the rows hold all words of all turns."""
    inside: dict[int, list[Segment]] = {}
    for segment in segments:
        inside.setdefault(segment.turn, []).append(segment)
    found = []
    for index, turn in enumerate(turns):
        passages = sorted(inside.get(index, ()), key=lambda segment: segment.span)
        starts = [turn.span.start, *(segment.span.start for segment in passages[1:])]
        ends = [*starts[1:], turn.span.end]
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            shown = trimmed(text, start, end)
            if shown is None:
                continue
            passage, span = (passages[place].index, passages[place].span) if passages else (-1, shown)
            found.append(Row(shown.start, shown.end, index, passage, span.start, span.end))
    return found


def codebook_item(codebook: Codebook, coders: Iterable[Coder]) -> Wire:
    """Codes in the order of the tree, and the coders, under a key of their content."""
    return keyed(
        {
            "codes": [
                {
                    "id": code.id,
                    "name": code.name,
                    "path": codebook.path(code.id),
                    "parent": code.parent,
                    "depth": depth,
                    "colour": code.colour,
                    "key": code.key,
                    "brief": code.brief or code.definition,
                    "takes": code.takes_codings,
                }
                for depth, code in codebook.walk()
            ],
            "coders": [{"id": coder.id, "name": coder.name} for coder in coders],
        }
    )


# --- out: what lies on the document ---------------------------------------------------------------


def base_item(text: str, marks: Marks, *, document: str, coder: str) -> Wire:
    """All marks of one revision, under a key of the document, the coder and the revision."""
    return {
        "key": f"{document}:{coder}:{marks.revision}",
        **marks_wire(text, marks, coder=coder),
        "read": _read(text, marks) or 0,
    }


def marks_wire(text: str, marks: Marks, *, coder: str) -> Wire:
    """Marks as the browser keeps them."""
    at = utf16(text).to_utf16
    memos: dict[str, list[Memo]] = {}
    for memo in marks.memos:
        memos.setdefault(memo.target, []).append(memo)
    return {
        "revision": marks.revision,
        "codings": [_coding(coding, memos.get(coding.id, ()), at, coder) for coding in marks.codings],
        "refusals": [
            {"id": each.id, "start": at(each.span.start), "end": at(each.span.end), "code": each.code}
            for each in marks.refusals
        ],
        "gone": sorted(marks.gone),
        "read": _read(text, marks),
    }


def _read(text: str, marks: Marks) -> int | None:
    return None if marks.read is None else utf16(text).to_utf16(marks.read)


def _coding(coding: Coding, memos: Sequence[Memo], at: Callable[[int], int], coder: str) -> Wire:
    return {
        "id": coding.id,
        "start": at(coding.span.start),
        "end": at(coding.span.end),
        "code": coding.code,
        "coder": coding.coder,
        "origin": coding.origin.value,
        "score": coding.score,
        "memo": next((memo.text for memo in memos if memo.coder == coder), ""),
        "notes": [{"coder": memo.coder, "text": memo.text} for memo in memos if memo.coder != coder],
        "created": coding.created,
    }


# --- out: suggestions -----------------------------------------------------------------------------


def passages_wire(passages: Passages, known: Passages | None) -> Wire:
    """Suggestions by passage, probabilities in hundredths; only what differs from the ones ``known``.

    A passage that has none any more is given as empty.
    """
    now = {index: _offers(found) for index, found in passages.items() if found}
    if known is None:
        return {str(index): offers for index, offers in now.items()}
    before = {index: _offers(found) for index, found in known.items() if found}
    changed = {index: offers for index, offers in now.items() if before.get(index) != offers}
    return {
        str(index): offers for index, offers in {**changed, **{gone: [] for gone in before.keys() - now.keys()}}.items()
    }


def _offers(suggestions: Sequence[Suggestion]) -> list[list[str | float]]:
    return [[each.code, round(each.probability, 2)] for each in suggestions]


def evidence_wire(passage: int, code: str, evidence: Evidence) -> Wire:
    """Evidence for one suggestion. Places in other documents stay in code points: the browser only hands them back."""
    return {
        "passage": passage,
        "code": code,
        "quotations": [_quotation(quotation) for quotation in evidence.quotations],
        "refused": _quotation(evidence.refused) if evidence.refused else None,
        "definition": evidence.definition,
        "words": list(evidence.words),
        "note": evidence.note,
    }


def _quotation(quotation: Quotation) -> Wire:
    return {
        "text": quotation.text,
        "document": quotation.document,
        "name": quotation.name,
        "position": quotation.position,
        "likeness": quotation.likeness,
    }


def goto_wire(text: str, goto: Goto) -> Wire:
    """A place to show."""
    at = utf16(text).to_utf16
    return {"token": goto.token, "start": at(goto.start), "end": None if goto.end is None else at(goto.end)}


# --- in -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """An operation as it came, with the document it is for; positions still in UTF-16 units."""

    document: str
    operation: Operation

    @property
    def has_positions(self) -> bool:
        """Whether it speaks of places in the text."""
        return any(name in self.operation.values for name in _POSITIONS)

    def in_code_points(self, text: str) -> Operation:
        """The operation with its positions in code points of the document's text.

        What is no position is left as it is; performing the operation refuses it.
        """
        to = utf16(text).from_utf16
        values = {
            name: to(value) if name in _POSITIONS and isinstance(value, int) and not isinstance(value, bool) else value
            for name, value in self.operation.values.items()
        }
        return Operation(self.operation.id, self.operation.number, self.operation.kind, values)


@dataclass(frozen=True, slots=True)
class Batch:
    """What the browser says at once.

    ``acknowledged`` is the highest number of which the browser knows that it is stored, ``have`` the
    revision of ``document`` that it shows and ``suggested`` the version of its suggestions. The rest
    is asked now and then: suggestions (``ask``), evidence for a passage and a code (``look``), codes much
    like a new one of this ``name``, to go to a document and position (``go``, code points), or to a code in the
    codebook (``define``).
    """

    client: str
    number: int
    acknowledged: int
    operations: tuple[Sent, ...]
    document: str
    have: int
    suggested: str | None
    ask: bool
    look: tuple[int, str] | None
    name: str | None
    go: tuple[str, int] | None
    define: str | None


def read_batch(value: Any) -> Batch:
    """A batch as the browser sent it. Raises InvalidValue if it is not one."""
    try:
        look, go = value.get("look"), value.get("go")
        return Batch(
            client=_text(value["client"]),
            number=_whole(value["number"]),
            acknowledged=_whole(value["acknowledged"]),
            operations=tuple(_sent(each) for each in value["operations"]),
            document=_text(value["document"]),
            have=_whole(value["have"]),
            suggested=None if value.get("suggested") is None else _text(value["suggested"]),
            ask=bool(value.get("ask")),
            look=(_whole(look["passage"]), _text(look["code"])) if look else None,
            name=None if value.get("name") is None else _text(value["name"]),
            go=(_text(go["document"]), _whole(go["position"])) if go else None,
            define=None if value.get("define") is None else _text(value["define"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidValue(f"the browser sent what is no batch of operations; reload the page ({error})") from error


def _sent(value: Any) -> Sent:
    values = value["values"]
    if not isinstance(values, dict):
        raise ValueError(f"{values!r} are no values")
    return Sent(
        _text(value["document"]), Operation(_text(value["id"]), _whole(value["number"]), _text(value["kind"]), values)
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value


def _whole(value: Any) -> int:
    # JavaScript has one kind of number: 3 may come as 3.0.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a whole number")
    return value
