"""Queues of suggestions to go through, and taking many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from coder.model import Anchor, Coding, Decision, Origin, Outcome, new_id, now
from coder.store import Project
from coder.suggest.choosing import spread
from coder.workflow.codebooks import check_takes_codings
from coder.workflow.permission import change_by
from coder.workflow.suggestions import FLOOR, Snapshot, Suggestion

LENGTH = 1000
"""Suggestions in a queue, at most: they are taken at once only where all of them are seen."""

ASKED = 100
"""Of those that would teach the most, so many are enough: after them there is more to learn from."""


class Queue(StrEnum):
    """Ways to go through what is suggested."""

    SUREST = "the surest"
    MORE = "more like this"
    DOCUMENT = "one document"
    UNCERTAIN = "the least certain"
    MISSES = "likely misses"

    @property
    def help(self) -> str:
        """What it is good for, in one sentence."""
        return _HELP[self]


_HELP = {
    Queue.SUREST: "The likeliest suggestions on passages you have not read yet, for going fast.",
    Queue.MORE: "One code over all documents, likeliest first; also one that has too few examples to be suggested.",
    Queue.DOCUMENT: "Every suggestion in one document, in reading order.",
    Queue.UNCERTAIN: "Passages not read yet that would teach the most: uncertain, rare codes first, unlike each other.",
    Queue.MISSES: "Passages you have read and left, where the rest of your coding speaks for a code.",
}


def queue(
    snapshot: Snapshot,
    kind: Queue,
    *,
    code: str | None = None,
    document: str | None = None,
    floor: float = FLOOR,
    length: int = LENGTH,
) -> tuple[Suggestion, ...]:
    """What there is to decide on, best first; of one code or document where it is named.

    ``floor`` is the least probability of the queues that suggest; those that ask (more like this, least certain)
    have none.
    """
    ground, learned = snapshot.ground, snapshot.learned
    if ground is None or learned is None:
        return ()
    asks = kind in (Queue.MORE, Queue.UNCERTAIN)
    allowed = snapshot.allowed_anywhere(silent=not asks)
    probability = snapshot.probability
    if kind is Queue.MISSES:
        probability = _unseen(snapshot)
        allowed = allowed & (probability >= 0)
    if kind in (Queue.SUREST, Queue.UNCERTAIN):
        allowed = allowed & ~_read(snapshot)[:, None]
    if code is not None:
        allowed = allowed & (np.arange(len(ground.codes)) == ground.columns.get(code, -1))
    if document is not None:
        inside = np.zeros(len(ground.corpus), np.bool_)
        inside[ground.corpus.rows.get(document, range(0))] = True
        allowed = allowed & inside[:, None]
    if not asks:
        allowed = allowed & (probability >= floor)
    rows, columns = np.nonzero(allowed)
    likely = probability[rows, columns]
    if kind is Queue.UNCERTAIN:
        # Uncertainty sampling (Lewis and Gale 1994): nearest to even odds, and more for a code with few examples.
        worth = likely * (1 - likely) / np.sqrt(1 + learned.judgements.examples[columns])
        length = min(length, ASKED)
        best = np.argsort(-worth, kind="stable")[: 20 * length]
        chosen = best[spread(worth[best], ground.prepared.meaning[rows[best]], rows[best], columns[best], length)]
    elif kind is Queue.DOCUMENT:
        chosen = np.lexsort((-likely, rows))[:length]
    else:
        chosen = np.lexsort((rows, -likely))[:length]
    return tuple(snapshot.suggestion(int(rows[i]), int(columns[i]), float(likely[i])) for i in chosen)


def above(suggestions: Sequence[Suggestion], probability: float) -> tuple[Suggestion, ...]:
    """Those at least this likely: the preview of taking them all."""
    return tuple(each for each in suggestions if each.probability >= probability)


def take_all(
    project: Project,
    suggestions: Collection[Suggestion],
    *,
    coder: str,
    model: str | None = None,
    operation: str | None = None,
) -> int:
    """Take all these suggestions in one change, so that one undo takes all back; how many codings were new.

    What carries the code already is passed over. Raises UnknownItem, NotAllowed, or CodebookConflict for a code that
    takes no codings.
    """
    summary = f"take {len(suggestions)} suggestion{'s' if len(suggestions) != 1 else ''} at once"
    with change_by(project, coder, "take suggestions", operation=operation, summary=summary) as change:
        if change.repeated:
            return 0
        codebook = project.codebook()
        for code in {each.code for each in suggestions}:
            check_takes_codings(codebook, code)
        texts, at, taken = project.texts(), now(), 0
        there = {(coding.document, coding.span, coding.code) for coding in project.codings(coder=coder)}
        for each in suggestions:
            if each.document not in texts or (each.document, each.span, each.code) in there:
                continue
            there.add((each.document, each.span, each.code))
            id, anchor = new_id(), Anchor.on(texts[each.document], each.span)
            coding = Coding(
                id, each.document, anchor, each.code, coder, Origin.SUGGESTION, model, each.probability,
                codebook.version, at, at,
            )  # fmt: skip
            change.save_coding(coding)
            # Without a probability: a decision on many at once says nothing about how good that number is.
            change.save_decision(
                Decision(new_id(), each.document, each.span, each.code, coder, Outcome.TAKEN, None, model, id, at)
            )
            taken += 1
        return taken


def _unseen(snapshot: Snapshot) -> NDArray[np.float64]:
    """(n, c): what a passage that was read would get had its document not been seen; -1 for all others."""
    assert snapshot.learned is not None
    judgements = snapshot.learned.judgements
    out = np.full(snapshot.learned.probability.shape, -1.0)
    out[judgements.rows] = snapshot.learned.out_of_fold
    out[~_read(snapshot)] = -1.0
    return out


def _read(snapshot: Snapshot) -> NDArray[np.bool_]:
    """(n,): which passages this coder has read."""
    assert snapshot.ground is not None
    out = np.zeros(len(snapshot.ground.corpus), np.bool_)
    for document, rows in snapshot.ground.corpus.rows.items():
        if (own := snapshot.own.get(document)) is not None:
            out[rows.start : rows.stop] = own.read
    return out
