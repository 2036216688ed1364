"""Backups: made by themselves and on wish, kept by age, and put back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from coder.errors import NotAllowed, NotAProject, ProjectError, ProjectUnavailable
from coder.model import new_id
from coder.model.backups import worth_keeping
from coder.model.copies import taken_back
from coder.store import Project
from coder.store.backups import back_up as copy_to
from coder.store.backups import head, put_back
from coder.workflow.permission import acting, change_by
from coder.workflow.projects import open_project

FOLDER = ".backups"
EVERY = timedelta(hours=1)
"""How long after the newest backup another one is made by itself, if anything has changed."""

_OFF = "backups.off"
_STAMP = "%Y-%m-%dT%H-%M-%S-%fZ"


class Why(StrEnum):
    """What a backup was made for. Those made while working grow old; all others stay until somebody removes them."""

    WORKING = "working"
    BY_HAND = "by hand"
    BEFORE_MERGE = "before a merge"
    BEFORE_RESTORE = "before a restore"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: where it lies, when it was made (UTC) and why, and its size in bytes."""

    path: Path
    at: datetime
    why: Why
    size: int


def folder_of(path: Path) -> Path:
    """The folder beside a project that holds its backups: ``study.backups`` for ``study.redthread``."""
    return path.with_name(f"{path.stem}{FOLDER}")


def backups(path: Path) -> list[Backup]:
    """The backups of a project, newest first; also where the project itself is gone or damaged."""
    pattern = re.compile(rf"{re.escape(path.stem)} (\S+Z) ({'|'.join(Why)}){re.escape(path.suffix)}")
    found = []
    try:
        for file in folder_of(path).iterdir():
            if (match := pattern.fullmatch(file.name)) and (at := _moment(match[1])) is not None:
                found.append(Backup(file, at, Why(match[2]), file.stat().st_size))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ProjectUnavailable(f"{folder_of(path)} cannot be read: {error.strerror}") from error
    return sorted(found, key=lambda backup: backup.at, reverse=True)


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def back_up(path: Path, why: Why = Why.BY_HAND) -> Backup:
    """Make a backup now, while everybody goes on working. Raises ProjectUnavailable, or ProjectDamaged."""
    at = datetime.now(UTC)
    to = _named(path, at, why)
    copy_to(path, to)
    return Backup(to, at, why, to.stat().st_size)


def _named(path: Path, at: datetime, why: Why) -> Path:
    return folder_of(path) / f"{path.stem} {at.strftime(_STAMP)} {why}{path.suffix}"


def back_up_if_due(path: Path, *, opening: bool = False) -> Backup | None:
    """Make a backup if the newest one is old enough, or at ``opening``, and something has changed since it.

    Old ones that are no longer worth keeping go. None where nothing was due, or backups are switched off.
    """
    known = backups(path)
    if known and not opening and datetime.now(UTC) - known[0].at < EVERY:
        return None
    if any(head(path) == head(backup.path) for backup in known[:1]) or not switched_on(path):
        return None
    made = back_up(path, Why.WORKING)
    thin(path)
    return made


def thin(path: Path) -> list[Backup]:
    """Remove the backups made while working that are no longer worth keeping by their age; those removed."""
    working = [backup for backup in backups(path) if backup.why is Why.WORKING]
    keep = worth_keeping([backup.at for backup in working], datetime.now(UTC))
    gone = [backup for backup in working if backup.at not in keep]
    for backup in gone:
        _unlink(backup)
    return gone


def remove(project: Project, backup: Backup, *, coder: str) -> None:
    """Remove one backup of this project. Raises NotAllowed for who is no owner, or ProjectUnavailable."""
    acting(project, coder, "remove backup")
    _unlink(backup)


def _unlink(backup: Backup) -> None:
    try:
        backup.path.unlink(missing_ok=True)
    except OSError as error:
        raise ProjectUnavailable(f"{backup.path} cannot be removed: {error.strerror}") from error


