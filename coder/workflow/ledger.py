"""What was decided in a project, kept up with its journal, as the learner wants it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from coder.model import Coding, Decision, Outcome, RowChange, Span
from coder.store import Project, coding_in, decision_in
from coder.suggest.material import Judgements
from coder.workflow.corpus import Corpus

LITTLE = 0.1
"""A coding is about a passage where it covers this share of it, or has half of its own words there."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What was decided in one document, its p passages against c codes, in the learner's sense.

    ``extent`` (p, c), ``refused`` (p, c) and ``read`` (p,) as in ``Judgements``; ``end`` is the position up to which
    the document was read; ``codings`` by (passage, code), both counted from 0.
    """

    extent: NDArray[np.float32]
    refused: NDArray[np.bool_]
    read: NDArray[np.bool_]
    end: int
    codings: Mapping[tuple[int, int], tuple[Coding, ...]]

    @property
    def known(self) -> NDArray[np.bool_]:
        """(p,): is anything decided about this passage?"""
        known: NDArray[np.bool_] = self.read | self.refused.any(axis=1) | (self.extent > 0).any(axis=1)
        return known

    def teaches_as(self, other: Judged) -> bool:
        """Whether the learner would be told the same."""
        return all(
            np.array_equal(a, b)
            for a, b in ((self.extent, other.extent), (self.refused, other.refused), (self.read, other.read))
        )


@dataclass
class Ledger:
    """Codings, decisions and read marks by document: a copy of what the project file holds, kept up by row changes."""

    codings: dict[str, dict[str, Coding]] = field(default_factory=dict)
    decisions: dict[str, dict[str, Decision]] = field(default_factory=dict)
    marks: dict[str, dict[str, int]] = field(default_factory=dict)

    def read(self, project: Project) -> None:
        """Take in all that the project holds now, and nothing else."""
        self.codings, self.decisions, self.marks = {}, {}, {}
        for coding in project.codings():
            self.codings.setdefault(coding.document, {})[coding.id] = coding
        for made in project.decisions():
            self.decisions.setdefault(made.document, {})[made.id] = made
        for mark in project.read_marks():
            self.marks.setdefault(mark.document, {})[mark.coder] = mark.position

    def follow(self, changes: Iterable[RowChange]) -> set[str]:
        """Apply row changes of the journal, oldest first; the documents that they touched."""
        touched = set()
        for change in changes:
            document = change.document
            if document is None or change.table not in ("coding", "decision", "read_mark"):
                continue
            touched.add(document)
            if change.table == "read_mark":
                marks = self.marks.setdefault(document, {})
                if change.before is not None:
                    marks.pop(str(change.before["coder"]), None)
                if change.after is not None:
                    marks[str(change.after["coder"])] = int(change.after["position"])
                continue
            kept: dict[str, Coding] | dict[str, Decision]
            kept = (self.codings if change.table == "coding" else self.decisions).setdefault(document, {})
            kept.pop(change.key, None)
            if change.after is not None and change.table == "coding":
                self.codings[document][change.key] = coding_in(change.after)
            elif change.after is not None:
                self.decisions[document][change.key] = decision_in(change.after)
        return touched

    def documents(self, coder: str | None) -> set[str]:
        """Where this coder (None: anybody) has coded, decided or read anything."""
        found = {d for d, of in self.codings.items() if any(coder in (None, c.coder) for c in of.values())}
        found |= {d for d, of in self.decisions.items() if any(coder in (None, c.coder) for c in of.values())}
        return found | {d for d, of in self.marks.items() if any(coder in (None, who) for who in of)}

    def judged(
        self, corpus: Corpus, document: str, codes: Mapping[str, int], coder: str | None, *, interviewer: bool
    ) -> Judged:
        """What this coder (None: anybody) has decided in a document, against ``codes`` (column by id).

        A passage counts as read before the position marked, and before the furthest coding made while reading.
        The interviewer's passages, unless wanted, teach only where they were coded.
        """
        rows = corpus.rows[document]
        spans = [segment.span for segment in corpus.segments[rows.start : rows.stop]]
        codings = [c for c in self.codings.get(document, {}).values() if coder in (None, c.coder)]
        decisions = [d for d in self.decisions.get(document, {}).values() if coder in (None, d.coder)]
        end = max((at for who, at in self.marks.get(document, {}).items() if coder in (None, who)), default=0)
        # A passage that was found says nothing of those before it.
        end = max([end, *(coding.span.end for coding in codings if coding.origin.in_reading)])
        extent = np.zeros((len(spans), len(codes)), np.float32)
        refused = np.zeros((len(spans), len(codes)), np.bool_)
        read = np.array([span.end <= end for span in spans], np.bool_)
        if not interviewer:
            read &= ~corpus.interviewer[rows.start : rows.stop]
        places: dict[tuple[int, int], list[Coding]] = {}
        for coding in sorted(codings, key=lambda coding: (coding.span, coding.id)):
            for passage, share in covered(spans, coding.span):
                read[passage] |= coding.origin.in_reading
                if (code := codes.get(coding.code)) is not None:
                    extent[passage, code] = max(extent[passage, code], share)
                    places.setdefault((passage, code), []).append(coding)
        for made in decisions:
            code = codes.get(made.code)
            if made.outcome is Outcome.REFUSED and code is not None:
                for passage, _ in covered(spans, made.span):
                    refused[passage, code] = extent[passage, code] == 0
        return Judged(extent, refused, read, end, {place: tuple(found) for place, found in places.items()})


def covered(spans: list[Span], span: Span) -> list[tuple[int, float]]:
    """Which of the ``spans`` (in order, apart from each other) a span is about, and the share of each it covers."""
    first = bisect_right(spans, span.start, key=lambda other: other.end)
    last = bisect_left(spans, span.end, key=lambda other: other.start)
    found = []
    for i in range(first, last):
        shared = spans[i].shared(span)
        if shared >= LITTLE * len(spans[i]) or shared * 2 >= len(span):
            found.append((i, shared / len(spans[i])))
    return found


def judgements(corpus: Corpus, judged: Mapping[str, Judged], codes: int) -> Judgements:
    """Everything decided, over all documents."""
    rows, extent, refused, read = [], [], [], []
    for document, here in corpus.rows.items():
        if (found := judged.get(document)) is not None:
            known = found.known
            rows.append(np.flatnonzero(known) + here.start)
            extent.append(found.extent[known])
            refused.append(found.refused[known])
            read.append(found.read[known])
    if not rows:
        return Judgements.of(codes)
    return Judgements(
        np.concatenate(rows).astype(np.int64), np.concatenate(extent), np.concatenate(refused), np.concatenate(read)
    )
