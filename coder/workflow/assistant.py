"""The assistant of a project: embeds its passages, follows its journal, learns, and hands out snapshots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from coder.model import Codebook, text_hash
from coder.store import Project
from coder.suggest import learner
from coder.suggest.encoder import Encoder, SentenceTransformerEncoder
from coder.suggest.encoders import default_encoder
from coder.suggest.evidence import Frequencies, sentences
from coder.suggest.learner import Learned
from coder.suggest.material import CodeText, Judgements
from coder.suggest.updating import Updating
from coder.workflow.corpus import Corpus, OnProgress, codes_of, embed, told, vectors_of
from coder.workflow.ledger import Judged, Ledger, judgements
from coder.workflow.suggestions import Ground, Sentences, Snapshot
from coder.workflow.switches import Switches
from coder.workflow.track_record import track_record
from coder.workflow.unaided import HeldBack


def _sentence_transformer(model: str, download: bool) -> Encoder:
    return SentenceTransformerEncoder(model, hub=download)


class Assistant:
    """Kept for a project as long as the program runs; holds no connection, every call takes an open project.

    May be called from several threads. Long work (embedding, preparing, learning) is done by one of them at a time and
    never keeps ``refresh(..., at_once=True)`` waiting.
    """

    def __init__(
        self,
        encoder: Callable[[], Encoder] = default_encoder,
        named: Callable[[str, bool], Encoder] = _sentence_transformer,
    ) -> None:
        """``encoder`` is called when vectors are first needed, ``named`` where the project asks for a model.

        ``named`` takes its name or folder, and whether it may be downloaded.
        """
        self._load, self._load_named = encoder, named
        self._model = "", False
        self._loaded: Encoder | None = None
        # Whoever needs both takes the first one first.
        self._working, self._lock = RLock(), RLock()
        self._revision = -1
        self._corpus = Corpus.empty()
        self._embedded: Corpus | None = None
        self._codebook: Codebook | None = None
        self._ledger = Ledger()
        self._ground: Ground | None = None
        self._prepared = False
        self._views: dict[tuple[str | None, bool, str | None], _View] = {}
        self._sealed: frozenset[str] = frozenset()
        self._snapshots: dict[str, Snapshot] = {}
        self._versions = 0

    def embed(self, project: Project, on_progress: OnProgress | None = None) -> int:
        """Embed the passages that have no vector yet, saving every batch; how many texts these were.

        Killed half-way, the next call goes on from there. Raises ModelUnavailable.
        """
        with self._working:
            with self._lock:
                self._follow(project)
                corpus, model = self._corpus, self._model
            if self._embedded is corpus:
                return 0
            texts = corpus.texts_by_hash
            done = embed(project, self._encoder(), texts, on_progress) if texts else 0
            with self._lock:
                # What has changed meanwhile is embedded the next time.
                self._embedded = corpus if self._model == model else None
                self._prepared &= done == 0
            return done

    def embed_quotations(self, project: Project, on_progress: OnProgress | None = None) -> int:
        """Embed the words of every coding that have no vector yet, as ``embed`` does passages."""
        with self._working:
            with self._lock:
                self._follow(project)
            texts = {text_hash(coding.quotation): coding.quotation for coding in project.by_hand().codings()}
            return embed(project, self._encoder(), texts, on_progress) if texts else 0

    def learn(self, project: Project, coder: str) -> bool:
        """Prepare and learn what is new to this coder's suggestions; whether there was anything.

        Only passages that have their vectors take part. Raises ModelUnavailable.
        """
        with self._working:
            prepared = self._prepare(project)
            with self._lock:
                self._follow(project)
                view = self._view(coder, Switches.of(project, coder))
                ground, decided = self._ground, view.judgements()
                if ground is None or decided is None or view.learned_from is decided:
                    return prepared
            learned = learner.learn(ground.prepared, decided)
            updating = Updating.of(ground.prepared, learned)
            with self._lock:
                view.take_in(decided, updating)
            return True

    def refresh(self, project: Project, coder: str, *, at_once: bool = False) -> Snapshot:
        """What is suggested to this coder as the project stands; the same snapshot if nothing has changed.

        ``at_once`` starts no long work: what was decided since the last learning moves what was learned then.
        Raises ModelUnavailable.
        """
        if not at_once:
            self.learn(project, coder)
        with self._lock:
            self._follow(project)
            switches = Switches.of(project, coder)
            learning, own = self._view(coder, switches), self._view(coder, replace(switches, everybody=False))
            last = self._snapshots.get(coder)
            waits = self._ground is not None and learning.learned() is None and not switches.silent
            if waits and last is not None and last.learned is not None:
                # Prepared anew and not learned yet: until then, what was known before goes on.
                return last
            decisions = [d for of in self._ledger.decisions.values() for d in of.values() if d.coder == coder]
            made = Snapshot(
                coder=coder,
                version=self._versions + 1,
                revision=self._revision,
                switches=switches,
                held_back=HeldBack.of(project),
                ground=self._ground,
                learned=None if switches.silent else learning.learned(),
                judged=dict(learning.judged),
                own=dict(own.judged),
                record=track_record(decisions),
                waiting=len(self._corpus) - (len(self._ground.corpus) if self._ground is not None else 0),
            )
            if last is not None and last.same_as(made):
                made = replace(last, revision=made.revision) if last.revision != made.revision else last
            self._versions = max(self._versions, made.version)
            self._snapshots[coder] = made
            return made

    @property
    def loaded(self) -> Encoder | None:
        """The encoder, once something needed it."""
        return self._loaded

    def _encoder(self) -> Encoder:
        with self._working:
            name, download = self._model
            if self._loaded is None:
                self._loaded = self._load_named(name, download) if name else self._load()
            return self._loaded

    def _follow(self, project: Project) -> None:
        """Take in what the journal says has happened since the last time."""
        revision = project.revision
        if revision == self._revision:
            return
        first = self._revision < 0
        # The ledger is everybody's; what a round seals from a coder is left out of what is learned for that coder.
        hand = project.by_hand()
        entries = [] if first else hand.journal(after=self._revision)
        changes = [change for entry in entries for change in entry.changes]
        tables = {change.table for change in changes}
        if first or "round_document" in tables:
            self._sealed = project.seen_by(None).sealed
            self._views.clear()
            self._snapshots.clear()
        if first or "document" in tables:
            self._corpus = Corpus.of(project)
            self._ledger.read(hand)
            self._prepared = False
            for view in self._views.values():
                view.read_again()
        else:
            touched = self._ledger.follow(changes)
            for view in self._views.values():
                view.read_again(touched)
        if first or tables & {"code", "codebook"}:
            self._codebook = project.codebook()
            self._prepared = False
        if first or "setting" in tables:
            self._choose_model(project)
        self._revision = entries[-1].number if entries else revision

    def _choose_model(self, project: Project) -> None:
        switches = Switches.of(project, "")
        model = switches.encoder, switches.download
        if model != self._model:
            # The vectors of the old model stay in the project, for the day that it is chosen again.
            self._model, self._loaded, self._embedded, self._prepared = model, None, None, False

    def _prepare(self, project: Project) -> bool:
        """Make what rests on texts alone; whether there was anything to do."""
        with self._lock:
            self._follow(project)
            corpus, codebook, model, last = self._corpus, self._codebook, self._model, self._ground
            if self._prepared or codebook is None:
                return False
        ground = self._grounds(project, corpus, codebook, last)
        with self._lock:
            self._prepared = self._corpus is corpus and self._codebook is codebook and self._model == model
            self._ground = ground
            if ground is None or last is None or ground.prepared is not last.prepared:
                self._views.clear()
        return True

    def _grounds(self, project: Project, corpus: Corpus, codebook: Codebook, last: Ground | None) -> Ground | None:
        """What rests on texts alone: what stands already where it is the same; None without passages or codes."""
        codes = codes_of(codebook)
        texts = tuple(map(told, codes))
        if not len(corpus) or not codes:
            return None
        encoder = self._encoder()
        corpus, vectors = corpus.with_vectors(project.vectors(encoder.name, corpus.hashes))
        if not len(corpus):
            return None
        if last is None or (last.corpus.segments, last.model) != (corpus.segments, encoder.name):
            viewed, frequencies = learner.view(corpus.passages(vectors)), Frequencies.of(corpus.texts)
        elif last.texts == texts and [code.id for code in last.codes] == [code.id for code in codes]:
            # Colours and keys: nothing that anything was computed from.
            return replace(last, codes=codes)
        else:
            viewed, frequencies, corpus = last.viewed, last.frequencies, last.corpus
        prepared = learner.prepare_codes(viewed, texts, lambda wanted: vectors_of(project, encoder, list(wanted)))
        parts = _sentences(project, encoder, texts, viewed.centre)
        return Ground(corpus, codes, texts, viewed, prepared, parts, frequencies, encoder.name)

    def _view(self, coder: str, switches: Switches) -> _View:
        who = None if switches.everybody else coder
        key = who, switches.interviewer, coder if self._sealed and who is None else None
        if key not in self._views:
            blind = dict.fromkeys(self._sealed, coder)
            self._views[key] = _View(self._ground, self._ledger, who, interviewer=switches.interviewer, blind=blind)
        return self._views[key]


class _View:
    """What one coder (None: everybody) has decided, document by document, and what was learned from it.

    ``blind`` says for documents of sealed rounds who alone is learned from there.
    """

    def __init__(
        self, ground: Ground | None, ledger: Ledger, coder: str | None, *, interviewer: bool, blind: Mapping[str, str]
    ) -> None:
        self._ground = ground
        self._ledger = ledger
        self._coder = coder
        self._interviewer = interviewer
        self._blind = blind
        self._judgements: Judgements | None = None
        self._learned: Learned | None = None
        self.judged: dict[str, Judged] = {}
        self.learned_from: Judgements | None = None
        self._updating: Updating | None = None
        self.read_again()

    def read_again(self, documents: set[str] | None = None) -> None:
        """Take in what the ledger says about these documents (None: all); what was learned stands if nothing is new."""
        if self._ground is None:
            return
        if documents is None:
            documents = self.judged.keys() | self._ledger.documents(self._coder)
        for document in documents & self._ground.corpus.rows.keys():
            coder = self._blind.get(document, self._coder)
            found = self._ledger.judged(
                self._ground.corpus, document, self._ground.columns, coder, interviewer=self._interviewer
            )
            before = self.judged.get(document)
            if before is None and not found.known.any() and not found.end:
                continue
            if before is None or not before.teaches_as(found):
                self._judgements = None
            self.judged[document] = found

    def judgements(self) -> Judgements | None:
        """All that was decided, for the learner; the same object until something new was decided."""
        if self._judgements is None and self._ground is not None:
            self._judgements = judgements(self._ground.corpus, self.judged, len(self._ground.codes))
        return self._judgements

    def take_in(self, decided: Judgements, updating: Updating) -> None:
        """From now on, go out from what was learned from these judgements."""
        self.learned_from, self._updating, self._learned = decided, updating, None

    def learned(self) -> Learned | None:
        """Probabilities for every passage and code, moved on from the last learning; None where there is none yet."""
        decided = self.judgements()
        if self._updating is None or decided is None:
            return None
        if self._learned is None or self._learned.judgements is not decided:
            now = self._updating.learned if decided is self.learned_from else self._updating.updated(decided)
            self._learned = now or self._learned or self._updating.learned
        return self._learned


def _sentences(
    project: Project, encoder: Encoder, codes: Sequence[CodeText], centre: NDArray[np.float32]
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
            for sentence in sentences(text)
        ]
        for code in codes
    ]
    flat = [sentence for parts in said for _, sentence in parts]
    vectors = vectors_of(project, encoder, flat) - centre if flat else np.zeros((0, len(centre)), np.float32)
    ends = np.cumsum([len(parts) for parts in said])
    return tuple(
        Sentences(tuple(parts), vectors[end - len(parts) : end]) for parts, end in zip(said, ends, strict=True)
    )
