"""Merging another copy of the project into this one: what would come, what is to be settled, all in one change."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from coder.errors import ProjectDamaged, ProjectUnavailable, UnknownItem
from coder.model import Codebook, Role, RowChange
from coder.model.copies import (
    MERGED,
    Choice,
    Conflict,
    Key,
    Rows,
    Settling,
    common_ground,
    three_way,
    with_heads,
)
from coder.model.journal import Row
from coder.model.merging import Conflict as CodebookConflict
from coder.model.merging import ConflictKind, Merge, Side
from coder.model.merging import merge as merge_codebooks
from coder.model.moving import Alignment
from coder.model.reconciling import (
    codes_named,
    codes_used,
    complete,
    distinct_names,
    distinct_versions,
    followed,
    on_texts,
    one_kind_of_membership,
    renamed,
    same_things,
    still_worked_on,
    successors,
    without_doubles,
    without_lost,
)
from coder.store import Project
from coder.store.file import MEMORY
from coder.store.order import places
from coder.store.rows import code_row, codebook, codebook_row
from coder.store.schema import CODE, CODEBOOK
from coder.workflow.backups import Why, back_up
from coder.workflow.permission import acting, change_by
from coder.workflow.projects import open_project

VERB = "merge copies"

_BOOKS = ("codebook", "code")
_NOUNS = {
    "document": "documents",
    "coding": "codings",
    "code": "codes",
    "memo": "memos",
    "cases": "cases",
    "attribute_value": "values of cases",
    "membership": "documents in cases",
    "decision": "decisions on suggestions",
    "coder": "coders",
    "item_set": "sets",
    "framework_cell": "cells of the framework matrix",
    "settlement": "decisions on differences",
    "codebook_version": "codebook versions",
    "read_mark": "read marks",
    "setting": "settings",
}
"""What is counted, in the order in which it is told."""


@dataclass(frozen=True, slots=True)
class Came:
    """How many rows of one kind the merge adds here, changes and takes away."""

    what: str
    new: int
    changed: int
    removed: int


@dataclass(frozen=True)
class Merging:
    """What merging another copy comes to. ``known``: all of it is here already, and merging it changes nothing.

    ``rows`` are those that differ from what stands here, by table and key; None where one goes.
    """

    known: bool = False
    rows: Mapping[Key, Row | None] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    remarks: tuple[str, ...] = ()
    came: tuple[Came, ...] = ()


@contextmanager
def opened_copy(path: Path) -> Iterator[Project]:
    """Another copy of a project, opened from a copy of its file, so that nothing of it is changed.

    Raises as ``take_copy`` does.
    """
    with TemporaryDirectory(prefix="redthread-") as folder, open_project(take_copy(path, Path(folder))) as other:
        yield other


def take_copy(path: Path, folder: Path) -> Path:
    """Copy another copy of a project into a folder and check that it is sound; where it lies.

    Raises ProjectUnavailable, NotAProject and its kin, or ProjectDamaged where it is not sound.
    """
    place = folder / path.name
    try:
        for ending in ("", "-wal"):
            beside = path.with_name(path.name + ending)
            if not ending or beside.exists():
                shutil.copyfile(beside, place.with_name(place.name + ending))
    except OSError as error:
        raise ProjectUnavailable(f"{path} cannot be read: {error.strerror}") from error
    check_sound(place)
    return place


def check_sound(path: Path) -> None:
    """Raises ProjectDamaged where a project is not sound, and nothing of it should be merged."""
    with open_project(path) as other:
        problems = other.verify()
    if problems:
        raise ProjectDamaged(f"{path.name} is not sound, so nothing of it is merged: {problems[0]}")


def preview_merge(
    project: Project,
    other: Project,
    choices: Mapping[str, Choice] | None = None,
    *,
    prefer: Choice | None = None,
    coder: str | None = None,
) -> Merging:
    """What merging another copy would do. Nothing is stored.

    ``choices`` settle conflicts by their keys, ``prefer`` all others; without either the later change stands, of
    two texts both, and what one copy removed and the other changed stays. ``coder`` is who looks: nobody is told
    what is sealed from them. Raises NoCommonHistory.
    """
    return _Merge(project, other, dict(choices or {}), prefer, coder).result()


def merge(
    project: Project,
    other: Project,
    choices: Mapping[str, Choice] | None = None,
    *,
    prefer: Choice | None = None,
    coder: str,
) -> Merging:
    """Bring another copy of the project into this one, in one change that undo takes back.

    What only the other changed is taken; both copies merged into each other hold the same. A copy that is known
    changes nothing. The project as it was is kept as a backup before. Raises NoCommonHistory, NotAllowed for who
    is no owner, or ProjectUnavailable where no backup can be made.
    """
    acting(project, coder, VERB)
    ours, theirs = project.beside(other)
    if ours.knows(theirs):
        return Merging(known=True)
    if project.path != MEMORY:
        back_up(Path(project.path), Why.BEFORE_MERGE)
    with change_by(project, coder, VERB, summary=f"merge a copy of the project: {Path(other.path).name}") as change:
        found = preview_merge(project, other, choices, prefer=prefer, coder=coder)
        project.take_over(change, other, found.rows)
    return found


class _Merge:
    """One run of a merge. The two copies stand as left and right in the same order whichever of them is ours."""

    def __init__(
        self, project: Project, other: Project, choices: Mapping[str, Choice], prefer: Choice | None, coder: str | None
    ) -> None:
        self.project, self.other, self.coder = project, other, coder
        self.ours, self.theirs = project.beside(other)
        flipped = (self.theirs.head or "") < (self.ours.head or "")
        self.left, self.right = (self.theirs, self.ours) if flipped else (self.ours, self.theirs)
        self.settling = Settling(choices, prefer, flipped)
        self.ground, self.ground_books = common_ground(self.left, self.right)
        self.touched = frozenset(self.left.touched.keys() | self.right.touched.keys())
        self.remarks: Counter[str] = Counter()
        self.when = (self.left.touched, self.right.touched)

    def result(self) -> Merging:
        if self.ours.knows(self.theirs):
            return Merging(known=True)
        rows = self._rows()
        codes = self._codes(rows)
        # A set lets go of a code that is gone.
        rows = {key: row for key, row in rows.items() if not _is_member(key, row) or ("code", row["target"]) in codes}
        rows |= codes
        with_heads(rows, (self.left, self.right))
        differing = {
            key: rows.get(key)
            for key in sorted(rows.keys() | self.ours.rows.keys())
            if rows.get(key) != self.ours.rows.get(key)
        }
        self._tell_roles(differing)
        remarks = tuple(words if times == 1 else f"{words} ({times} times)" for words, times in self.remarks.items())
        return Merging(
            rows=differing,
            conflicts=tuple(map(self._described, self.settling.conflicts)),
            remarks=remarks,
            came=tuple(self._came(differing)),
        )

    def _remark(self, words: str) -> None:
        self.remarks[words] += 1

    # --- all rows but the codebook -------------------------------------------------------------

    def _rows(self) -> Rows:
        base, left, right = (self._plain(rows) for rows in (self.ground, self.left.rows, self.right.rows))
        ids = same_things(base, left, right, self.settling, self._remark)
        left, right = renamed(left, ids), renamed(right, ids)
        rows = three_way([_only(side, "document") for side in (base, left, right)], self.when, self.settling)
        base, left, right = (self._on_texts(side, rows) for side in (base, left, right))
        others = [{key: row for key, row in side.items() if key[0] != "document"} for side in (base, left, right)]
        rows |= three_way(others, self.when, self.settling)
        rows = still_worked_on(rows, base, left, right, self._document_of, self.settling)
        rows = without_lost(rows, self._name, self._remark)
        rows = one_kind_of_membership(rows, self._remark)
        rows = self._followed(rows)
        rows = without_doubles(rows, left, right, self._standing, self._remark)
        touched = frozenset(chain(base, left, right, self.touched))
        touched = frozenset(key for key in touched if key[0] not in _BOOKS)
        rows = complete(rows, (left, right), touched, self.project.references(), self._remark)
        rows = distinct_versions(rows, base, self._remark)
        return distinct_names(rows, base, left, right, self._remark)

    def _plain(self, rows: Mapping[Key, Row]) -> Rows:
        return {key: row for key, row in rows.items() if key[0] not in _BOOKS and key != ("setting", MERGED)}

    def _on_texts(self, side: Rows, documents: Rows) -> Rows:
        moved = {}
        for key, row in side.items():
            if key[0] == "document" and key in documents and row["sha256"] != documents[key]["sha256"]:
                texts = (self._text(row["sha256"]), self._text(documents[key]["sha256"]))
                moved[key[1]] = Alignment(*texts)
        return on_texts(side, moved)

    def _text(self, sha256: str) -> str:
        for project in (self.project, self.other):
            text = project.text_with_hash(sha256)
            if text is not None:
                return text
        raise ProjectDamaged(f"{self.project.path} and the other copy have lost the text {sha256}; take sound copies")

    def _document_of(self, coding: str) -> str | None:
        for rows in (self.ours.rows, self.theirs.rows):
            if ("coding", coding) in rows:
                return str(rows["coding", coding]["document"])
        for project in (self.project, self.other):
            with suppress(UnknownItem):
                return project.by_hand().coding(coding).document
        return None

    def _standing(self, row: Row) -> str | None:
        for each in self.project.by_hand().codings(document=row["document"], code=row["code"], coder=row["coder"]):
            place = (each.span.start, each.span.end)
            if place == (row["start"], row["end"]) and ("coding", each.id) not in self.touched:
                return each.id
        return None

    # --- the codebook --------------------------------------------------------------------------

    def _followed(self, rows: Rows) -> Rows:
        book = self._merged_book(frozenset(), replace(self.settling, conflicts=[]))
        went = {**successors(self.right), **successors(self.left)}
        follow = {}
        for code in sorted(codes_named(rows)):
            target, seen = code, {code}
            while target not in book.codebook and went.get(target, code) not in seen:
                target = went[target]
                seen.add(target)
            if target != code and target in book.codebook:
                follow[code] = target
                self._remark(f"{self._name('code', code)} went up in {self._name('code', target)}: its codings follow")
        return followed(rows, follow)

    def _codes(self, rows: Rows) -> Rows:
        untouched = {key: row for key, row in self.left.rows.items() if key[0] in _BOOKS}
        if untouched == {key: row for key, row in self.right.rows.items() if key[0] in _BOOKS}:
            return untouched
        merged = self._merged_book(codes_used(rows), self.settling)
        for code in merged.kept:
            self._remark(f"{self._name('code', code)} was removed in one copy and used in the other: it stays, retired")
        book = merged.codebook
        sides = (self.ground_books, self.left.rows, self.right.rows)
        base, left, right = ({key[1]: row["place"] for key, row in rows.items() if key[0] == "code"} for rows in sides)
        known = {**right, **{code: at for code, at in left.items() if code not in right or at != base.get(code)}}
        place = places([code.id for code in book.codes], known)
        found: Rows = {("codebook", book.id): codebook_row(book)}
        return found | {("code", code.id): code_row(code, place[code.id]) for code in book.codes}

    def _merged_book(self, used: frozenset[str], settling: Settling) -> Merge:
        base, left, right = (_book(rows) for rows in (self.ground_books, self.left.rows, self.right.rows))
        found = merge_codebooks(base, left, right, used=used)
        while found.open:
            found = found.settled({conflict.key: self._side(conflict, settling) for conflict in found.open})
        return found

    def _side(self, conflict: CodebookConflict, settling: Settling) -> Side:
        if conflict.kind is ConflictKind.REMOVED:
            default = int(conflict.ours == "removed")
        else:
            times = [when.get(("code" if conflict.code else "codebook", conflict.code), "") for when in self.when]
            default = int(times[1] > times[0])
        name = conflict.field if conflict.kind is ConflictKind.FIELD else f"{conflict.field} ({conflict.kind})"
        values = (conflict.base, conflict.ours, conflict.theirs)
        side = settling.side("code", conflict.code, name, values=values, default=default)
        return Side.THEIRS if side else Side.OURS

    # --- in words ------------------------------------------------------------------------------

    def _name(self, table: str, id: str) -> str:
        row = self.ours.rows.get((table, id)) or self.theirs.rows.get((table, id)) or self.ground_books.get((table, id))
        if row is not None:
            return str(row["name"])
        if table == "cases":
            return next((case.name for case in self.project.cases() if case.id == id), id)
        return next((document.name for document in self.project.documents() if document.id == id), id)

    def _described(self, conflict: Conflict) -> Conflict:
        key = (conflict.table, conflict.row)
        row: Mapping[str, Any] = self.ours.rows.get(key) or self.theirs.rows.get(key) or {}
        words = conflict.table.replace("_", " ")
        if self._sealed(conflict.table, row):
            words = f"a {words} in a sealed round"
            return replace(conflict, what=words, base=None, ours="(sealed)", theirs="(sealed)")
        if conflict.table in ("code", "document", "cases", "coder", "item_set") and conflict.row:
            words = f"{_SINGULAR.get(conflict.table, words)} {self._name(*key)}"
        elif conflict.table == "code":
            words = "the codebook"
        elif conflict.table in ("coding", "decision"):
            words = f"{words} of {self._name('code', row['code'])} in {self._name('document', row['document'])}"
        elif conflict.table == "memo":
            words = f"memo {row['title']}".strip() + f" by {self._name('coder', row['coder'])}"
        elif conflict.table == "attribute_value":
            words = f"{row['attribute']} of {self._name('cases', row['case_id'])}"
        elif conflict.table == "framework_cell":
            words = f"framework cell under {self._name('code', row['code'])}"
        elif conflict.table in ("setting", "attribute"):
            words = f"{words} {conflict.row}"
        if conflict.field in ("code", "coder") and conflict.table in ("coding", "decision", "framework_cell"):
            ours, theirs = (self._name(conflict.field, id) for id in (conflict.ours, conflict.theirs))
            base = conflict.base and self._name(conflict.field, conflict.base)
            return replace(conflict, what=words, base=base, ours=ours, theirs=theirs)
        return replace(conflict, what=words)

    def _sealed(self, table: str, row: Mapping[str, Any]) -> bool:
        document = row.get("document")
        if table == "memo":
            document = self._document_of(row["target"]) if row["about"] == "coding" else row["target"]
        return not self.project.seen_by(self.coder).shows(RowChange(table, "", dict(row), dict(row), document))

    def _tell_roles(self, differing: Mapping[Key, Row | None]) -> None:
        for key, row in differing.items():
            before = self.ours.rows.get(key, {"role": Role.CODER})
            if key[0] == "coder" and row is not None and before["role"] != row["role"]:
                self._remark(f"{row['name']} comes as {row['role']}")

    def _came(self, differing: Mapping[Key, Row | None]) -> Iterator[Came]:
        kinds: Counter[tuple[str, int]] = Counter()
        for key, row in differing.items():
            if key != ("setting", MERGED):
                kinds[key[0], 2 if row is None else int(key in self.ours.rows)] += 1
        for table, what in _NOUNS.items():
            counts = [kinds[table, kind] for kind in range(3)]
            if any(counts):
                yield Came(what, *counts)


_SINGULAR = {"cases": "case", "item_set": "set"}


def _is_member(key: Key, row: Row) -> bool:
    return key[0] == "item_set_member" and row["about"] == "code"


def _only(rows: Rows, table: str) -> Rows:
    return {key: row for key, row in rows.items() if key[0] == table}


def _book(rows: Mapping[Key, Row]) -> Codebook:
    (book,) = (row for key, row in rows.items() if key[0] == "codebook")
    codes = sorted((row for key, row in rows.items() if key[0] == "code"), key=lambda row: (row["place"], row["id"]))
    return codebook(
        [book[name] for name in CODEBOOK.columns], [[code[name] for name in CODE.columns] for code in codes]
    )
