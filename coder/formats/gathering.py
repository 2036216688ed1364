"""A study put together from what another program's tables hold, by the keys that these use."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from coder.formats.anchoring import Anchoring, Found
from coder.formats.receiving import Losses, colour_of, document_of, sound_codes, with_line_feeds
from coder.model import (
    Anchor,
    Attribute,
    AttributeType,
    Case,
    Code,
    Codebook,
    Coder,
    Coding,
    DocumentKind,
    ItemSet,
    Membership,
    Memo,
    Origin,
    Received,
    Role,
    Span,
    Study,
    StudyDocument,
    Turn,
    Value,
    new_id,
    now,
    trimmed,
)
from coder.model.case import attribute_type, parse_value

Key = Hashable
"""What the other program calls an item."""

_FIRST = ""
"""Whoever comes first, where nobody is named."""


class ForeignText:
    """A text as the other program counts it, and as it is kept: LF line ends, no byte order mark."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        # One for one, so that every position stays: no file can hold these.
        storable = re.sub("[\x00\ud800-\udfff]", "\ufffd", raw)
        self.text = with_line_feeds(storable.lstrip("\ufeff"))
        dropped = re.finditer(r"^\ufeff+|\r(?=\n)", storable)
        self._dropped = [place for match in dropped for place in range(*match.span())]
        self.anchoring = Anchoring(self.text)

    def position(self, raw: int) -> int:
        """Where a position of the other program stands in ``text``."""
        return raw - bisect_right(self._dropped, raw - 1)


@dataclass(frozen=True, slots=True)
class _Known:
    """A document that came along, and its text with its positions."""

    document: StudyDocument
    text: ForeignText


