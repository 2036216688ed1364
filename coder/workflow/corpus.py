"""The passages of a project as the learner wants them, and the vectors kept for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from coder.model import Code, Codebook, Segment, Turn, text_hash
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.suggest.material import CodeText, Passages

BATCH = 128
"""Texts embedded between two writes: what a killed embedding has to do again, and well under a second of work."""

ASKERS = frozenset({"interviewer", "interviewers", "interviewer 1", "i", "int", "q", "haastattelija", "h"})
"""Speakers' labels that say who asks, in any case of letters, without a full stop or colon."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long work is: ``done`` of ``total`` passages, and about how many seconds are left (None: too early)."""

    done: int
    total: int
    seconds_left: float | None = None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, eq=False)
class Corpus:
    """Every passage, n of them, documents one after the other and each in reading order.

    ``rows`` gives the rows of a document; ``interviewer`` (n,) is true where the speaker mostly asks.
    """

    segments: tuple[Segment, ...]
    texts: tuple[str, ...]
    speakers: tuple[str | None, ...]
    interviewer: NDArray[np.bool_]
    rows: dict[str, range]

    def __len__(self) -> int:
        return len(self.segments)

    @classmethod
    def empty(cls) -> Corpus:
        """No passages at all."""
        return cls._made([], [], [])

    @cached_property
    def hashes(self) -> tuple[str, ...]:
        """The hash of each text, under which its vector is kept."""
        return tuple(map(text_hash, self.texts))

    @property
    def texts_by_hash(self) -> dict[str, str]:
        """What there is to embed; equal passages once."""
        return dict(zip(self.hashes, self.texts, strict=True))

    @classmethod
    def of(cls, project: Project) -> Corpus:
        """All passages that the project offers for coding."""
        texts, turns = project.texts(), project.all_turns()
        # Another process may have removed a document between two of these readings.
        segments = [s for s in project.segments() if s.document in texts and s.turn < len(turns.get(s.document, ()))]
        return cls._made(
            segments,
            [segment.span.of(texts[segment.document]) for segment in segments],
            [_turn(turns, segment).speaker for segment in segments],
        )

    @classmethod
    def _made(cls, segments: Sequence[Segment], texts: Sequence[str], speakers: Sequence[str | None]) -> Corpus:
        rows: dict[str, range] = {}
        asks = np.zeros(len(segments), np.bool_)
        start = 0
        for document, group in groupby(segments, key=lambda segment: segment.document):
            here = range(start, start + sum(1 for _ in group))
            rows[document], start = here, here.stop
            who = interviewer([speakers[i] for i in here], [texts[i] for i in here])
            asks[here.start : here.stop] = [who is not None and speakers[i] == who for i in here]
        return cls(tuple(segments), tuple(texts), tuple(speakers), asks, rows)

    def with_vectors(self, vectors: dict[str, bytes]) -> tuple[Corpus, NDArray[np.float32]]:
        """The passages whose vector (float16, by text hash) is there, and these vectors."""
        there = [i for i, hash in enumerate(self.hashes) if hash in vectors]
        kept = self
        if len(there) < len(self):
            kept = self._made(
                [self.segments[i] for i in there], [self.texts[i] for i in there], [self.speakers[i] for i in there]
            )
            # Who asks is known best from the whole document.
            kept = replace(kept, interviewer=self.interviewer[there])
        if not there:
            return kept, np.zeros((0, 0), np.float32)
        content = b"".join(vectors[hash] for hash in kept.hashes)
        return kept, np.frombuffer(content, np.float16).reshape(len(there), -1).astype(np.float32)

    def passages(self, vectors: NDArray[np.float32]) -> Passages:
        """As the learner takes them."""
        documents = {document: i for i, document in enumerate(self.rows)}
        names = {name: i for i, name in enumerate(dict.fromkeys(filter(None, self.speakers)))}
        return Passages(
            vectors=vectors,
            texts=self.texts,
            document=np.array([documents[segment.document] for segment in self.segments], np.int64),
            order=np.array([segment.index for segment in self.segments], np.int64),
            speaker=np.array([names[name] if name else -1 for name in self.speakers], np.int64),
            interviewer=self.interviewer,
        )


def interviewer(speakers: Sequence[str | None], texts: Sequence[str]) -> str | None:
    """Who asks in one document: one labelled so, else the first of several speakers whose passages mostly ask."""
    heard: dict[str, list[bool]] = {}
    for speaker, text in zip(speakers, texts, strict=True):
        if speaker:
            heard.setdefault(speaker, []).append("?" in text or "？" in text or "؟" in text)
    for speaker in heard:
        if speaker.strip(" .:").casefold() in ASKERS:
            return speaker
    if len(heard) < 2:
        return None
    return next((speaker for speaker, asked in heard.items() if sum(asked) > len(asked) / 2), None)


def codes_of(codebook: Codebook) -> tuple[Code, ...]:
    """The codes that can be suggested, in the order of the tree."""
    return tuple(code for _, code in codebook.walk() if code.takes_codings)


def told(code: Code) -> CodeText:
    """What the codebook says about a code, for the learner."""
    return CodeText(
        code.name, code.brief, code.definition, code.when_to_use, code.when_not_to_use, tuple(code.examples)
    )


def embed(project: Project, encoder: Encoder, texts: dict[str, str], on_progress: OnProgress | None = None) -> int:
    """Embed texts (by hash) whose vectors the project does not keep yet, saving every batch; how many these were.

    Raises ModelUnavailable.
    """
    kept = project.vectors(encoder.name, list(texts))
    missing = [hash for hash in texts if hash not in kept]
    # Batches of equal lengths waste no work on padding. The longest come first: memory that suffices then suffices.
    missing.sort(key=lambda hash: -len(texts[hash]))
    weight = sum(len(texts[hash]) for hash in missing)
    began, finished, left = monotonic(), 0, None
    for start in range(0, len(missing), BATCH):
        if on_progress is not None:
            on_progress(Progress(len(texts) - len(missing) + start, len(texts), left))
        batch = missing[start : start + BATCH]
        vectors = encoder.encode([texts[hash] for hash in batch]).astype(np.float16)
        project.save_vectors(
            encoder.name, encoder.dimensions, {hash: row.tobytes() for hash, row in zip(batch, vectors, strict=True)}
        )
        finished += sum(len(texts[hash]) for hash in batch)
        left = (monotonic() - began) * (weight - finished) / max(finished, 1)
    if missing and on_progress is not None:
        on_progress(Progress(len(texts), len(texts), 0.0))
    return len(missing)


def vectors_of(project: Project, encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors (k, d) of these texts, embedding those that the project does not keep yet."""
    by_hash = {text_hash(text): text for text in texts}
    embed(project, encoder, by_hash)
    kept = project.vectors(encoder.name, list(by_hash))
    content = b"".join(kept[text_hash(text)] for text in texts)
    return np.frombuffer(content, np.float16).reshape(len(texts), encoder.dimensions).astype(np.float32)


def _turn(turns: dict[str, tuple[Turn, ...]], segment: Segment) -> Turn:
    return turns[segment.document][segment.turn]
