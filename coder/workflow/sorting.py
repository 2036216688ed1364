"""Quotations sorted anew: a code split, many recoded, a merge looked at beforehand, examples pinned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coder.errors import CodebookConflict, InvalidValue
from coder.model import Code, Codebook, Coding, new_id, now
from coder.store import Change, Project
from coder.workflow.codebooks import check_takes_codings
from coder.workflow.codings import own_coding
from coder.workflow.permission import change_by

_LONGEST_EXAMPLE = 600


@dataclass(frozen=True, slots=True)
class Resorted:
    """How many codings moved to the other code, and how many fell together with one that was there."""

    moved: int
    together: int


@dataclass(frozen=True, slots=True)
class Merging:
    """What becomes of the codings of a code that goes up in another.

    ``moved`` go to that code. Each pair of ``together`` and ``overlapping`` is one of its codings and one of that code
    by the same coder: on the same words they become one, on words of which they share some both stay.
    """

    moved: int
    together: tuple[tuple[Coding, Coding], ...]
    overlapping: tuple[tuple[Coding, Coding], ...]


def merge_preview(project: Project, code: str, *, into: str) -> Merging:
    """What merging would do to the codings of ``code``."""
    there: dict[tuple[str, str], list[Coding]] = {}
    for coding in project.codings(code=into):
        there.setdefault((coding.document, coding.coder), []).append(coding)
    codings = project.codings(code=code)
    together, overlapping = [], []
    for coding in codings:
        beside = there.get((coding.document, coding.coder), ())
        same = next((other for other in beside if other.span == coding.span), None)
        if same is not None:
            together.append((coding, same))
        else:
            overlapping += [(coding, other) for other in beside if other.span.overlaps(coding.span)]
    return Merging(len(codings) - len(together), tuple(together), tuple(overlapping))


def split_code(
    project: Project, code: str, new_name: str, codings: Sequence[str], *, coder: str, name: str | None = None
) -> Code:
    """Make a second code beside this one and put these of its codings on it; ``name`` renames the first.

    One change. Raises InvalidValue where a side would be empty or a coding carries another code,
    NotAllowed for codings of others (unless by an owner), UnknownItem, or CodebookConflict.
    """
    with change_by(project, coder, "split code", summary=f"split code {_name(project, code)}") as change:
        codebook = project.codebook()
        check_takes_codings(codebook, code)
        chosen = _chosen(project, codings, coder)
        if not chosen or any(coding.code != code for coding in chosen):
            raise InvalidValue("choose quotations of this code that the new one takes over, at least one")
        if len(chosen) == len(project.codings(code=code)):
            raise InvalidValue("all quotations would move; leave at least one, or rename the code instead")
        old = codebook.code(code)
        new = Code(new_id(), new_name.strip(), old.parent, colour=codebook.next_colour())
        siblings = codebook.children(old.parent)
        after = siblings[siblings.index(old) + 1 :]
        codebook = codebook.changed(code, name=name.strip() if name else old.name).with_code(new)
        if after:
            codebook = codebook.moved(new.id, under=old.parent, before=after[0].id)
        change.save_codebook(codebook)
        _put(project, change, codebook, chosen, new.id)
    return new


def recode_codings(project: Project, codings: Sequence[str], into: str, *, coder: str) -> Resorted:
    """Put another code on many quotations, in one change; where a coder has it there already, the old one goes.

    Raises NotAllowed for codings of others (unless by an owner), UnknownItem, or CodebookConflict for a
    retired code or a folder.
    """
    summary = f"recode {len(set(codings))} quotations to {_name(project, into)}"
    with change_by(project, coder, "recode quotations", summary=summary) as change:
        codebook = project.codebook()
        check_takes_codings(codebook, into)
        chosen = [coding for coding in _chosen(project, codings, coder) if coding.code != into]
        return _put(project, change, codebook, chosen, into)


def pin_quotation(project: Project, coding: str, *, code: str | None = None, counter: bool = False, coder: str) -> None:
    """Let the words of a coding stand among the examples of its code, or as a counter-example of any code.

    Raises InvalidValue where they stand there already or are too long for an example, UnknownItem.
    """
    found = project.coding(coding)
    target = code or found.code
    kind, field = ("counter-example", "counter_examples") if counter else ("example", "examples")
    with change_by(project, coder, f"pin {kind}", summary=f"pin {kind} of {_name(project, target)}") as change:
        codebook = project.codebook()
        words = " ".join(found.quotation.split())
        pinned: tuple[str, ...] = getattr(codebook.code(target), field)
        if words in pinned:
            raise InvalidValue(f"these words stand among the {kind}s of {codebook.path(target)} already")
        if len(words) > _LONGEST_EXAMPLE:
            raise InvalidValue(f"an example says it in {_LONGEST_EXAMPLE} characters; this has {len(words):,}")
        change.save_codebook(codebook.changed(target, **{field: (*pinned, words)}))


def step_code(project: Project, code: str, step: int, *, coder: str) -> None:
    """Put a code one place up (-1) or down (+1) among its siblings. Raises CodebookConflict at either end."""
    word = "up" if step < 0 else "down"
    with change_by(project, coder, "order codes", summary=f"move {_name(project, code)} {word}") as change:
        codebook = project.codebook()
        parent = codebook.code(code).parent
        siblings = [sibling.id for sibling in codebook.children(parent)]
        place = siblings.index(code) + step
        if not 0 <= place < len(siblings):
            raise CodebookConflict(f"{codebook.path(code)} stands {'first' if step < 0 else 'last'} already")
        others = [sibling for sibling in siblings if sibling != code]
        before = others[place] if place < len(others) else None
        change.save_codebook(codebook.moved(code, under=parent, before=before))


def nest_code(project: Project, code: str, *, coder: str) -> None:
    """Put a code below the sibling before it, as the last one there. Raises CodebookConflict for the first sibling."""
    with change_by(project, coder, "move code", summary=f"move code {_name(project, code)} in") as change:
        codebook = project.codebook()
        siblings = [sibling.id for sibling in codebook.children(codebook.code(code).parent)]
        place = siblings.index(code)
        if not place:
            raise CodebookConflict(f"{codebook.path(code)} stands first; no code before it can take it in")
        change.save_codebook(codebook.moved(code, under=siblings[place - 1]))


def lift_code(project: Project, code: str, *, coder: str) -> None:
    """Put a code beside the one that it stands below, right after it. Raises CodebookConflict at the top."""
    with change_by(project, coder, "move code", summary=f"move code {_name(project, code)} out") as change:
        codebook = project.codebook()
        parent = codebook.code(code).parent
        if parent is None:
            raise CodebookConflict(f"{codebook.path(code)} stands at the top already")
        above = codebook.code(parent).parent
        siblings = [sibling.id for sibling in codebook.children(above)]
        after = siblings[siblings.index(parent) + 1 :]
        change.save_codebook(codebook.moved(code, under=above, before=after[0] if after else None))


def _chosen(project: Project, codings: Sequence[str], coder: str) -> list[Coding]:
    return [own_coding(project, id, coder) for id in dict.fromkeys(codings)]


def _put(project: Project, change: Change, codebook: Codebook, codings: Sequence[Coding], code: str) -> Resorted:
    there = {_place(coding): coding.id for coding in project.codings(code=code)}
    at, together = now(), 0
    for coding in codings:
        standing = there.setdefault(_place(coding), coding.id)
        if standing == coding.id:
            change.save_coding(replace(coding, code=code, modified=at, codebook_version=codebook.version))
        else:
            _carry_memos(project, change, coding.id, standing)
            change.remove_coding(coding.id)
            together += 1
    return Resorted(len(codings) - together, together)


def _carry_memos(project: Project, change: Change, source: str, into: str) -> None:
    # Nobody's memo is lost, seen or not.
    hand = project.by_hand()
    kept = {memo.coder: memo for memo in hand.memos(about="coding", target=into)}
    for memo in hand.memos(about="coding", target=source):
        standing = kept.get(memo.coder)
        if standing is None:
            change.save_memo(replace(memo, target=into))
        else:
            change.save_memo(replace(standing, text=f"{standing.text}\n\n{memo.text}", modified=now()))


def _place(coding: Coding) -> tuple[str, int, int, str]:
    return coding.document, coding.span.start, coding.span.end, coding.coder


def _name(project: Project, code: str) -> str:
    return project.codebook().code(code).name
