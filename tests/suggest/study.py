"""An invented study for the learner: documents in which every passage is about one of a few things."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from coder.suggest.material import CodeText, Judgements, Passages

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

THEMES = (
    ("Shared table", "together table shared drew jointly workshop", "They began together around a shared table."),
    ("No time", "hurry substitutes missing shift calendar hours", "There were no hours, substitutes were missing."),
    ("Somebody left", "retired moved away knowledge departure gone", "Somebody retired and knowledge was gone."),
)
FILLERS = ("and", "then", "it", "was", "so", "we", "said", "that")
ASIDE = "bus coffee lake buns snow ferry cat chair"
CODES = tuple(CodeText(name, definition=definition) for name, _, definition in THEMES)


def sentences(
    documents: int = 8, rounds: int = 3, seed: int = 0
) -> tuple[list[str], NDArray[np.int64], NDArray[np.bool_]]:
    """Texts, their documents, and which theme (or none) each is about, in an order that says nothing."""
    rng = np.random.default_rng(seed)
    texts, document, themes = [], [], []
    for number in range(documents):
        for theme in rng.permutation(np.repeat(np.arange(len(THEMES) + 1), rounds)):
            words = (ASIDE if theme == len(THEMES) else THEMES[theme][1]).split()
            chosen = [*rng.choice(words, 3, replace=False), *rng.choice(FILLERS, 3)]
            texts.append(" ".join(rng.permutation(chosen)))
            document.append(number)
            themes.append(theme)
    truth = np.array(themes)[:, None] == np.arange(len(THEMES))
    return texts, np.array(document, np.int64), truth


def passages(
    texts: Sequence[str], encode: Encode, document: Sequence[int] | NDArray[np.int64] | None = None
) -> Passages:
    """Nobody asks, one speaker, one document if nothing else is said."""
    n = len(texts)
    return Passages(
        vectors=encode(texts),
        texts=texts,
        document=np.zeros(n, np.int64) if document is None else np.asarray(document, np.int64),
        order=np.arange(n),
        speaker=np.zeros(n, np.int64),
        interviewer=np.zeros(n, np.bool_),
    )


def read_through(rows: Sequence[int] | NDArray[np.int64], truth: NDArray[np.bool_]) -> Judgements:
    """These passages read, and coded as they are in truth (n, c)."""
    codings = [(int(row), int(code), 1.0) for row in rows for code in np.flatnonzero(truth[row])]
    return Judgements.of(truth.shape[1], codings=codings, read=[int(row) for row in rows])
