"""The assistant of a project: embeds its passages, follows its journal, learns, and hands out snapshots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from coder.model import Code
from coder.segmenting.sentences import sentence_ends
from coder.store import Project
from coder.suggest import learner
from coder.suggest.encoder import EmbeddedEncoder, Encoder
from coder.suggest.evidence import Frequencies
from coder.suggest.learner import Learned
from coder.suggest.material import CodeText
from coder.workflow.corpus import Corpus, OnProgress, codes_of, embed, told, vectors_of
from coder.workflow.ledger import Judged, Ledger, judgements
from coder.workflow.suggestions import Ground, Sentences, Snapshot
from coder.workflow.switches import Switches
from coder.workflow.track_record import track_record


class Assistant:
    """Kept for a project as long as the program runs; holds no connection, every call takes an open project.

    May be called from several threads; one at a time does the work.
    """

    def __init__(self, encoder: Callable[[], Encoder] = EmbeddedEncoder) -> None:
        """``encoder`` is called once, when vectors are first needed."""
        self._load = encoder
        self._loaded: Encoder | None = None
        self._lock = RLock()
        self._revision = -1
        self._corpus = Corpus.empty()
        self._embedded: Corpus | None = None
        self._embedding = False
        self._codes: tuple[Code, ...] = ()
        self._language = "en"
        self._ledger = Ledger()
        self._ground: Ground | None = None
        self._stale = True
        self._views: dict[tuple[str | None, bool], _View] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._versions = 0

    def embed(self, project: Project, on_progress: OnProgress | None = None) -> int:
        """Embed the passages that have no vector yet, saving every batch; how many texts these were.

        Killed half-way, the next call goes on from there. For one thread at a time. Raises ModelUnavailable.
        """
        with self._lock:
            self._follow(project)
            if self._embedded is self._corpus:
                return 0
            corpus, self._embedding = self._corpus, True
        # Long work, done without the lock: others go on getting snapshots of what was known before.
        try:
            texts = corpus.texts_by_hash
            done = embed(project, self._encoder(), texts, on_progress) if texts else 0
        finally:
            self._embedding = False
        with self._lock:
            self._embedded = corpus
            self._stale |= done > 0
        return done

    def refresh(self, project: Project, coder: str) -> Snapshot:
        """What is suggested to this coder as the project stands; the same snapshot if nothing has changed.

        Only passages that have their vectors take part; while some are embedded, what was known before goes on.
        Raises ModelUnavailable.
        """
        with self._lock:
            self._follow(project)
            if self._stale and not self._embedding:
                ground = self._prepared(project)
                if ground is None or self._ground is None or ground.prepared is not self._ground.prepared:
                    self._views.clear()
                self._ground, self._stale = ground, False
            switches = Switches.of(project, coder)
            learning, own = (self._view(who, switches) for who in (None if switches.everybody else coder, coder))
            decisions = [d for of in self._ledger.decisions.values() for d in of.values() if d.coder == coder]
            made = Snapshot(
                coder=coder,
                version=self._versions + 1,
                revision=self._revision,
                switches=switches,
                ground=self._ground,
                learned=learning.learned() if not switches.silent else None,
                judged=dict(learning.judged),
                own=dict(own.judged),
                record=track_record(decisions),
                waiting=len(self._corpus) - (len(self._ground.corpus) if self._ground is not None else 0),
            )
            last = self._snapshots.get(coder)
            if last is not None and last.same_as(made):
                made = replace(last, revision=made.revision) if last.revision != made.revision else last
            self._versions = max(self._versions, made.version)
            self._snapshots[coder] = made
            return made

    def _encoder(self) -> Encoder:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _follow(self, project: Project) -> None:
        """Take in what the journal says has happened since the last time."""
        revision = project.revision
        if revision == self._revision:
            return
        first = self._revision < 0
        entries = [] if first else project.journal(after=self._revision)
        changes = [change for entry in entries for change in entry.changes]
        tables = {change.table for change in changes}
        if first or "document" in tables:
            self._corpus, self._ledger = Corpus.of(project), Ledger.of(project)
            self._views.clear()
            self._stale = True
        else:
            touched = self._ledger.follow(changes)
            for view in self._views.values():
                view.read_again(touched)
        if first or tables & {"code", "codebook"}:
            codebook = project.codebook()
            self._codes, self._language = codes_of(codebook), codebook.language
            self._stale = True
        self._revision = entries[-1].number if entries else revision

    def _prepared(self, project: Project) -> Ground | None:
        """What rests on texts alone: what stands already where it is the same; None without passages or codes."""
        last, texts = self._ground, tuple(map(told, self._codes))
        if not len(self._corpus) or not self._codes:
            return None
        encoder = self._encoder()
        corpus, vectors = self._corpus.with_vectors(project.vectors(encoder.name, self._corpus.hashes))
        if not len(corpus):
            return None
        if (
            last is not None
            and (last.corpus.segments, last.texts) == (corpus.segments, texts)
            and [code.id for code in last.codes] == [code.id for code in self._codes]
        ):
            # Colours and keys: nothing that anything was computed from.
            return replace(last, codes=self._codes)
        prepared = learner.prepare(
            corpus.passages(vectors), texts, lambda wanted: vectors_of(project, encoder, list(wanted))
        )
        sentences = _sentences(project, encoder, texts, _centre(vectors), self._language)
        frequencies = Frequencies.of(corpus.texts)
        return Ground(corpus, self._codes, texts, prepared, sentences, frequencies, encoder.name)

    def _view(self, coder: str | None, switches: Switches) -> _View:
        key = coder, switches.interviewer
        if key not in self._views:
            self._views[key] = _View(self._ground, self._ledger, coder, interviewer=switches.interviewer)
        return self._views[key]


class _View:
    """What one coder (None: everybody) has decided, document by document, and what is learned from it."""

    def __init__(self, ground: Ground | None, ledger: Ledger, coder: str | None, *, interviewer: bool) -> None:
        self._ground = ground
        self._ledger = ledger
        self._coder = coder
        self._interviewer = interviewer
        self._learned: Learned | None = None
        self.judged: dict[str, Judged] = {}
        self.read_again(ledger.documents(coder))

    def read_again(self, documents: set[str]) -> None:
        """Take in what the ledger says about these documents; what was learned stands if that is nothing new."""
        if self._ground is None:
            return
        for document in documents & self._ground.corpus.rows.keys():
            found = self._ledger.judged(
                self._ground.corpus, document, self._ground.columns, self._coder, interviewer=self._interviewer
            )
            before = self.judged.get(document)
            if before is None or not before.teaches_as(found):
                self._learned = None
            self.judged[document] = found

    def learned(self) -> Learned | None:
        """Probabilities for every passage and code; None where there are no passages or no codes."""
        if self._learned is None and self._ground is not None:
            decided = judgements(self._ground.corpus, self.judged, len(self._ground.codes))
            self._learned = learner.learn(self._ground.prepared, decided)
        return self._learned


def _sentences(
    project: Project, encoder: Encoder, codes: Sequence[CodeText], centre: NDArray[np.float32], language: str
) -> tuple[Sentences, ...]:
    """What the codebook says about each code, sentence by sentence, with vectors centred on the project."""
    said = [
        [
            (part, sentence)
            for part, text in (
                ("brief definition", code.brief),
                ("definition", code.definition),
                ("when to use", code.when_to_use),
            )
            for sentence in _split(text, language)
        ]
        for code in codes
    ]
    flat = [sentence for parts in said for _, sentence in parts]
    vectors = vectors_of(project, encoder, flat) - centre if flat else np.zeros((0, len(centre)), np.float32)
    ends = np.cumsum([len(parts) for parts in said])
    return tuple(
        Sentences(tuple(parts), vectors[end - len(parts) : end]) for parts, end in zip(said, ends, strict=True)
    )


def _split(text: str, language: str) -> list[str]:
    ends = [*sentence_ends(text, 0, len(text), language), len(text)]
    starts = [0, *ends]
    found = [text[start:end].strip() for start, end in zip(starts, ends, strict=False)]
    return [sentence for sentence in found if sentence]


def _centre(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.asarray(units.mean(axis=0), np.float32)
