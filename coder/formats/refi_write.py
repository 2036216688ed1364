"""A study as a REFI-QDA project (``.qdpx``), valid against the schema, as the program that it is for counts."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from math import isfinite

from coder.formats.receiving import Losses
from coder.formats.refi_codebook import CODEBOOK_HEADINGS, about_codebook, add_codes, with_headings
from coder.formats.refi_container import Container
from coder.formats.refi_facts import FACTS, PROFILES, PROJECT_ID, Fact, origin_for
from coder.formats.refi_offsets import CountedText
from coder.formats.refi_xml import (
    PROJECT,
    Element,
    add,
    derived,
    guid,
    is_time,
    parsed,
    root,
    schema_problems,
    serialised,
)
from coder.model import AttributeType, Coding, Loss, Memo, Origin, Span, Study, StudyDocument, Value
from coder.model.case import parse_value
from coder.model.choices import Target

LONGEST_NAME = 100
"""Characters of a quotation that are repeated as the name of its selection."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_TYPES = {AttributeType.TEXT: "Text", AttributeType.BOOLEAN: "Boolean", AttributeType.DATE: "Date"}


def write(study: Study, target: Target) -> tuple[bytes, tuple[Loss, ...]]:
    """The project as a ``.qdpx``, and what it cannot carry. The same study gives the same bytes."""
    writer = _Writer(study, target)
    content = serialised(writer.project())
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (("project.qde", content), *writer.files.items()):
            # A fixed time, so that the same project gives the same file.
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return packed.getvalue(), (*writer.losses.all(), *_not_carried(study))


def invalid(content: bytes) -> list[str]:
    """Where a project departs from the schema, with the line; empty if nowhere. Raises MalformedFile."""
    return schema_problems(parsed(Container(content).project, "project"), PROJECT)


def _not_carried(study: Study) -> tuple[Loss, ...]:
    losses = Losses()
    why = "REFI-QDA has no place for it"
    times = sum(turn.start_ms is not None for document in study.documents for turn in document.turns)
    losses.add("times of turns", why, count=times)
    turns = sum(len(document.turns) for document in study.documents)
    losses.add("marks of who speaks where", "it is found anew in the text that comes along", count=turns)
    losses.add("suggestions taken and refused", why, count=len(study.decisions))
    losses.add("marks of how far a coder has read", why, count=len(study.read_marks))
    origins = sum(coding.origin is not Origin.IMPORTED for coding in study.codings)
    losses.add("how a coding came to be, and under which version of the codebook", why, count=origins)
    losses.add("when a coding was last changed", why, count=sum(c.modified != c.created for c in study.codings))
    losses.add("roles of coders", why, count=len(study.coders))
    return losses.all()


@dataclass(frozen=True, slots=True)
class _Hanging:
    """What hangs on one stretch of a document."""

    codings: list[Coding]
    memos: list[str]
    cases: list[str]


