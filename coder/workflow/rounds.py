"""Blind double coding: who codes which documents, who is done, and when everybody may look.

What is sealed is decided in one place, ``coder.store.sight``; here a round begins, goes on and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coder.errors import InvalidValue, NotAllowed, StaleEdit, UnknownItem
from coder.model import Coder, Document, Loss, Role, new_id, now
from coder.model.blind import Assignment, Round, given, sample
from coder.store import Project
from coder.workflow.permission import acting, change_by


@dataclass(frozen=True, slots=True)
class Task:
    """A document that somebody was given in a round, with how far they have read it (code points)."""

    round: Round
    document: Document
    done: str | None
    reached: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the documents given to a coder in a round they are done with."""

    coder: Coder
    done: int
    given: int


def begin_round(
    project: Project,
    name: str,
    documents: Sequence[str],
    coders: Sequence[str],
    *,
    coder: str,
    each: int | None = None,
    drawn: str = "",
) -> Round:
    """Give documents to coders and seal them: from now on nobody sees what others do there, nor did before.

    Every document goes to all of the coders, or in turn to ``each`` of them; ``drawn`` says how the documents were
    chosen. Raises NotAllowed unless by an owner, UnknownItem, or InvalidValue for a document in another sealed round,
    for fewer than two coders, or for one who may not code.
    """
    summary = f"begin blind coding {name.strip()}: {len(documents)} documents, {len(coders)} coders"
    with change_by(project, coder, "begin blind coding", summary=summary) as change:
        people = {person.id: person for person in project.coders()}
        names = {document.id: document.name for document in project.documents()}
        for document in documents:
            if document not in names:
                raise UnknownItem(f"no document with the id {document}; it may have been removed")
            if document in project.sealed:
                raise InvalidValue(f"{names[document]} is in another sealed round; reveal that one first")
        for person in coders:
            if person not in people:
                raise UnknownItem(f"no coder with the id {person} in this project")
            if not people[person].role.writes:
                raise InvalidValue(f"{people[person].name} may not code; ask for the role of a coder first")
        if not documents:
            raise InvalidValue("no document is chosen; choose at least one")
        made = Round(new_id(), name.strip(), coder, given(documents, coders, each), drawn, now())
        change.save_round(made)
    return made


def draw(project: Project, count: int, seed: int, among: Sequence[str] | None = None) -> tuple[str, ...]:
    """Documents drawn at random among these (None: all that are in no sealed round); the same seed draws the same.

    Raises InvalidValue.
    """
    return sample(free_documents(project) if among is None else among, count, seed)


def free_documents(project: Project) -> list[str]:
    """The documents that are in no sealed round."""
    return [document.id for document in project.documents() if document.id not in project.sealed]


def mark_done(project: Project, made: str, document: str, *, coder: str, done: bool = True) -> Round:
    """Say that one is done with a document of a round, or that one goes on.

    Raises UnknownItem, InvalidValue for a document that was not given to this coder, StaleEdit once it is revealed.
    """
    word = "done with" if done else "go on with"
    with change_by(project, coder, "blind coding", summary=f"{word} a document of a round of blind coding") as change:
        found = _sealed(project, made)
        changed = found.marked(document, coder, now() if done else None)
        change.save_round(changed)
    return changed


def reveal_round(project: Project, made: str, *, coder: str, reason: str = "") -> Round:
    """End a round: everybody sees everything on its documents from now on. No undo takes that back.

    Who coded in it may do so when all are done; an owner at any time, with a reason that the journal keeps.
    Raises UnknownItem, StaleEdit where it is revealed already, NotAllowed, or InvalidValue without a reason.
    """
    found = _sealed(project, made)
    early = bool(unfinished(project, found))
    verb = "reveal blind coding early" if early else "reveal blind coding"
    summary = f"reveal {found.name}" + (f" before all are done: {reason.strip()}" if early else "")
    with change_by(project, coder, verb, summary=summary) as change:
        found = _sealed(project, made)
        if bool(unfinished(project, found)) != early:
            raise StaleEdit("somebody said meanwhile that they are done, or that they go on; look again")
        if early and not reason.strip():
            raise InvalidValue("not everybody is done; write down why the round is revealed all the same")
        if coder not in found.coders and acting(project, coder).role is not Role.OWNER:
            raise NotAllowed("only who codes in this round, or an owner, may reveal it")
        revealed = replace(found, revealed=now(), reason=reason.strip())
        change.save_round(revealed)
    return revealed


def tasks(project: Project, coder: str) -> list[Task]:
    """What a coder was given in rounds that are sealed, in order."""
    documents = {document.id: document for document in project.documents()}
    reached = {mark.document: mark.position for mark in project.seen_by(coder).read_marks() if mark.coder == coder}
    return [
        Task(made, documents[each.document], each.done, reached.get(each.document, 0))
        for made in project.rounds()
        if made.sealed
        for each in made.of(coder)
        if each.document in documents
    ]


def progress(project: Project, made: Round) -> list[Share]:
    """Who is done with how much of a round: nothing of what they did."""
    there = {document.id for document in project.documents()}
    found = []
    for person in project.coders():
        own = [each for each in made.of(person.id) if each.document in there]
        if own:
            found.append(Share(person, sum(each.done is not None for each in own), len(own)))
    return found


def unfinished(project: Project, made: Round) -> tuple[Assignment, ...]:
    """What keeps a round waiting; documents that were removed do not."""
    return made.waiting({document.id for document in project.documents()})


def withheld(project: Project) -> str | None:
    """A sentence for who reads the project, where something is left out because rounds are sealed; else None."""
    sealed = project.sealed
    if not sealed:
        return None
    documents = "1 document is" if len(sealed) == 1 else f"{len(sealed)} documents are"
    return f"{documents} in a sealed round of blind coding: what others did there is left out until it is revealed"


def left_out(project: Project) -> tuple[Loss, ...]:
    """The same for the report of an export."""
    names = [document.name for document in project.documents() if document.id in project.sealed]
    why = "in a sealed round of blind coding: what others did there is left out until it is revealed"
    return (Loss("sealed documents", len(names), why, tuple(names[:5])),) if names else ()


def _sealed(project: Project, id: str) -> Round:
    for made in project.rounds():
        if made.id == id:
            if not made.sealed:
                raise StaleEdit(f"{made.name} is revealed already")
            return made
    raise UnknownItem(f"no round of blind coding with the id {id}")
