"""The one door to a project file."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from types import TracebackType
from typing import Self

from coder.errors import NotAProject, ProjectDamaged, ProjectExists, ProjectUnavailable, UnknownItem
from coder.model import (
    Attribute,
    Case,
    Codebook,
    Coder,
    Coding,
    Decision,
    Document,
    Entry,
    ItemSet,
    Membership,
    Memo,
    ReadMark,
    Revision,
    Role,
    RowChange,
    Segment,
    Span,
    Turn,
    new_id,
)
from coder.model.blind import Round
from coder.model.copies import Copy, Key
from coder.model.framework import FrameworkCell, RowKind
from coder.model.journal import Row
from coder.model.query import Query
from coder.model.settling import Settlement
from coder.store import check, copies, journal, rows, undo
from coder.store.change import Change
from coder.store.file import MEMORY, ProjectFile
from coder.store.rows import CodebookVersion
from coder.store.schema import (
    ASSIGNMENT,
    ATTRIBUTE,
    CODEBOOK_VERSION,
    CODER,
    CODING,
    DECISION,
    DOCUMENT,
    FRAMEWORK_CELL,
    ITEM_SET,
    MEMBERSHIP,
    MEMO,
    READ_MARK,
    ROUND,
    SETTLEMENT,
    SHOWN_MEMBERS,
    check_version,
    migrate,
)
from coder.store.sight import HAND, Sight
from coder.store.words import FIND_WORDS, match_query, vocabulary

ID = "project id"
TITLE = "project title"
"""Settings that every project has."""


class Project:
    """A project: its documents, codings, codebook, cases and journal.

    Cheap to open, so open it anew wherever it is needed; one object is for one thread. What was
    removed never appears in what is read. While a round of blind coding is sealed, what lies on its documents is seen
    only by whose it is (``seen_by``), and a project as it is opened is read in nobody's name. Every method may raise
    ProjectUnavailable (locked, read-only, full disk) or ProjectDamaged.
    """

    def __init__(self, file: ProjectFile, copy: str | None = None) -> None:
        self._file = file
        self._sight = Sight()
        id = self.setting(ID)
        if id is None:
            raise ProjectDamaged(f"{file.path} has lost its settings; take the newest copy that opens")
        self.id = id
        self.path = file.path
        self.copy = copy
        """Where the project was kept as it was, if opening it brought an older file up to date."""

    # --- lifecycle -----------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path | str, *, title: str, coder: str, id: str = "", coder_id: str = "") -> Self:
        """Make a new project with its first coder, who owns it. ``":memory:"`` makes one that is not kept.

        The ids are those of a project that comes back from another form; without them both are new.
        Raises ProjectExists if there is a file already, ProjectUnavailable if none can be made there.
        """
        path = str(path)
        if path != MEMORY:
            _claim(Path(path))
        try:
            file = ProjectFile.connect(path)
            try:
                if path != MEMORY:
                    file.keep_log()
                with file.transaction():
                    migrate(file)
                    _begin(file, title=title, owner=Coder(coder_id or new_id(), coder, Role.OWNER), id=id or new_id())
                return cls(file)
            except BaseException:
                file.close()
                raise
        except BaseException:
            if path != MEMORY:
                Path(path).unlink(missing_ok=True)
            raise

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a project; an older one is brought up to date, and kept as it was in a ``copy`` beside it.

        Raises NotAProject, ProjectFromTheFuture, ProjectDamaged, ProjectUnavailable.
        """
        _look_at(Path(path))
        file = ProjectFile.connect(str(path))
        try:
            return cls(file, check_version(file))
        except BaseException:
            file.close()
            raise

    def seen_by(self, coder: str | None) -> Self:
        """The same open project as this coder sees it; for None as nobody in particular does."""
        return self._with(Sight(coder))

    def by_hand(self) -> Self:
        """The same open project with everything in it, also what is sealed: for verbs that must act on every row.

        What is read so is moved, counted against or kept whole, and never shown or told to anybody.
        """
        return self._with(HAND)

    def _with(self, sight: Sight) -> Self:
        other = copy.copy(self)
        other._sight = sight
        return other

    @property
    def sealed(self) -> frozenset[str]:
        """The documents of sealed rounds: what others than the one who looks have done there is left out."""
        return self._sight.sealed(self._file)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def shows(self, change: RowChange) -> bool:
        """Whether who reads may see this change of a row, wherever it was made."""
        return bool(self._sight.changes(self._file, [change]))

    # --- changes -------------------------------------------------------------------------------

    @contextmanager
    def change(
        self, verb: str, *, coder: str | None, operation: str | None = None, summary: str = ""
    ) -> Iterator[Change]:
        """One change: all of the block is stored in one transaction with one journal entry, or nothing.

        Read inside the block what the change rests on: nobody else can write meanwhile, and it is read as the coder
        sees it. An
        ``operation`` that was applied before gives a change that is ``repeated`` and takes nothing.
        Raises UnknownItem for a coder who is not in the project (None is the program itself, whose
        changes nobody can undo).
        """
        with self._file.transaction():
            if coder is not None and self._file.value("SELECT 1 FROM coder WHERE id = ?", (coder,)) is None:
                raise UnknownItem(f"no coder with the id {coder}")
            applied = journal.number_of(self._file, operation)
            change = Change(self._file, coder=coder, entry=applied, repeated=applied is not None)
            before, self._sight = self._sight, self._sight.acting(coder)
            try:
                yield change
            finally:
                self._sight = before
            change.finish(verb, summary=summary, operation=operation)

    def undo(
        self,
        coder: str,
        *,
        operation: str | None = None,
        past: Collection[int] = (),
        permit: Callable[[str], object] = lambda verb: None,
    ) -> Entry:
        """Take back this coder's newest change that stands; ``permit`` is asked with its verb and may raise.

        Raises NothingToUndo, or StaleEdit if something has changed since or rests on it; with the ``entry`` that it
        names among those to go ``past``, the change before it is taken back.
        """
        done = undo.take_back(self._file, journal.UNDO, coder=coder, operation=operation, past=past, permit=permit)
        return self._as_told(coder, done)

    def redo(
        self,
        coder: str,
        *,
        operation: str | None = None,
        past: Collection[int] = (),
        permit: Callable[[str], object] = lambda verb: None,
    ) -> Entry:
        """Make again the change that this coder took back last, unless something new was done since.

        Raises NothingToUndo, or StaleEdit as ``undo`` does.
        """
        done = undo.take_back(self._file, journal.REDO, coder=coder, operation=operation, past=past, permit=permit)
        return self._as_told(coder, done)

    def _as_told(self, coder: str, entry: Entry) -> Entry:
        return self._sight.acting(coder).entries(self._file, [entry])[0]

    def can_undo(self, coder: str, past: Collection[int] = ()) -> str | None:
        """What ``undo`` would take back, in words; None if nothing."""
        return self._summary(journal.to_undo(self._file, coder, past))

    def can_redo(self, coder: str, past: Collection[int] = ()) -> str | None:
        """What ``redo`` would make again, in words; None if nothing."""
        return self._summary(journal.to_redo(self._file, coder, past))

    def _summary(self, number: int | None) -> str | None:
        if number is None:
            return None
        (entry,) = self._sight.entries(self._file, [journal.entry(self._file, number)])
        return entry.summary or entry.verb

    # --- the project itself --------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The title of the study."""
        return self.setting(TITLE) or ""

    @property
    def revision(self) -> int:
        """The number of the newest journal entry."""
        return journal.newest(self._file)

    @property
    def head(self) -> str:
        """The hash of the newest journal entry, which rests on all before it."""
        return str(self._file.value("SELECT hash FROM journal ORDER BY number DESC LIMIT 1"))

    def has_entry(self, hash: str) -> bool:
        """Whether the journal has an entry of this hash."""
        return bool(self._file.value("SELECT 1 FROM journal WHERE hash = ?", (hash,)))

    def setting(self, key: str) -> str | None:
        """The value of a setting, or None."""
        value = self._file.value('SELECT value FROM setting WHERE "key" = ?', (key,))
        return None if value is None else str(value)

    def settings(self, prefix: str) -> dict[str, str]:
        """All settings whose key begins so, by key."""
        query = 'SELECT "key", value FROM setting WHERE substr("key", 1, ?) = ? ORDER BY "key"'
        return dict(self._file.rows(query, (len(prefix), prefix)))

    def verify(self) -> list[str]:
        """A sentence for every problem found; empty if the project is sound.

        Looks at the pages of the file, the references between rows, the chain of the journal, every
        row against the journal, texts, turns and segments against their hashes, and every quotation
        against its text.
        """
        with self._file.snapshot():
            return check.problems(self._file)

    def write_back(self) -> None:
        """Bring what lies in SQLite's log beside the file into the file itself, as far as nobody is writing."""
        self._file.rows("PRAGMA wal_checkpoint(PASSIVE)")

    def look_over(self) -> list[str]:
        """A glance that is cheap enough for every opening, at the pages of the file and the head of the journal."""
        with self._file.snapshot():
            return check.first_problems(self._file)

    # --- documents -----------------------------------------------------------------------------

    def documents(self) -> list[Document]:
        """All documents in the order they were added, without their texts."""
        return [rows.document(values) for values in self._file.rows(_SHOWN + "ORDER BY number")]

    def document(self, id: str) -> Document:
        """One document with its text. Raises UnknownItem."""
        return self._one_document("AND d.id = ?", id, f"no document with the id {id}")

    def document_named(self, name: str) -> Document:
        """The document of this name, the first one added if several share it, with its text. Raises UnknownItem."""
        return self._one_document("AND d.name = ? ORDER BY number LIMIT 1", name, f"no document is named {name!r}")

    def document_with_hash(self, sha256: str) -> Document | None:
        """The first document added whose text has this hash, without the text."""
        found = self._file.rows(_SHOWN + "AND sha256 = ? ORDER BY number LIMIT 1", (sha256,))
        return rows.document(found[0]) if found else None

    def _one_document(self, where: str, value: str, missing: str) -> Document:
        found = self._file.rows(_SHOWN_WITH_TEXT + where, (value,))
        if not found:
            raise UnknownItem(f"{missing}; it may have been removed")
        *values, text = found[0]
        return rows.document(values, text)

    def texts(self) -> dict[str, str]:
        """All texts, by document."""
        return dict(self._file.rows("SELECT id, content FROM document JOIN text USING (sha256) WHERE NOT removed"))

    def turns(self, document: str) -> tuple[Turn, ...]:
        """The turns of one document, in order."""
        found = self._file.rows(f"SELECT {_TURN} {_FROM_TURN} AND document.id = ? ORDER BY position", (document,))
        return tuple(rows.turn(values) for values in found)

    def all_turns(self) -> dict[str, tuple[Turn, ...]]:
        """The turns of every document; none for a document without."""
        return dict(self._file.once("turns", self._all_turns))

    def _all_turns(self) -> Mapping[str, tuple[Turn, ...]]:
        found: dict[str, list[Turn]] = {
            id: [] for (id,) in self._file.rows("SELECT id FROM document WHERE NOT removed ORDER BY number")
        }
        query = f"SELECT document.id, {_TURN} {_FROM_TURN} ORDER BY document.number, position"
        for id, *values in self._file.rows(query):
            found.setdefault(id, []).append(rows.turn(values))
        return {id: tuple(turns) for id, turns in found.items()}

    def segments(self, document: str | None = None) -> list[Segment]:
        """Segments in the order of documents, then as they stand there."""
        if document is not None:
            return list(self._segments(document))
        return list(self._file.once("segments", lambda: self._segments(None)))

    def _segments(self, document: str | None) -> tuple[Segment, ...]:
        found = self._file.rows(
            'SELECT d.id, position, "start", "end", turn FROM document d JOIN reading ON hash = d.reading '
            "JOIN segment ON segment.reading = reading.number "
            "WHERE NOT removed AND (?1 IS NULL OR d.id = ?1) ORDER BY d.number, position",
            (document,),
        )
        return tuple(Segment(id, index, Span(start, end), turn) for id, index, start, end, turn in found)

    def find_words(self, query: Query, documents: Collection[str] | None = None) -> list[Segment]:
        """Segments that a query finds, in these documents (None: in all), best first by BM25."""
        shown = None if documents is None else dumps(list(documents))
        found = self._file.rows(FIND_WORDS, (match_query(query), shown))
        return [Segment(id, index, Span(start, end), turn) for id, index, start, end, turn in found]

    def words_like(self, part: str, *, anywhere: bool = False) -> list[str]:
        """The different words of all segments that begin with these letters, or hold them ``anywhere``."""
        return vocabulary(self._file, part, anywhere=anywhere)

    def remember_search(self, coder: str, content: str, most: int) -> None:
        """Keep a search, written as one text, as the newest of this coder, who keeps so many. Not journaled."""
        with self._file.joined():
            self._file.write("DELETE FROM recent_search WHERE coder = ? AND content = ?", (coder, content))
            self._file.write(
                "INSERT INTO recent_search SELECT coalesce(max(number), 0) + 1, ?, ? FROM recent_search",
                (coder, content),
            )
            self._file.write(
                "DELETE FROM recent_search WHERE coder = ?1 AND number NOT IN "
                "(SELECT number FROM recent_search WHERE coder = ?1 ORDER BY number DESC LIMIT ?2)",
                (coder, most),
            )

    def recent_searches(self, coder: str) -> list[str]:
        """What this coder searched for, the newest first."""
        query = "SELECT content FROM recent_search WHERE coder = ? ORDER BY number DESC"
        return [str(content) for (content,) in self._file.rows(query, (coder,))]

    def speakers(self) -> list[str]:
        """Everybody who is named as speaking, in alphabetical order."""
        query = f"SELECT DISTINCT speaker {_FROM_TURN} AND speaker IS NOT NULL"
        return sorted((str(name) for (name,) in self._file.rows(query)), key=str.casefold)

    def revisions(self, document: str) -> list[Revision]:
        """Every text that a document has had, oldest first; the last is the one that it has. Raises UnknownItem."""
        now = self.document(document).sha256
        found = list(journal.revisions(self._file, document))
        if not found or found[-1].sha256 != now:
            raise ProjectDamaged(f"{self.path}: the journal does not know the text of {document}")
        return found

    def text_of(self, revision: Revision) -> str:
        """The text of a revision."""
        text = self._file.value("SELECT content FROM text WHERE sha256 = ?", (revision.sha256,))
        if text is None:
            raise ProjectDamaged(f"{self.path} has lost the text {revision.sha256}; take the newest copy that opens")
        return str(text)

    def turns_of(self, revision: Revision) -> tuple[Turn, ...]:
        """The turns of a revision, in order."""
        query = f"SELECT {_TURN} FROM reading JOIN turn ON reading = reading.number WHERE hash = ? ORDER BY position"  # noqa: S608
        return tuple(rows.turn(values) for values in self._file.rows(query, (revision.reading,)))

    def _seen(self, **columns: str | None) -> tuple[str, list[str | None]]:
        """``_equal``, and only what is seen."""
        (where, values), (own, seen_as) = _equal(**columns), self._sight.own()
        return where + own, [*values, *seen_as]

    # --- codings -------------------------------------------------------------------------------

    def codings(
        self, *, document: str | None = None, code: str | None = None, coder: str | None = None
    ) -> list[Coding]:
        """Codings in the order of documents, then of the text."""
        where, values = self._seen(document=document, code=code, coder=coder)
        query = (
            _of_shown(CODING.from_rows("own"), where) + 'ORDER BY d.number, own."start", own."end", own.created, own.id'
        )

        def read() -> tuple[Coding, ...]:
            return tuple(rows.coding(found) for found in self._file.rows(query, values))

        # One document or code at a time is asked for in loops over all of them.
        return list(read() if document or code else self._file.once((query, *values), read))

    def coded_places(self, *, code: str | None = None, coder: str | None = None) -> list[tuple[str, int, int]]:
        """Where codings lie: document, start and end, in any order; for a hundred thousand of them."""
        where, values = self._seen(code=code, coder=coder)
        return self._file.rows(_of_shown('SELECT own.document, own."start", own."end" FROM coding own ', where), values)

    def coded_by(self) -> frozenset[str]:
        """Ids of those who have coded something; none where nothing is coded yet."""
        where, values = self._seen()
        return frozenset(
            id for (id,) in self._file.rows(_of_shown("SELECT DISTINCT own.coder FROM coding own ", where), values)
        )

    def coding(self, id: str) -> Coding:
        """One coding. Raises UnknownItem."""
        where, values = self._seen(id=id)
        found = self._file.rows(_of_shown(CODING.from_rows("own"), where), values)
        if not found:
            raise UnknownItem(f"no coding with the id {id}; it may have been removed")
        return rows.coding(found[0])

    def decisions(
        self, *, document: str | None = None, coder: str | None = None, removed_codes: bool = False
    ) -> list[Decision]:
        """Suggestions taken and refused, in the order of documents, then of the text.

        Those of codes that are gone only with ``removed_codes``.
        """
        where, values = self._seen(document=document, coder=coder)
        if not removed_codes:
            where += "AND EXISTS (SELECT 1 FROM code WHERE code.id = own.code) "
        order = 'ORDER BY d.number, own."start", own."end", own.at, own.id'
        return [
            rows.decision(found)
            for found in self._file.rows(_of_shown(DECISION.from_rows("own"), where) + order, values)
        ]

    def read_marks(self, *, document: str | None = None) -> list[ReadMark]:
        """How far each coder has read each document."""
        where, values = self._seen(document=document)
        order = "ORDER BY d.number, own.coder"
        return [
            rows.read_mark(found)
            for found in self._file.rows(_of_shown(READ_MARK.from_rows("own"), where) + order, values)
        ]

    def memos(self, *, about: str | None = None, target: str | None = None) -> list[Memo]:
        """Memos, oldest first; not those on what was removed."""
        where, values = _equal(about=about, target=target)
        own, seen_as = self._sight.own_memos()
        query = MEMO.from_rows("own") + (
            "LEFT JOIN coding ON own.about = 'coding' AND coding.id = own.target "
            "LEFT JOIN document ON document.id = iif(own.about = 'document', own.target, coding.document) "
            f"WHERE coalesce(document.removed, 0) = 0 {where}{own}ORDER BY own.created, own.id"
        )
        return [rows.memo(found) for found in self._file.rows(query, [*values, *seen_as])]

    def sets(self) -> list[ItemSet]:
        """Sets in the order they were made; without members that are, or lie on, a removed document."""
        with self._file.snapshot():
            own, seen_as = self._sight.own_members()
            members = self._file.rows(f"{SHOWN_MEMBERS}{own}ORDER BY own.item_set, own.place, own.id", seen_as)
            return rows.item_sets(self._file.rows(ITEM_SET.from_rows() + "ORDER BY place, id"), members)

    # --- codebook, cases, coders ---------------------------------------------------------------

    def codebook(self) -> Codebook:
        """The codebook that is worked on."""
        with self._file.snapshot():
            return undo.read_codebook(self._file)

    def codebook_versions(self) -> list[CodebookVersion]:
        """Every published version, oldest first."""
        query = CODEBOOK_VERSION.from_rows() + "ORDER BY at, version"
        return [rows.codebook_version(values) for values in self._file.rows(query)]

    def coders(self) -> list[Coder]:
        """All coders in the order they came."""
        return [rows.coder(values) for values in self._file.rows(CODER.from_rows() + "ORDER BY place, id")]

    def coder_named(self, name: str) -> Coder:
        """The coder of this name. Raises UnknownItem."""
        found = self._file.rows(CODER.from_rows() + "WHERE name = ? ORDER BY place LIMIT 1", (name,))
        if not found:
            raise UnknownItem(f"no coder is named {name!r}")
        return rows.coder(found[0])

    def cases(self) -> list[Case]:
        """All cases with their values, in the order they were made."""
        with self._file.snapshot():
            values = self._file.rows(
                "SELECT case_id, attribute, value FROM attribute_value "
                "JOIN attribute ON name = attribute ORDER BY place, name"
            )
            cases = self._file.rows("SELECT id, name FROM cases ORDER BY place, id")
        return rows.cases(cases, values)

    def attributes(self) -> list[Attribute]:
        """All attributes in the order they were made."""
        return [rows.attribute(values) for values in self._file.rows(ATTRIBUTE.from_rows() + "ORDER BY place, name")]

    def memberships(self) -> list[Membership]:
        """Which documents, or stretches of them, belong to which cases."""
        query = _of_shown(MEMBERSHIP.from_rows("own"), "") + 'ORDER BY d.number, own."start", own.case_id'
        return [rows.membership(values) for values in self._file.rows(query)]

    def framework_cells(self, kind: RowKind) -> list[FrameworkCell]:
        """What stands in the framework matrix with rows of this kind, in any order; not on removed documents."""
        query = FRAMEWORK_CELL.from_rows("own") + (
            "LEFT JOIN document d ON own.kind = 'document' AND d.id = own.\"row\" "
            "WHERE coalesce(d.removed, 0) = 0 AND own.kind = ? "
        )
        own, seen_as = self._sight.own_cells()
        found = self._file.rows(f"{query}{own}ORDER BY own.created, own.id", (kind.value, *seen_as))
        return [rows.framework_cell(values) for values in found]

    def settlements(self) -> list[Settlement]:
        """How differences between coders were settled, in the order of documents, then of time."""
        own, seen_as = self._sight.own()
        query = _of_shown(SETTLEMENT.from_rows("own"), own) + "ORDER BY d.number, own.created, own.id"
        return [rows.settlement(values) for values in self._file.rows(query, seen_as)]

    def rounds(self) -> list[Round]:
        """Rounds of blind coding in the order they were made, also revealed ones."""
        with self._file.snapshot():
            assignments = self._file.rows(ASSIGNMENT.from_rows() + "ORDER BY round, place")
            return rows.rounds(self._file.rows(ROUND.from_rows() + "ORDER BY created, id"), assignments)

    # --- the journal ---------------------------------------------------------------------------

    def journal(self, *, after: int = 0, limit: int | None = None, document: str | None = None) -> list[Entry]:
        """Entries after a number, oldest first; with ``document`` those that changed something there."""
        with self._file.snapshot():
            found = journal.entries(self._file, after=after, limit=limit, document=document)
            return self._sight.entries(self._file, found)

    def removed_codings(self, ids: Sequence[str]) -> list[Coding]:
        """Those of these codings that were taken away, as they last stood; some may have come back since."""
        with self._file.snapshot():
            sealed = self.sealed
            found = [rows.coding_in(row) for row in journal.last_removed(self._file, CODING.name, ids)]
            return [each for each in found if each.document not in sealed or each.coder == self._sight.coder]

    def changes_since(self, revision: int, document: str) -> tuple[int, list[RowChange]]:
        """The newest revision, and every row change of this document after the given one, oldest first."""
        with self._file.snapshot():
            changes = journal.changes_since(self._file, revision, document)
            return journal.newest(self._file), self._sight.changes(self._file, changes)

    def last_acts(self) -> dict[str, str]:
        """When each coder did something last (ISO 8601), by the coder's id."""
        return journal.last_acts(self._file)

    def newest_about(self, document: str) -> int:
        """The number of the newest journal entry that changed something of a document, or of the whole project.

        Cheap: a screen asks it again and again.
        """
        return journal.newest_about(self._file, document)

    # --- another copy of the project ------------------------------------------------------------

    def beside(self, other: Project) -> tuple[Copy, Copy]:
        """This copy of the project and another, each since their journals part; also what is sealed.

        Raises NoCommonHistory.
        """
        return copies.since_fork(self._file, other._file)

    def since(self, number: int, hash: str) -> Copy | None:
        """The project since an entry of its journal; None where no entry of this number has this hash."""
        if self._file.value("SELECT hash FROM journal WHERE number = ?", (number,)) != hash:
            return None
        return copies.since(self._file, number)

    def take_over(self, change: Change, other: Project, found: Mapping[Key, Row | None]) -> None:
        """Store within a change the rows that a merge has, and all texts and vectors of the other copy."""
        change.bring_texts(other._file)
        change.put_rows(found)

    def references(self) -> dict[str, list[tuple[str, str]]]:
        """For each journaled table the columns that name rows of other ones, with the name of the table."""
        return copies.references(self._file)

    def text_with_hash(self, sha256: str) -> str | None:
        """A text that is or was that of a document, by its hash."""
        text = self._file.value("SELECT content FROM text WHERE sha256 = ?", (sha256,))
        return None if text is None else str(text)

    # --- vectors -------------------------------------------------------------------------------

    def vectors(self, model: str, hashes: Sequence[str]) -> dict[str, bytes]:
        """The stored vectors (float16) of these texts, by text hash; those not stored, or not whole, are left out."""
        query = (
            "SELECT hash, content FROM vector WHERE model = ? AND hash IN (SELECT value FROM json_each(?)) "
            "AND length(content) = 2 * dimensions"
        )
        return dict(self._file.rows(query, (model, dumps(list(hashes)))))

    def save_vectors(self, model: str, dimensions: int, rows: Mapping[str, bytes]) -> None:
        """Keep vectors (float16) by text hash. Raises ValueError for one of another length.

        Not journaled: they can be computed again.
        """
        for hash, content in rows.items():
            if len(content) != 2 * dimensions:
                raise ValueError(f"the vector of {hash} has {len(content)} bytes, not {2 * dimensions}")
        with self._file.joined():
            self._file.write_many(
                "INSERT INTO vector VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
                "SET dimensions = excluded.dimensions, content = excluded.content",
                ((model, hash, dimensions, content) for hash, content in rows.items()),
            )