class Gathering:
    """Collects a study item by item; ``received`` gives it.

    Items are named by the keys of the other program and may come in any order, except that codings,
    memberships and memos follow what they hang on. Every quotation is looked for where it should stand.
    """

    def __init__(self, origin: str, title: str, *, description: str = "") -> None:
        self.losses = Losses()
        self.remarks: list[str] = []
        self._origin, self._title, self._description = origin, title.strip() or origin, description.strip()
        self._now = now()
        self._coders: dict[str, Coder] = {}
        self._codes: dict[Key, Code] = {}
        self._code_ids: dict[Key, str] = {}
        self._documents: dict[Key, _Known] = {}
        self._cases: dict[Key, Case] = {}
        self._values: dict[tuple[str, Key], dict[str, str]] = {}
        self._types: dict[str, AttributeType | None] = {}
        self._memberships: dict[tuple[str, str], list[Span | None]] = {}
        self._codings: dict[tuple[str, str, str, Span], Coding] = {}
        self._memos: list[Memo] = []
        self._sets: list[ItemSet] = []
        self._found: Counter[Found] = Counter()
        self._doubled = 0

    def coder(self, name: object = None) -> str:
        """The id of the coder of this name; of one named after the program where none is told."""
        known = " ".join(str(name or "").split()) or f"unknown ({self._origin})"
        role = Role.CODER if self._coders else Role.OWNER
        return self._coders.setdefault(known, Coder(new_id(), known, role)).id

    def code(
        self,
        key: Key,
        name: object,
        *,
        parent: Key | None = None,
        colour: str | None = None,
        codable: bool = True,
        definition: object = None,
    ) -> None:
        """A code or, not ``codable``, a folder; the first of a key stands."""
        self._codes.setdefault(
            key,
            Code(
                self._code_id(key),
                str(name or ""),
                None if parent is None else self._code_id(parent),
                colour_of(colour) or "",
                codable,
                definition=str(definition or "").strip(),
            ),
        )

    def knows_code(self, key: Key) -> bool:
        """Whether a code of this key has come."""
        return key in self._codes

    def document(
        self,
        key: Key,
        name: object,
        text: ForeignText,
        *,
        source: object = None,
        added: str = "",
        memo: object = None,
        spoken: Sequence[tuple[int, int, str | None]] = (),
    ) -> bool:
        """A document; whether it holds anything. ``spoken`` are turns and speakers that the program itself tells."""
        shown = " ".join(str(name or "").split()) or "unnamed"
        if not text.text.strip():
            self.losses.add("documents without text", "there is nothing to read or to code", shown)
            return False
        found = document_of(new_id(), shown, text.text, source=str(source or ""), added=added or self._now)
        if spoken:
            found = _with_turns(found, [(text.position(start), text.position(end), who) for start, end, who in spoken])
        self._documents[key] = _Known(found, text)
        self.memo("document", key, memo)
        return True

    def knows_document(self, key: Key) -> bool:
        """Whether a document of this key has come."""
        return key in self._documents

    def coding(
        self,
        document: Key,
        code: Key,
        coder: str,
        start: int,
        end: int,
        quotation: str | None,
        *,
        created: str = "",
        memo: object = None,
    ) -> str | None:
        """A coding at the other program's positions, and its id; None where its quotation stands nowhere."""
        what, words = "codings", quotation or f"{start} to {end}"
        known = self._documents.get(document)
        if known is None:
            self.losses.add(what, "their document did not come along", words)
            return None
        if code not in self._codes:
            self.losses.add(what, "their code is not in the project", words)
            return None
        place = known.text.anchoring.place(known.text.position(start), known.text.position(end), quotation)
        name = known.document.document.name
        if place is None:
            why = "their quotation stands nowhere in the text" if (quotation or "").strip() else "they cover no text"
            self.losses.add(what, why, f"{name}: {words}")
            return None
        key = (known.document.document.id, self._code_id(code), coder, place.span)
        if key in self._codings:
            self._doubled += 1
        else:
            self._found[place.found] += 1
            anchor = Anchor.on(known.text.text, place.span)
            at = created or self._now
            self._codings[key] = Coding(new_id(), key[0], anchor, key[1], coder, Origin.IMPORTED, created=at)
        self._memo("coding", self._codings[key].id, memo, coder, created)
        return self._codings[key].id

    def case(self, key: Key, name: object, *, memo: object = None) -> None:
        """A case."""
        taken = {case.name.casefold() for case in self._cases.values()}
        shown = wanted = " ".join(str(name or "").split()) or "unnamed"
        number = 2
        while shown.casefold() in taken:
            shown, number = f"{wanted} ({number})", number + 1
        self._cases[key] = Case(new_id(), shown)
        self.memo("case", key, memo)

    def belongs(self, document: Key, case: Key, start: int | None = None, end: int | None = None) -> None:
        """A document, or the stretch between two positions of the other program, belongs to a case."""
        known, group = self._documents.get(document), self._cases.get(case)
        if known is None or group is None:
            self.losses.add("memberships in cases", "the document or the case did not come along")
            return
        span = None
        if start is not None and end is not None:
            first, last = known.text.position(start), known.text.position(end)
            # Some programs end the whole document one character early.
            if first > 0 or last < len(known.text.text) - 1:
                place = known.text.anchoring.place(first, last, None)
                if place is None:
                    self.losses.add("memberships in cases", "they cover no text", group.name)
                    return
                span = place.span
        spans = self._memberships.setdefault((known.document.document.id, group.id), [])
        if span is None:
            spans[:] = [None]
        elif None not in spans and span not in spans:
            spans.append(span)

    def attribute(self, name: object, kind: AttributeType | None = None) -> None:
        """An attribute; without a type its values tell."""
        self._types.setdefault(str(name).strip(), kind)

    def value(self, about: str, key: Key, attribute: object, value: object) -> None:
        """What is known about a "case" or a "document"."""
        name = str(attribute or "").strip()
        if name and value is not None and str(value).strip():
            self._types.setdefault(name, None)
            self._values.setdefault((about, key), {})[name] = str(value).strip()

    def memo(
        self,
        about: str,
        key: Key,
        text: object,
        *,
        coder: str | None = None,
        created: str = "",
        title: object = None,
        stretch: tuple[int, int] | None = None,
    ) -> None:
        """A memo on a "document" (or a ``stretch`` of it), "case", "code", "coding" (by its id) or "project"."""
        words = str(text or "").strip()
        if not words:
            return
        target, anchor = self._target(about, key), None
        if target is None:
            self.losses.add("memos", f"the {about} that they are on did not come along", words)
            return
        if stretch is not None:
            known = self._documents[key]
            first, last = (known.text.position(each) for each in stretch)
            place = known.text.anchoring.place(first, last, None)
            anchor = Anchor.on(known.text.text, place.span) if place is not None else None
        self._memo(about, target, words, coder, created, str(title or "").strip(), anchor)

    def itemset(self, name: object, members: Iterable[tuple[str, Key]], *, description: object = None) -> None:
        """A set of "document", "code" or "case" items; those that did not come along are left out."""
        found = [(about, id) for about, key in members if (id := self._target(about, key)) is not None]
        if found:
            described = str(description or "").strip()
            self._sets.append(ItemSet(new_id(), str(name or "").strip() or "unnamed", described, tuple(found)))

    def received(self) -> Received:
        """The study with its losses, and in sentences what was mended."""
        coded = frozenset(coding.code for coding in self._codings.values())
        codes, mended = sound_codes(self._codes.values(), coded)
        attributes = self._attributes()
        if not self._coders:
            self.coder()
        first = next(iter(self._coders.values())).id
        study = Study(
            id=new_id(),
            title=self._title,
            codebook=Codebook(new_id(), self._title, codes),
            coders=tuple(self._coders.values()),
            documents=tuple(self._with_values(key, known, attributes) for key, known in self._documents.items()),
            attributes=tuple(attributes.values()),
            cases=tuple(
                Case(case.id, case.name, self._typed(("case", key), attributes)) for key, case in self._cases.items()
            ),
            memberships=tuple(
                Membership(document, case, span)
                for (document, case), spans in self._memberships.items()
                for span in spans
            ),
            codings=tuple(self._codings.values()),
            memos=tuple(replace(memo, coder=first) if memo.coder == _FIRST else memo for memo in self._memos),
            sets=tuple(self._sets),
            description=self._description,
            origin=self._origin,
        )
        return Received(study, self.losses.all(), (*self._counted(), *self.remarks, *mended))

    def _counted(self) -> Iterable[str]:
        total = len(self._codings)
        for found in Found:
            if self._found[found]:
                yield f"{self._found[found]:,} of {total:,} codings: {found}"
        if self._doubled:
            yield f"{self._doubled:,} codings stood there twice (same words, code and coder) and came once"

    def _target(self, about: str, key: Key) -> str | None:
        if about == "document":
            return self._documents[key].document.document.id if key in self._documents else None
        if about == "case":
            return self._cases[key].id if key in self._cases else None
        if about == "code":
            return self._code_id(key) if key in self._codes else None
        return str(key) if about == "coding" else "project"

    def _memo(
        self,
        about: str,
        target: str,
        text: object,
        coder: str | None,
        created: str,
        title: str = "",
        anchor: Anchor | None = None,
    ) -> None:
        words = str(text or "").strip()
        if words:
            at = created or self._now
            self._memos.append(Memo(new_id(), about, target, coder or _FIRST, words, at, at, anchor, title))

    def _code_id(self, key: Key) -> str:
        return self._code_ids.setdefault(key, new_id())

    def _attributes(self) -> dict[str, Attribute]:
        found = {}
        for name, declared in self._types.items():
            values = [values[name] for values in self._values.values() if name in values]
            kind = attribute_type(values) if declared is None else declared
            if not all(_fits(value, kind) for value in values):
                self.remarks.append(f"the attribute {name} holds values that are no {kind}, so it became text")
                kind = AttributeType.TEXT
            found[name] = Attribute(name, kind)
        return found

    def _typed(self, owner: tuple[str, Key], attributes: dict[str, Attribute]) -> dict[str, Value]:
        values = self._values.get(owner, {})
        return {name: parse_value(value, attributes[name].type) for name, value in values.items()}

    def _with_values(self, key: Key, known: _Known, attributes: dict[str, Attribute]) -> StudyDocument:
        found = known.document
        return StudyDocument(found.document, found.turns, self._typed(("document", key), attributes))


