"""Correcting the text of a document: what would become of all that lies on it, and then doing it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from coder.errors import InvalidValue, MalformedFile, StaleEdit, UnknownItem
from coder.formats import read
from coder.formats.plain import reading_of
from coder.model import Anchor, Document, Membership, Memo, Reading, Revision, Span, Turn, new_id, now, text_hash
from coder.model.moving import Alignment, Fate, Hunk, Move
from coder.segmenting import SEGMENTER, passages
from coder.store import Change, Project
from coder.workflow.permission import acting, change_by

_BESIDE = 60
"""Characters shown on both sides of what differs."""

_NEAR = 12
"""Fewer characters than these between two differences make them one to a reader."""

_RELATED = 0.5
"""Share of the words, marks among them, that two texts of one document have at least in common."""

_LABEL = re.compile(r"([^\s:][^:\n]{0,39}): (?=\S)")


class Kind(StrEnum):
    """What lies on a text."""

    CODING = "coding"
    MEMO = "memo"
    DECISION = "decision on a suggestion"
    STRETCH = "stretch of a case"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that lies on a text: ``what`` it is called (a code's path, a memo's words, a case's name)."""

    kind: Kind
    id: str
    span: Span
    what: str
    coder: str | None = None


@dataclass(frozen=True, slots=True)
class Fated:
    """What becomes of an item: the quotation that it had, and the one that it gets ("" where it is lost)."""

    item: Item
    move: Move
    quotation: str
    becomes: str

    @property
    def fate(self) -> Fate:
        """Kept, moved, changed or lost."""
        return self.move.fate


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch that reads otherwise, with a few words of the old text on both sides; ``line`` is the old text's."""

    line: int
    before: str
    old: str
    new: str
    after: str


@dataclass(frozen=True)
class Correction:
    """A text to take the place of a document's, and what that would do. Nothing is stored yet."""

    document: Document
    reading: Reading
    differences: tuple[Difference, ...]
    items: tuple[Fated, ...]
    alignment: Alignment

    def count(self, fate: Fate, kind: Kind | None = None) -> int:
        """How many items have this fate."""
        return sum(each.fate is fate and kind in (None, each.item.kind) for each in self.items)

    @property
    def told(self) -> str:
        """What becomes of the items, in one line."""
        counts = Counter(each.fate for each in self.items)
        return ", ".join(f"{counts[fate]} {fate}" for fate in Fate)


def preview_correction(project: Project, document: str, corrected: str | Reading) -> Correction:
    """What giving a document this text would do, the text as edited or as read from a file.

    Speakers and times of turns whose words stay are kept where the corrected text does not tell them.
    Raises UnknownItem, or InvalidValue for a text without words.
    """
    standing = project.document(document)
    turns = project.turns(document)
    if isinstance(corrected, str):
        corrected = corrected.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
        alignment = Alignment(standing.text, corrected)
        reading = _edited(standing, turns, alignment)
    else:
        alignment = Alignment(standing.text, corrected.text)
        reading = replace(corrected, turns=_with_known(corrected.turns, turns, alignment))
    if not reading.text.strip():
        raise InvalidValue("a document needs words; remove the document instead")
    reading = replace(reading, warnings=(*reading.warnings, *_strange(standing, alignment)))
    return Correction(standing, reading, _differences(alignment), _fated(project, document, alignment), alignment)


def _fated(project: Project, document: str, alignment: Alignment) -> tuple[Fated, ...]:
    fated = []
    for item in _items(project, document):
        move = alignment.moved(item.span)
        becomes = "" if move.now is None else move.now.of(alignment.new)
        fated.append(Fated(item, move, item.span.of(alignment.old), becomes))
    return tuple(fated)


def _strange(document: Document, alignment: Alignment) -> Iterator[str]:
    """Said where so little of one text is in the other that it hardly is its correction."""
    of_old, of_new = alignment.stayed
    if of_old < _RELATED:
        yield f"only {of_old:.0%} of {document.name} is in this text; is it perhaps another document?"
    elif of_new < _RELATED:
        yield f"only {of_new:.0%} of this text is in {document.name}; does it perhaps hold more than this document?"


def preview_corrected_file(project: Project, document: str, name: str, content: bytes) -> Correction:
    """What giving a document the text of a corrected file would do. Raises UnreadableFile, UnknownItem."""
    return preview_correction(project, document, read(name, content))