class _Writer:
    def __init__(self, study: Study, target: Target) -> None:
        self.study, self.target, self.profile = study, target, PROFILES[target]
        self.losses = Losses()
        self.files: dict[str, bytes] = {}
        self.coders = {coder.id: guid(coder.id) for coder in study.coders}
        self.types = {attribute.name: attribute.type for attribute in study.attributes}
        for document in study.documents:
            for name in document.values:
                self.types.setdefault(name, AttributeType.TEXT)
        self.notes: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.hanging: dict[str, dict[Span, _Hanging]] = defaultdict(dict)
        self.selections: dict[tuple[str, str], list[str]] = defaultdict(list)
        for coding in study.codings:
            self._on(coding.document, coding.span).codings.append(coding)
        for memo in study.memos:
            if memo.anchor is not None and memo.about == "document":
                self._on(memo.target, memo.anchor.span).memos.append(guid(memo.id))
            else:
                self.notes[memo.about, memo.target].append(guid(memo.id))
        for membership in study.memberships:
            if membership.span is not None:
                self._on(membership.document, membership.span).cases.append(membership.case)

    def _on(self, document: str, span: Span) -> _Hanging:
        return self.hanging[document].setdefault(span, _Hanging([], [], []))

    def project(self) -> Element:
        study = self.study
        project = root("Project", PROJECT)
        project.set("name", _plain(study.title) or "Untitled")
        project.set("origin", origin_for(self.target))
        if study.coders:
            users = add(project, "Users")
            for coder in study.coders:
                add(users, "User", guid=guid(coder.id), name=coder.name)
        if study.codebook.codes:
            notes = {target: notes for (about, target), notes in self.notes.items() if about == "code"}
            add_codes(add(project, "CodeBook"), study.codebook, notes)
        self._variables(project)
        sources = self._sources()
        self._cases(project)
        if len(sources):
            project.append(sources)
        self._memos(project)
        self._links(project)
        self._sets(project)
        about = with_headings(
            study.description, {PROJECT_ID: study.id, **about_codebook(study.codebook)}, CODEBOOK_HEADINGS
        )
        add(project, "Description", about)
        for note in self.notes.get(("project", study.id), []) + self.notes.get(("project", "project"), []):
            add(project, "NoteRef", targetGUID=note)
        return project

    # --- variables -------------------------------------------------------------------------------------

    def _variables(self, project: Element) -> None:
        if not (self.types or self.study.documents):
            return
        variables = add(project, "Variables")
        for name, kind in self.types.items():
            add(variables, "Variable", guid=_variable(name), name=_plain(name), typeOfVariable=self._type(name, kind))
        taken = {name.casefold() for name in self.types}
        for id, fact in FACTS.items() if self.study.documents else ():
            shown = fact.value if fact.value.casefold() not in taken else f"{fact.value} (Redthread)"
            add(variables, "Variable", guid=id, name=shown, typeOfVariable="Text")

    def _type(self, name: str, kind: AttributeType) -> str:
        if kind is not AttributeType.NUMBER:
            return _TYPES[kind]
        holders: tuple[Mapping[str, Value], ...] = (
            *(case.values for case in self.study.cases),
            *(document.values for document in self.study.documents),
        )
        whole = all(isinstance(values[name], int) for values in holders if name in values)
        return "Integer" if whole else "Float"

    def _values(self, element: Element, values: Mapping[str, Value]) -> None:
        for name, value in values.items():
            if value is None:
                continue
            holder = add(element, "VariableValue")
            add(holder, "VariableRef", targetGUID=_variable(name))
            kind, text = _written(value, self.types.get(name, AttributeType.TEXT))
            if kind == "IntegerValue" and self._type(name, AttributeType.NUMBER) == "Float":
                kind = "FloatValue"
            add(holder, kind, text)

    def _facts(self, element: Element, document: StudyDocument) -> None:
        of = document.document
        told = {Fact.KIND: of.kind.value, Fact.DATE: of.date or "", Fact.LANGUAGE: of.language, Fact.SOURCE: of.source}
        for id, fact in FACTS.items():
            if told[fact]:
                holder = add(element, "VariableValue")
                add(holder, "VariableRef", targetGUID=id)
                add(holder, "TextValue", told[fact])

    # --- sources, cases --------------------------------------------------------------------------------

    def _sources(self) -> Element:
        sources = root("Sources", PROJECT)
        for attribute in list(sources.attrib):
            del sources.attrib[attribute]
        for document in self.study.documents:
            self._source(sources, document)
        return sources

    def _source(self, sources: Element, found: StudyDocument) -> None:
        document = found.document
        id = guid(document.id)
        raw = document.text
        windows = self.target in (Target.NVIVO, Target.MAXQDA)
        if windows:
            raw = raw.replace("\n", "\r\n")
        if self.target is Target.NVIVO:
            raw = "\ufeff" + raw
        name = f"{derived(id, 'text')}.txt"
        self.files[f"sources/{name}"] = raw.encode("utf-8", "replace")
        element = add(sources, "TextSource", guid=id, name=document.name, plainTextPath=f"internal://{name}",
                      creationDateTime=_time(document.added))  # fmt: skip
        text = CountedText(raw)
        for span, hanging in sorted(self.hanging.get(document.id, {}).items()):
            self._selection(element, document.id, text, span, hanging)
        for note in self.notes.get(("document", document.id), ()):
            add(element, "NoteRef", targetGUID=note)
        self._values(element, found.values)
        self._facts(element, found)

    def _selection(self, source: Element, document: str, text: CountedText, span: Span, hanging: _Hanging) -> None:
        quotation = span.of(text.text)
        short = quotation if len(quotation) <= LONGEST_NAME else quotation[:LONGEST_NAME] + "…"
        first = min(hanging.codings, key=lambda coding: (coding.created, coding.id), default=None)
        id = derived(document, "selection", str(span.start), str(span.end))
        element = add(
            source,
            "PlainTextSelection",
            guid=id,
            name=" ".join(short.split()),
            startPosition=str(text.units(span.start, self.profile)),
            endPosition=str(text.units(span.end, self.profile)),
            creatingUser=self.coders.get(first.coder) if first else None,
            creationDateTime=_time(first.created) if first else None,
        )
        for coding in hanging.codings:
            made = add(element, "Coding", guid=guid(coding.id), creatingUser=self.coders.get(coding.coder),
                       creationDateTime=_time(coding.created))  # fmt: skip
            add(made, "CodeRef", targetGUID=guid(coding.code))
            for note in self.notes.get(("coding", coding.id), ()):
                add(made, "NoteRef", targetGUID=note)
        for note in hanging.memos:
            add(element, "NoteRef", targetGUID=note)
        for case in hanging.cases:
            self.selections[case, document].append(id)

    def _cases(self, project: Element) -> None:
        if not self.study.cases:
            return
        cases = add(project, "Cases")
        for case in self.study.cases:
            element = add(cases, "Case", guid=guid(case.id), name=case.name)
            self._values(element, case.values)
            for membership in self.study.memberships:
                if membership.case == case.id and membership.span is None:
                    add(element, "SourceRef", targetGUID=guid(membership.document))
            for (held, _), selections in self.selections.items():
                for selection in selections if held == case.id else ():
                    add(element, "SelectionRef", targetGUID=selection)

    # --- notes, links, sets ----------------------------------------------------------------------------

    def _memos(self, project: Element) -> None:
        if self.study.memos:
            notes = add(project, "Notes")
            for memo in self.study.memos:
                self._memo(notes, memo)

    def _memo(self, notes: Element, memo: Memo) -> None:
        user = self.coders.get(memo.coder)
        element = add(notes, "Note", guid=guid(memo.id), name=memo.title, creatingUser=user,
                      creationDateTime=_time(memo.created), modifyingUser=user,
                      modifiedDateTime=_time(memo.modified))  # fmt: skip
        add(element, "PlainTextContent", memo.text)

    def _links(self, project: Element) -> None:
        pairs = [(case.id, note) for case in self.study.cases for note in self.notes.get(("case", case.id), ())]
        if pairs:
            links = add(project, "Links")
            for case, note in pairs:
                add(links, "Link", guid=derived(case, note), direction="Associative", originGUID=guid(case),
                    targetGUID=note)  # fmt: skip

    def _sets(self, project: Element) -> None:
        if not self.study.sets:
            return
        sets = add(project, "Sets")
        tags = {"code": "MemberCode", "document": "MemberSource", "memo": "MemberNote"}
        for each in self.study.sets:
            element = add(sets, "Set", guid=guid(each.id), name=_plain(each.name))
            if each.description:
                add(element, "Description", each.description)
            for tag in tags.values():
                for about, member in each.members:
                    if tags.get(about) == tag:
                        add(element, tag, targetGUID=guid(member))
            for about, _ in each.members:
                if about not in tags:
                    self.losses.add("members of sets", f"REFI-QDA has no {about} in a set", each.name)


def _written(value: Value, kind: AttributeType) -> tuple[str, str]:
    """The element and the text of a value."""
    if isinstance(value, bool):
        return "BooleanValue", "true" if value else "false"
    if isinstance(value, int):
        return "IntegerValue", str(value)
    if isinstance(value, float) and isfinite(value):
        plain = f"{Decimal(repr(value)):f}"
        return "FloatValue", plain if "." in plain else f"{plain}.0"
    if kind is AttributeType.DATE:
        try:
            return "DateValue", str(parse_value(str(value), kind))
        except ValueError:
            pass
    return "TextValue", str(value)


def _variable(name: str) -> str:
    return derived("variable", name)


def _plain(text: str) -> str:
    return " ".join(text.split()) or "(unnamed)"


def _time(text: str) -> str | None:
    return text if is_time(text) else None
