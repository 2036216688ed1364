"""What is opened for a rerun, and what is kept for the life of the server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coder.errors import ProjectError, UnknownItem
from coder.model import Coder
from coder.store import Project
from coder.workflow.projects import open_project
from ui import settings
from ui.session import session

PROJECT = "REDTHREAD_PROJECT"
"""The environment variable with the path of the project that a new tab opens."""


@contextmanager
def opened() -> Iterator[Project]:
    """The session's project as its coder sees it, for the length of one rerun.

    Opened each time: that takes a millisecond, while a connection kept would belong to another thread.
    """
    path = session().project
    if path is None:
        raise UnknownItem("no project is open; open or create one on the Project page")
    with open_project(path) as project:
        yield project.seen_by(session().coder)


def enter(path: Path | str) -> None:
    """Make this project the session's and that of the next new tab, as the coder who used it last on this computer."""
    path = str(Path(path).expanduser().resolve())
    with open_project(path) as project:
        if project.copy is not None:
            say(f"An older Redthread made this project. As it was, it is kept as {Path(project.copy).name}.")
        for problem in project.look_over():
            say(f"Something is wrong with this file: {problem}. See Backups.", icon=":material/error:")
        known = settings.load()
        coders = project.coders()
        name = known.names.get(path)
        chosen = next((coder for coder in coders if coder.name == name), coders[0])
        here = session()
        here.close_project()
        here.project, here.coder = path, chosen.id
        os.environ[PROJECT] = path
        known.opened(path)
        settings.save(known)


def leave() -> None:
    """Close the session's project; a new tab begins without one, too."""
    session().close_project()
    os.environ.pop(PROJECT, None)


def project_with(document: str) -> str | None:
    """The path of the project that holds a document, among the one a new tab opens and the recent ones."""
    last = os.environ.get(PROJECT)
    for path in [*([last] if last else []), *settings.load().recent]:
        try:
            with open_project(path) as project:
                if any(known.id == document for known in project.documents()):
                    return path
        except ProjectError:
            # Moved or damaged meanwhile: the others may still hold it.
            continue
    return None


def remember_coder(coder: Coder) -> None:
    """Code as this person from now on."""
    here = session()
    here.coder = coder.id
    known = settings.load()
    known.name = coder.name
    if here.project:
        known.names[here.project] = coder.name
    settings.save(known)


def coder_id() -> str:
    """Who is coding. Raises UnknownItem if nobody was chosen."""
    found = session().coder
    if found is None:
        raise UnknownItem("nobody is chosen as coder; choose a name in the sidebar")
    return found


def say(message: str, icon: str = ":material/check:") -> None:
    """A short message, shown as it is written, that survives the rerun which follows an act."""
    session().messages.append((message, icon))


def done(message: str, icon: str = ":material/check:") -> None:
    """Say that something was changed, and how to take it back."""
    say(f"{message}. Undo takes it back.", icon)
