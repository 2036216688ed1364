"""What a passage is known by: its meaning, its words, what stands around it, where it stands, who speaks and how.

Each view is a block of features, shape (n, width). The dot product over all blocks is the sum of the views' kernels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from coder.suggest.material import Passages

Array = NDArray[np.float32]
Scalar = TypeVar("Scalar", bound=np.generic)

WEIGHTS = {
    "meaning": 1.5,
    "words": 0.5,
    "letters": 0.5,
    "before": 0.4,
    "after": 0.4,
    "asked": 0.8,
    "place": 1.0,
    "manner": 0.1,
    "base": 0.2,
}
WORD = r"(?u)\b\w+\b"
SURROUNDINGS = ("before", "after", "asked", "place")
"""The views that are not of the passage itself."""

LEXICAL_WIDTH = 256
LEXICAL_ROWS = 5000
"""Texts that are enough to reduce words by; of more, every so many is taken."""

CONTEXT_WIDTH = 128
FADES = 10.0
"""With so many words of the interviewer, what was asked before falls to a third."""

ALL = slice(None)
PLACES = np.linspace(0, 1, 21, dtype=np.float32)
PLACE_WIDTH = 0.1


@dataclass(frozen=True, eq=False)
class Lexical:
    """TF-IDF of a corpus, reduced by truncated SVD (latent semantic analysis, Deerwester et al. 1990)."""

    vectorizer: Any
    basis: Array

    @classmethod
    def of(cls, texts: Sequence[str], **how: Any) -> tuple[Lexical, Any]:
        """The reduction, and the unreduced TF-IDF of ``texts`` as a sparse matrix with rows of unit length."""
        # Imported where they are needed: scikit-learn would keep the first screen waiting.
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.utils.extmath import randomized_svd

        vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **how)
        try:
            exact = vectorizer.fit_transform(texts)
        except ValueError:  # no word in any text
            exact = vectorizer.fit_transform([*texts, "nothing"])[: len(texts)]
        some = exact[:: -(-exact.shape[0] // LEXICAL_ROWS)]
        there = np.flatnonzero(some.getnnz(axis=0)) if some.nnz else np.arange(1)
        width = min(LEXICAL_WIDTH, some.shape[0], len(there))
        _, _, directions = randomized_svd(some[:, there], width, n_iter=2, random_state=0)
        basis = np.zeros((exact.shape[1], width), np.float32)
        basis[there] = directions.T
        return cls(vectorizer, basis), exact

    def exact(self, texts: Sequence[str]) -> Any:
        """Unreduced TF-IDF, sparse, rows of unit length or zero."""
        return self.vectorizer.transform(texts)

    def reduced(self, exact: Any) -> Array:
        """(n, width)."""
        return np.asarray(exact @ self.basis, np.float32)


def unit(x: Array) -> Array:
    """Rows of length one; a row of zeros stays."""
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.asarray(x / np.maximum(length, 1e-9), np.float32)


def neighbours(passages: Passages, step: int) -> NDArray[np.int64]:
    """(n,): the passage that many places further in the same document, or -1."""
    reading = np.lexsort((passages.order, passages.document))
    n = len(reading)
    here = np.arange(n)
    there = here + step
    inside = (there >= 0) & (there < n)
    inside[inside] = passages.document[reading[here[inside]]] == passages.document[reading[there[inside]]]
    found = np.full(n, -1, np.int64)
    found[reading[here[inside]]] = reading[there[inside]]
    return found


def place(passages: Passages) -> Array:
    """(n,): how far into its document a passage stands, in (0, 1)."""
    reading = np.lexsort((passages.order, passages.document))
    out = np.zeros(len(passages), np.float32)
    _, starts, counts = np.unique(passages.document[reading], return_index=True, return_counts=True)
    for start, count in zip(starts, counts, strict=True):
        out[reading[start : start + count]] = (np.arange(count) + 0.5) / count
    return out


def asked(passages: Passages, x: Array) -> Array:
    """(n, d): what the interviewer last said, from ``x`` (n, d), in the words before a passage of the same document.

    The more was said the sooner it replaces what went before, so that a mere "yes?" leaves the question standing.
    Zeros where nobody asked anything yet.
    """
    out = np.zeros_like(x)
    document = -1
    for row in np.lexsort((passages.order, passages.document)):
        if passages.document[row] != document:
            document, question = passages.document[row], np.zeros_like(x[0])
        out[row] = question
        if passages.interviewer[row]:
            kept = np.float32(np.exp(-len(passages.texts[row].split()) / FADES))
            question = kept * question + (1 - kept) * x[row]
    return unit(out)


def beside(x: NDArray[Scalar], neighbour: NDArray[np.int64]) -> NDArray[Scalar]:
    """Rows of ``x`` at ``neighbour``, zeros where there is none."""
    out = x[neighbour]
    out[neighbour < 0] = 0
    return out


def manner(passages: Passages) -> Array:
    """(n, 3): the interviewer speaks, a question is asked, how long it is (standardised log of words)."""
    words = np.log1p(np.array([len(text.split()) for text in passages.texts], np.float32))
    length = (words - words.mean()) / (words.std() + 1e-6) / 2
    asks = np.array([text.rstrip().endswith(("?", ";", "؟", "？")) and "?" in text for text in passages.texts])
    return np.column_stack([passages.interviewer, asks, length]).astype(np.float32)


def bumps(x: Array, centres: Array, width: float) -> Array:
    """Features whose dot product is close to ``exp(-(x - y)^2 / (2 width^2))``: Nystroem on fixed centres."""
    gram = np.exp(-((centres[:, None] - centres[None]) ** 2) / (2 * width**2)).astype(np.float64)
    values, vectors = np.linalg.eigh(gram)
    kept = values > 1e-5
    root = vectors[:, kept] / np.sqrt(values[kept])
    cross = np.exp(-((x[:, None] - centres[None]) ** 2) / (2 * width**2))
    return np.asarray(cross @ root, np.float32)


def reduce_width(x: Array, width: int) -> Array:
    """The first ``width`` principal directions of rows that are centred already."""
    if x.shape[1] <= width:
        return x
    _, vectors = np.linalg.eigh(x.T @ x)
    return np.asarray(x @ vectors[:, : -width - 1 : -1], np.float32)


def lexical(texts: Sequence[str]) -> dict[str, tuple[Lexical, Any]]:
    """Words and pairs of words, and runs of letters inside words (which stand in for stemming in any language)."""
    return {
        "words": Lexical.of(texts, ngram_range=(1, 2), token_pattern=WORD),
        "letters": Lexical.of(texts, analyzer="char_wb", ngram_range=(3, 5)),
    }


def manners(passages: Passages) -> dict[str, Array]:
    """Who speaks and how; and what all passages share."""
    return {"manner": manner(passages), "base": np.ones((len(passages), 1), np.float32)}


def surroundings(passages: Passages, meaning: Array) -> dict[str, Array]:
    """What stands before and after, what was asked, and where in the document it is."""
    narrow = reduce_width(meaning, CONTEXT_WIDTH)
    return {
        "before": beside(narrow, neighbours(passages, -1)),
        "after": beside(narrow, neighbours(passages, 1)),
        "asked": asked(passages, narrow),
        "place": bumps(place(passages), PLACES, PLACE_WIDTH),
    }


def side_by_side(blocks: Mapping[str, Array], rows: NDArray[np.int64] | slice = ALL) -> Array:
    """(rows, width): all views, each with its weight."""
    return np.hstack([np.float32(np.sqrt(WEIGHTS[name])) * block[rows] for name, block in blocks.items()])
