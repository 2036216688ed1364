"""Whole copies of a project file: made while others write, and put back while others have it open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from coder.errors import NotAProject, ProjectDamaged, ProjectError, ProjectUnavailable
from coder.store.file import ProjectFile, translated
from coder.store.schema import APPLICATION_ID

_LOG = ("-wal", "-shm")
"""What SQLite keeps beside a file that is written to."""


def back_up(path: Path, to: Path) -> None:
    """Copy a project as it stands to a file of one piece; who writes to it meanwhile does not wait.

    Nothing is left of a copy that cannot be finished. Raises ProjectUnavailable, or ProjectDamaged where the copy
    is not whole.
    """
    part = to.with_name(f"{to.name}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectUnavailable(f"no backup can be kept in {to.parent}: {error.strerror}") from error
    try:
        with translated(str(path)), closing(_connected(path)) as source:
            source.execute("PRAGMA schema_version").fetchone()
            with translated(str(to)), closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                (sound,) = copy.execute("PRAGMA quick_check(1)").fetchone()
                if sound != "ok":
                    raise ProjectDamaged(f"{path} is damaged ({sound}), so no backup of it was made")
        part.replace(to)
    except OSError as error:
        raise ProjectUnavailable(f"no backup can be kept as {to}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def head(path: Path) -> tuple[int, str] | None:
    """Number and hash of the newest journal entry of a project; None for what is none, or is damaged."""
    try:
        with closing(_connected(path)) as file:
            if file.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
                return None
            found = file.execute("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1").fetchone()
    except (sqlite3.Error, ProjectError):
        return None
    return None if found is None else (int(found[0]), str(found[1]))


def put_back(backup: Path, path: Path) -> None:
    """Let a project be again what a backup of it holds, also for those who have it open.

    One that is too damaged for that, or gone, is replaced; the damaged one must have been kept before.
    Raises NotAProject where the backup is none, ProjectUnavailable.
    """
    if head(backup) is None:
        raise NotAProject(f"{backup} holds no project that can be put back; choose another backup")
    if head(path) is not None:
        try:
            with translated(str(path)), closing(_connected(backup)) as source, closing(_connected(path)) as target:
                source.backup(target)
        except ProjectDamaged:
            _replace(backup, path)
        return
    _replace(backup, path)


def _replace(backup: Path, path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        with translated(str(part)), closing(_connected(backup)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = WAL")
        for ending in _LOG:
            # Left by the damaged file, and of no use to the one that takes its place.
            path.with_name(path.name + ending).unlink(missing_ok=True)
        part.replace(path)
    except OSError as error:
        raise ProjectUnavailable(f"{path} cannot be replaced: {error.strerror}") from error
    finally:
        for ending in ("", *_LOG):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def _connected(path: Path) -> sqlite3.Connection:
    """A connection to a file that exists, also to one that is read-only. Raises ProjectError."""
    connection: sqlite3.Connection = ProjectFile.connect(str(path)).db.conn
    return connection
