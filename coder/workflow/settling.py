"""Differences between coders, settled one by one, and what the codebook should say after it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from coder.agreement import Place
from coder.agreement.comparing import TOLERANCE
from coder.errors import InvalidValue, StaleEdit, UnknownItem
from coder.model import Anchor, Code, Codebook, Coder, Coding, Span, new_id, now
from coder.model.settling import CONSENSUS, Put, Reason, Settlement, settlement_id
from coder.store import Change, Project
from coder.workflow.codebooks import check_takes_codings
from coder.workflow.layers import all_places
from coder.workflow.meaning import record, reworded
from coder.workflow.permission import change_by

USE, NOT_USE = "when_to_use", "when_not_to_use"
"""The fields of a code that decisions sharpen."""

_LONGEST, _NEAR = 240, 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where coders differ: ``settled`` by a decision that stands, or decided ``before`` its codings changed."""

    place: Place
    settled: Settlement | None = None
    before: Settlement | None = None


@dataclass(frozen=True)
class Draft:
    """A field of a code, as it stands and with what decisions say of it, to be edited."""

    code: str
    field: str
    present: str
    decisions: tuple[Settlement, ...]

    @property
    def key(self) -> str:
        """What a decision remembers it by."""
        return f"{self.code}/{self.field}"

    @property
    def text(self) -> str:
        """The present text, then the words of each decision: its note, and the passage."""
        said = []
        for settlement in self.decisions:
            quoted = "; ".join(f"“{_short(passage)}”" for passage in self.passages(settlement))
            said.append(f"{settlement.note} {quoted}".strip())
        return "\n".join(filter(None, (self.present, *said)))

    def passages(self, settlement: Settlement) -> tuple[str, ...]:
        """What a decision says of this code: the words kept under it, or else those that anybody put it on."""
        puts = [put for put in settlement.puts if put.code == self.code] or settlement.puts
        held = [put for put in puts if put.coding in settlement.kept]
        return tuple(dict.fromkeys(put.quotation for put in held or puts))


def differences(
    project: Project,
    *,
    coders: Collection[str] = (),
    documents: Collection[str] = (),
    codes: Collection[str] = (),
    tolerance: int = TOLERANCE,
) -> list[Difference]:
    """Every place where these coders (ids; none: all) differ, in the order of the documents.

    ``codes`` take in those below them. Ends that differ by no more than ``tolerance`` characters are no difference.
    """
    codebook = project.codebook()
    wanted = {below for code in codes if code in codebook for below in codebook.branch(code)}
    settlements = {settlement.id: settlement for settlement in project.settlements()}
    of_coding = {put.coding: settlement for settlement in settlements.values() for put in settlement.puts}
    found = []
    for place in all_places(project, coders, tolerance):
        elsewhere = documents and place.document not in documents
        if not place.kind.differs or elsewhere or (wanted and wanted.isdisjoint(place.codes)):
            continue
        settlement = settlements.get(settlement_id(coding.id for coding in place.codings))
        if settlement is not None and settlement.holds_for(place.codings):
            found.append(Difference(place, settlement))
        else:
            before = settlement or next(
                (of_coding[coding.id] for coding in place.codings if coding.id in of_coding), None
            )
            found.append(Difference(place, before=before))
    return found


def settle(
    project: Project,
    place: Place,
    *,
    kept: Collection[str] = (),
    instead: tuple[Span, str] | None = None,
    reason: Reason,
    note: str = "",
    coder: str,
    operation: str | None = None,
) -> Settlement:
    """Decide on a difference: which of its codings (ids) hold, or which span and code take their place.

    The codings stay as they are; what takes their place is a coding of the consensus. Another decision on the same
    codings takes the place of the first. Raises StaleEdit if a coding was changed since the place was read,
    InvalidValue for ids of other codings, for both ways at once or a span without words, CodebookConflict for a code
    that takes no codings, NotAllowed.
    """
    ids = {coding.id for coding in place.codings}
    if not ids.issuperset(kept):
        raise InvalidValue("only codings that differ here can be kept")
    if kept and instead is not None:
        raise InvalidValue("either codings are kept, or another takes their place; choose one")
    names = ", ".join(dict.fromkeys(_name(project, coding.code) for coding in place.codings))
    with change_by(project, coder, "settle", operation=operation, summary=f"settle {place.kind}: {names}") as change:
        id = settlement_id(ids)
        before = next((settlement for settlement in project.settlements() if settlement.id == id), None)
        if change.repeated and before is not None:
            return before
        _check_unchanged(project, place)
        if before is not None and before.made is not None:
            _take_out(project, change, before.made)
        made = _made(project, change, place.document, *instead) if instead is not None else None
        at = now()
        settlement = Settlement(
            id,
            place.document,
            place.kind.value,
            tuple(Put.of(coding) for coding in place.codings),
            tuple(coding.id for coding in place.codings if coding.id in kept),
            made,
            reason,
            note.strip(),
            coder,
            created=before.created if before is not None else at,
            modified=at,
        )
        change.save_settlement(settlement)
    return settlement


