"""Who may act, and one change in their name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from coder.errors import NotAllowed, UnknownItem
from coder.model import Coder, Role
from coder.store import Change, Project


def acting(project: Project, coder: str) -> Coder:
    """The coder with this id, who may change the project.

    Raises UnknownItem, or NotAllowed for a reader.
    """
    found = next((known for known in project.coders() if known.id == coder), None)
    if found is None:
        raise UnknownItem(f"no coder with the id {coder} in this project")
    if found.role is Role.READER:
        raise NotAllowed(f"{found.name} may read this project but not change it; ask its owner for the role of a coder")
    return found


@contextmanager
def change_by(
    project: Project, coder: str, verb: str, *, operation: str | None = None, summary: str = ""
) -> Iterator[Change]:
    """One change in the name of a coder. Raises UnknownItem, or NotAllowed for a reader."""
    acting(project, coder)
    with project.change(verb, coder=coder, operation=operation, summary=summary or verb) as change:
        yield change
