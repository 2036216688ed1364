"""Refining the codebook from what was coded: proposals, what they would change, taking them, setting them aside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from coder import tables as table_room
from coder.errors import InvalidValue, NotAllowed, UnknownItem
from coder.model import (
    Anchor,
    Code,
    Codebook,
    Coding,
    Origin,
    Outcome,
    Role,
    Segment,
    Span,
    new_id,
    now,
    text_hash,
)
from coder.model.framework import RowKind
from coder.refining.definitions import Judgement, sharpenings
from coder.refining.drift import drifts
from coder.refining.gaps import gaps
from coder.refining.material import Passages, Quotations, in_one_space, unit
from coder.refining.merge import merges
from coder.refining.misfits import misfits
from coder.refining.proposal import Found, Kind, Proposal
from coder.refining.saturation import (
    Curve,
    Distance,
    Rule,
    Saturation,
    carried,
    curve,
    distances,
    in_order_of_coding,
    saturation,
)
from coder.refining.split import splits
from coder.store import Project
from coder.workflow.codebooks import change_code, check_takes_codings, merge_codes
from coder.workflow.corpus import Corpus
from coder.workflow.ledger import covered
from coder.workflow.permission import acting, change_by
from coder.workflow.tables import material

ASIDE = "refining.set aside"
SAME_EVIDENCE = {Kind.GAP: 0.5}
"""Share of the evidence that must be as it was for a proposal to hold, or to stay set aside; .9 for kinds not named."""

AT_ONE_TIME = 60.0
"""Imported codings no more seconds apart count as made at one time: an import is no order of coding."""

SHARPENED = ("definition", "when_to_use", "when_not_to_use")

OnStep = Callable[[float, str], None]
"""Told the share of the work that is done, and what is looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """A quotation or passage that a proposal names: its words, and where they stand. ``coder`` is a name."""

    text: str
    document: str
    span: Span
    coder: str | None = None


@dataclass(frozen=True, eq=False)
class Gathered:
    """What proposals are made from. ``unread`` quotations and ``waiting`` passages have no vector of their own yet.

    ``order`` names documents as the arrays number them; ``places`` by the ids that proposals use.
    """

    revision: int
    quotations: Quotations
    passages: Passages
    judgements: tuple[Judgement, ...]
    read: Mapping[tuple[int, int], int]
    codebook: Codebook
    coders: tuple[str, ...]
    order: tuple[str, ...]
    places: Mapping[str, Place]
    unread: int
    waiting: int

    @cached_property
    def in_one_space(self) -> tuple[Quotations, Passages]:
        """Quotations and passages as they are compared."""
        return in_one_space(self.quotations, self.passages)


def gather(project: Project, model: str, *, interviewer: bool = False) -> Gathered:
    """Everything that proposals rest on, with the vectors that the project keeps of this model.

    A quotation is known by its own words and by the passage around them, half and half. The interviewer's passages
    are no gaps, unless wanted.
    """
    codebook, codings, coders = project.codebook(), project.codings(), project.coders()
    corpus = Corpus.of(project)
    codings = [coding for coding in codings if coding.code in codebook]
    hashes = [text_hash(coding.quotation) for coding in codings]
    kept = project.vectors(model, [*corpus.hashes, *hashes])
    order = tuple(document.id for document in project.documents())
    names = {coder.id: coder.name for coder in coders}
    passages, inside, waiting = _passages(project, corpus, kept, order, codings, interviewer=interviewer)
    rows, vectors, unread = [], [], 0
    for row, hash in enumerate(hashes):
        own = np.frombuffer(kept[hash], np.float16).astype(np.float32) if hash in kept else None
        unread += own is None
        parts = [part for part in (own, inside.get(row)) if part is not None]
        if parts:
            rows.append(row)
            vectors.append(unit(np.mean([unit(part) for part in parts], axis=0)))
    known = [codings[row] for row in rows]
    quotations = _quotations(codebook, known, vectors, order, tuple(names))
    decisions = [decision for decision in project.decisions() if decision.code in codebook]
    places = {
        coding.id: Place(coding.quotation, coding.document, coding.span, names.get(coding.coder)) for coding in codings
    }
    texts = project.texts()
    for decision in decisions:
        if decision.document in texts:
            words = decision.span.of(texts[decision.document])
            places[decision.id] = Place(words, decision.document, decision.span, names.get(decision.coder))
    for segment, text in zip(corpus.segments, corpus.texts, strict=True):
        places[_passage_id(segment)] = Place(text, segment.document, segment.span)
    return Gathered(
        project.revision,
        quotations,
        passages,
        tuple(Judgement(each.id, each.code, each.outcome is Outcome.REFUSED) for each in decisions),
        _read(project, codings, order, tuple(names)),
        codebook,
        tuple(names.values()),
        order,
        places,
        unread,
        waiting,
    )


