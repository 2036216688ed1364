"""Putting codes on quotations, changing and explaining them, taking back."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from coder.errors import CodebookConflict, InvalidValue, NotAllowed, StaleEdit, UnknownCode, UnknownItem
from coder.formats.rows import Row, read_table
from coder.model import (
    Anchor,
    Codebook,
    Coder,
    Coding,
    Decision,
    Document,
    Entry,
    Memo,
    Origin,
    Outcome,
    Role,
    Span,
    new_id,
    now,
)
from coder.store import Change, Project
from coder.workflow.codebooks import check_takes_codings
from coder.workflow.permission import acting, change_by


def code_span(
    project: Project,
    document: str,
    span: Span,
    code: str,
    *,
    coder: str,
    id: str | None = None,
    origin: Origin = Origin.HAND,
    model: str | None = None,
    score: float | None = None,
    operation: str | None = None,
) -> Coding:
    """Put a code on a passage; an equal coding (same passage, code and coder) is given instead of doubled.

    Raises UnknownItem, CodebookConflict for a retired code or a folder, or InvalidValue for a passage
    outside the text or without words.
    """
    with change_by(project, coder, "code", operation=operation, summary=f"code {_path(project, code)}") as change:
        codebook = project.codebook()
        coding = _new(project, codebook, id, document, span, code, coder, origin, model, score)
        return _as_made(project, coding) if change.repeated else _stored(project, codebook, change, coding)


def take_suggestion(
    project: Project,
    document: str,
    span: Span,
    code: str,
    *,
    coder: str,
    id: str | None = None,
    probability: float | None = None,
    model: str | None = None,
    operation: str | None = None,
) -> Coding:
    """Take a suggestion: the coding and the decision, in one change. Raises as code_span does."""
    summary = f"take suggestion {_path(project, code)}"
    with change_by(project, coder, "take suggestion", operation=operation, summary=summary) as change:
        codebook = project.codebook()
        coding = _new(project, codebook, id, document, span, code, coder, Origin.SUGGESTION, model, probability)
        if change.repeated:
            return _as_made(project, coding)
        coding = _stored(project, codebook, change, coding)
        change.save_decision(
            Decision(new_id(), document, span, code, coder, Outcome.TAKEN, probability, model, coding.id, now())
        )
        return coding


def refuse_suggestion(
    project: Project,
    document: str,
    span: Span,
    code: str,
    *,
    coder: str,
    id: str | None = None,
    probability: float | None = None,
    model: str | None = None,
    operation: str | None = None,
) -> None:
    """Refuse a suggestion, so that the next ones learn from it. Raises UnknownItem or InvalidValue."""
    summary = f"refuse suggestion {_path(project, code)}"
    with change_by(project, coder, "refuse suggestion", operation=operation, summary=summary) as change:
        if change.repeated:
            return
        _anchor(project.document(document), span)
        project.codebook().code(code)
        decision = Decision(
            id or new_id(), document, span, code, coder, Outcome.REFUSED, probability, model, None, now()
        )
        if any(known.id == decision.id for known in project.by_hand().decisions(document=document)):
            raise InvalidValue(f"another decision has the id {decision.id}; give the new one an id of its own")
        change.save_decision(decision)


def remove_coding(project: Project, coding: str, *, coder: str, operation: str | None = None) -> None:
    """Take a coding away. Raises UnknownItem, or NotAllowed for another coder's."""
    with change_by(project, coder, "remove coding", operation=operation) as change:
        if not change.repeated:
            change.remove_coding(own_coding(project, coding, coder).id)


def change_code_of(
    project: Project, coding: str, code: str, *, coder: str, seen: str | None = None, operation: str | None = None
) -> None:
    """Put another code on the same quotation; ``seen`` is the code that it had when this was decided.

    Raises StaleEdit where it has yet another one by now, UnknownItem, NotAllowed for another coder's coding,
    CodebookConflict for a retired code or a folder, or InvalidValue where these words carry that code already.
    """
    summary = f"recode to {_path(project, code)}"
    with change_by(project, coder, "recode", operation=operation, summary=summary) as change:
        if not change.repeated:
            found = own_coding(project, coding, coder)
            if seen is not None and found.code not in (seen, code):
                versions = [("code", _path(project, found.code), _path(project, code))]
                raise StaleEdit(f"it was recoded meanwhile to {_path(project, found.code)}", versions=versions)
            check_takes_codings(project.codebook(), code)
            _save_changed(project, change, replace(found, code=code))


def change_extent(
    project: Project, coding: str, span: Span, *, coder: str, seen: Span | None = None, operation: str | None = None
) -> None:
    """Let a coding cover more or fewer words; ``seen`` is what it covered when this was decided.

    Raises StaleEdit where it covers other words by now, UnknownItem, NotAllowed for another coder's coding, or
    InvalidValue for a passage outside the text, without words, or already carrying the code.
    """
    with change_by(project, coder, "change extent", operation=operation) as change:
        if not change.repeated:
            found = own_coding(project, coding, coder)
            anchor = _anchor(project.document(found.document), span)
            if seen is not None and found.span not in (seen, span):
                versions = [("quotation", found.quotation, anchor.quotation)]
                raise StaleEdit(f"it covers other words by now: {_short(found.quotation)}", versions=versions)
            _save_changed(project, change, replace(found, anchor=anchor))


