"""REFI-QDA projects (``.qdpx`` and bare ``.qde``) of any program, read as a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from coder.errors import MalformedFile, UnreadableFile
from coder.formats import word
from coder.formats.receiving import Losses, document_of, plain_text, sound_codes
from coder.formats.refi_codebook import CODEBOOK_HEADINGS, codebook_from, codes_in, without_headings
from coder.formats.refi_container import Container
from coder.formats.refi_facts import FACTS, Fact, profile_of, project_id
from coder.formats.refi_offsets import STRICT, WINDOWS, Choice, CountedText, Selected, chosen, names_words
from coder.formats.refi_xml import Element, below, derived, first, guid, named, parsed, text_of, time_of
from coder.model import (
    Anchor,
    Attribute,
    AttributeType,
    Case,
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
    Value,
    now,
)
from coder.model.case import parse_value

MARKED = "(marked, without a code)"
"""The text of a memo on a passage that somebody marked and did nothing else with."""

_TYPES = {
    "boolean": AttributeType.BOOLEAN,
    "integer": AttributeType.NUMBER,
    "float": AttributeType.NUMBER,
    "date": AttributeType.DATE,
}
_MEDIA = {"PictureSource": "pictures", "AudioSource": "audio recordings", "VideoSource": "video recordings"}


def recognises(content: bytes) -> bool:
    """Whether this is a REFI-QDA project."""
    if content.startswith(b"PK"):
        return b".qde" in content.lower()
    return b"<" in content[:4] and b"Project" in content[:2_000] and b"QDA" in content[:4_000]


def read(content: bytes, name: str) -> Received:
    """Read a project. Raises MalformedFile or TooLarge."""
    container = Container(content)
    project = parsed(container.project, "project")
    if named(project).lower() != "project":
        raise MalformedFile(f"{name} holds no REFI-QDA project; its root is {named(project)!r}")
    return _Project(container, project, name).received()


@dataclass(frozen=True, slots=True)
class _Source:
    """A text with its selections as they stand in the file."""

    element: Element
    id: str
    name: str
    text: CountedText
    selections: tuple[Element, ...]


class _Project:
    """Takes a project apart, element by element."""

    def __init__(self, container: Container, project: Element, name: str) -> None:
        self.container, self.project, self.name = container, project, name
        self.losses, self.remarks = Losses(), list[str]()
        self.now = now()
        self.origin = (project.get("origin") or "").strip()
        self.coders: dict[str, Coder] = {}
        self.codings: dict[tuple[str, str, str, Span], Coding] = {}
        self.same: dict[str, str] = {}
        self.doubled = 0
        self.mended: Counter[str] = Counter()
        self.memos: list[Memo] = []
        self.memberships: dict[tuple[str, str, Span | None], Membership] = {}
        self.spans: dict[str, tuple[str, Span]] = {}
        self.documents: dict[str, StudyDocument] = {}
        self.noted: set[str] = set()
        self.linked: dict[str, list[str]] = {}

    def received(self) -> Received:
        project = self.project
        for user in below(project, "Users", "User"):
            id = guid(user.get("guid"))
            label = (user.get("name") or user.get("id") or "").strip() or f"coder {len(self.coders) + 1}"
            taken = {coder.name.casefold() for coder in self.coders.values()}
            shown = label if label.casefold() not in taken else f"{label} ({len(self.coders) + 1})"
            self.coders.setdefault(id, Coder(id, shown, Role.CODER))
        self.default = guid(project.get("creatingUserGUID")) or next(iter(self.coders), "")
        self.notes = {guid(note.get("guid")): note for note in below(project, "Notes", "Note")}
        self.codes = tuple(codes_in(first(project, "CodeBook")))
        self.code_ids = {code.id for code in self.codes}
        self.case_ids = {guid(case.get("guid")) for case in below(project, "Cases", "Case")}
        self.of_cases = {guid(ref.get("targetGUID")) for ref in below(project, "Cases", "Case", "SelectionRef")}
        self.variables = {guid(each.get("guid")): each for each in below(project, "Variables", "Variable")}
        self.types: dict[str, AttributeType] = {}
        self._declare_variables()
        for target, note in self._note_links():
            self.linked.setdefault(target, []).append(note)
        self._sources()
        self._codes()
        cases = tuple(self._case(case) for case in below(project, "Cases", "Case"))
        self._refs(project, "project", "project")
        for id in self.notes:
            if id not in self.noted:
                self._memo(id, "project", "project")
        sets = tuple(self._sets())
        for graph in below(project, "Graphs", "Graph"):
            self.losses.add("graphs", "Redthread draws no networks by hand", graph.get("name") or "")
        return self._study(cases, sets)

    # --- variables, links ------------------------------------------------------------------------------

    def _declare_variables(self) -> None:
        for id, variable in self.variables.items():
            if id in FACTS:
                continue
            shown = (variable.get("name") or "").strip() or "unnamed"
            names = {each.casefold() for each in self.types}
            while shown.casefold() in names:
                shown += " (2)"
            self.types[shown] = _TYPES.get((variable.get("typeOfVariable") or "").lower(), AttributeType.TEXT)
            variable.set("name", shown)

    def _values(self, element: Element) -> tuple[dict[str, Value], dict[Fact, str]]:
        values: dict[str, Value] = {}
        facts: dict[Fact, str] = {}
        for each in below(element, "VariableValue"):
            reference = first(each, "VariableRef")
            id = guid(reference.get("targetGUID")) if reference is not None else ""
            found = next((child for child in each if named(child).endswith("Value")), None)
            text = "".join(map(str, found.itertext())) if found is not None else ""
            if id in FACTS:
                facts[FACTS[id]] = text
                continue
            variable = self.variables.get(id)
            if variable is None or found is None:
                self.losses.add("values of variables", "their variable is not declared, or they are empty", text)
                continue
            name = variable.get("name") or ""
            value = self._value(name, named(found), text)
            if value is not None:
                values[name] = value
        return values, facts

    def _value(self, name: str, kind: str, text: str) -> Value:
        wanted = {
            "BooleanValue": AttributeType.BOOLEAN,
            "IntegerValue": AttributeType.NUMBER,
            "FloatValue": AttributeType.NUMBER,
            "DateValue": AttributeType.DATE,
        }.get(kind, AttributeType.TEXT)
        plain = text.strip().removeprefix("+") if wanted is not AttributeType.TEXT else text
        if wanted is AttributeType.BOOLEAN:
            plain = {"1": "true", "0": "false"}.get(plain, plain)
        if wanted is AttributeType.DATE:
            plain = plain[:10]
        try:
            value = parse_value(plain, wanted)
        except ValueError:
            value = text
        if wanted is AttributeType.TEXT:
            value = text or None
        if value is not None and self.types[name] is not AttributeType.TEXT and wanted is not self.types[name]:
            self.remarks.append(f"the variable {name} holds values of several kinds, so it became text")
            self.types[name] = AttributeType.TEXT
        return value

    def _note_links(self) -> Iterator[tuple[str, str]]:
        for link in below(self.project, "Links", "Link"):
            ends = guid(link.get("originGUID")), guid(link.get("targetGUID"))
            notes = [end for end in ends if end in self.notes]
            others = [end for end in ends if end not in self.notes]
            if len(notes) == 1 and others and others[0]:
                yield others[0], notes[0]
            else:
                self.losses.add("links", "Redthread joins passages by codes and memos alone", link.get("name") or "")

    # --- sources ---------------------------------------------------------------------------------------

    def _sources(self) -> None:
        found = list(self._texts())
        expected = WINDOWS if "nvivo" in self.origin.lower() and "mac" not in self.origin.lower() else STRICT
        own = self.origin.startswith("Redthread (")
        expected = profile_of(self.origin) if own else expected
        counted = [(source.text, [one for each in source.selections if (one := _selected(each))]) for source in found]
        choice = chosen(counted, expected, sure=own)
        if choice.looked_at:
            self.remarks.append(_told(choice))
        for source in found:
            self._document(source, choice)

    def _texts(self) -> Iterator[_Source]:
        for holder in below(self.project, "Sources"):
            for element in holder:
                kind = named(element)
                if kind == "TextSource":
                    yield from self._text(element, element.get("name") or "", guid(element.get("guid")), element)
                elif kind == "PDFSource":
                    yield from self._pdf(element)
                elif kind in _MEDIA:
                    yield from self._recording(element, _MEDIA[kind])

    def _text(self, element: Element, name: str, id: str, outer: Element) -> Iterator[_Source]:
        shown = " ".join(name.split()) or "unnamed"
        raw = self._content(element)
        selections = tuple(below(element, "PlainTextSelection"))
        made = sum(1 for each in selections for _ in below(each, "Coding"))
        if raw is None or not raw.strip():
            why = "their text is not in the file" if raw is None else "there is nothing to read or to code"
            self.losses.add("documents", why, shown)
            self.losses.add("codings", "the text of their document is not there", shown, count=made)
            return
        yield _Source(outer, id or derived("source", shown), shown, CountedText(raw), selections)

    def _content(self, element: Element) -> str | None:
        inside = first(element, "PlainTextContent")
        if inside is not None:
            return "".join(map(str, inside.itertext()))
        path = element.get("plainTextPath")
        content = self.container.file(path) if path else None
        try:
            if content is not None:
                # No file can hold a zero character in its text; one for one, so that every position stays.
                return plain_text(content).replace("\0", "\ufffd") if content.strip() else ""
            rich = self.container.file(element.get("richTextPath") or "")
            if rich is not None and (element.get("richTextPath") or "").lower().endswith(".docx"):
                self.remarks.append(f"{element.get('name')}: read from its Word document, there is no plain text")
                return word.read(rich, "source.docx").text
        except UnreadableFile as error:
            self.remarks.append(f"{element.get('name')}: {error}")
        return None

    def _pdf(self, element: Element) -> Iterator[_Source]:
        name = element.get("name") or ""
        representation = first(element, "Representation")
        for each in below(element, "PDFSelection"):
            codings = sum(1 for _ in below(each, "Coding"))
            why = "they mark an area of a PDF page, not its words"
            self.losses.add("codings", why, each.get("name") or name, count=codings)
            self.losses.add("passages marked in a PDF", why, each.get("name") or name, count=not codings)
        if representation is None:
            self.losses.add("documents", "a PDF without its text", name)
            return
        for child in [*below(representation, "Coding"), *below(representation, "NoteRef")]:
            # On all of the text, so on all of the document.
            element.append(child)
        yield from self._text(representation, name, guid(element.get("guid")), element)

    def _recording(self, element: Element, what: str) -> Iterator[_Source]:
        name = element.get("name") or ""
        self.losses.add(what, "Redthread codes words", name)
        for each in element:
            if named(each).endswith("Selection"):
                codings = sum(1 for _ in below(each, "Coding"))
                self.losses.add("codings", f"they lie on {what}", each.get("name") or name, count=codings)
            elif named(each) == "Coding":
                self.losses.add("codings", f"they lie on {what}", name)
            elif named(each) == "VariableValue":
                self.losses.add("values of variables", f"they describe {what}", name)
        for description in below(element, "TextDescription"):
            yield from self._text(
                description, description.get("name") or name, guid(description.get("guid")), description
            )
        for transcript in below(element, "Transcript"):
            points = {guid(point.get("guid")): point.get("position") for point in below(transcript, "SyncPoint")}
            for each in below(transcript, "TranscriptSelection"):
                for side, end in (("fromSyncPoint", "startPosition"), ("toSyncPoint", "endPosition")):
                    each.set(end, points.get(guid(each.get(side))) or "")
            shown = transcript.get("name") or name
            for source in self._text(transcript, shown, guid(transcript.get("guid")), transcript):
                yield replace(source, selections=tuple(below(transcript, "TranscriptSelection")))

    def _document(self, source: _Source, choice: Choice) -> None:
        values, facts = self._values(source.element)
        if source.id in self.documents:
            self.losses.add("documents", "another document has the same GUID", source.name)
            return
        kind = facts.get(Fact.KIND, "")
        document = document_of(
            source.id,
            source.name,
            source.text.text,
            source=facts.get(Fact.SOURCE, ""),
            added=self._moment(source.element),
            language=facts.get(Fact.LANGUAGE, "") or "en",
            kind=DocumentKind(kind) if kind in set(DocumentKind) else None,
            date=facts.get(Fact.DATE) or None,
            values=values,
        )
        if "redthread" in self.origin.lower() and Fact.DATE not in facts:
            document = replace(document, document=replace(document.document, date=None))
        self.documents[source.id] = document
        self._note("document", source.id, source.element, text_of(source.element, "Description"))
        self._refs(source.element, "document", source.id)
        for each in source.selections:
            self._selection(source, each, choice)
        whole = Span(0, len(source.text.text))
        for coding in below(source.element, "Coding"):
            self._coding(source, coding, whole, source.element)
            self.mended["codings of a whole document cover all of its text"] += 1

    def _selection(self, source: _Source, element: Element, choice: Choice) -> None:
        selected = _selected(element)
        codings = list(below(element, "Coding"))
        shown = f"{source.name}: {element.get('name') or ''}"
        if selected is None:
            self.losses.add("selections", "their positions are no numbers", shown, count=max(1, len(codings)))
            return
        span = self._span(source.text, selected, choice)
        id = guid(element.get("guid")) or derived(source.id, str(span))
        self.spans[id] = source.id, span
        for coding in codings:
            self._coding(source, coding, span, element)
        anchor = Anchor.on(source.text.text, span)
        before = len(self.memos)
        description = text_of(element, "Description").strip()
        if description:
            self._add(Memo(id, "document", source.id, self._coder(element), description,
                           self._moment(element), self._moment(element), anchor))  # fmt: skip
        self._refs(element, "document", source.id, anchor, id)
        if not codings and len(self.memos) == before and id not in self.of_cases:
            said = selected.name if selected.name and not names_words(selected.name, anchor.quotation) else MARKED
            at = self._moment(element)
            self._add(Memo(id, "document", source.id, self._coder(element), said, at, at, anchor))

    def _span(self, text: CountedText, selected: Selected, choice: Choice) -> Span:
        start, end = text.ends_of(selected, choice.profile)
        length = len(text.text)
        if start > end:
            start, end = end, start
            self.mended["selections that ended before they began were turned round"] += 1
        if start < 0 or end > length:
            self.mended["selections that reached outside their text were cut to it"] += 1
        start, end = min(max(0, start), length), min(max(0, end), length)
        if start == end:
            self.mended["selections of no length were widened to the word where they stand"] += 1
            start = min(start, length - 1)
            end = start + 1
            while start > 0 and text.text[start].isalnum() and text.text[start - 1].isalnum():
                start -= 1
            while end < length and text.text[end - 1].isalnum() and text.text[end].isalnum():
                end += 1
        return Span(start, end)

    def _coding(self, source: _Source, element: Element, span: Span, around: Element) -> None:
        reference = first(element, "CodeRef")
        code = guid(reference.get("targetGUID")) if reference is not None else ""
        quotation = source.text.text[span.start : span.end]
        if code in self.case_ids:
            self.memberships.setdefault((source.id, code, span), Membership(source.id, code, span))
            return
        if code not in self.code_ids:
            self.losses.add("codings", "their code is not in the codebook", f"{source.name}: {quotation}")
            return
        coder = self._coder(element, around)
        at = self._moment(element, around)
        id = guid(element.get("guid")) or derived(source.id, str(span), code, coder)
        made = Coding(id, source.id, Anchor.on(source.text.text, span), code, coder, Origin.IMPORTED,
                      created=at, modified=at)  # fmt: skip
        kept = self.codings.setdefault((source.id, code, coder, span), made)
        self.doubled += kept is not made
        self._refs(element, "coding", kept.id, None, id)

    # --- memos -----------------------------------------------------------------------------------------

    def _refs(self, element: Element, about: str, target: str, anchor: Anchor | None = None, id: str = "") -> None:
        notes = [guid(reference.get("targetGUID")) for reference in below(element, "NoteRef")]
        for note in dict.fromkeys([*notes, *self.linked.get(id or target, ())]):
            self._memo(note, about, target, anchor)

    def _memo(self, id: str, about: str, target: str, anchor: Anchor | None = None) -> None:
        note = self.notes.get(id)
        if note is None:
            self.losses.add("memos", "the note that is referred to is not in the file")
            return
        text = self._content(note)
        title = (note.get("name") or "").strip()
        for each in below(note, "PlainTextSelection"):
            self.losses.add(
                "codings of memos", "Redthread codes documents", title, count=len(list(below(each, "Coding")))
            )
        if text is None or not (text.strip() or title):
            self.losses.add("memos", "their text is not in the file", title)
            self.noted.add(id)
            return
        created = self._moment(note)
        # A note may hang on several things: the first keeps its GUID.
        own = id if id not in self.noted else derived(id, about, target, str(anchor and anchor.span))
        self.noted.add(id)
        self._add(Memo(own, about, target, self._coder(note), CountedText(text).text, created,
                       time_of(note.get("modifiedDateTime")) or created, anchor, title))  # fmt: skip

    def _note(self, about: str, target: str, element: Element, text: str) -> None:
        if text.strip():
            at = self._moment(element)
            self._add(Memo(derived(target, "description"), about, target, self._coder(element), text.strip(), at, at))

    def _add(self, memo: Memo) -> None:
        self.memos.append(memo)

    def _codes(self) -> None:
        def walk(element: Element) -> None:
            self._refs(element, "code", guid(element.get("guid")))
            for child in below(element, "Code"):
                walk(child)

        for element in below(self.project, "CodeBook", "Codes", "Code"):
            walk(element)

    # --- cases, sets -----------------------------------------------------------------------------------

    def _case(self, element: Element) -> Case:
        id = guid(element.get("guid"))
        shown = " ".join((element.get("name") or "").split()) or "unnamed"
        values, _ = self._values(element)
        self._note("case", id, element, text_of(element, "Description"))
        self._refs(element, "case", id)
        for reference in below(element, "SourceRef"):
            document = guid(reference.get("targetGUID"))
            if document in self.documents:
                self.memberships.setdefault((document, id, None), Membership(document, id))
            else:
                self.losses.add("memberships in cases", "the document did not come along", shown)
        for reference in below(element, "SelectionRef"):
            found = self.spans.get(guid(reference.get("targetGUID")))
            if found is None:
                self.losses.add("memberships in cases", "the passage did not come along", shown)
            else:
                self.memberships.setdefault((found[0], id, found[1]), Membership(found[0], id, found[1]))
        for _ in below(element, "CodeRef"):
            self.losses.add("codes on cases", "Redthread codes passages", shown)
        return Case(id, shown, values)

    def _sets(self) -> Iterator[ItemSet]:
        known = {
            "code": self.code_ids,
            "document": set(self.documents),
            "memo": {memo.id for memo in self.memos},
        }
        for element in below(self.project, "Sets", "Set"):
            shown = " ".join((element.get("name") or "").split()) or "unnamed"
            members = []
            for child in element:
                about = {"membercode": "code", "membersource": "document", "membernote": "memo"}.get(
                    named(child).lower()
                )
                member = guid(child.get("targetGUID") or child.get("guid"))
                if about is not None and member in known[about]:
                    members.append((about, member))
                elif about is not None:
                    self.losses.add("members of sets", "the item did not come along", shown)
            description = text_of(element, "Description")
            yield ItemSet(guid(element.get("guid")) or derived("set", shown), shown, description, tuple(members))

    # --- who and when ----------------------------------------------------------------------------------

    def _coder(self, *elements: Element) -> str:
        id = next(
            (guid(each.get(name)) for each in elements for name in ("creatingUser", "modifyingUser") if each.get(name)),
            self.default,
        ) or derived("coder", "unknown")  # fmt: skip
        if id not in self.coders:
            self.coders[id] = Coder(id, f"Unknown coder {len(self.coders) + 1}" if self.coders else "Unknown coder")
        return id

    def _moment(self, *elements: Element) -> str:
        wanted = ("creationDateTime", "modifiedDateTime")
        return next((at for each in elements for name in wanted if (at := time_of(each.get(name)))), self.now)

    # --- all of it -------------------------------------------------------------------------------------

    def _study(self, cases: tuple[Case, ...], sets: tuple[ItemSet, ...]) -> Received:
        codes, mended = sound_codes(self.codes, frozenset(coding.code for coding in self.codings.values()))
        title = (self.project.get("name") or "").strip() or PurePath(self.name).stem
        about, fields = without_headings(text_of(self.project, "Description"), CODEBOOK_HEADINGS)
        id = project_id(fields) or derived("project", title, *(code.id for code in codes[:50]))
        if not self.coders:
            self._coder()
        if self.doubled:
            self.remarks.append(f"{self.doubled:,} codings stood there twice (same words, code, coder) and came once")
        self.remarks += [f"{count:,} {what}" for what, count in self.mended.items()]
        study = Study(
            id=id,
            title=title,
            codebook=codebook_from(fields, derived(id, "codebook"), title, codes),
            coders=tuple(self.coders.values()),
            documents=tuple(self.documents.values()),
            attributes=tuple(Attribute(name, kind) for name, kind in self.types.items()),
            cases=cases,
            memberships=tuple(self.memberships.values()),
            codings=tuple(self.codings.values()),
            memos=tuple(self.memos),
            sets=sets,
            description=about,
            origin=self.origin or "REFI-QDA",
        )
        return Received(study, self.losses.all(), (*self.remarks, *mended))


def _selected(element: Element) -> Selected | None:
    try:
        start, end = int(element.get("startPosition") or ""), int(element.get("endPosition") or "")
    except ValueError:
        return None
    return Selected(start, end, element.get("name") or "")


def _told(choice: Choice) -> str:
    return (
        f"positions were counted as: {choice.profile}; "
        f"so {choice.fitting:,} of {choice.looked_at:,} selections repeat their name or begin and end with a word"
    )