def find(gathered: Gathered, on_step: OnStep | None = None) -> dict[Kind, Found]:
    """All proposals, by kind. They change nothing."""

    def step(begin: float, end: float, what: str) -> Callable[[int, int], None]:
        def told(done: int, total: int) -> None:
            if on_step is not None:
                on_step(begin + (end - begin) * done / max(1, total), what)

        told(0, 1)
        return told

    # Many small products: on a busy machine the threads of one would mostly wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        step(0.0, 0.1, "vectors")
        quotations, passages = gathered.in_one_space
        found = {Kind.DRIFT: drifts(quotations, gathered.coders, step(0.1, 0.25, "codes used differently"))}
        drifting = frozenset(each.codes[0] for each in found[Kind.DRIFT].proposals)
        found[Kind.MERGE] = merges(quotations, drifting, step(0.25, 0.5, "codes that may be one"))
        found[Kind.SPLIT] = splits(quotations, step(0.5, 0.75, "codes that may be two"))
        step(0.75, 0.85, "quotations that look like another code")
        alike = [frozenset(each.codes) for each in found[Kind.MERGE].proposals]
        found[Kind.MISFIT] = misfits(quotations, passages, alike)
        step(0.85, 0.95, "what no code covers")
        found[Kind.GAP] = gaps(quotations, passages)
        step(0.95, 1.0, "refusals and disagreements")
        undefined = {code.id for code in gathered.codebook.codes if not (code.definition or code.brief)}
        found[Kind.DEFINITION] = sharpenings(quotations, gathered.judgements, gathered.read, undefined)
    return found


def holding(
    codebook: Codebook, codings: Sequence[Coding], gathered: Gathered, found: Mapping[Kind, Found]
) -> dict[Kind, list[Proposal]]:
    """The proposals whose codes and quotations are as they were.

    What was taken, from here or by hand, has nothing left to propose; undo brings it back.
    """
    by_id = {coding.id: coding for coding in codings}
    coded = {(coding.document, coding.span) for coding in codings}

    def holds(proposal: Proposal) -> bool:
        if not all(code in codebook and codebook.code(code).takes_codings for code in proposal.codes):
            return False
        if proposal.kind is Kind.MERGE:
            return True
        if proposal.kind in (Kind.DRIFT, Kind.DEFINITION):
            field = field_of(proposal)
            then, here = (getattr(book.code(proposal.codes[0]), field) for book in (gathered.codebook, codebook))
            return bool(then == here)
        if proposal.kind is Kind.GAP:
            places = (gathered.places[id] for id in proposal.rests_on)
            as_it_was = [(place.document, place.span) not in coded for place in places]
        else:
            moving = choosable(proposal) or proposal.rests_on
            as_it_was = [id in by_id and by_id[id].code == proposal.codes[0] for id in moving]
        return sum(as_it_was) >= SAME_EVIDENCE.get(proposal.kind, 0.9) * len(as_it_was)

    return {kind: [each for each in told.proposals if holds(each)] for kind, told in found.items()}