def write_memo(
    project: Project, coding: str, text: str, *, coder: str, seen: str | None = None, operation: str | None = None
) -> None:
    """This coder's memo on a coding (anyone's); empty text removes it. ``seen`` is what it said when writing began.

    Raises UnknownItem, or StaleEdit where it says something else by now.
    """
    with change_by(project, coder, "write memo", operation=operation) as change:
        if not change.repeated:
            found = project.coding(coding).id
            memos = project.memos(about="coding", target=found)
            stands = next((memo.text for memo in memos if memo.coder == coder), "")
            if seen is not None and stands not in (seen, text):
                said = (
                    f"your memo says something else by now: {_short(stands)}" if stands else "your memo is gone by now"
                )
                raise StaleEdit(said, versions=[("memo", stands, text)])
            _write_memo(project, change, found, text, coder)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that gave no coding, numbered as in the spreadsheet (the header is row 1), and why."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class CodingsReport:
    """What a table of codings gave: how many were added, how many were there already, which rows were refused."""

    added: int
    known: int
    refused: tuple[RefusedRow, ...]


def import_codings(project: Project, name: str, content: bytes, *, coder: str) -> CodingsReport:
    """Codings from a table with the columns document, coder, code, quotation and, if wanted, memo.

    A quotation must stand exactly once in its document, letter by letter or else with any white
    space; codes are named by path, or by a name that only one code has. Coders that the project does
    not know are created. All in one change; what is there already is not added again.
    Raises UnreadableFile for what is no such table; a row that cannot be placed is reported instead.
    """
    table = read_table(name, content, needs=("document", "coder", "code", "quotation"))
    with change_by(project, coder, "import codings", summary=f"import codings {name}") as change:
        placing = _Placing(project, change)
        added = known = 0
        refused = []
        for row in table.rows:
            try:
                if placing.place(row):
                    added += 1
                else:
                    known += 1
            except (UnknownItem, CodebookConflict, InvalidValue) as error:
                refused.append(RefusedRow(row.number, str(error)))
    return CodingsReport(added, known, tuple(refused))


def undo(project: Project, *, coder: str, operation: str | None = None, past: Collection[int] = ()) -> Entry:
    """Take back this coder's newest change.

    Raises NothingToUndo, NotAllowed for what this coder may no longer do, or StaleEdit where another change
    rests on it; with the ``entry`` that it names among those to go ``past``, the change before it is taken back.
    """
    acting(project, coder)
    return project.undo(coder, operation=operation, past=past, permit=partial(acting, project, coder))


def redo(project: Project, *, coder: str, operation: str | None = None, past: Collection[int] = ()) -> Entry:
    """Make again what this coder took back last. Raises NothingToUndo, NotAllowed, or StaleEdit as undo does."""
    acting(project, coder)
    return project.redo(coder, operation=operation, past=past, permit=partial(acting, project, coder))


def own_coding(project: Project, coding: str, coder: str) -> Coding:
    """A coding that this coder may change. Raises UnknownItem, or NotAllowed for another's, unless by an owner."""
    found = project.coding(coding)
    if found.coder != coder and acting(project, coder).role is not Role.OWNER:
        raise NotAllowed("this coding is another coder's; put your own code on the passage instead")
    return found


def code_called(codebook: Codebook, text: str) -> str:
    """The id of the code at this path, or of the only one with this name. Raises UnknownCode."""
    wanted = text.strip().casefold()
    named = [code for code in codebook.codes if code.name.casefold() == wanted]
    try:
        return codebook.at(text).id
    except UnknownCode:
        if len(named) == 1:
            return named[0].id
        if named:
            paths = ", ".join(codebook.path(code.id) for code in named)
            raise UnknownCode(f"{len(named)} codes are named {text!r}; write the path: {paths}") from None
        raise


def place_of(quotation: str, text: str) -> Span:
    """Where the only occurrence of a quotation lies, letter by letter or else with any white space between its words.

    Raises InvalidValue if it is not there, or more than once.
    """
    words = quotation.split()
    if not words:
        raise InvalidValue("the quotation is empty")
    for pattern in (re.escape(quotation.strip()), r"\s+".join(map(re.escape, words))):
        # Looking ahead finds occurrences that overlap, too.
        starts = [found.start() for found in re.finditer(f"(?={pattern})", text)]
        if len(starts) == 1:
            found = re.compile(pattern).match(text, starts[0])
            assert found is not None
            return Span(*found.span())
        if starts:
            raise InvalidValue(f"the quotation {_short(quotation)} stands {len(starts)} times in it; make it longer")
    raise InvalidValue(f"the quotation {_short(quotation)} does not stand in it")


