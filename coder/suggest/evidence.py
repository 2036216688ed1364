"""What speaks for a code on a passage: examples, a refusal, a sentence, words. Pure over arrays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Rows = NDArray[np.int64]

SAME_DOCUMENT = 0.5
"""What a second quotation from one document has to be closer by, in standard deviations over the candidates."""

TOO_COMMON = 0.1
"""A word in more than this share of all passages tells nothing."""

ENGLISH = ("the", "and", "that", "you")
TOO_RARE = 0.1
"""English passages would have one of these words more often than that."""

FEW = 20
"""With fewer passages nothing is said of their language."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^\sa-z])|(?<=[。！？])|\n+")
_WORD = re.compile(r"[^\W\d_]{3,}(?:['’-][^\W\d_]+)*")


class Near(NamedTuple):
    """A row, and how alike it is to the passage asked about."""

    row: int
    likeness: float


def nearest(features: Array, passage: int, candidates: Rows, document: Rows, count: int = 3) -> list[Near]:
    """The candidates most like a passage, closest first, rather from different documents.

    ``features`` (n, m) are those the learner works on, so that likeness is its own kernel; ``candidates`` are rows,
    ``document`` (n,) whole numbers. The passage itself, and one that repeats a better one, is left out.
    """
    candidates = candidates[candidates != passage]
    if not len(candidates):
        return []
    likeness = features[candidates] @ features[passage]
    standing = (likeness - likeness.mean()) / (likeness.std() + 1e-9)
    chosen: list[int] = []
    while len(chosen) < count and np.isfinite(standing).any():
        best = int(np.argmax(standing))
        chosen.append(best)
        standing[best] = -np.inf
        standing[document[candidates] == document[candidates[best]]] -= SAME_DOCUMENT
        length = np.linalg.norm(features[candidates], axis=1) * np.linalg.norm(features[candidates[best]])
        twins = features[candidates] @ features[candidates[best]] > 0.999 * np.maximum(length, 1e-9)
        standing[twins] = -np.inf
    chosen.sort(key=lambda i: -likeness[i])
    return [Near(int(candidates[i]), float(likeness[i])) for i in chosen]


def closest(vector: Array, vectors: Array) -> Near | None:
    """Which of ``vectors`` (k, d) points most the way of ``vector`` (d,); None if there are none."""
    if not len(vectors):
        return None
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(vector)
    likeness = vectors @ vector / np.maximum(lengths, 1e-9)
    best = int(np.argmax(likeness))
    return Near(best, float(likeness[best]))


@dataclass(frozen=True, eq=False)
class Frequencies:
    """In how many of ``total`` passages each word stands."""

    passages: Counter[str]
    total: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Frequencies:
        """Counted over all passages."""
        counted: Counter[str] = Counter()
        for text in texts:
            counted.update(set(words(text)))
        return cls(counted, len(texts))

    @property
    def english(self) -> bool:
        """Whether the passages seem to be English, by its commonest words; with too few to say, it is supposed."""
        return self.total < FEW or max(self.passages[word] for word in ENGLISH) >= TOO_RARE * self.total

    def weights(self, text: str) -> dict[str, float]:
        """TF-IDF of the words of a text, of unit length; without the words that are everywhere."""
        most = max(2.0, TOO_COMMON * self.total)
        found = {
            word: (1 + log(times)) * log((1 + self.total) / (1 + self.passages[word]))
            for word, times in Counter(words(text)).items()
            if self.passages[word] <= most
        }
        length = sum(weight**2 for weight in found.values()) ** 0.5 or 1.0
        return {word: weight / length for word, weight in found.items() if weight > 0}


def sentences(text: str) -> list[str]:
    """The sentences of carefully written prose, such as a definition."""
    return [sentence for part in _SENTENCE_END.split(text) if (sentence := part.strip())]


def words(text: str) -> list[str]:
    """Words of at least three letters, in lower case."""
    return [found.group().casefold() for found in _WORD.finditer(text)]


def shared_words(text: str, others: Sequence[str], frequencies: Frequencies, count: int = 6) -> list[tuple[str, float]]:
    """The words of ``text`` that count most for its being like ``others``: the product of both TF-IDF weights."""
    own = frequencies.weights(text)
    weight: dict[str, float] = {}
    for other in others:
        for word, theirs in frequencies.weights(other).items():
            if word in own:
                weight[word] = weight.get(word, 0.0) + own[word] * theirs / len(others)
    return sorted(weight.items(), key=lambda item: (-item[1], item[0]))[:count]