# --- taking ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """What the researcher makes of a proposal.

    ``quotations`` are the ids chosen among those of the side that moves (None: all of them); ``name`` is that of a new
    code; ``text`` the new wording of the field to sharpen.
    """

    quotations: frozenset[str] | None = None
    name: str = ""
    text: str = ""


@dataclass(frozen=True)
class Plan:
    """What taking a proposal comes to: the codebook after it, codings changed or new, and ids of those removed."""

    codebook: Codebook
    saved: tuple[Coding, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """How many codings would change, be new, or go."""

    changed: int
    added: int
    removed: int


def choosable(proposal: Proposal) -> tuple[str, ...]:
    """Ids among which quotations or passages are chosen; none where there is nothing to choose."""
    if proposal.kind is Kind.SPLIT:
        return proposal.sides[1].quotations
    return proposal.rests_on if proposal.kind is Kind.GAP else ()


def effect(project: Project, gathered: Gathered, proposal: Proposal, choice: Choice, *, coder: str) -> Effect:
    """What taking a proposal would do to the codings. Raises what ``take`` would."""
    plan = _planned(project, gathered, proposal, choice, coder)
    there = {coding.id for coding in project.codings()}
    changed = sum(coding.id in there for coding in plan.saved)
    return Effect(changed, len(plan.saved) - changed, len(plan.removed))


def effect_on_tables(
    project: Project, gathered: Gathered, proposal: Proposal, choice: Choice, *, coder: str
) -> dict[str, pd.DataFrame]:
    """What taking a proposal would change in every table: see ``tables.changed_cells``. Raises what ``take`` would."""
    before = material(project, texts=True, speakers=True, passages=True)
    plan = _planned(project, gathered, proposal, choice, coder)
    saved, removed = {coding.id: coding for coding in plan.saved}, set(plan.removed)
    kept = [saved.pop(coding.id, coding) for coding in before.codings if coding.id not in removed]
    after = replace(before, codebook=plan.codebook, codings=[*kept, *saved.values()])
    cells = [cell for kind in RowKind for cell in project.framework_cells(kind)]
    return table_room.changed_cells(before, after, cells)


def take(project: Project, gathered: Gathered, proposal: Proposal, choice: Choice, *, coder: str) -> None:
    """Do what a proposal says, in one change that one undo takes back.

    Raises InvalidValue for an empty name, text or choice, NotAllowed for quotations of others (unless by the owner),
    UnknownItem for quotations that are gone, or CodebookConflict.
    """
    if proposal.kind is Kind.MERGE:
        merge_codes(project, proposal.codes[0], into=proposal.codes[1], coder=coder)
    elif proposal.kind in (Kind.DRIFT, Kind.DEFINITION):
        plan = _planned(project, gathered, proposal, choice, coder)
        code = plan.codebook.code(proposal.codes[0])
        field = field_of(proposal)
        change_code(project, code.id, coder=coder, **{field: getattr(code, field)})
    else:
        summary = (
            f"{_VERBS[proposal.kind]} {project.codebook().path(proposal.codes[0]) if proposal.codes else choice.name}"
        )
        with change_by(project, coder, "refine", summary=summary) as change:
            plan = _planned(project, gathered, proposal, choice, coder)
            change.save_codebook(plan.codebook)
            for coding in plan.saved:
                change.save_coding(coding)
            for id in plan.removed:
                change.remove_coding(id)


def field_of(proposal: Proposal) -> str:
    """The field of the code that a proposal wants sharpened."""
    return proposal.field or SHARPENED[0]


_VERBS = {Kind.SPLIT: "split code", Kind.MISFIT: "recode a quotation of", Kind.GAP: "add code"}


def _planned(project: Project, gathered: Gathered, proposal: Proposal, choice: Choice, coder: str) -> Plan:
    codebook = project.codebook()
    if proposal.kind is Kind.MERGE:
        return _merged(project, codebook, *proposal.codes)
    if proposal.kind is Kind.SPLIT:
        new = _new_code(codebook, choice.name, beside=proposal.codes[0])
        moved = _chosen(proposal, choice)
        return Plan(codebook.with_code(new), _recoded(project, codebook, moved, new.id, coder))
    if proposal.kind is Kind.MISFIT:
        (id,) = proposal.rests_on
        if len(proposal.codes) == 1:
            _own(project, [project.coding(id)], coder)
            return Plan(codebook, removed=(id,))
        check_takes_codings(codebook, proposal.codes[1])
        return _moved(project, codebook, id, proposal.codes[1], coder)
    if proposal.kind is Kind.GAP:
        new = _new_code(codebook, choice.name)
        return Plan(
            codebook.with_code(new), _coded(project, gathered, codebook, _chosen(proposal, choice), new.id, coder)
        )
    if not choice.text.strip():
        raise InvalidValue("nothing is written; say what sets this code apart")
    return Plan(codebook.changed(proposal.codes[0], **{field_of(proposal): choice.text.strip()}))


def _merged(project: Project, codebook: Codebook, gone: str, into: str) -> Plan:
    check_takes_codings(codebook, into)
    there = {(each.document, each.span, each.coder) for each in project.codings(code=into)}
    saved, removed = [], []
    for coding in project.codings(code=gone):
        stamp = coding.document, coding.span, coding.coder
        if stamp in there:
            removed.append(coding.id)
        else:
            there.add(stamp)
            saved.append(replace(coding, code=into))
    return Plan(codebook.merged(gone, into=into), tuple(saved), tuple(removed))


def _new_code(codebook: Codebook, name: str, beside: str | None = None) -> Code:
    if not name.strip():
        raise InvalidValue("the new code has no name; write one")
    parent = codebook.code(beside).parent if beside is not None else None
    return Code(new_id(), name.strip(), parent, colour=codebook.next_colour())


def _chosen(proposal: Proposal, choice: Choice) -> tuple[str, ...]:
    offered = choosable(proposal)
    chosen = tuple(id for id in offered if choice.quotations is None or id in choice.quotations)
    if not chosen:
        raise InvalidValue("no quotation is chosen; choose at least one")
    return chosen


def _recoded(project: Project, codebook: Codebook, ids: Sequence[str], code: str, coder: str) -> tuple[Coding, ...]:
    first = {coding.id: coding for coding in project.codings()}
    if missing := [id for id in ids if id not in first]:
        raise UnknownItem(f"{len(missing)} of the quotations are gone; look for proposals again")
    places = {(first[id].document, first[id].span, first[id].code) for id in ids}
    # What several coders put on the same words goes along: it was one place that was looked at.
    moved = [each for each in first.values() if (each.document, each.span, each.code) in places]
    _own(project, moved, coder)
    at = now()
    return tuple(replace(each, code=code, modified=at, codebook_version=codebook.version) for each in moved)


def _moved(project: Project, codebook: Codebook, id: str, code: str, coder: str) -> Plan:
    coding = project.coding(id)
    _own(project, [coding], coder)
    equal = any(
        each.span == coding.span for each in project.codings(document=coding.document, code=code, coder=coding.coder)
    )
    if equal:
        # These words carry the other code already: what does not fit only goes.
        return Plan(codebook, removed=(id,))
    return Plan(codebook, (replace(coding, code=code, modified=now(), codebook_version=codebook.version),))


def _coded(
    project: Project, gathered: Gathered, codebook: Codebook, ids: Sequence[str], code: str, coder: str
) -> tuple[Coding, ...]:
    texts, at = project.texts(), now()
    found = []
    for id in ids:
        place = gathered.places[id]
        if place.document not in texts or place.span.of(texts[place.document]) != place.text:
            raise UnknownItem("a document of these passages is gone; look for proposals again")
        anchor = Anchor.on(texts[place.document], place.span)
        found.append(
            Coding(
                new_id(), place.document, anchor, code, coder, Origin.HAND,
                codebook_version=codebook.version, created=at, modified=at,
            )
        )  # fmt: skip
    return tuple(found)


def _own(project: Project, codings: Sequence[Coding], coder: str) -> None:
    others = sum(coding.coder != coder for coding in codings)
    if others and acting(project, coder).role is not Role.OWNER:
        raise NotAllowed(f"{others} of these quotations are other coders'; ask the owner of the project to do it")


# --- setting aside ---------------------------------------------------------------------------------


def set_aside(project: Project, proposal: Proposal, *, coder: str) -> None:
    """Do not show a proposal again unless what it rests on changes. Raises UnknownItem, or NotAllowed for a reader."""
    content = {"at": now(), "coder": coder, "rests on": sorted(map(_short, proposal.rests_on))}
    summary = f"set aside: {said(proposal.why, project.codebook(), proposal)}"
    with change_by(project, coder, "set proposal aside", summary=summary) as change:
        change.set_setting(f"{ASIDE} {proposal.key}", json.dumps(content, sort_keys=True))


def bring_back(project: Project, proposal: Proposal, *, coder: str) -> None:
    """Show again what was set aside. Raises UnknownItem, or NotAllowed for a reader."""
    summary = f"bring back: {said(proposal.why, project.codebook(), proposal)}"
    with change_by(project, coder, "bring proposal back", summary=summary) as change:
        change.set_setting(f"{ASIDE} {proposal.key}", None)


def is_aside(project: Project, proposal: Proposal) -> bool:
    """Whether it was set aside, and rests on nearly the same as then."""
    content = project.setting(f"{ASIDE} {proposal.key}")
    if content is None:
        return False
    then, here = set(json.loads(content)["rests on"]), set(map(_short, proposal.rests_on))
    return len(then & here) >= SAME_EVIDENCE.get(proposal.kind, 0.9) * len(then | here)


def said(sentence: str, codebook: Codebook, proposal: Proposal) -> str:
    """A sentence of a proposal with the names of its codes."""
    names = [codebook.code(code).name if code in codebook else "(gone)" for code in proposal.codes]
    return sentence.format(*names)


def _short(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()[:8]


# --- saturation ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Coverage:
    """What each document brought, in the order of coding: one row of ``table`` a document, and what it comes to."""

    table: pd.DataFrame
    saturation: Saturation
    curve: Curve
    distance: Distance


def coverage(gathered: Gathered, names: Mapping[str, str], rule: Rule | None = None) -> Coverage:
    """New codes by document, with intervals over orders; ``names`` by document id.

    ``distance`` says how far a document's passages lie from all that is coded in other documents.
    """
    quotations, passages = gathered.in_one_space
    order = in_order_of_coding(quotations)
    flags = carried(quotations, order)
    drawn, far = curve(flags, rule), distances(quotations, passages, order)
    table = pd.DataFrame(
        {
            "document": [names.get(gathered.order[document], "") for document in order],
            "new codes": drawn.new,
            "codes so far": drawn.found,
            "in any order, middle": drawn.middle,
            "low": drawn.low,
            "high": drawn.high,
            "distance": far.far,
        },
        index=pd.RangeIndex(1, len(order) + 1, name="coded"),
    )
    return Coverage(table, saturation(drawn.new, rule), drawn, far)


# --- gathering -------------------------------------------------------------------------------------


def _passages(
    project: Project,
    corpus: Corpus,
    kept: Mapping[str, bytes],
    order: Sequence[str],
    codings: Sequence[Coding],
    *,
    interviewer: bool,
) -> tuple[Passages, dict[int, NDArray[np.float32]], int]:
    """Passages with a vector, without the interviewer's; by coding (row) the mean of those under it; how many wait."""
    number = {document: i for i, document in enumerate(order)}
    by_document: dict[str, list[tuple[int, Coding]]] = {}
    for row, coding in enumerate(codings):
        by_document.setdefault(coding.document, []).append((row, coding))
    ends: dict[str, int] = {}
    for mark in project.read_marks():
        ends[mark.document] = max(ends.get(mark.document, 0), mark.position)
    code_covers, read = np.zeros(len(corpus), np.bool_), np.zeros(len(corpus), np.bool_)
    inside: dict[int, NDArray[np.float32]] = {}
    vectors = {
        i: np.frombuffer(kept[hash], np.float16).astype(np.float32)
        for i, hash in enumerate(corpus.hashes)
        if hash in kept
    }
    for document, rows in corpus.rows.items():
        spans = [segment.span for segment in corpus.segments[rows.start : rows.stop]]
        here = by_document.get(document, [])
        in_reading = (coding.span.end for _, coding in here if coding.origin.in_reading)
        end = max([ends.get(document, 0), *in_reading])
        for row, coding in here:
            found = [(rows.start + passage, share) for passage, share in covered(spans, coding.span)]
            code_covers[[passage for passage, _ in found]] = True
            weighed = [(vectors[passage], share) for passage, share in found if passage in vectors]
            if weighed:
                inside[row] = np.average([v for v, _ in weighed], axis=0, weights=[share for _, share in weighed])
        read[rows.start : rows.stop] = [span.end <= end for span in spans]
    read |= code_covers
    offered = [i for i in vectors if interviewer or code_covers[i] or not corpus.interviewer[i]]
    passages = Passages(
        [_passage_id(corpus.segments[i]) for i in offered],
        [corpus.texts[i] for i in offered],
        _stacked([vectors[i] for i in offered]),
        np.array([number[corpus.segments[i].document] for i in offered], np.int64),
        code_covers[offered] if offered else np.zeros(0, np.bool_),
        read[offered] if offered else np.zeros(0, np.bool_),
    )
    return passages, inside, len(corpus) - len(vectors)


