"""The project file as SQLite sees it: one connection, its transactions, and its errors in plain words.

Nothing outside this module meets an error of ``sqlite3``.
"""

from __future__ import annotations

import gc
import re
import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from coder.errors import NotAProject, ProjectDamaged, ProjectError, ProjectUnavailable, UnknownItem
from coder.store.sqlite import Database, Migrations, QuickDatabase

MEMORY = ":memory:"
BUSY_SECONDS = 10.0
"""How long a write waits for another program's write to end."""

_PRAGMAS = ("foreign_keys = ON", "synchronous = FULL", "trusted_schema = OFF", "cell_size_check = ON")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_Value = TypeVar("_Value")


class DanglingReference(UnknownItem):
    """A change ended with a row that names another row which is not in the project."""

    def __init__(self, message: str, *, parent: str) -> None:
        super().__init__(message)
        self.parent = parent


class ProjectFile:
    """One connection to one project file; to be used by the thread that opened it."""

    def __init__(self, path: str, db: Database) -> None:
        self.path = path
        self.db = db
        self._connection = db.conn
        self._identity = _identity(path)
        self._known: dict[Hashable, Any] = {}
        self._known_at: tuple[int, int] | None = None

    @classmethod
    def connect(cls, path: str) -> ProjectFile:
        """Connect to a file that exists, for writing if the file permits. Raises ProjectError."""
        if path == MEMORY:
            return cls._connect(path, MEMORY)
        uri = Path(path).absolute().as_uri()
        try:
            return cls._connect(path, f"{uri}?mode=rw")
        except ProjectUnavailable as error:
            # A folder that cannot be written has no place for the files that SQLite keeps beside a
            # project. With no unsaved changes there, the project can still be read as it stands.
            if _code(error.__cause__) not in _NOT_WRITABLE or not _readable_as_it_stands(Path(path)):
                raise
            return cls._connect(path, f"{uri}?mode=ro&immutable=1")

    @classmethod
    def _connect(cls, path: str, name: str) -> ProjectFile:
        with translated(path):
            connection = sqlite3.connect(
                name, uri=name != MEMORY, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256
            )
            try:
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
                connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
                db = QuickDatabase(connection, recursive_triggers=False, execute_plugins=False)
            except BaseException:
                connection.close()
                raise
        return cls(path, db)

    def migrate(self, migrations: Migrations) -> None:
        """Apply the migrations that this file has not seen, inside the open transaction."""
        self._check_open()
        with translated(self.path):
            migrations.apply(self.db)

    def keep_log(self) -> None:
        """Write ahead to a log from now on, so that readers and a writer never wait for each other."""
        with translated(self.path):
            self.db.enable_wal()

    def keep_copy(self, name: str) -> str:
        """Copy the project as it stands beside itself, ``study.redthread`` as ``study.<name>.redthread``; its path.

        A number is added where that is taken: nothing is overwritten. Raises ProjectUnavailable.
        """
        place = Path(self.path).absolute()
        for number in count(1):
            copy = place.with_name(f"{place.stem}.{name}{f' ({number})' if number > 1 else ''}{place.suffix}")
            try:
                copy.touch(exist_ok=False)
                break
            except FileExistsError:
                continue
            except OSError as error:
                raise ProjectUnavailable(f"no copy of it can be kept as {copy}: {error.strerror}") from error
        try:
            # Another connection, because SQLite copies nothing from one that is about to write.
            source = sqlite3.connect(f"{place.as_uri()}?mode=rw", uri=True)
            with translated(str(copy)), closing(source), closing(sqlite3.connect(copy)) as kept:
                source.backup(kept)
        except BaseException:
            copy.unlink()
            raise
        return str(copy)

    def close(self) -> None:
        """Let go of the file; harmless when done twice."""
        with translated(self.path):
            self._connection.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with translated(self.path):
            return self._execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def once(self, what: Hashable, read: Callable[[], _Value]) -> _Value:
        """What ``read`` gives, kept under a name until anybody changes the file; a value that nobody changes.

        A screen asks for all codings several times while it is drawn, and a hundred thousand take a second each time.
        """
        if self._connection.in_transaction:
            # What a change has written so far may yet be taken back.
            return read()
        at = (self.value("PRAGMA data_version"), self._connection.total_changes)
        if at != self._known_at:
            self._known, self._known_at = {}, at
        if what not in self._known:
            with _collecting_later():
                self._known[what] = read()
        found: _Value = self._known[what]
        return found

    def write(self, sql: str, values: Sequence[Any] = ()) -> None:
        """One writing statement inside the open transaction."""
        self._check_open()
        with translated(self.path):
            self._execute(sql, values)

    def write_many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """One writing statement for many rows inside the open transaction."""
        self._check_open()
        with translated(self.path):
            self._connection.executemany(sql, values)

    def _execute(self, sql: str, values: Sequence[Any]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, values)
        except UnicodeEncodeError:
            return self._connection.execute(sql, [_storable(value) for value in values])

    def _check_open(self) -> None:
        # A full disk makes SQLite end the transaction by itself; a statement after that would
        # otherwise be stored alone, without its journal entry.
        if not self._connection.in_transaction:
            raise ProjectUnavailable(f"{self.path}: the change was broken off and nothing of it is stored")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One ``BEGIN IMMEDIATE`` transaction: all of the block, or nothing of it.

        Raises DanglingReference if a row ends up naming another that is not there.
        """
        if self._connection.in_transaction:
            raise RuntimeError("a change of this project is open already; write into that one")
        self._check_place()
        with translated(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._check_open()
            self._check_place()
            self._commit()
        except BaseException:
            with translated(self.path):
                self.db.rollback()
            raise

    def _check_place(self) -> None:
        # SQLite would go on writing to a file that was moved away or replaced, and nobody would find it there.
        if self._identity != _identity(self.path):
            raise ProjectUnavailable(
                f"{self.path} was moved, renamed or replaced while it was open; this change was not stored. "
                "Put it back, or open it where it is now"
            )

    def _commit(self) -> None:
        with translated(self.path):
            try:
                self.db.commit()
            except sqlite3.IntegrityError as error:
                for table, _, parent, _ in self._connection.execute("PRAGMA foreign_key_check"):
                    message = f"this change has a {_noun(table)} that names a {_noun(parent)} which is not there"
                    raise DanglingReference(message, parent=parent) from error
                raise

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Part of the open transaction, or one of its own where none is open."""
        with translated(self.path), self.db.atomic():
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several queries that see one state of the project, whatever others write meanwhile."""
        if self._connection.in_transaction:
            yield
            return
        with translated(self.path):
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            with translated(self.path):
                self.db.rollback()


@contextmanager
def _collecting_later() -> Iterator[None]:
    # Python would look through everything made so far again and again: a third of the time, and nothing found.
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _identity(path: str) -> tuple[int, int] | None:
    """What tells a file from every other one, also of the same name; None where there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _noun(table: str) -> str:
    nouns = {
        "cases": "case",
        "attribute_value": "value of an attribute",
        "item_set": "set",
        "item_set_member": "member of a set",
        "framework_cell": "cell of the framework matrix",
    }
    return nouns.get(table, table.replace("_", " "))