def span_of_words(project: Project, place: Place, words: str) -> Span:
    """Where words stand at a place or near it, with any white space between them. Raises InvalidValue."""
    wanted = words.split()
    if not wanted:
        raise InvalidValue("no words are left; write those that carry the code")
    text = project.document(place.document).text
    begin, end = max(0, place.span.start - _NEAR), place.span.end + _NEAR
    found = re.search(r"\s+".join(map(re.escape, wanted)), text[begin:end])
    if found is None:
        raise InvalidValue(f"these words do not stand here as they are: “{_short(words, 60)}”; copy them from the text")
    return Span(begin + found.start(), begin + found.end())


def open_again(project: Project, settlement: str, *, coder: str) -> None:
    """Take a decision back, with what it made. Raises UnknownItem, NotAllowed."""
    with change_by(project, coder, "open difference again") as change:
        found = next((each for each in project.settlements() if each.id == settlement), None)
        if found is None:
            raise UnknownItem("this difference is open already; somebody may have taken the decision back meanwhile")
        change.remove_settlement(settlement)
        if found.made is not None:
            _take_out(project, change, found.made)


def drafts(project: Project) -> list[Draft]:
    """Fields of codes that decisions speak of which were not yet written into them, in the order of the codebook.

    A slip says nothing of the codebook. What was kept says when to use its code, what was refused when not.
    """
    codebook = project.codebook()
    codings = {coding.id: coding.code for coding in project.codings(coder=CONSENSUS.id)}
    found: dict[tuple[str, str], list[Settlement]] = {}
    for settlement in project.settlements():
        if settlement.reason is Reason.SLIP:
            continue
        made = codings.get(settlement.made or "")
        kept = (made,) if made is not None else settlement.kept_codes
        refused = [code for code in settlement.refused_codes if code not in kept]
        for code, name in [*((code, USE) for code in kept), *((code, NOT_USE) for code in refused)]:
            if code in codebook and f"{code}/{name}" not in settlement.sharpened.splitlines():
                found.setdefault((code, name), []).append(settlement)
    return [
        Draft(code.id, name, getattr(code, name), tuple(found[code.id, name]))
        for _, code in codebook.walk()
        for name in (USE, NOT_USE)
        if (code.id, name) in found
    ]


def sharpen(project: Project, draft: Draft, text: str, *, changes_meaning: bool | None = None, coder: str) -> Code:
    """Write a field of a code anew after decisions, which remember it; one change.

    With the present text, the decisions are only done with. ``changes_meaning`` is as in ``codebooks.change_code``.
    Raises StaleEdit if the field was changed since the draft was made, UnknownCode, NotAllowed.
    """
    said = draft.field.replace("_", " ")
    passages = "; ".join(f"“{_short(each.puts[0].quotation, 60)}”" for each in draft.decisions[:3])
    summary = f"sharpen {said} of {_name(project, draft.code)}: {passages}"
    with change_by(project, coder, "change code", summary=summary) as change:
        before = project.codebook()
        if getattr(before.code(draft.code), draft.field) != draft.present:
            raise StaleEdit(f"{before.path(draft.code)} was reworded meanwhile; read it again, then change it")
        codebook = before.changed(draft.code, **{draft.field: text.strip()})
        if changes_meaning is not None and reworded(before, codebook):
            record(project, change, before.code(draft.code), meaning=changes_meaning, coder=coder)
        change.save_codebook(codebook)
        standing = {settlement.id: settlement for settlement in project.settlements()}
        for each in draft.decisions:
            if each.id in standing:
                fields = "\n".join(filter(None, (standing[each.id].sharpened, draft.key)))
                change.save_settlement(replace(standing[each.id], sharpened=fields))
    return codebook.code(draft.code)


def _check_unchanged(project: Project, place: Place) -> None:
    there = {coding.id: coding for coding in project.codings(document=place.document)}
    for coding in place.codings:
        if coding.id not in there or Put.of(there[coding.id]) != Put.of(coding):
            raise StaleEdit("a coding here was changed or removed meanwhile; look at the difference again")


def _made(project: Project, change: Change, document: str, span: Span, code: str) -> str:
    codebook: Codebook = project.codebook()
    check_takes_codings(codebook, code)
    found = project.document(document)
    if span.end > found.characters or not span.of(found.text).strip():
        raise InvalidValue(f"there are no words at {span.start}..{span.end} of {found.name}")
    if not any(known.id == CONSENSUS.id for known in project.coders()):
        change.save_coder(_named_apart(project.coders()))
    at = now()
    coding = Coding(
        new_id(), document, Anchor.on(found.text, span), code, CONSENSUS.id,
        codebook_version=codebook.version, created=at, modified=at,
    )  # fmt: skip
    change.save_coding(coding)
    return coding.id


def _named_apart(others: Sequence[Coder]) -> Coder:
    taken = {other.name.casefold() for other in others}
    return replace(CONSENSUS, name="Consensus of coders") if CONSENSUS.name.casefold() in taken else CONSENSUS


def _take_out(project: Project, change: Change, coding: str) -> None:
    if any(known.id == coding for known in project.codings(coder=CONSENSUS.id)):
        change.remove_coding(coding)


def _name(project: Project, code: str) -> str:
    codebook = project.codebook()
    return codebook.code(code).name if code in codebook else "a code that is gone"


def _short(words: str, length: int = _LONGEST) -> str:
    line = " ".join(words.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
