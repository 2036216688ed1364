"""The people of a project."""

from __future__ import annotations

from dataclasses import replace

from coder.errors import InvalidValue, UnknownItem
from coder.model import Coder, Role, new_id
from coder.store import Project
from coder.workflow.permission import change_by


def add_coder(project: Project, name: str, *, role: Role = Role.CODER, coder: str) -> Coder:
    """One more person in the project. Raises InvalidValue for an empty or taken name."""
    with change_by(project, coder, "add coder", summary=f"add coder {name.strip()}") as change:
        added = Coder(new_id(), _free_to_take(name, project.coders()), role)
        change.save_coder(added)
    return added


def rename_coder(project: Project, person: str, name: str, *, coder: str) -> Coder:
    """Another name for a person; the codings stay theirs. Raises UnknownItem, or InvalidValue."""
    with change_by(project, coder, "rename coder", summary=f"rename coder to {name.strip()}") as change:
        found = next((known for known in project.coders() if known.id == person), None)
        if found is None:
            raise UnknownItem(f"no coder with the id {person} in this project")
        renamed = replace(found, name=_free_to_take(name, [c for c in project.coders() if c.id != person]))
        change.save_coder(renamed)
    return renamed


def _free_to_take(name: str, others: list[Coder]) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InvalidValue("a coder needs a name")
    if cleaned.casefold() in {other.name.casefold() for other in others}:
        raise InvalidValue(f"there is a coder named {cleaned} already; choose a name that tells the two apart")
    return cleaned
