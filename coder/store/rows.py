"""Rows to domain values and back.

``..._row`` gives the row to store, a mapping of columns; the function without ``_row`` takes the
values of a row in the order of the table's columns. ``coding_in`` and ``decision_in`` read a
row of the journal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from coder.model import (
    Anchor,
    Attribute,
    AttributeType,
    Case,
    Code,
    Codebook,
    Coder,
    CodeStatus,
    Coding,
    Decision,
    Document,
    DocumentKind,
    ItemSet,
    Membership,
    Memo,
    Origin,
    Outcome,
    ReadMark,
    Role,
    Source,
    Span,
    Turn,
    TurnKind,
    Value,
)
from coder.model.blind import Assignment, Round
from coder.model.framework import Basis, FrameworkCell, RowKind
from coder.model.journal import Row, canonical
from coder.model.settling import Put, Reason, Settlement
from coder.store.schema import CODING, DECISION

Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class CodebookVersion:
    """A codebook as it was published."""

    id: str
    version: str
    at: str
    coder: str | None
    note: str
    codebook: Codebook


def document_row(document: Document, *, reading: str, segmenter: str, removed: bool = False) -> dict[str, Any]:
    return {
        "id": document.id,
        "name": document.name,
        "kind": document.kind.value,
        "sha256": document.sha256,
        "reading": reading,
        "segmenter": segmenter,
        "words": int(document.words),
        "characters": int(document.characters),
        "language": document.language,
        "source": document.source,
        "date": document.date,
        "revision": int(document.revision),
        "added": document.added,
        "removed": int(removed),
    }


def document(values: Values, text: str = "") -> Document:
    id, name, kind, sha256, _, _, words, characters, language, source, date, revision, added, _ = values
    return Document(
        id, name, DocumentKind(kind), sha256, words, characters, language, source, date, revision, added, text
    )


def turn_values(turns: Iterable[Turn]) -> list[tuple[Any, ...]]:
    return [
        (i, t.span.start, t.span.end, t.kind.value, t.speaker, t.start_ms, t.end_ms, t.level)
        for i, t in enumerate(turns)
    ]


def turn(values: Values) -> Turn:
    start, end, kind, speaker, start_ms, end_ms, level = values
    return Turn(Span(start, end), TurnKind(kind), speaker, start_ms, end_ms, level)


def coder_row(coder: Coder, place: int) -> dict[str, Any]:
    return {"id": coder.id, "place": place, "name": coder.name, "role": coder.role.value}


def coder(values: Values) -> Coder:
    id, _, name, role = values
    return Coder(id, name, Role(role))


def coding_row(coding: Coding) -> dict[str, Any]:
    return {
        "id": coding.id,
        "document": coding.document,
        "start": int(coding.span.start),
        "end": int(coding.span.end),
        "quotation": coding.anchor.quotation,
        "before": coding.anchor.before,
        "after": coding.anchor.after,
        "code": coding.code,
        "coder": coding.coder,
        "origin": coding.origin.value,
        "model": coding.model,
        "score": _number(coding.score),
        "codebook_version": coding.codebook_version,
        "created": coding.created,
        "modified": coding.modified,
    }


def coding(values: Values) -> Coding:
    id, document, start, end, quotation, before, after, code, coder, origin, model, score, version, *times = values
    anchor = Anchor(Span(start, end), quotation, before, after)
    return Coding(id, document, anchor, code, coder, Origin(origin), model, score, version, *times)


def coding_in(row: Row) -> Coding:
    """The coding in a row of the journal, such as ``RowChange.after`` of the table ``coding``."""
    return coding([row[column] for column in CODING.columns])


def decision_row(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "document": decision.document,
        "start": int(decision.span.start),
        "end": int(decision.span.end),
        "code": decision.code,
        "coder": decision.coder,
        "outcome": decision.outcome.value,
        "probability": _number(decision.probability),
        "model": decision.model,
        "coding": decision.coding,
        "at": decision.at,
    }


def decision(values: Values) -> Decision:
    id, document, start, end, code, coder, outcome, probability, model, coding, at = values
    return Decision(id, document, Span(start, end), code, coder, Outcome(outcome), probability, model, coding, at)


def decision_in(row: Row) -> Decision:
    """The decision in a row of the journal, such as ``RowChange.after`` of the table ``decision``."""
    return decision([row[column] for column in DECISION.columns])


def memo_row(memo: Memo) -> dict[str, Any]:
    return {
        "id": memo.id,
        "about": memo.about,
        "target": memo.target,
        "coder": memo.coder,
        "text": memo.text,
        "created": memo.created,
        "modified": memo.modified,
        "title": memo.title,
        "start": int(memo.anchor.span.start) if memo.anchor else None,
        "end": int(memo.anchor.span.end) if memo.anchor else None,
        "quotation": memo.anchor.quotation if memo.anchor else None,
        "before": memo.anchor.before if memo.anchor else None,
        "after": memo.anchor.after if memo.anchor else None,
    }


def memo(values: Values) -> Memo:
    id, about, target, coder, text, created, modified, title, start, end, *words = values
    anchor = None if start is None else Anchor(Span(start, end), *words)
    return Memo(id, about, target, coder, text, created, modified, anchor, title)


def item_set_row(item_set: ItemSet, place: int) -> dict[str, Any]:
    return {"id": item_set.id, "place": place, "name": item_set.name, "description": item_set.description}


def member_rows(item_set: ItemSet) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{item_set.id}/{about}/{target}",
            "item_set": item_set.id,
            "place": place,
            "about": about,
            "target": target,
        }
        for place, (about, target) in enumerate(dict.fromkeys(item_set.members), 1)
    ]


def item_sets(sets: Iterable[Values], members: Iterable[Values]) -> list[ItemSet]:
    """Sets of their rows, with the rows of members in order."""
    inside: dict[str, list[tuple[str, str]]] = {}
    for _, item_set, _, about, target in members:
        inside.setdefault(item_set, []).append((about, target))
    return [ItemSet(id, name, description, tuple(inside.get(id, ()))) for id, _, name, description in sets]


def framework_cell_row(cell: FrameworkCell) -> dict[str, Any]:
    basis = {"codings": cell.basis.codings, "definitions": cell.basis.definitions, "texts": cell.basis.texts}
    return {
        "id": cell.id,
        "kind": cell.kind.value,
        "row": cell.row,
        "code": cell.code,
        "coder": cell.coder,
        "summary": cell.summary,
        "pinned": canonical(list(cell.pinned)),
        "basis": canonical(basis),
        "created": cell.created,
        "modified": cell.modified,
    }


def framework_cell(values: Values) -> FrameworkCell:
    _, kind, row, code, coder, summary, pinned, basis, created, modified = values
    lay = {name: tuple((id, hash) for id, hash in pairs) for name, pairs in json.loads(basis).items()}
    return FrameworkCell(
        RowKind(kind), row, code, coder, summary, tuple(json.loads(pinned)), Basis(**lay), created, modified
    )


def round_row(made: Round) -> dict[str, Any]:
    return {
        "id": made.id,
        "name": made.name,
        "coder": made.maker,
        "drawn": made.drawn,
        "created": made.created,
        "revealed": made.revealed,
        "reason": made.reason,
    }


def round_document_rows(made: Round) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{made.id}/{document}",
            "round": made.id,
            "document": document,
            "place": place,
            "sealed": int(made.sealed),
        }
        for place, document in enumerate(made.documents, 1)
    ]


def assignment_rows(made: Round) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{made.id}/{each.document}/{each.coder}",
            "round": made.id,
            "document": each.document,
            "coder": each.coder,
            "place": place,
            "done": each.done,
        }
        for place, each in enumerate(made.assignments, 1)
    ]


def rounds(found: Iterable[Values], assignments: Iterable[Values]) -> list[Round]:
    """Rounds of their rows, with the rows of assignments in order."""
    inside: dict[str, list[Assignment]] = {}
    for _, made, document, coder, _, done in assignments:
        inside.setdefault(made, []).append(Assignment(document, coder, done))
    return [
        Round(id, name, maker, tuple(inside.get(id, ())), drawn, created, revealed, reason)
        for id, name, maker, drawn, created, revealed, reason in found
    ]


def settlement_row(settlement: Settlement) -> dict[str, Any]:
    return {
        "id": settlement.id,
        "document": settlement.document,
        "kind": settlement.kind,
        "puts": canonical([[put.coding, put.coder, put.code, put.quotation] for put in settlement.puts]),
        "kept": canonical(list(settlement.kept)),
        "made": settlement.made,
        "reason": settlement.reason.value,
        "note": settlement.note,
        "coder": settlement.coder,
        "sharpened": settlement.sharpened,
        "created": settlement.created,
        "modified": settlement.modified,
    }


def settlement(values: Values) -> Settlement:
    id, document, kind, puts, kept, made, reason, *told = values
    return Settlement(
        id, document, kind, tuple(Put(*put) for put in json.loads(puts)), tuple(json.loads(kept)), made,
        Reason(reason), *told,
    )  # fmt: skip


def read_mark_row(mark: ReadMark) -> dict[str, Any]:
    return {
        "id": f"{mark.document}/{mark.coder}",
        "document": mark.document,
        "coder": mark.coder,
        "position": int(mark.position),
    }


def read_mark(values: Values) -> ReadMark:
    _, document, coder, position = values
    return ReadMark(document, coder, position)


def attribute_row(attribute: Attribute, place: int) -> dict[str, Any]:
    return {"name": attribute.name, "place": place, "type": attribute.type.value}


def attribute(values: Values) -> Attribute:
    name, _, type = values
    return Attribute(name, AttributeType(type))


def cases(found: Iterable[Values], attribute_values: Iterable[Values]) -> list[Case]:
    """Cases from (id, name) with values from (case, attribute, JSON)."""
    by_case: dict[str, dict[str, Value]] = {}
    for case, attribute, value in attribute_values:
        by_case.setdefault(case, {})[attribute] = json.loads(value)
    return [Case(id, name, by_case.get(id, {})) for id, name in found]


def membership_row(membership: Membership) -> dict[str, Any]:
    span = membership.span
    place = f"/{span.start}-{span.end}" if span else ""
    return {
        "id": f"{membership.document}/{membership.case}{place}",
        "document": membership.document,
        "case_id": membership.case,
        "start": int(span.start) if span else None,
        "end": int(span.end) if span else None,
    }


def membership(values: Values) -> Membership:
    _, document, case, start, end = values
    return Membership(document, case, None if start is None else Span(start, end))


def codebook_row(codebook: Codebook) -> dict[str, Any]:
    return {
        "id": codebook.id,
        "title": codebook.title,
        "version": codebook.version,
        "authors": canonical(list(codebook.authors)),
        "licence": codebook.licence,
        "language": codebook.language,
        "description": codebook.description,
        "sources": canonical([[source.key, source.reference] for source in codebook.sources]),
    }


def code_row(code: Code, place: float) -> dict[str, Any]:
    return {
        "id": code.id,
        "parent": code.parent,
        "place": float(place),
        "name": code.name,
        "colour": code.colour,
        "codable": int(code.codable),
        "key": code.key,
        "brief": code.brief,
        "definition": code.definition,
        "when_to_use": code.when_to_use,
        "when_not_to_use": code.when_not_to_use,
        "examples": canonical(list(code.examples)),
        "counter_examples": canonical(list(code.counter_examples)),
        "sources": canonical(list(code.sources)),
        "memo": code.memo,
        "status": code.status.value,
    }


def code(values: Values) -> Code:
    id, parent, _, name, colour, codable, key, brief, definition, use, not_use, *lists, memo, status = values
    examples, counter_examples, sources = (tuple(json.loads(items)) for items in lists)
    return Code(
        id,
        name,
        parent,
        colour,
        bool(codable),
        key,
        brief,
        definition,
        use,
        not_use,
        examples,
        counter_examples,
        sources,
        memo,
        CodeStatus(status),
    )


def codebook(values: Values, codes: Iterable[Values]) -> Codebook:
    """The codebook of its row and the rows of its codes in order."""
    id, title, version, authors, licence, language, description, sources = values
    return Codebook(
        id,
        title,
        tuple(code(row) for row in codes),
        version,
        tuple(json.loads(authors)),
        licence,
        language,
        description,
        tuple(Source(key, reference) for key, reference in json.loads(sources)),
    )


def codebook_content(codebook: Codebook) -> str:
    """A whole codebook as one text, for a published version."""
    codes = [list(code_row(code, place).values()) for place, code in enumerate(codebook.codes, 1)]
    return canonical({"codebook": list(codebook_row(codebook).values()), "codes": codes})


def codebook_version(values: Values) -> CodebookVersion:
    id, version, at, coder, note, content = values
    found = json.loads(content)
    return CodebookVersion(id, version, at, coder, note, codebook(found["codebook"], found["codes"]))


def _number(value: float | None) -> float | None:
    # SQLite keeps NaN as NULL; a probability that is not a number is none.
    return float(value) if value is not None and isfinite(value) else None