_SHOWN = DOCUMENT.from_rows("d") + "WHERE NOT removed "
_SHOWN_WITH_TEXT = _SHOWN.replace(" FROM document d", ", content FROM document d JOIN text USING (sha256)")
_TURN = '"start", "end", turn.kind, speaker, start_ms, end_ms, level'
_FROM_TURN = (
    "FROM document JOIN reading ON hash = document.reading JOIN turn ON turn.reading = reading.number WHERE NOT removed"
)


def _of_shown(select: str, where: str) -> str:
    return f"{select}JOIN document d ON d.id = own.document WHERE NOT d.removed {where}"


def _equal(**columns: str | None) -> tuple[str, list[str]]:
    wanted = {column: value for column, value in columns.items() if value is not None}
    return "".join(f"AND own.{column} = ? " for column in wanted), list(wanted.values())


def _claim(path: Path) -> None:
    try:
        path.touch(exist_ok=False)
    except FileExistsError as error:
        raise ProjectExists(f"{path} is there already; open it, or choose another name") from error
    except OSError as error:
        raise ProjectUnavailable(f"no project can be made at {path}: {error.strerror}") from error


def _look_at(path: Path) -> None:
    try:
        if path.is_dir():
            raise NotAProject(f"{path} is a folder; choose the project file in it")
        if not path.exists():
            raise NotAProject(f"there is no file {path}; it may have been moved or renamed; {_what_then(path)}")
        if path.stat().st_size == 0:
            raise NotAProject(f"{path} is empty and holds no project; delete it, then create the project there")
    except OSError as error:
        raise ProjectUnavailable(f"{path} cannot be opened: {error.strerror}") from error


def _what_then(path: Path) -> str:
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return "put it back, or open it where it is now"
    return f"put it back there, for what was stored last still lies in {log.name}"


def _begin(file: ProjectFile, *, title: str, owner: Coder, id: str) -> None:
    change = Change(file, coder=None, entry=None, repeated=False)
    change.set_setting(ID, id)
    change.set_setting(TITLE, title)
    change.save_coder(owner)
    change.save_codebook(Codebook(new_id(), title))
    change.finish("create project", summary=f"create the project {title}", operation=None)