def size(known: Sequence[Backup]) -> int:
    """How many bytes backups take."""
    return sum(backup.size for backup in known)


def switched_on(path: Path) -> bool:
    """Whether backups of a project are made by themselves."""
    with open_project(path) as project:
        return project.setting(_OFF) is None


def switch(project: Project, *, on: bool, coder: str) -> None:
    """Make backups by themselves from now on, or not. Raises NotAllowed for who is no owner."""
    summary = f"switch automatic backups {'on' if on else 'off'}"
    with change_by(project, coder, "switch backups", summary=summary) as change:
        change.set_setting(_OFF, None if on else "yes")


def restore(path: Path, backup: Backup | Path, *, coder: str | None = None) -> Backup | None:
    """Let the project be again what a backup holds. The present state is kept before, as a backup of its own.

    Where the journal went on from the backup, this is one more change of it, which undo takes back: everything is
    as it was then but the people, their roles and the rounds of blind coding. Else, and where the project is damaged
    or gone, the backup takes its place as a file. Everybody who has the project open sees it. ``coder`` may be None
    only where the project cannot be opened, so that nobody's role can be looked up. Gives the backup of the present
    state; None where there was no file. Raises NotAProject for a file that holds no project, NotAllowed for who is no
    owner, and ProjectUnavailable.
    """
    source = backup.path if isinstance(backup, Backup) else backup
    if head(source) is None:
        raise NotAProject(f"{source} holds no project that can be put back; choose another backup")
    _check_owner(path, coder)
    kept = _kept_before(path)
    summary = f"restore the backup {source.name}"
    if kept is not None:
        summary += f"; as the project was before, it is kept as {kept.path.name}"
    if kept is not None and kept.why is Why.BEFORE_RESTORE and _taken_back(path, source, summary, coder):
        return kept
    put_back(source, path)
    with open_project(path) as project:
        known = {person.id for person in project.coders()}
        acting_as = coder if coder in known else None
        with project.change("restore backup", coder=acting_as, operation=new_id(), summary=summary):
            pass
    return kept


def _check_owner(path: Path, coder: str | None) -> None:
    try:
        project = open_project(path)
    except ProjectError:
        return
    with project:
        if coder is None:
            raise NotAllowed("only an owner puts a backup in the place of the project; say who you are")
        acting(project, coder, "restore backup")


def _taken_back(path: Path, source: Path, summary: str, coder: str | None) -> bool:
    """Take everything back to where a backup was made, in one change.

    False where the journal does not know that place, or the project is not sound.
    """
    then = head(source)
    with open_project(path) as project:
        if then is None or project.since(*then) is None or project.verify():
            return False
        with project.change("restore backup", coder=coder, summary=summary) as change:
            gone_by = project.since(*then)
            assert gone_by is not None
            change.put_rows(taken_back(gone_by))
    return True


def _kept_before(path: Path) -> Backup | None:
    if not path.exists():
        return None
    try:
        return back_up(path, Why.BEFORE_RESTORE)
    except ProjectError:
        # Too damaged to be copied page by page: then as it lies there.
        at = datetime.now(UTC)
        to = _named(path, at, Why.DAMAGED)
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)
        except OSError as error:
            raise ProjectUnavailable(
                f"the project as it is cannot be kept as {to} ({error.strerror}), so nothing was restored"
            ) from error
        return Backup(to, at, Why.DAMAGED, to.stat().st_size)


def write_back(path: Path) -> None:
    """Let the file itself hold what lies in SQLite's log beside it, for who copies or moves the file alone.

    Nobody waits for it: what is being written stays in the log until the next time.
    """
    with open_project(path) as project:
        project.write_back()


def look_over(path: Path) -> list[str]:
    """What a quick look finds wrong with a project: the file, and the newest part of the journal's chain."""
    with open_project(path) as project:
        return project.look_over()
