"""One change to the project: everything that can be written, each row with its state before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from coder.errors import CodebookConflict, InvalidValue, StaleEdit, UnknownItem
from coder.model import (
    Anchor,
    Attribute,
    Case,
    Codebook,
    Coder,
    Coding,
    Decision,
    Document,
    ItemSet,
    Membership,
    Memo,
    ReadMark,
    Span,
    Turn,
    new_id,
    now,
    text_hash,
)
from coder.model.blind import Round
from coder.model.framework import FrameworkCell, RowKind, cell_id
from coder.model.journal import Row, canonical
from coder.model.settling import Settlement
from coder.store import journal, rows
from coder.store.file import ProjectFile, storable
from coder.store.order import places
from coder.store.readings import bring_texts, reading_hash, store_reading
from coder.store.recorder import Recorder
from coder.store.schema import (
    ASSIGNMENT,
    ATTRIBUTE,
    ATTRIBUTE_VALUE,
    CASE,
    CODE,
    CODEBOOK,
    CODEBOOK_VERSION,
    CODER,
    CODING,
    DECISION,
    DOCUMENT,
    FRAMEWORK_CELL,
    ITEM_SET,
    ITEM_SET_MEMBER,
    JOURNALED,
    MEMBER_TABLES,
    MEMBERSHIP,
    MEMO,
    READ_MARK,
    ROUND,
    ROUND_DOCUMENT,
    SETTING,
    SETTLEMENT,
    SHOWN_MEMBERS,
    Table,
)
from coder.store.sight import Sight


class Change:
    """What may be written inside ``Project.change``.

    ``repeated`` is True when the operation was applied before: then nothing may be written.
    ``entry`` is the number of the journal entry, known after the block; None if no row changed.
    Removing what is not there raises UnknownItem.
    """

    def __init__(self, file: ProjectFile, *, coder: str | None, entry: int | None, repeated: bool) -> None:
        self._file = file
        self._coder = coder
        self._recorder = Recorder(file)
        self._texts: dict[str, str] = {}
        self._revised: set[str] = set()
        self._open = not repeated
        self.repeated = repeated
        self.entry = entry

    # --- documents -----------------------------------------------------------------------------

    def add_document(
        self, document: Document, turns: Sequence[Turn], segments: Sequence[tuple[Span, int]], segmenter: str
    ) -> None:
        """Store a document with its text, its turns, and its segments as (span, index of the turn).

        A lone surrogate in the text, which no file can hold, becomes U+FFFD. Raises ValueError if a
        span or a turn lies outside, or if ``document.sha256`` is not the hash of its text.
        """
        write = self._writer()
        _check_reading(document, turns, segments)
        if write.row(DOCUMENT, document.id) is not None:
            raise StaleEdit(f"the document {document.name!r} is in the project already")
        document, reading = self._store_reading(document, turns, segments, storable(segmenter))
        write.put(DOCUMENT, rows.document_row(document, reading=reading, segmenter=segmenter))

    def revise_document(
        self, document: Document, turns: Sequence[Turn], segments: Sequence[tuple[Span, int]], segmenter: str
    ) -> None:
        """Give a document another text; the text that it had is kept, with its turns and segments.

        What lies on the document must be moved in the same change: StaleEdit is raised at its end if a
        quotation is then not what stands in the new text, or anything reaches beyond it. Else raises as
        ``add_document`` does, and StaleEdit if the document was changed since ``document`` was read.
        """
        write = self._writer()
        _check_reading(document, turns, segments)
        row = self._unchanged(document)
        document, reading = self._store_reading(document, turns, segments, storable(segmenter))
        changed = rows.document_row(document, reading=reading, segmenter=segmenter)
        write.put(DOCUMENT, {**changed, "added": row["added"], "revision": row["revision"] + 1})
        self._revised.add(document.id)

    def _store_reading(
        self, document: Document, turns: Sequence[Turn], segments: Sequence[tuple[Span, int]], segmenter: str
    ) -> tuple[Document, str]:
        """The document as it can be stored, and the hash under which its turns and segments are."""
        text = storable(document.text)
        if text != document.text:
            document = replace(document, text=text, sha256=text_hash(text))
        turn_rows = rows.turn_values([_storable_turn(turn) for turn in turns])
        segment_rows = [(index, span.start, span.end, turn) for index, (span, turn) in enumerate(segments)]
        hash = reading_hash(document.sha256, segmenter, turn_rows, segment_rows)
        if self._file.value("SELECT 1 FROM reading WHERE hash = ?", (hash,)):
            return document, hash
        self._file.write("INSERT INTO text VALUES (?, ?) ON CONFLICT DO NOTHING", (document.sha256, text))
        store_reading(self._file, hash, document.sha256, segmenter, turn_rows, segment_rows)
        return document, hash

    def update_document(self, document: Document) -> None:
        """Change name, kind, language, date or source; the text never changes.

        Raises StaleEdit if the document was changed since ``document`` was read.
        """
        write = self._writer()
        row = self._unchanged(document)
        changed = {
            **row,
            "name": document.name,
            "kind": document.kind.value,
            "language": document.language,
            "date": document.date,
            "source": document.source,
        }
        if changed != row:
            write.put(DOCUMENT, {**changed, "revision": row["revision"] + 1})

    def remove_document(self, document: str) -> None:
        """Hide a document with all its codings; undoing shows everything again."""
        write = self._writer()
        write.put(DOCUMENT, {**self._document(document), "removed": 1})

    # --- codings -------------------------------------------------------------------------------

    def save_coding(self, coding: Coding) -> None:
        """Store a coding, new or changed.

        Raises UnknownItem for a document, code or coder that is not there, StaleEdit if the
        quotation is not what stands in the text.
        """
        write = self._writer()
        row = rows.coding_row(coding)
        self._check_anchor(coding.anchor, self._document(coding.document))
        self._expect(CODE, coding.code, "code")
        self._expect(CODER, coding.coder, "coder")
        write.put(CODING, row)

    def remove_coding(self, coding: str) -> None:
        """Take a coding away, and the memos on it."""
        write = self._writer()
        self._drop_memos("coding", coding)
        if not write.drop(CODING, coding):
            raise UnknownItem(f"no coding with the id {coding}; it may have been removed meanwhile")

    def recode(self, source: str, into: str) -> int:
        """Put all codings of one code on another, also those of hidden documents; how many there were.

        A coding that would double an equal one (same span, same coder) is removed, its memos go to
        the one that stays. Memos on the code go along.
        """
        write = self._writer()
        if source == into:
            return 0
        self._expect(CODE, into, "code")
        moved = self._file.rows(CODING.from_rows() + "WHERE code = ? ORDER BY id", (source,))
        at = now()
        places = 'SELECT document, "start", "end", coder, id FROM coding WHERE code = ?'
        standing = {tuple(place): id for *place, id in self._file.rows(places, (into,))}
        for values in moved:
            row = dict(zip(CODING.columns, values, strict=True))
            equal = standing.setdefault((row["document"], row["start"], row["end"], row["coder"]), row["id"])
            if equal == row["id"]:
                write.put(CODING, {**row, "code": into, "modified": at})
            else:
                self._move_memos("coding", row["id"], equal)
                write.drop(CODING, row["id"])
        self._move_memos("code", source, into)
        self._move_cells(source, into)
        return len(moved)

    def save_decision(self, decision: Decision) -> None:
        """Store a suggestion taken or refused, new or moved; only a new one needs a code that is there."""
        write = self._writer()
        document = self._document(decision.document)
        _check_span(decision.span, document)
        if write.row(DECISION, decision.id) is None:
            self._expect(CODE, decision.code, "code")
        self._expect(CODER, decision.coder, "coder")
        write.put(DECISION, rows.decision_row(decision))

    def remove_decision(self, decision: str) -> None:
        """Forget that a suggestion was taken or refused."""
        if not self._writer().drop(DECISION, decision):
            raise UnknownItem(f"no decision with the id {decision}; it may have been removed meanwhile")

    def mark_read(self, document: str, coder: str, position: int) -> None:
        """Note how far this coder has read, in code points; a position outside the text is clamped."""
        write = self._writer()
        characters = self._document(document)["characters"]
        self._expect(CODER, coder, "coder")
        mark = ReadMark(document, coder, max(0, min(position, characters)))
        write.put(READ_MARK, rows.read_mark_row(mark))

    # --- the codebook --------------------------------------------------------------------------

    def save_codebook(self, codebook: Codebook) -> None:
        """Store what differs from the codebook that stands.

        Raises CodebookConflict at the end of the change if a code is gone that codings still use.
        """
        write = self._writer()
        for (id,) in self._file.rows("SELECT id FROM codebook WHERE id <> ?", (codebook.id,)):
            write.drop(CODEBOOK, id)
        write.put(CODEBOOK, rows.codebook_row(codebook))
        standing = {
            values[0]: dict(zip(CODE.columns, values, strict=True)) for values in self._file.rows(CODE.from_rows())
        }
        known = {id: row["place"] for id, row in standing.items()}
        place = places([code.id for code in codebook.codes], known)
        for code in codebook.codes:
            row = rows.code_row(code, place[code.id])
            if standing.pop(code.id, None) != row:
                write.put(CODE, row)
        for id in standing:
            write.drop(CODE, id)

    def publish(self, codebook: Codebook, note: str) -> None:
        """Store the codebook and keep this version of it whole.

        Raises CodebookConflict if a version of that number was published before.
        """
        write = self._writer()
        if self._file.value("SELECT 1 FROM codebook_version WHERE version = ?", (codebook.version,)):
            raise CodebookConflict(f"version {codebook.version} was published before; give this one a higher number")
        self.save_codebook(codebook)
        write.put(
            CODEBOOK_VERSION,
            {
                "id": new_id(),
                "version": codebook.version,
                "at": now(),
                "coder": self._coder,
                "note": note,
                "content": rows.codebook_content(codebook),
            },
        )

    # --- cases ---------------------------------------------------------------------------------

    def save_case(self, case: Case) -> None:
        """Store a case with all its values; a value left out is removed.

        Raises UnknownItem at the end of the change if an attribute is not there.
        """
        write = self._writer()
        write.put(CASE, {"id": case.id, "place": self._place(CASE, case.id), "name": case.name})
        values = {
            f"{case.id}/{storable(name)}": {
                "id": f"{case.id}/{name}",
                "case_id": case.id,
                "attribute": name,
                "value": canonical(value),
            }
            for name, value in case.values.items()
        }
        for (id,) in self._file.rows("SELECT id FROM attribute_value WHERE case_id = ?", (case.id,)):
            if id not in values:
                write.drop(ATTRIBUTE_VALUE, id)
        for row in values.values():
            write.put(ATTRIBUTE_VALUE, row)

    def remove_case(self, case: str) -> None:
        """Take a case away with its values, its memberships, the memos on it and its row of the framework matrix."""
        write = self._writer()
        self._drop_cells('"row" = ? AND kind = ?', case, RowKind.CASE.value)
        self._drop_where(ATTRIBUTE_VALUE, "case_id", case)
        self._drop_where(MEMBERSHIP, "case_id", case)
        self._drop_memos("case", case)
        if not write.drop(CASE, case):
            raise UnknownItem(f"no case with the id {case}; it may have been removed meanwhile")

    def save_attribute(self, attribute: Attribute) -> None:
        """Store an attribute, new or with another type."""
        write = self._writer()
        write.put(ATTRIBUTE, rows.attribute_row(attribute, self._place(ATTRIBUTE, attribute.name)))

    def remove_attribute(self, name: str) -> None:
        """Take an attribute away with its value in every case."""
        write = self._writer()
        self._drop_where(ATTRIBUTE_VALUE, "attribute", name)
        if not write.drop(ATTRIBUTE, name):
            raise UnknownItem(f"no attribute is named {name!r}")

    def assign(self, membership: Membership) -> None:
        """Put a document, or one more stretch of it, in a case.

        The whole document takes the place of stretches, a stretch that of the whole document.
        """
        write = self._writer()
        document = self._document(membership.document)
        self._expect(CASE, membership.case, "case")
        if membership.span is not None:
            _check_span(membership.span, document)
        for id, start in self._memberships(membership.document, membership.case):
            if start is None or membership.span is None:
                write.drop(MEMBERSHIP, id)
        write.put(MEMBERSHIP, rows.membership_row(membership))

    def unassign(self, document: str, case: str) -> None:
        """Take a document, with every stretch of it, out of a case."""
        write = self._writer()
        found = self._memberships(document, case)
        if not found:
            raise UnknownItem("the document does not belong to this case")
        for id, _ in found:
            write.drop(MEMBERSHIP, id)

    # --- memos, coders, settings ---------------------------------------------------------------

    def save_memo(self, memo: Memo) -> None:
        """Store a memo, new or changed.

        Raises UnknownItem for a coding, document, code or case that is not there, InvalidValue for a
        passage of something that is no document, StaleEdit if its quotation is not what stands in the text.
        """
        write = self._writer()
        table = _MEMO_TARGETS.get(memo.about)
        if memo.anchor is not None:
            if memo.about != "document":
                raise InvalidValue(f"only a memo on a document speaks of a passage, not one on a {memo.about}")
            self._check_anchor(memo.anchor, self._document(memo.target))
        if table is not None:
            self._expect(table, memo.target, memo.about)
        self._expect(CODER, memo.coder, "coder")
        write.put(MEMO, rows.memo_row(memo))

    def remove_memo(self, memo: str) -> None:
        """Take a memo away."""
        if not self._writer().drop(MEMO, memo):
            raise UnknownItem(f"no memo with the id {memo}; it may have been removed meanwhile")

    def save_set(self, item_set: ItemSet) -> None:
        """Store a set, new or changed, with its members in order; one named twice is in it once.

        Members on documents that are removed, or sealed from who changes it, stay in it, unseen. Raises UnknownItem
        for a member that is not there, InvalidValue for one of a kind that no set takes.
        """
        write = self._writer()
        write.put(ITEM_SET, rows.item_set_row(item_set, self._place(ITEM_SET, item_set.id)))
        members = {row["id"]: row for row in rows.member_rows(item_set)}
        own, seen_as = Sight(self._coder).own_members()
        for id, *_ in self._file.rows(f"{SHOWN_MEMBERS}AND own.item_set = ? {own}", (item_set.id, *seen_as)):
            if id not in members:
                write.drop(ITEM_SET_MEMBER, id)
        for row in members.values():
            self._expect_member(row["about"], row["target"])
            write.put(ITEM_SET_MEMBER, row)

    def remove_set(self, item_set: str) -> None:
        """Take a set away; its members stay where they are."""
        write = self._writer()
        self._drop_where(ITEM_SET_MEMBER, "item_set", item_set)
        if not write.drop(ITEM_SET, item_set):
            raise UnknownItem(f"no set with the id {item_set}; it may have been removed meanwhile")

    def save_framework_cell(self, cell: FrameworkCell) -> None:
        """Store a cell of the framework matrix, new or changed.

        Raises UnknownItem for a case, document, code or coder that is not there.
        """
        write = self._writer()
        if cell.kind is RowKind.CASE:
            self._expect(CASE, cell.row, "case")
        elif cell.kind is RowKind.DOCUMENT:
            self._document(cell.row)
        self._expect(CODE, cell.code, "code")
        self._expect(CODER, cell.coder, "coder")
        write.put(FRAMEWORK_CELL, rows.framework_cell_row(cell))

    def remove_framework_cell(self, kind: RowKind, row: str, code: str) -> None:
        """Empty a cell of the framework matrix."""
        if not self._writer().drop(FRAMEWORK_CELL, cell_id(kind, row, code)):
            raise UnknownItem("nothing stands in this cell; it may have been emptied meanwhile")

    def save_round(self, made: Round) -> None:
        """Store a round of blind coding, new, further on or revealed; no undo takes that back.

        While it is sealed, what lies on its documents is seen only by whose it is.
        Raises UnknownItem for a document or coder that is not there.
        """
        write = self._writer()
        for document in made.documents:
            self._expect(DOCUMENT, document, "document")
        for coder in (made.maker, *made.coders):
            self._expect(CODER, coder, "coder")
        write.put(ROUND, rows.round_row(made))
        for row in rows.round_document_rows(made):
            write.put(ROUND_DOCUMENT, row)
        for row in rows.assignment_rows(made):
            write.put(ASSIGNMENT, row)

    def save_settlement(self, settlement: Settlement) -> None:
        """Store how a difference between coders was settled, new or changed.

        Raises UnknownItem for a document or coder that is not there.
        """
        write = self._writer()
        self._document(settlement.document)
        self._expect(CODER, settlement.coder, "coder")
        write.put(SETTLEMENT, rows.settlement_row(settlement))

    def remove_settlement(self, settlement: str) -> None:
        """Let a difference between coders be open again."""
        if not self._writer().drop(SETTLEMENT, settlement):
            raise UnknownItem("this difference is open already; somebody may have taken the decision back meanwhile")

    def save_coder(self, coder: Coder) -> None:
        """Store a coder, new or changed."""
        self._writer().put(CODER, rows.coder_row(coder, self._place(CODER, coder.id)))

    def set_setting(self, key: str, value: str | None) -> None:
        """Store a setting of the project; None removes it."""
        write = self._writer()
        if value is None:
            write.drop(SETTING, key)
        else:
            write.put(SETTING, {"key": key, "value": value})

    # --- another copy of the project ---------------------------------------------------------------

    def bring_texts(self, other: ProjectFile) -> None:
        """Take over the texts, readings and vectors that only another copy of the project holds."""
        self._writer()
        bring_texts(self._file, other)

    def put_rows(self, found: Mapping[tuple[str, str], Row | None]) -> None:
        """Store rows by table and key as a merge has them; None takes a row out.

        At the end of the change what lies on a document must lie on its text, as after ``revise_document``.
        """
        write = self._writer()
        for (name, key), row in found.items():
            table = JOURNALED[name]
            if row is None:
                write.drop(table, key)
                continue
            standing = write.row(DOCUMENT, key) if table is DOCUMENT else None
            if standing is not None and standing["sha256"] != row["sha256"]:
                self._revised.add(key)
            write.put(table, row)

    # --- the end of the change -----------------------------------------------------------------

    def finish(self, verb: str, *, summary: str, operation: str | None) -> None:
        """Settle what hangs on removed codes and write the journal entry; called once, by the project."""
        if not self._open:
            return
        self._settle_removed_codes()
        self._settle_members()
        for document in self._revised:
            check_fits(self._file, document)
        self._open = False
        changes = self._recorder.changes()
        # An operation is noted even where it changed nothing: sent again later, it must still change nothing.
        if changes or operation is not None:
            self.entry = journal.append(
                self._file, coder=self._coder, verb=verb, summary=summary, operation=operation, changes=changes
            )

    def _settle_removed_codes(self) -> None:
        for code, row in self._recorder.removed(CODE):
            codings = self._file.value("SELECT count(*) FROM coding WHERE code = ?", (code,))
            if codings:
                raise CodebookConflict(
                    f"{row['name']!r} still has {codings} coding{'s' if codings > 1 else ''} "
                    "(counting removed documents); merge it into another code or retire it"
                )
            self._drop_memos("code", code)
            self._drop_cells("code = ?", code)

    def _settle_members(self) -> None:
        for about, table in MEMBER_TABLES.items():
            for target, _ in self._recorder.removed(table):
                query = "SELECT id FROM item_set_member WHERE target = ? AND about = ?"
                for (id,) in self._file.rows(query, (target, about)):
                    self._recorder.drop(ITEM_SET_MEMBER, id)

    def _writer(self) -> Recorder:
        if self.repeated:
            raise RuntimeError("this operation was applied before; leave the block when change.repeated is True")
        if not self._open:
            raise RuntimeError("this change has ended; start another with project.change")
        return self._recorder

    def _document(self, id: str) -> dict[str, Any]:
        row = self._recorder.row(DOCUMENT, id)
        if row is None or row["removed"]:
            raise UnknownItem(f"no document with the id {id}; it may have been removed meanwhile")
        return row

    def _unchanged(self, document: Document) -> dict[str, Any]:
        row = self._document(document.id)
        if document.revision != row["revision"]:
            raise StaleEdit(f"{row['name']!r} was changed meanwhile; read it again, then change it")
        return row

    def _text(self, document: dict[str, Any]) -> str:
        sha256 = document["sha256"]
        if sha256 not in self._texts:
            self._texts[sha256] = self._file.value("SELECT content FROM text WHERE sha256 = ?", (sha256,)) or ""
        return self._texts[sha256]

    def _check_anchor(self, anchor: Anchor, document: dict[str, Any]) -> None:
        _check_span(anchor.span, document)
        if anchor.span.of(self._text(document)) != storable(anchor.quotation):
            raise StaleEdit(
                f"the quotation is not what stands at {anchor.span.start}..{anchor.span.end} "
                f"of {document['name']!r}; mark the passage again"
            )

    def _expect_member(self, about: str, target: str) -> None:
        if about not in MEMBER_TABLES:
            raise InvalidValue(f"a set takes no {about}; it takes: {', '.join(MEMBER_TABLES)}")
        if about == "document":
            self._document(target)
        self._expect(MEMBER_TABLES[about], target, about)

    def _expect(self, table: Table, key: str, noun: str) -> None:
        if self._recorder.row(table, key) is None:
            raise UnknownItem(f"no {noun} with the id {key}; it may have been removed meanwhile")

    def _place(self, table: Table, key: str) -> int:
        row = self._recorder.row(table, key)
        if row is not None:
            return int(row["place"])
        return int(self._file.value(f"SELECT max(place) FROM {table.name}") or 0) + 1  # noqa: S608

    def _memberships(self, document: str, case: str) -> list[tuple[Any, ...]]:
        return self._file.rows(
            'SELECT id, "start" FROM membership WHERE document = ? AND case_id = ?', (document, case)
        )

    def _drop_where(self, table: Table, column: str, value: str) -> None:
        for (id,) in self._file.rows(f"SELECT id FROM {table.name} WHERE {column} = ?", (value,)):  # noqa: S608
            self._recorder.drop(table, id)

    def _memos(self, about: str, target: str) -> list[dict[str, Any]]:
        found = self._file.rows(MEMO.from_rows() + "WHERE target = ? AND about = ? ORDER BY id", (target, about))
        return [dict(zip(MEMO.columns, values, strict=True)) for values in found]

    def _drop_memos(self, about: str, target: str) -> None:
        for memo in self._memos(about, target):
            self._recorder.drop(MEMO, memo["id"])

    def _move_memos(self, about: str, source: str, into: str) -> None:
        kept = {memo["coder"]: memo for memo in self._memos(about, into)}
        for memo in self._memos(about, source):
            standing = kept.get(memo["coder"])
            if standing is None:
                self._recorder.put(MEMO, {**memo, "target": into})
            else:
                # A coder has one memo on a coding; two that meet become one text.
                text = "\n\n".join(filter(None, (standing["text"], memo["title"], memo["text"])))
                self._recorder.put(MEMO, {**standing, "text": text, "modified": now()})
                self._recorder.drop(MEMO, memo["id"])

    def _drop_cells(self, where: str, *values: str) -> None:
        for (id,) in self._file.rows(f"SELECT id FROM framework_cell WHERE {where}", values):  # noqa: S608
            self._recorder.drop(FRAMEWORK_CELL, id)

    def _move_cells(self, source: str, into: str) -> None:
        for values in self._file.rows(FRAMEWORK_CELL.from_rows() + "WHERE code = ? ORDER BY id", (source,)):
            moved = replace(rows.framework_cell(values), code=into)
            self._recorder.drop(FRAMEWORK_CELL, values[0])
            standing = self._recorder.row(FRAMEWORK_CELL, moved.id)
            if standing is not None:
                # Two summaries that meet become one text, over what lay beneath the one that stood there.
                kept = rows.framework_cell(list(standing.values()))
                summary = "\n\n".join(filter(None, (kept.summary, moved.summary)))
                pinned = tuple(dict.fromkeys((*kept.pinned, *moved.pinned)))
                moved = replace(kept, summary=summary, pinned=pinned, modified=now())
            self._recorder.put(FRAMEWORK_CELL, rows.framework_cell_row(moved))


_MEMO_TARGETS = {"coding": CODING, "document": DOCUMENT, "code": CODE, "case": CASE}


def check_fits(file: ProjectFile, document: str) -> None:
    """Make sure that all that lies on a document lies on the text that it has now. Raises StaleEdit."""
    ((name, text),) = file.rows("SELECT name, content FROM document JOIN text USING (sha256) WHERE id = ?", (document,))
    for noun, start, end, quotation in file.rows(_PLACED, (document,)):
        if end > len(text) or (quotation is not None and text[start:end] != quotation):
            raise StaleEdit(f"a {noun} at {start}..{end} of {name!r} does not lie on the text that it has now")


_PLACED = """
    SELECT 'coding', "start", "end", quotation FROM coding WHERE document = ?1
    UNION ALL SELECT 'memo', "start", "end", quotation FROM memo
        WHERE target = ?1 AND about = 'document' AND "start" IS NOT NULL
    UNION ALL SELECT 'decision', "start", "end", NULL FROM decision WHERE document = ?1
    UNION ALL SELECT 'stretch', "start", "end", NULL FROM membership WHERE document = ?1 AND "start" IS NOT NULL
    UNION ALL SELECT 'read mark', 0, position, NULL FROM read_mark WHERE document = ?1
"""


def _check_reading(document: Document, turns: Sequence[Turn], segments: Sequence[tuple[Span, int]]) -> None:
    if text_hash(document.text) != document.sha256:
        raise ValueError(f"the sha256 of {document.name!r} is not that of its text")
    characters = len(document.text)
    if document.characters != characters:
        raise ValueError(f"{document.name!r} has {characters} characters, not {document.characters}")
    for span in (*(turn.span for turn in turns), *(span for span, _ in segments)):
        if span.end > characters:
            raise ValueError(f"a span of {document.name!r} ends at {span.end}, its text at {characters}")
    for _, turn in segments:
        if not 0 <= turn < len(turns):
            raise ValueError(f"a segment of {document.name!r} names turn {turn}; there are {len(turns)}")


def _check_span(span: Span, document: dict[str, Any]) -> None:
    if span.end > document["characters"]:
        raise StaleEdit(f"the passage ends at {span.end}, the text of {document['name']!r} at {document['characters']}")


def _storable_turn(turn: Turn) -> Turn:
    return replace(turn, speaker=storable(turn.speaker)) if turn.speaker else turn