def _with_turns(found: StudyDocument, spoken: Sequence[tuple[int, int, str | None]]) -> StudyDocument:
    text = found.document.text
    spans = ((trimmed(text, start, end), who) for start, end, who in spoken)
    turns = tuple(Turn(span, speaker=who) for span, who in spans if span is not None)
    words = sum(len(turn.span.of(text).split()) for turn in turns)
    return replace(found, document=replace(found.document, kind=DocumentKind.INTERVIEW, words=words), turns=turns)


def _fits(value: str, kind: AttributeType) -> bool:
    try:
        parse_value(value, kind)
    except ValueError:
        return False
    return True


_ISO = ""
_MOMENTS = (_ISO, "%a %b %d %H:%M:%S %Y", "%Y-%m-%d %H:%M:%S %Z")


def moment(text: object) -> str:
    """A time as programs write it, as ISO 8601 in UTC; empty if it is none. A time without a zone is kept as it is."""
    written = str(text or "").strip()
    if not written:
        return ""
    at = next((found for form in _MOMENTS if (found := _parsed(written, form)) is not None), None)
    if at is None:
        return ""
    at = at.astimezone(UTC) if at.tzinfo is not None else at
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(" ".join(text.split()), form) if form else datetime.fromisoformat(text)
    except ValueError:
        return None


def whole_number(value: object) -> int | None:
    """A number as programs store positions and keys (4, 4.0, "4"); None if it is none."""
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None