def preview_revision(project: Project, document: str, revision: Revision) -> Correction:
    """What bringing back an earlier text of a document would do. Raises UnknownItem."""
    kind = project.document(document).kind
    return preview_correction(project, document, Reading(project.text_of(revision), project.turns_of(revision), kind))


def correct(
    project: Project,
    correction: Correction,
    *,
    coder: str,
    places: Mapping[str, Span | None] | None = None,
) -> None:
    """Give the document its corrected text and move all that lies on it, in one change that undo takes back.

    ``places`` says for codings, by id, where in the new text they shall lie, or None to remove them. A lost
    coding without a place is kept as a memo on the document, with its code and its last quotation, and so is
    the quotation of a memo whose passage is gone. Raises StaleEdit if the document or what lies on it has
    changed since the preview, InvalidValue if the text does not differ or a place lies outside it.
    """
    acting(project, coder)
    standing, reading = correction.document, correction.reading
    if reading.text == standing.text and reading.turns == project.turns(standing.id):
        raise InvalidValue("the text is as it was; there is nothing to correct")
    moving = _Moving(project, correction, dict(places or {}))
    segments = passages(reading.text, reading.turns, standing.language)
    revised = replace(
        standing,
        text=reading.text,
        sha256=text_hash(reading.text),
        characters=len(reading.text),
        words=_words(reading),
    )
    with change_by(project, coder, "correct text", summary=f"correct the text of {standing.name}") as change:
        found = project.document(standing.id)
        if (found.revision, found.sha256) != (standing.revision, standing.sha256):
            raise StaleEdit(f"{standing.name} was changed since this preview; look at what the correction does now")
        if _items(project, standing.id) != [each.item for each in correction.items]:
            raise StaleEdit(f"codings of {standing.name} were changed since this preview; look at it again")
        change.revise_document(revised, reading.turns, segments, SEGMENTER)
        moving.write(change)


class _Moving:
    """Everything that lies on a document, written anew where it now lies."""

    def __init__(self, project: Project, correction: Correction, places: Mapping[str, Span | None]) -> None:
        # What a round seals from who corrects the text moves along, unseen.
        self.project = project.by_hand()
        self.correction = correction
        self.document = correction.document.id
        self.text = correction.reading.text
        self.places = places
        codings = {each.item.id for each in correction.items if each.item.kind is Kind.CODING}
        for id, span in places.items():
            if id not in codings:
                raise UnknownItem(f"no coding with the id {id} lies on this document")
            if span is not None and not span.of(self.text).strip():
                raise InvalidValue(f"no words stand at {span.start}..{span.end} of the corrected text")

    def write(self, change: Change) -> None:
        at = now()
        by_kind: dict[Kind, dict[str, Fated]] = {kind: {} for kind in Kind}
        for each in _fated(self.project, self.document, self.correction.alignment):
            by_kind[each.item.kind][each.item.id] = each
        self._codings(change, by_kind[Kind.CODING], at)
        self._memos(change, by_kind[Kind.MEMO], at)
        for decision in self.project.decisions(document=self.document, removed_codes=True):
            place = by_kind[Kind.DECISION][decision.id].move.now
            if place is None:
                change.remove_decision(decision.id)
            elif place != decision.span:
                change.save_decision(replace(decision, span=place))
        self._stretches(change, by_kind[Kind.STRETCH])
        for mark in self.project.read_marks(document=self.document):
            position = self.correction.alignment.position(mark.position)
            if position != mark.position:
                change.mark_read(self.document, mark.coder, position)

    def _codings(self, change: Change, fated: Mapping[str, Fated], at: str) -> None:
        coders = {coder.id: coder.name for coder in self.project.coders()}
        for coding in self.project.codings(document=self.document):
            each = fated[coding.id]
            place = self.places.get(coding.id, each.move.now)
            if place is not None:
                anchor = Anchor.on(self.text, place)
                if anchor != coding.anchor:
                    change.save_coding(replace(coding, anchor=anchor))
                continue
            if coding.id not in self.places:
                notes = self.project.memos(about="coding", target=coding.id)
                text = "\n\n".join(
                    [f"“{coding.quotation}”", *(f"{coders.get(note.coder, '')}: {note.text}" for note in notes)]
                )
                title = f"Lost in a correction: {each.item.what}"
                change.save_memo(Memo(new_id(), "document", self.document, coding.coder, text, at, at, title=title))
            change.remove_coding(coding.id)

    def _memos(self, change: Change, fated: Mapping[str, Fated], at: str) -> None:
        for memo in self.project.memos(about="document", target=self.document):
            if memo.anchor is None or memo.id not in fated:
                continue
            place = fated[memo.id].move.now
            if place is None:
                text = f"{memo.text}\n\nOn words that a correction took out: “{memo.anchor.quotation}”"
                change.save_memo(replace(memo, anchor=None, text=text, modified=at))
            elif (anchor := Anchor.on(self.text, place)) != memo.anchor:
                change.save_memo(replace(memo, anchor=anchor))

    def _stretches(self, change: Change, fated: Mapping[str, Fated]) -> None:
        if all(each.move.now == each.move.was for each in fated.values()):
            return
        belongs = [each for each in self.project.memberships() if each.document == self.document and each.span]
        for case in dict.fromkeys(each.case for each in belongs):
            change.unassign(self.document, case)
        for each in belongs:
            place = fated[_stretch_id(each)].move.now
            if place is not None:
                change.assign(replace(each, span=place))