def _readable_as_it_stands(path: Path) -> bool:
    unsaved = path.with_name(path.name + "-wal")
    try:
        return path.is_file() and not (unsaved.exists() and unsaved.stat().st_size)
    except OSError:
        return False


def storable(text: str) -> str:
    """The text with every lone surrogate, which no file can hold, replaced by U+FFFD; positions stay."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text)
    return text


def _storable(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn errors of SQLite into ProjectError with a plain sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translation(path, error) from error


def _translation(path: str, error: sqlite3.Error) -> ProjectError:
    if isinstance(error, sqlite3.ProgrammingError):
        return ProjectUnavailable(f"{path} cannot be used here: {error}; open the project anew where it is needed")
    code = _code(error)
    if code == 0 and "UTF-8" in str(error):
        # Python found this, not SQLite, and its message would carry the whole text.
        return ProjectDamaged(f"{path} is damaged (a text in it cannot be read); take the newest copy that opens")
    if code == sqlite3.SQLITE_NOTADB:
        return NotAProject(f"{path} is not a Redthread project; choose a file made by Redthread")
    if code == sqlite3.SQLITE_CORRUPT:
        return ProjectDamaged(f"{path} is damaged ({error}); take the newest copy that opens")
    if code == sqlite3.SQLITE_ERROR:
        return ProjectDamaged(f"{path} is not built as a project should be ({error}); take the newest copy that opens")
    if code in {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}:
        return ProjectDamaged(f"{path} refused a row that breaks its rules ({error}); nothing was stored")
    return ProjectUnavailable(f"{path} {_REASONS.get(code, f'cannot be used just now ({error})')}")


def _code(error: BaseException | None) -> int:
    # The lowest byte is the kind; the others tell variants apart.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


_NOT_WRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_REASONS = {
    sqlite3.SQLITE_BUSY: f"has been locked by another program for {BUSY_SECONDS:.0f} seconds; try again shortly",
    sqlite3.SQLITE_LOCKED: "is locked by another program; try again shortly",
    sqlite3.SQLITE_READONLY: "is read-only; make it, its -wal and -shm files and folder writable, or work on a copy",
    sqlite3.SQLITE_FULL: "cannot grow because the disk is full; free some space, nothing stored is lost",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that it is there and that you may read and write its folder",
    sqlite3.SQLITE_PERM: "may not be opened by you; check the permissions of the file",
    sqlite3.SQLITE_AUTH: "may not be opened by you; check the permissions of the file",
    sqlite3.SQLITE_IOERR: "cannot be read or written; check the disk or the network drive that it is on",
    sqlite3.SQLITE_NOMEM: "needs more memory than there is; close other programs",
}
