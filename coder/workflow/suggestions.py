"""Codes proposed for passages, each with its probability and its evidence: values that never change.

``coder.workflow.assistant`` makes a ``Snapshot``; any thread may read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan

import numpy as np
from numpy.typing import NDArray

from coder.model import Code, Coding, Segment, Span
from coder.suggest.encoder import EMBEDDED_NAME
from coder.suggest.evidence import Frequencies, closest, nearest, shared_words
from coder.suggest.learner import ENOUGH, Learned, Prepared, Viewed
from coder.suggest.material import CodeText
from coder.workflow.corpus import Corpus
from coder.workflow.ledger import Judged
from coder.workflow.switches import Switches
from coder.workflow.track_record import Band, Said, said, track_record
from coder.workflow.unaided import HeldBack, unaided

FLOOR = 0.2
"""Below this probability nothing is suggested."""

MOST = 4
"""Suggestions for one passage."""

FOREIGN = (
    "The passages seem not to be in English, the language of the model that ships: suggestions go by words alone. "
    "Settings takes a multilingual model."
)

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code proposed for a passage. ``passage`` is the index of the segment in its document.

    ``by_definition``: nothing was learned yet, so that only the codebook speaks.
    """

    document: str
    passage: int
    span: Span
    code: str
    probability: float
    by_definition: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that speak for or against a code, and where they stand."""

    text: str
    document: str
    span: Span
    likeness: float
    coding: str | None = None
    coder: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a code is proposed for a passage.

    ``quotations`` carry the code already, ``refused`` is the passage most alike for which it was refused; ``sentence``
    of the codebook comes from ``part`` (brief definition, definition, when to use); ``words`` are shared with them.
    """

    probability: float
    said: Said
    examples: int
    quotations: tuple[Quotation, ...] = ()
    refused: Quotation | None = None
    sentence: str | None = None
    part: str | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Sentences:
    """What the codebook says about one code, sentence by sentence: (part, sentence), and vectors (k, d)."""

    said: tuple[tuple[str, str], ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Ground:
    """All that rests on texts alone: passages, codes, what is prepared from them, and the encoder's name."""

    corpus: Corpus
    codes: tuple[Code, ...]
    texts: tuple[CodeText, ...]
    viewed: Viewed
    prepared: Prepared
    sentences: tuple[Sentences, ...]
    frequencies: Frequencies
    model: str

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of a code."""
        return {code.id: i for i, code in enumerate(self.codes)}

    @cached_property
    def document(self) -> NDArray[np.int64]:
        """(n,): the number of the document of each passage."""
        return self.prepared.passages.document

    @cached_property
    def foreign(self) -> bool:
        """Whether most passages seem to be in a language that their encoder does not know."""
        return self.model.startswith(EMBEDDED_NAME) and not self.frequencies.english

    def row(self, document: str, passage: int) -> int | None:
        """The row of a passage, if it is among those that suggestions know."""
        for row in self.corpus.rows.get(document, ()):
            if self.corpus.segments[row].index == passage:
                return row
        return None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything suggested to one coder at one state of the project. Never changes.

    ``version`` rises with every snapshot; ``revision`` is the journal entry up to which it has learned; ``waiting``
    passages have no vector yet. ``judged`` is what it learned from, ``own`` what this coder did, by document.
    """

    coder: str
    version: int = 0
    revision: int = 0
    switches: Switches = field(default_factory=Switches)
    held_back: HeldBack = field(default_factory=HeldBack)
    ground: Ground | None = None
    learned: Learned | None = None
    judged: Mapping[str, Judged] = field(default_factory=dict)
    own: Mapping[str, Judged] = field(default_factory=dict)
    record: tuple[Band, ...] = track_record(())
    waiting: int = 0

    def same_as(self, other: Snapshot) -> bool:
        """Whether a reader would find the same in both."""
        return (
            self.ground is other.ground
            and self.learned is other.learned
            and self.own == other.own
            and self.judged == other.judged
            and (self.switches, self.held_back) == (other.switches, other.held_back)
            and (self.record, self.waiting) == (other.record, other.waiting)
        )

    @cached_property
    def beginning(self) -> bool:
        """No code has been learned yet, so that definitions speak."""
        return self.learned is not None and not any(skill.skilled for skill in self.learned.skill)

    @cached_property
    def silent(self) -> Mapping[str, str]:
        """Codes (by id) that are not suggested, and why, in words."""
        if self.ground is None or self.learned is None or self.beginning:
            return {}
        reasons = {}
        for code, skill in zip(self.ground.codes, self.learned.skill, strict=True):
            if skill.examples < ENOUGH:
                reasons[code.id] = f"too few examples ({skill.examples} of {ENOUGH})"
            elif not skill.skilled and isnan(skill.average_precision):
                reasons[code.id] = "on every passage read, so that nothing tells it from the rest"
            elif not skill.skilled and skill.average_precision <= skill.told_average_precision:
                reasons[code.id] = "no better than its definition"
            elif not skill.skilled:
                reasons[code.id] = "not clearly better than chance"
        return reasons

    @cached_property
    def probability(self) -> NDArray[np.float64]:
        """(n, c): of each code on each passage; where a passage was judged, as if its document had been left out.

        What the learner has seen it knows by heart: its probability there would say nothing.
        """
        assert self.learned is not None
        out = self.learned.probability.copy()
        rows, held = self.learned.judgements.rows, self.learned.out_of_fold
        out[rows] = np.where(np.isnan(held), out[rows], held)
        return out

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the researcher where the answer means little."""
        said = self.learned.warnings if self.learned is not None else ()
        if self.ground is not None and self.ground.foreign:
            said = (*said, FOREIGN)
        return said

    def suggestions(
        self, document: str, *, most: int = MOST, floor: float = FLOOR
    ) -> Mapping[int, tuple[Suggestion, ...]]:
        """Up to ``most`` codes for each passage of a document (by index), likeliest first."""
        if self.ground is None or self.learned is None or document not in self.ground.corpus.rows:
            return {}
        rows = self.ground.corpus.rows[document]
        probability = np.where(self.allowed(document), self.probability[rows.start : rows.stop], 0.0)
        found = {}
        for i, row in enumerate(rows):
            order = np.argsort(-probability[i], kind="stable")[:most]
            chosen = tuple(
                self.suggestion(row, int(code), float(probability[i, code]))
                for code in order
                if probability[i, code] >= floor
            )
            if chosen:
                found[self.ground.corpus.segments[row].index] = chosen
        return found

    def suggestion(self, row: int, code: int, probability: float) -> Suggestion:
        """The suggestion of a row and column."""
        assert self.ground is not None
        segment = self.ground.corpus.segments[row]
        id = self.ground.codes[code].id
        return Suggestion(segment.document, segment.index, segment.span, id, probability, self.beginning)

    def allowed(self, document: str, *, silent: bool = True) -> Flags:
        """(p, c): where a code may be suggested in a document: not coded so, not refused, not off, not held back.

        ``silent`` leaves out the codes without skill.
        """
        assert self.ground is not None
        rows = self.ground.corpus.rows[document]
        allowed = np.ones((len(rows), len(self.ground.codes)), np.bool_)
        own = self.own.get(document)
        allowed[self.withheld(document)] = False
        if own is not None:
            allowed &= (own.extent == 0) & ~own.refused
        if not self.switches.interviewer:
            allowed[self.ground.corpus.interviewer[rows.start : rows.stop]] = False
        if silent:
            allowed[:, [code.id in self.silent for code in self.ground.codes]] = False
        return allowed

    def withheld(self, document: str) -> Flags:
        """(p,): the passages of a document on which nothing is suggested, whatever the code."""
        assert self.ground is not None
        rows = self.ground.corpus.rows[document]
        first = self.switches.own_pass or self.held_back.own_pass
        if self.switches.silent or (first and not self.read_to_the_end(document)):
            return np.ones(len(rows), np.bool_)
        return unaided(self.ground.corpus, self.held_back)[rows.start : rows.stop]

    def allowed_anywhere(self, *, silent: bool = True) -> Flags:
        """(n, c): the same for all documents."""
        assert self.ground is not None
        parts = [self.allowed(document, silent=silent) for document in self.ground.corpus.rows]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.ground.codes)), np.bool_)

    def read_to_the_end(self, document: str) -> bool:
        """Whether this coder has read the whole document."""
        if self.ground is None or document not in self.ground.corpus.rows:
            return False
        last = self.ground.corpus.segments[self.ground.corpus.rows[document].stop - 1]
        return document in self.own and self.own[document].end >= last.span.end

    def said(self, probability: float) -> Said:
        """A probability in words, and what it rests on."""
        return said(probability, self.record, by_definition=self.beginning)

    def evidence(self, document: str, passage: int, code: str) -> Evidence | None:
        """What speaks for a code on a passage; None where suggestions do not know it, or are held back."""
        ground, learned = self.ground, self.learned
        if ground is None or learned is None or code not in ground.columns:
            return None
        row, column = ground.row(document, passage), ground.columns[code]
        if row is None or self.withheld(document)[row - ground.corpus.rows[document].start]:
            return None
        rows = learned.judgements.rows
        examples = rows[learned.judgements.extent[:, column] > 0]
        features = ground.prepared.features
        near = nearest(features, row, examples, ground.document)
        against = nearest(features, row, rows[learned.judgements.refused[:, column]], ground.document, count=1)
        quotations = tuple(self._quotation(found.row, column, found.likeness) for found in near)
        sentence = closest(ground.prepared.meaning[row], ground.sentences[column].vectors)
        part, text = ground.sentences[column].said[sentence.row] if sentence else (None, None)
        others = [quotation.text for quotation in quotations] or [text or ""]
        shared = shared_words(ground.corpus.texts[row], others, ground.frequencies)
        probability = float(self.probability[row, column])
        return Evidence(
            probability,
            self.said(probability),
            len(examples),
            quotations,
            self._quotation(against[0].row, column, against[0].likeness) if against else None,
            text,
            part,
            tuple(word for word, _ in shared),
        )

    def _quotation(self, row: int, column: int, likeness: float) -> Quotation:
        assert self.ground is not None
        segment = self.ground.corpus.segments[row]
        coding = self._coding(segment, row, column)
        if coding is None:
            return Quotation(self.ground.corpus.texts[row], segment.document, segment.span, likeness)
        return Quotation(coding.quotation, coding.document, coding.span, likeness, coding.id, coding.coder)

    def _coding(self, segment: Segment, row: int, column: int) -> Coding | None:
        assert self.ground is not None
        passage = row - self.ground.corpus.rows[segment.document].start
        found = self.judged[segment.document].codings.get((passage, column), ())
        return max(found, key=lambda coding: coding.span.shared(segment.span), default=None)
