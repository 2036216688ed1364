"""Which projects are read in a transcript since the server was started, so that a look for news finds their file."""

from __future__ import annotations

_PATHS: dict[str, str] = {}


def watch(project: str, path: str) -> None:
    """A project (its id) is open in a transcript, from this file."""
    _PATHS[project] = path


def path_of(project: str) -> str | None:
    """The file of a project that is or was read; None if nobody read it."""
    return _PATHS.get(project)
