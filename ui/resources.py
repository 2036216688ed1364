"""What is opened for a rerun, and what is kept for the life of the server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coder.errors import NotAllowed, ProjectError, UnknownItem
from coder.model import Coder
from coder.store import Project
from coder.workflow.projects import open_project
from ui import keeping, settings, signing
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
        if signing.folder() is not None:
            # Looked at each time: a session that has ended, or a role taken away, counts at once.
            _check_person(project)
        elif all(known.id != session().coder for known in project.coders()):
            raise UnknownItem(f"{path} holds another project now, or one without you; open it again")
        keeping.go_on(path)
        yield project.seen_by(session().coder)


def _check_person(project: Project) -> None:
    """On a team server: who is signed in is the coder, in a project of its folder. Raises NotAllowed."""
    if _person_in(project).id != session().coder:
        raise NotAllowed("somebody else is signed in now; open the project again")


def _person_in(project: Project) -> Coder:
    from coder.workflow.accounts import coder_of, within

    account, server = signing.somebody(), signing.folder()
    assert server is not None
    within(server, project.path)
    return coder_of(project, account)


def enter(path: Path | str) -> None:
    """Make this project the session's and that of the next new tab, as the coder who used it last on this computer."""
    if signing.folder() is not None:
        _enter_on_server(path)
        return
    path = session().not_opened = str(Path(path).expanduser().resolve())
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
        here.project, here.coder, here.not_opened = path, chosen.id, None
        os.environ[PROJECT] = path
        known.opened(path)
        settings.save(known)


def _enter_on_server(path: Path | str) -> None:
    from coder.workflow.accounts import within

    server = signing.folder()
    assert server is not None
    # Looked at before anything is opened.
    path = str(within(server, path))
    with open_project(path) as project:
        chosen = _person_in(project)
    here = session()
    here.close_project()
    here.project, here.coder = path, chosen.id


def leave() -> None:
    """Close the session's project; a new tab begins without one, too."""
    session().close_project()
    os.environ.pop(PROJECT, None)


def project_with(document: str) -> str | None:
    """The path of the project that holds a document, among the one a new tab opens and the recent ones."""
    for path in _reachable():
        try:
            with open_project(path) as project:
                if any(known.id == document for known in project.documents()):
                    return path
        except ProjectError:
            # Moved or damaged meanwhile: the others may still hold it.
            continue
    return None


def _reachable() -> list[str]:
    server = signing.folder()
    if server is not None:
        from coder.workflow.accounts import projects_of

        return [str(path) for path in projects_of(server, signing.somebody())]
    last = os.environ.get(PROJECT)
    return [*([last] if last else []), *settings.load().recent]


def remember_coder(coder: Coder) -> None:
    """Code as this person from now on. Raises NotAllowed on a team server, where everybody is who they are."""
    if signing.folder() is not None:
        raise NotAllowed("on a server everybody codes under their own name")
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
    # What is cut short ends in its own dots.
    say(f"{message}{'' if message.endswith('…') else '.'} Undo takes it back.", icon)
