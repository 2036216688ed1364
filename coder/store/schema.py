"""The tables of a project file, as numbered migrations, and which of them the journal covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coder.errors import NotAProject, ProjectFromTheFuture, ProjectUnavailable
from coder.model.journal import Row
from coder.store import journal, views
from coder.store.file import ProjectFile
from coder.store.sqlite import Database, Migrations

APPLICATION_ID = 0x52445448
"""``RDTH`` in the header of the file, by which a project is told from any other SQLite file."""

MIGRATIONS = Migrations("redthread")


@MIGRATIONS()
def m001_material(db: Database) -> None:
    """Documents with what was read in them. Texts, turns and segments never change once stored."""
    db.executescript("""
        CREATE TABLE text (sha256 TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
        CREATE TABLE document (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            sha256 TEXT NOT NULL REFERENCES text DEFERRABLE INITIALLY DEFERRED,
            reading TEXT NOT NULL,
            segmenter TEXT NOT NULL,
            words INTEGER NOT NULL,
            characters INTEGER NOT NULL,
            language TEXT NOT NULL,
            source TEXT NOT NULL,
            date TEXT,
            revision INTEGER NOT NULL,
            added TEXT NOT NULL,
            removed INTEGER NOT NULL CHECK (removed IN (0, 1))
        ) STRICT;
        CREATE INDEX document_by_text ON document (sha256);
        CREATE TABLE turn (
            document TEXT NOT NULL REFERENCES document (id),
            position INTEGER NOT NULL,
            "start" INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            kind TEXT NOT NULL,
            speaker TEXT,
            start_ms INTEGER,
            end_ms INTEGER,
            level INTEGER NOT NULL,
            PRIMARY KEY (document, position),
            CHECK (0 <= "start" AND "start" < "end")
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE segment (
            number INTEGER PRIMARY KEY,
            document TEXT NOT NULL REFERENCES document (id),
            position INTEGER NOT NULL,
            "start" INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            turn INTEGER NOT NULL,
            UNIQUE (document, position),
            CHECK (0 <= "start" AND "start" < "end")
        ) STRICT;
        CREATE VIRTUAL TABLE words USING fts5 (content, content = '', tokenize = 'unicode61 remove_diacritics 0');
        CREATE TABLE vector (
            model TEXT NOT NULL,
            hash TEXT NOT NULL,
            dimensions INTEGER NOT NULL,
            content BLOB NOT NULL,
            PRIMARY KEY (model, hash)
        ) STRICT;
    """)


@MIGRATIONS()
def m002_codebook(db: Database) -> None:
    """The codebook that is worked on, and every published version whole."""
    db.executescript("""
        CREATE TABLE codebook (
            id TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            version TEXT NOT NULL,
            authors TEXT NOT NULL,
            licence TEXT NOT NULL,
            language TEXT NOT NULL,
            description TEXT NOT NULL,
            sources TEXT NOT NULL
        ) STRICT;
        CREATE TABLE code (
            id TEXT PRIMARY KEY,
            parent TEXT REFERENCES code DEFERRABLE INITIALLY DEFERRED,
            place REAL NOT NULL,
            name TEXT NOT NULL,
            colour TEXT NOT NULL,
            codable INTEGER NOT NULL CHECK (codable IN (0, 1)),
            "key" TEXT,
            brief TEXT NOT NULL,
            definition TEXT NOT NULL,
            when_to_use TEXT NOT NULL,
            when_not_to_use TEXT NOT NULL,
            examples TEXT NOT NULL,
            counter_examples TEXT NOT NULL,
            sources TEXT NOT NULL,
            memo TEXT NOT NULL,
            status TEXT NOT NULL
        ) STRICT;
        CREATE INDEX code_by_parent ON code (parent);
        CREATE TABLE codebook_version (
            id TEXT PRIMARY KEY,
            version TEXT NOT NULL,
            at TEXT NOT NULL,
            coder TEXT REFERENCES coder DEFERRABLE INITIALLY DEFERRED,
            note TEXT NOT NULL,
            content TEXT NOT NULL
        ) STRICT;
    """)


@MIGRATIONS()
def m003_coding(db: Database) -> None:
    """Who coded what, decided what, noted what; the cases; the settings."""
    db.executescript("""
        CREATE TABLE coder (id TEXT PRIMARY KEY, place INTEGER NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL) STRICT;
        CREATE TABLE coding (
            id TEXT PRIMARY KEY,
            document TEXT NOT NULL REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED,
            "start" INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            quotation TEXT NOT NULL,
            "before" TEXT NOT NULL,
            "after" TEXT NOT NULL,
            code TEXT NOT NULL REFERENCES code DEFERRABLE INITIALLY DEFERRED,
            coder TEXT NOT NULL REFERENCES coder DEFERRABLE INITIALLY DEFERRED,
            origin TEXT NOT NULL,
            model TEXT,
            score REAL,
            codebook_version TEXT,
            created TEXT NOT NULL,
            modified TEXT NOT NULL,
            CHECK (0 <= "start" AND "start" < "end")
        ) STRICT;
        CREATE INDEX coding_by_place ON coding (document, "start");
        CREATE INDEX coding_by_code ON coding (code);
        CREATE INDEX coding_by_coder ON coding (coder);
        CREATE TABLE decision (
            id TEXT PRIMARY KEY,
            document TEXT NOT NULL REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED,
            "start" INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            code TEXT NOT NULL,
            coder TEXT NOT NULL REFERENCES coder DEFERRABLE INITIALLY DEFERRED,
            outcome TEXT NOT NULL,
            probability REAL,
            model TEXT,
            coding TEXT,
            at TEXT NOT NULL,
            CHECK (0 <= "start" AND "start" < "end")
        ) STRICT;
        CREATE INDEX decision_by_place ON decision (document, "start");
        CREATE INDEX decision_by_coder ON decision (coder);
        CREATE TABLE memo (
            id TEXT PRIMARY KEY,
            about TEXT NOT NULL,
            target TEXT NOT NULL,
            coder TEXT NOT NULL REFERENCES coder DEFERRABLE INITIALLY DEFERRED,
            text TEXT NOT NULL,
            created TEXT NOT NULL,
            modified TEXT NOT NULL
        ) STRICT;
        CREATE INDEX memo_by_target ON memo (target, about);
        CREATE INDEX memo_by_coder ON memo (coder);
        CREATE TABLE read_mark (
            id TEXT PRIMARY KEY,
            document TEXT NOT NULL REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED,
            coder TEXT NOT NULL REFERENCES coder DEFERRABLE INITIALLY DEFERRED,
            position INTEGER NOT NULL CHECK (position >= 0),
            UNIQUE (document, coder)
        ) STRICT;
        CREATE INDEX read_mark_by_coder ON read_mark (coder);
        CREATE TABLE attribute (name TEXT PRIMARY KEY, place INTEGER NOT NULL, type TEXT NOT NULL) STRICT;
        CREATE TABLE cases (id TEXT PRIMARY KEY, place INTEGER NOT NULL, name TEXT NOT NULL) STRICT;
        CREATE TABLE attribute_value (
            id TEXT PRIMARY KEY,
            case_id TEXT NOT NULL REFERENCES cases DEFERRABLE INITIALLY DEFERRED,
            attribute TEXT NOT NULL REFERENCES attribute DEFERRABLE INITIALLY DEFERRED,
            value TEXT NOT NULL,
            UNIQUE (case_id, attribute)
        ) STRICT;
        CREATE INDEX attribute_value_by_attribute ON attribute_value (attribute);
        CREATE TABLE membership (
            id TEXT PRIMARY KEY,
            document TEXT NOT NULL REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED,
            case_id TEXT NOT NULL REFERENCES cases DEFERRABLE INITIALLY DEFERRED,
            "start" INTEGER,
            "end" INTEGER,
            CHECK (("start" IS NULL AND "end" IS NULL) OR (0 <= "start" AND "start" < "end"))
        ) STRICT;
        CREATE INDEX membership_by_place ON membership (document, case_id);
        CREATE INDEX membership_by_case ON membership (case_id);
        CREATE TABLE setting ("key" TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    """)


@MIGRATIONS()
def m004_journal(db: Database) -> None:
    """The record of every change; it only ever grows."""
    db.executescript("""
        CREATE TABLE journal (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            at TEXT NOT NULL,
            coder TEXT,
            verb TEXT NOT NULL,
            summary TEXT NOT NULL,
            operation TEXT UNIQUE,
            undoes INTEGER REFERENCES journal,
            previous TEXT NOT NULL,
            hash TEXT NOT NULL
        ) STRICT;
        CREATE INDEX journal_by_coder ON journal (coder, number);
        CREATE INDEX journal_by_undone ON journal (undoes, number);
        CREATE TABLE journal_change (
            entry INTEGER NOT NULL REFERENCES journal,
            position INTEGER NOT NULL,
            table_name TEXT NOT NULL,
            "key" TEXT NOT NULL,
            "before" TEXT,
            "after" TEXT,
            document TEXT,
            PRIMARY KEY (entry, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX journal_change_by_document ON journal_change (document, entry);
        CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
            BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
        CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
            BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
        CREATE TRIGGER journal_change_stays BEFORE UPDATE ON journal_change
            BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
        CREATE TRIGGER journal_change_is_kept BEFORE DELETE ON journal_change
            BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
    """)


@MIGRATIONS()
def m005_passages_of_memos_and_sets(db: Database) -> None:
    """Memos get a title and the passage that they speak of; items can be put in sets."""
    db.executescript("""
        ALTER TABLE memo ADD COLUMN title TEXT NOT NULL DEFAULT '';
        ALTER TABLE memo ADD COLUMN "start" INTEGER;
        ALTER TABLE memo ADD COLUMN "end" INTEGER;
        ALTER TABLE memo ADD COLUMN quotation TEXT;
        ALTER TABLE memo ADD COLUMN "before" TEXT;
        ALTER TABLE memo ADD COLUMN "after" TEXT;
        CREATE TABLE item_set (
            id TEXT PRIMARY KEY,
            place INTEGER NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL
        ) STRICT;
        CREATE TABLE item_set_member (
            id TEXT PRIMARY KEY,
            item_set TEXT NOT NULL REFERENCES item_set DEFERRABLE INITIALLY DEFERRED,
            place INTEGER NOT NULL,
            about TEXT NOT NULL,
            target TEXT NOT NULL
        ) STRICT;
        CREATE INDEX item_set_member_by_set ON item_set_member (item_set, place);
        CREATE INDEX item_set_member_by_target ON item_set_member (target, about);
    """)


@MIGRATIONS()
def m006_readings(db: Database) -> None:
    """Turns and segments hang on what was read and no longer on the document, so that a document can be read anew."""
    db.executescript("""
        CREATE TABLE reading (
            number INTEGER PRIMARY KEY,
            hash TEXT NOT NULL UNIQUE,
            sha256 TEXT NOT NULL REFERENCES text DEFERRABLE INITIALLY DEFERRED,
            segmenter TEXT NOT NULL
        ) STRICT;
        CREATE INDEX document_by_reading ON document (reading);
        INSERT INTO reading (hash, sha256, segmenter)
            SELECT reading, sha256, segmenter FROM document GROUP BY reading ORDER BY min(number);
        CREATE TABLE lender AS
            SELECT document.id AS document, reading.number AS reading FROM reading JOIN document
            ON document.number = (SELECT min(number) FROM document WHERE document.reading = reading.hash);
        CREATE UNIQUE INDEX lender_by_document ON lender (document);
    """)
    for number, sha256, start, end in db.execute("""
        SELECT segment.number, sha256, "start", "end" FROM segment JOIN document ON document.id = segment.document
        WHERE document.id NOT IN (SELECT document FROM lender)
    """).fetchall():
        (text,) = db.execute("SELECT content FROM text WHERE sha256 = ?", (sha256,)).fetchone()
        forget = "INSERT INTO words (words, rowid, content) VALUES ('delete', ?, ?)"
        db.execute(forget, (number, text[start:end]))
    db.executescript("""
        ALTER TABLE turn RENAME TO turn_of_document;
        CREATE TABLE turn (
            reading INTEGER NOT NULL REFERENCES reading,
            position INTEGER NOT NULL,
            "start" INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            kind TEXT NOT NULL,
            speaker TEXT,
            start_ms INTEGER,
            end_ms INTEGER,
            level INTEGER NOT NULL,
            PRIMARY KEY (reading, position),
            CHECK (0 <= "start" AND "start" < "end")
        ) STRICT, WITHOUT ROWID;
        INSERT INTO turn SELECT reading, position, "start", "end", kind, speaker, start_ms, end_ms, level
            FROM turn_of_document JOIN lender USING (document) ORDER BY reading, position;
        DROP TABLE turn_of_document;
        ALTER TABLE segment RENAME TO segment_of_document;
        CREATE TABLE segment (
            number INTEGER PRIMARY KEY,
            reading INTEGER NOT NULL REFERENCES reading,
            position INTEGER NOT NULL,
            "start" INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            turn INTEGER NOT NULL,
            UNIQUE (reading, position),
            CHECK (0 <= "start" AND "start" < "end")
        ) STRICT;
        INSERT INTO segment SELECT number, reading, position, "start", "end", turn
            FROM segment_of_document JOIN lender USING (document) ORDER BY number;
        DROP TABLE segment_of_document;
        DROP TABLE lender;
    """)


@MIGRATIONS()
def m007_framework(db: Database) -> None:
    """What researchers say of a case, document or speaker under a code, and what lay beneath when they said it."""
    db.executescript("""
        CREATE TABLE framework_cell (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            "row" TEXT NOT NULL,
            code TEXT NOT NULL REFERENCES code DEFERRABLE INITIALLY DEFERRED,
            coder TEXT NOT NULL REFERENCES coder DEFERRABLE INITIALLY DEFERRED,
            summary TEXT NOT NULL,
            pinned TEXT NOT NULL,
            basis TEXT NOT NULL,
            created TEXT NOT NULL,
            modified TEXT NOT NULL
        ) STRICT;
        CREATE INDEX framework_cell_by_row ON framework_cell ("row", kind);
        CREATE INDEX framework_cell_by_code ON framework_cell (code);
        CREATE INDEX framework_cell_by_coder ON framework_cell (coder);
    """)


@MIGRATIONS()
def m008_views(_: Database) -> None:
    """From here on a file has views for analysts, which ``migrate`` makes anew after all migrations."""


@MIGRATIONS()
def m009_rounds(db: Database) -> None:
    """Rounds of blind coding: which documents are sealed, who codes them, who is done."""
    db.executescript("""
        CREATE TABLE coding_round (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            coder TEXT NOT NULL REFERENCES coder DEFERRABLE INITIALLY DEFERRED,
            drawn TEXT NOT NULL,
            created TEXT NOT NULL,
            revealed TEXT,
            reason TEXT NOT NULL
        ) STRICT;
        CREATE TABLE round_document (
            id TEXT PRIMARY KEY,
            round TEXT NOT NULL REFERENCES coding_round DEFERRABLE INITIALLY DEFERRED,
            document TEXT NOT NULL REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED,
            place INTEGER NOT NULL,
            sealed INTEGER NOT NULL CHECK (sealed IN (0, 1))
        ) STRICT;
        CREATE INDEX round_document_sealed ON round_document (document) WHERE sealed;
        CREATE INDEX round_document_by_document ON round_document (document);
        CREATE INDEX round_document_by_round ON round_document (round, place);
        CREATE TABLE assignment (
            id TEXT PRIMARY KEY,
            round TEXT NOT NULL REFERENCES coding_round DEFERRABLE INITIALLY DEFERRED,
            document TEXT NOT NULL REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED,
            coder TEXT NOT NULL REFERENCES coder DEFERRABLE INITIALLY DEFERRED,
            place INTEGER NOT NULL,
            done TEXT
        ) STRICT;
        CREATE INDEX assignment_by_round ON assignment (round, place);
        CREATE INDEX assignment_by_document ON assignment (document);
        CREATE INDEX assignment_by_coder ON assignment (coder);
    """)


@MIGRATIONS()
def m010_recent_searches(db: Database) -> None:
    """What each coder searched for last. Not journaled: nobody takes back what they looked for."""
    db.executescript("""
        CREATE TABLE recent_search (
            number INTEGER PRIMARY KEY,
            coder TEXT NOT NULL,
            content TEXT NOT NULL,
            UNIQUE (coder, content)
        ) STRICT;
    """)


@MIGRATIONS()
def m011_settlements(db: Database) -> None:
    """Differences between coders that were settled: what held, why, and what took its place."""
    db.executescript("""
        CREATE TABLE settlement (
            id TEXT PRIMARY KEY,
            document TEXT NOT NULL REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED,
            kind TEXT NOT NULL,
            puts TEXT NOT NULL,
            kept TEXT NOT NULL,
            made TEXT,
            reason TEXT NOT NULL,
            note TEXT NOT NULL,
            coder TEXT NOT NULL REFERENCES coder DEFERRABLE INITIALLY DEFERRED,
            sharpened TEXT NOT NULL,
            created TEXT NOT NULL,
            modified TEXT NOT NULL
        ) STRICT;
        CREATE INDEX settlement_by_document ON settlement (document);
        CREATE INDEX settlement_by_coder ON settlement (coder);
    """)


VERSION = 11
"""The number of the newest migration, kept in the header as ``user_version``."""


@dataclass(frozen=True)
class Table:
    """A table whose every row change is journaled. ``columns`` are in the order that ``rows`` reads them.

    ``later`` are the columns that came after the first version, with what a row of the journal from
    before them means.
    """

    name: str
    key: str
    columns: tuple[str, ...]
    later: Mapping[str, Any] = field(default_factory=dict, hash=False)
    select: str = field(init=False)
    upsert: str = field(init=False)
    delete: str = field(init=False)

    def __post_init__(self) -> None:
        columns = ", ".join(f'"{column}"' for column in self.columns)
        marks = ", ".join("?" for _ in self.columns)
        # An update in place, never REPLACE: that would delete the row first, and with it its number.
        updates = ", ".join(f'"{column}" = excluded."{column}"' for column in self.columns if column != self.key)
        object.__setattr__(self, "select", f'SELECT {columns} FROM {self.name} WHERE "{self.key}" = ?')  # noqa: S608
        upsert = f'INSERT INTO {self.name} ({columns}) VALUES ({marks}) ON CONFLICT ("{self.key}") DO UPDATE SET '  # noqa: S608
        object.__setattr__(self, "upsert", upsert + updates)
        object.__setattr__(self, "delete", f'DELETE FROM {self.name} WHERE "{self.key}" = ?')  # noqa: S608

    def from_rows(self, alias: str = "") -> str:
        """``SELECT columns FROM table`` with an alias, to be continued."""
        prefix = f"{alias}." if alias else ""
        columns = ", ".join(f'{prefix}"{column}"' for column in self.columns)
        return f"SELECT {columns} FROM {self.name} {alias} "  # noqa: S608

    def whole(self, row: Row | None) -> Row | None:
        """A row of the journal with the columns that were not yet there when it was written."""
        return None if row is None else {**self.later, **row}


def _table(name: str, columns: str, key: str = "id", later: Mapping[str, Any] | None = None) -> Table:
    return Table(name, key, tuple(columns.split()), later or {})


DOCUMENT = _table(
    "document",
    "id name kind sha256 reading segmenter words characters language source date revision added removed",
)
CODEBOOK = _table("codebook", "id title version authors licence language description sources")
CODE = _table(
    "code",
    "id parent place name colour codable key brief definition when_to_use when_not_to_use examples "
    "counter_examples sources memo status",
)
CODEBOOK_VERSION = _table("codebook_version", "id version at coder note content")
CODER = _table("coder", "id place name role")
CODING = _table(
    "coding",
    "id document start end quotation before after code coder origin model score codebook_version created modified",
)
DECISION = _table("decision", "id document start end code coder outcome probability model coding at")
MEMO = _table(
    "memo",
    "id about target coder text created modified title start end quotation before after",
    later={"title": "", "start": None, "end": None, "quotation": None, "before": None, "after": None},
)
READ_MARK = _table("read_mark", "id document coder position")
ATTRIBUTE = _table("attribute", "name place type", key="name")
CASE = _table("cases", "id place name")
ATTRIBUTE_VALUE = _table("attribute_value", "id case_id attribute value")
MEMBERSHIP = _table("membership", "id document case_id start end")
SETTING = _table("setting", "key value", key="key")
ITEM_SET = _table("item_set", "id place name description")
ITEM_SET_MEMBER = _table("item_set_member", "id item_set place about target")
FRAMEWORK_CELL = _table("framework_cell", "id kind row code coder summary pinned basis created modified")
ROUND = _table("coding_round", "id name coder drawn created revealed reason")
ROUND_DOCUMENT = _table("round_document", "id round document place sealed")
ASSIGNMENT = _table("assignment", "id round document coder place done")
SETTLEMENT = _table("settlement", "id document kind puts kept made reason note coder sharpened created modified")

MEMBER_TABLES = {"document": DOCUMENT, "code": CODE, "case": CASE, "memo": MEMO, "coding": CODING}
"""What can be put in a set."""

PLACED = (CODING, DECISION, MEMO, MEMBERSHIP)
"""Tables whose rows lie at a place in a text."""

SHOWN_MEMBERS = (
    ITEM_SET_MEMBER.from_rows("own")
    + """
    LEFT JOIN memo ON own.about = 'memo' AND memo.id = own.target
    LEFT JOIN coding ON coding.id = CASE 'coding' WHEN own.about THEN own.target WHEN memo.about THEN memo.target END
    LEFT JOIN document ON document.id = coalesce(
        coding.document, CASE 'document' WHEN own.about THEN own.target WHEN memo.about THEN memo.target END
    )
    WHERE coalesce(document.removed, 0) = 0
    """
)
"""Members of sets but those that are, or lie on, a removed document; to be continued with AND."""

JOURNALED = {
    table.name: table
    for table in (
        DOCUMENT, CODEBOOK, CODE, CODEBOOK_VERSION, CODER, CODING, DECISION,
        MEMO, READ_MARK, ATTRIBUTE, CASE, ATTRIBUTE_VALUE, MEMBERSHIP, SETTING, ITEM_SET, ITEM_SET_MEMBER,
        FRAMEWORK_CELL, ROUND, ROUND_DOCUMENT, ASSIGNMENT, SETTLEMENT,
    )
}  # fmt: skip


def migrate(file: ProjectFile) -> None:
    """Bring the tables up to this version; call inside a transaction."""
    views.drop(file)
    file.migrate(MIGRATIONS)
    views.make(file)
    file.write(f"PRAGMA application_id = {APPLICATION_ID}")
    file.write(f"PRAGMA user_version = {VERSION}")


def check_version(file: ProjectFile) -> str | None:
    """Make sure that the file is a project of this version, bringing an older one up to it.

    The path of the copy that is kept of an older one as it was, None where nothing had to be done.
    Raises NotAProject, ProjectFromTheFuture, ProjectUnavailable.
    """
    if file.value("SELECT 1 FROM sqlite_schema LIMIT 1") is None:
        raise NotAProject(f"{file.path} holds no project yet; delete it, then create the project there")
    if file.value("PRAGMA application_id") != APPLICATION_ID:
        raise NotAProject(f"{file.path} is a database of another program, not a Redthread project")
    version = file.value("PRAGMA user_version")
    if version > VERSION:
        raise ProjectFromTheFuture(
            f"{file.path} was written by a newer Redthread (file version {version}, this one knows {VERSION}); "
            "update Redthread to open it"
        )
    if version == VERSION:
        return None
    try:
        with file.transaction():
            version = file.value("PRAGMA user_version")
            if version == VERSION:
                # Another process was faster.
                return None
            copy = file.keep_copy(f"before-version-{VERSION}")
            migrate(file)
            summary = f"bring the file from version {version} to {VERSION}; as it was, it is kept as {Path(copy).name}"
            journal.append(file, coder=None, verb="update file", summary=summary, operation=None, changes=())
            return copy
    except ProjectUnavailable as error:
        raise ProjectUnavailable(f"the project must first be brought up to date: {error}") from error
