"""Passages by what they mean: the vectors that the project keeps, and what lies near a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coder.store import Project
from coder.suggest.views import unit
from coder.workflow.corpus import Corpus
from coder.workflow.suggestions import Ground

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to one vector each, of any length."""


@dataclass(frozen=True, eq=False)
class Meanings:
    """The passages that have their vectors, n of them: ``vectors`` (n, d) of unit length around ``centre`` (d,).

    Without the centre, all passages of one study are alike: they speak of one thing.
    """

    corpus: Corpus
    vectors: NDArray[np.float32]
    centre: NDArray[np.float32]
    model: str

    @classmethod
    def of(cls, ground: Ground) -> Meanings:
        """Those that the assistant has read already."""
        return cls(ground.corpus, ground.viewed.meaning, ground.viewed.centre, ground.model)

    def __len__(self) -> int:
        return len(self.corpus)

    def likeness(self, text: str, encode: Encode) -> NDArray[np.float32]:
        """(n,): the cosine of every passage with a text."""
        if not len(self):
            return np.zeros(0, np.float32)
        vector = unit(unit(encode([text])) - self.centre)[0]
        found: NDArray[np.float32] = self.vectors @ vector
        return found


def read_meanings(project: Project, model: str) -> Meanings:
    """The vectors of an encoder (by name) that the project keeps; a second or so for every 100,000 passages."""
    corpus = Corpus.of(project)
    corpus, vectors = corpus.with_vectors(project.vectors(model, corpus.hashes))
    vectors = unit(vectors)
    centre = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], np.float32)
    return Meanings(corpus, unit(vectors - centre), centre, model)
