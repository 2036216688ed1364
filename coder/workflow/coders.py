"""The people of a project."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import chain

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
        renamed = replace(
            _found(project, person), name=_free_to_take(name, [c for c in project.coders() if c.id != person])
        )
        change.save_coder(renamed)
    return renamed


def change_role(project: Project, person: str, role: Role, *, coder: str) -> Coder:
    """Another role for a person. Raises UnknownItem, InvalidValue for the last owner, NotAllowed."""
    summary = f"make {_found(project, person).name} {_A[role]}"
    with change_by(project, coder, "change role", summary=summary) as change:
        found = _found(project, person)
        others = [known for known in project.coders() if known.role is Role.OWNER and known.id != person]
        if role is not Role.OWNER and not others:
            raise InvalidValue(f"{found.name} is the last owner; make someone else an owner first")
        change.save_coder(changed := replace(found, role=role))
    return changed


def retire_coder(project: Project, person: str, *, coder: str) -> Coder:
    """Let a person go; their codings stay theirs, and another role brings them back. Raises as change_role does."""
    return change_role(project, person, Role.RETIRED, coder=coder)


@dataclass(frozen=True, slots=True)
class Share:
    """What a person has in the project: codings, suggestions decided, documents read or coded, the last act (ISO)."""

    coder: Coder
    codings: int
    decisions: int
    documents: int
    last: str | None


def shares(project: Project) -> list[Share]:
    """Everybody in the project with what they have done, in the order they came."""
    codings, decisions, marks = project.codings(), project.decisions(), project.read_marks()
    made = Counter(coding.coder for coding in codings)
    decided = Counter(decision.coder for decision in decisions)
    worked: dict[str, set[str]] = defaultdict(set)
    for who, document in chain(((c.coder, c.document) for c in codings), ((m.coder, m.document) for m in marks)):
        worked[who].add(document)
    last = project.last_acts()
    return [
        Share(
            coder,
            made[coder.id],
            decided[coder.id],
            len(worked[coder.id]),
            last.get(coder.id),
        )
        for coder in project.coders()
    ]


_A = {Role.OWNER: "an owner", Role.CODER: "a coder", Role.READER: "a reader", Role.RETIRED: "retired"}


def known_as(name: str) -> str:
    """A name as names are compared: keyboards and files write an ä as one character or as two."""
    return unicodedata.normalize("NFC", " ".join(name.split()).casefold())


def _found(project: Project, person: str) -> Coder:
    found = next((known for known in project.coders() if known.id == person), None)
    if found is None:
        raise UnknownItem(f"no coder with the id {person} in this project")
    return found


def _free_to_take(name: str, others: list[Coder]) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InvalidValue("a coder needs a name")
    if known_as(cleaned) in {known_as(other.name) for other in others}:
        raise InvalidValue(f"there is a coder named {cleaned} already; choose a name that tells the two apart")
    return cleaned