def _quotations(
    codebook: Codebook,
    codings: Sequence[Coding],
    vectors: Sequence[NDArray[np.float32]],
    order: Sequence[str],
    coders: Sequence[str],
) -> Quotations:
    codes = [code.id for _, code in codebook.walk() if code.takes_codings]
    column, number = {code: i for i, code in enumerate(codes)}, {document: i for i, document in enumerate(order)}
    who = {coder: i for i, coder in enumerate(coders)}
    # Of retired codes nothing is proposed.
    kept = [i for i, coding in enumerate(codings) if coding.code in column and coding.document in number]
    chosen = [codings[i] for i in kept]
    return Quotations(
        codes,
        [coding.id for coding in chosen],
        _stacked([vectors[i] for i in kept]),
        np.array([column[coding.code] for coding in chosen], np.int64),
        np.array([who.get(coding.coder, 0) for coding in chosen], np.int64),
        np.array([number[coding.document] for coding in chosen], np.int64),
        np.array([coding.span.start for coding in chosen], np.int64),
        np.array([coding.span.end for coding in chosen], np.int64),
        _moments(chosen),
    )


def _read(
    project: Project, codings: Sequence[Coding], order: Sequence[str], coders: Sequence[str]
) -> dict[tuple[int, int], int]:
    """How far each coder (by number) has read each document (by number)."""
    number, who = {document: i for i, document in enumerate(order)}, {coder: i for i, coder in enumerate(coders)}
    read: dict[tuple[int, int], int] = {}

    def note(coder: str, document: str, end: int) -> None:
        if coder in who and document in number:
            key = who[coder], number[document]
            read[key] = max(read.get(key, 0), end)

    for mark in project.read_marks():
        note(mark.coder, mark.document, mark.position)
    for coding in codings:
        # A passage that was found says nothing of those before it.
        if coding.origin.in_reading:
            note(coding.coder, coding.document, coding.span.end)
    return read


def _stacked(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)


def _moments(codings: Sequence[Coding]) -> NDArray[np.float64]:
    """When each was made, in seconds; all of one import at its beginning."""
    moments = np.array([_seconds(coding.created) for coding in codings], np.float64)
    imported = np.flatnonzero([coding.origin is Origin.IMPORTED for coding in codings])
    imported = imported[np.argsort(moments[imported], kind="stable")]
    if len(imported):
        begins = np.append(True, np.diff(moments[imported]) > AT_ONE_TIME)
        moments[imported] = moments[imported][begins][np.cumsum(begins) - 1]
    return moments


def _seconds(moment: str) -> float:
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError:
        return 0.0


def _passage_id(segment: Segment) -> str:
    return f"{segment.document}/{segment.index}"
