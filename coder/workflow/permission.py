"""Who may do what, and one change in their name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from coder.errors import NotAllowed, UnknownItem
from coder.model import Coder, Role
from coder.store import Change, Project

OWNERS = {
    "add coder": "decides who is in the project",
    "rename coder": "decides under which name a person stands",
    "change role": "decides who may do what",
    "remove document": "takes documents away",
    "set suggestions for all": "decides how suggestions work for everybody",
    "restore backup": "puts a backup in the place of the project",
    "remove backup": "takes backups away",
    "restore codebook": "brings an older codebook back",
    "begin blind coding": "gives documents out to be coded blind",
    "reveal blind coding early": "reveals a round before all are done",
    "hold suggestions back": "decides where nobody sees suggestions",
    "import codings": "brings in codings in other people's names",
    "merge copies": "merges another copy of the project, with its people and their codings",
    "take in study": "brings in another study with its people and their codings",
    "switch backups": "decides whether backups are made",
}
"""What only an owner may do, by the verb that the journal knows it by: "only an owner ...".

Every other change may be made by a coder, too, and none by a reader or by who was retired.
"""


def acting(project: Project, coder: str, verb: str = "") -> Coder:
    """The coder with this id, who may change the project, and do this.

    Raises UnknownItem, or NotAllowed for a reader, for who was retired, and for a coder where only an owner may.
    """
    found = next((known for known in project.coders() if known.id == coder), None)
    if found is None:
        raise UnknownItem(f"no coder with the id {coder} in this project")
    if found.role is Role.READER:
        raise NotAllowed(f"{found.name} may read this project but not change it; ask its owner for the role of a coder")
    if found.role is Role.RETIRED:
        raise NotAllowed(f"{found.name} has left this project; ask its owner for the role of a coder")
    if verb in OWNERS and found.role is not Role.OWNER:
        raise NotAllowed(f"only an owner {OWNERS[verb]}, and {found.name} is none; ask {_owners(project)}")
    return found


@contextmanager
def change_by(
    project: Project, coder: str, verb: str, *, operation: str | None = None, summary: str = ""
) -> Iterator[Change]:
    """One change in the name of a coder. Raises UnknownItem, or NotAllowed where ``acting`` does."""
    with project.change(verb, coder=coder, operation=operation, summary=summary or verb) as change:
        # Within the change, so that a role taken away a moment ago counts.
        acting(project, coder, verb)
        yield change


def _owners(project: Project) -> str:
    return " or ".join(coder.name for coder in project.coders() if coder.role is Role.OWNER)