class _Placing:
    """Rows of a table of codings become codings, one after the other, within one change."""

    def __init__(self, project: Project, change: Change) -> None:
        self.project = project
        self.change = change
        self.codebook = project.codebook()
        self.documents = project.documents()
        self.sealed = project.sealed
        self.texts = project.texts()
        self.coders = {coder.name.casefold(): coder for coder in project.coders()}
        self.codings = {_equality(coding): coding.id for coding in project.codings()}
        self.remarked = {(memo.target, memo.coder) for memo in project.memos(about="coding")}

    def place(self, row: Row) -> bool:
        """Store what the row says; whether it is a coding that was not there. Raises CodingError."""
        document = _document_called(self.documents, row.cells["document"])
        if document.id in self.sealed:
            raise InvalidValue(f"{document.name} is in a sealed round of blind coding; reveal that first")
        code = code_called(self.codebook, row.cells["code"])
        check_takes_codings(self.codebook, code)
        try:
            span = place_of(row.cells["quotation"], self.texts[document.id])
        except InvalidValue as error:
            raise InvalidValue(f"{document.name}: {error}") from error
        coder = self._coder(row.cells["coder"])
        at = now()
        coding = Coding(
            new_id(),
            document.id,
            Anchor.on(self.texts[document.id], span),
            code,
            coder,
            Origin.IMPORTED,
            codebook_version=self.codebook.version,
            created=at,
            modified=at,
        )
        id = self.codings.setdefault(_equality(coding), coding.id)
        if id == coding.id:
            self.change.save_coding(coding)
        if (text := row.cells.get("memo", "")) and (id, coder) not in self.remarked:
            self.change.save_memo(_memo(id, text, coder))
            self.remarked.add((id, coder))
        return id == coding.id

    def _coder(self, name: str) -> str:
        if not name:
            raise InvalidValue("no coder is named")
        if name.casefold() not in self.coders:
            coder = Coder(new_id(), name, Role.CODER)
            self.change.save_coder(coder)
            self.coders[name.casefold()] = coder
        return self.coders[name.casefold()].id


def _new(
    project: Project,
    codebook: Codebook,
    id: str | None,
    document: str,
    span: Span,
    code: str,
    coder: str,
    origin: Origin,
    model: str | None,
    score: float | None,
) -> Coding:
    anchor = _anchor(project.document(document), span)
    at = now()
    return Coding(id or new_id(), document, anchor, code, coder, origin, model, score, codebook.version, at, at)


def _stored(project: Project, codebook: Codebook, change: Change, coding: Coding) -> Coding:
    check_takes_codings(codebook, coding.code)
    if (equal := _equal(project, coding)) is not None:
        return equal
    if _existing(project.by_hand(), coding.id) is not None:
        raise InvalidValue(f"another coding has the id {coding.id}; give the new one an id of its own")
    change.save_coding(coding)
    return coding


def _as_made(project: Project, coding: Coding) -> Coding:
    """What a repeated operation made, as it stands today; as it was made where it is gone since."""
    return _existing(project, coding.id) or coding


def _save_changed(project: Project, change: Change, coding: Coding) -> None:
    equal = _equal(project, coding)
    if equal is not None and equal.id != coding.id:
        raise InvalidValue("these words carry this code already; remove one of the two codings instead")
    if equal is None:
        change.save_coding(replace(coding, modified=now(), codebook_version=project.codebook().version))


def _write_memo(project: Project, change: Change, coding: str, text: str, coder: str) -> None:
    written = next((memo for memo in project.memos(about="coding", target=coding) if memo.coder == coder), None)
    if not text.strip():
        if written is not None:
            change.remove_memo(written.id)
    elif written is None:
        change.save_memo(_memo(coding, text, coder))
    elif written.text != text:
        change.save_memo(replace(written, text=text, modified=now()))


def _memo(coding: str, text: str, coder: str) -> Memo:
    at = now()
    return Memo(new_id(), "coding", coding, coder, text, at, at)


def _anchor(document: Document, span: Span) -> Anchor:
    if span.end > document.characters:
        raise InvalidValue(f"{span.start}..{span.end} lies outside {document.name}, ending at {document.characters}")
    if not span.of(document.text).strip():
        raise InvalidValue(f"nothing but white space at {span.start}..{span.end} in {document.name}")
    return Anchor.on(document.text, span)


def _equality(coding: Coding) -> tuple[str, Span, str, str]:
    return coding.document, coding.span, coding.code, coding.coder


def _equal(project: Project, coding: Coding) -> Coding | None:
    candidates = project.codings(document=coding.document, code=coding.code, coder=coding.coder)
    return next((found for found in candidates if found.span == coding.span), None)


def _existing(project: Project, coding: str) -> Coding | None:
    try:
        return project.coding(coding)
    except UnknownItem:
        return None


def _path(project: Project, code: str) -> str:
    codebook = project.codebook()
    return codebook.path(code) if code in codebook else ""


def _document_called(documents: Sequence[Document], name: str) -> Document:
    wanted = name.strip().casefold()
    for candidates in ([d for d in documents if d.name.casefold() == wanted], [d for d in documents if d.id == wanted]):
        if len(candidates) == 1:
            return candidates[0]
    raise UnknownItem(f"no document named {name!r}")


def _short(quotation: str) -> str:
    words = " ".join(quotation.split())
    return repr(words if len(words) <= 40 else words[:39] + "…")