def _items(project: Project, document: str) -> list[Item]:
    codebook = project.codebook()
    cases = {case.id: case.name for case in project.cases()}
    items = [
        Item(Kind.CODING, coding.id, coding.span, codebook.path(coding.code), coding.coder)
        for coding in project.codings(document=document)
    ]
    items += [
        Item(Kind.MEMO, memo.id, memo.anchor.span, memo.title or memo.text, memo.coder)
        for memo in project.memos(about="document", target=document)
        if memo.anchor is not None
    ]
    items += [
        Item(
            Kind.DECISION,
            decision.id,
            decision.span,
            codebook.path(decision.code) if decision.code in codebook else "a code that is gone",
            decision.coder,
        )
        for decision in project.decisions(document=document, removed_codes=True)
    ]
    return items + [
        Item(Kind.STRETCH, _stretch_id(each), each.span, cases.get(each.case, ""))
        for each in project.memberships()
        if each.document == document and each.span is not None
    ]


def _stretch_id(membership: Membership) -> str:
    assert membership.span is not None
    return f"{membership.case}/{membership.span.start}-{membership.span.end}"


# --- what is read in a corrected text -------------------------------------------------------------


def _edited(document: Document, turns: Sequence[Turn], alignment: Alignment) -> Reading:
    try:
        reading, before = (reading_of(text, document.name) for text in (alignment.new, alignment.old))
    except MalformedFile as error:
        raise InvalidValue(f"the corrected text cannot be read: {error}") from error
    told = _named(reading.turns, turns, alignment)
    if [turn.span for turn in before.turns] == [turn.span for turn in turns]:
        # What the text alone tells was known to be otherwise before: where it still tells the same, that stays.
        guesses = dict(zip(turns, before.turns, strict=True))
        found = _with_known(told, turns, alignment, guesses)
    else:
        found = _carried(told, turns, before.turns, alignment)
    return Reading(alignment.new, found, document.kind, reading.warnings, document.date)


def _with_known(
    found: Iterable[Turn], known: Sequence[Turn], alignment: Alignment, guesses: Mapping[Turn, Turn] | None = None
) -> tuple[Turn, ...]:
    """Turns of the new text with times and speakers of those known, where their words stayed and nothing else is told.

    ``guesses`` is what the old text alone told of the known turns.
    """
    places: list[tuple[int, int, Turn]] = []
    for turn in known:
        if (now := alignment.moved(turn.span).now) is not None:
            places.append((now.start, now.end, turn))
    places.sort(key=lambda place: place[:2])
    result, begin = [], 0
    for turn in found:
        while begin < len(places) and places[begin][1] <= turn.span.start:
            begin += 1
        here = []
        for start, end, each in places[begin:]:
            if start >= turn.span.end:
                break
            if min(end, turn.span.end) - max(start, turn.span.start) > 0:
                here.append((start, end, each))
        if here:
            result.append(_filled(turn, here, (guesses or {}).get(here[0][2])))
        else:
            result.append(turn)
    return tuple(result)


def _filled(turn: Turn, here: Sequence[tuple[int, int, Turn]], guess: Turn | None) -> Turn:
    """A turn with what is known of those (new start, new end, known turn) that lie in it."""
    first, last = here[0], here[-1]
    if turn.start_ms is None and turn.end_ms is None:
        # A turn that was cut in two begins or ends at a time that nobody knows.
        starts = first[2].start_ms if first[0] >= turn.span.start else None
        ends = last[2].end_ms if last[1] <= turn.span.end else None
        turn = replace(turn, start_ms=starts, end_ms=ends)
    if guess is not None and (guess.speaker, guess.kind, guess.level) == (turn.speaker, turn.kind, turn.level):
        return replace(turn, speaker=first[2].speaker, kind=first[2].kind, level=first[2].level)
    return turn if turn.speaker else replace(turn, speaker=first[2].speaker)


def _carried(
    found: Sequence[Turn], known: Sequence[Turn], before: Sequence[Turn], alignment: Alignment
) -> tuple[Turn, ...]:
    """The known turns where they now lie, and those found in the new text where none of them does.

    ``before`` are the turns that the old text alone tells of: a speaker told otherwise now is another one.
    """
    told_before = {turn.span.start: turn.speaker for turn in before}
    told_now = {turn.span.start: turn.speaker for turn in found}
    carried: list[Turn] = []
    for turn in known:
        move = alignment.moved(turn.span)
        if move.now is None:
            continue
        was, is_now = (text.count("\n\n") for text in (turn.span.of(alignment.old), move.now.of(alignment.new)))
        if is_now <= was and (not carried or carried[-1].span.end <= move.now.start):
            told = told_now.get(move.now.start)
            other = told is not None and told != told_before.get(turn.span.start, told)
            carried.append(replace(turn, span=move.now, speaker=told if other else turn.speaker))
    free = [turn for turn in found if not any(turn.span.overlaps(each.span) for each in carried)]
    return tuple(sorted([*carried, *_with_known(free, known, alignment)], key=lambda turn: turn.span))


def _names_speakers(turns: Sequence[Turn], text: str) -> bool:
    """Whether nearly every speaker stands before the words, as ``Name: words``."""
    spoken = [turn for turn in turns if turn.speaker]
    named = [turn for turn in spoken if text.endswith(f"{turn.speaker}: ", 0, turn.span.start)]
    return len(named) > 0.9 * len(spoken)


def _named(found: Iterable[Turn], known: Sequence[Turn], alignment: Alignment) -> list[Turn]:
    """Turns with the name before their words as their speaker, where that was taken for a part of the words.

    Somebody who speaks once may be missed by who reads the text alone; lines that were there before are let be.
    """
    if not _names_speakers(known, alignment.old):
        return list(found)
    begun = {move.now.start for turn in known if (move := alignment.moved(turn.span)).now is not None}
    result = []
    for turn in found:
        at_line = turn.span.start == 0 or alignment.new[turn.span.start - 1] == "\n"
        label = _LABEL.match(alignment.new, turn.span.start, turn.span.end)
        if label is not None and at_line and turn.span.start not in begun:
            result.append(replace(turn, span=Span(label.end(), turn.span.end), speaker=label[1]))
        else:
            result.append(turn)
    return result


def _words(reading: Reading) -> int:
    return sum(len(turn.span.of(reading.text).split()) for turn in reading.turns if turn.kind.is_content)


# --- what differs, to be read ---------------------------------------------------------------------


def _differences(alignment: Alignment) -> tuple[Difference, ...]:
    old, new = alignment.old, alignment.new
    merged: list[Hunk] = []
    for hunk in alignment.hunks():
        last = merged[-1] if merged else None
        if last is not None and hunk.start - last.end < _NEAR and "\n" not in old[last.end : hunk.start]:
            merged[-1] = Hunk(last.start, hunk.end, last.new_start, hunk.new_end)
        else:
            merged.append(hunk)
    found, line, counted = [], 1, 0
    for hunk in merged:
        line += old.count("\n", counted, hunk.start)
        counted = hunk.start
        before = old[max(0, hunk.start - _BESIDE) : hunk.start].rpartition("\n")[2]
        after = old[hunk.end : hunk.end + _BESIDE].partition("\n")[0]
        found.append(Difference(line, before, old[hunk.start : hunk.end], new[hunk.new_start : hunk.new_end], after))
    return tuple(found)
