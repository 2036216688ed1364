"""Names for heaps of passages, in the material's own words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coder.refining.material import Numbers

WORD = r"(?u)\b[^\W\d_]{3,}\b"
COMMON = 0.15
"""Words in more of all passages than this name nothing."""


def own_words(texts: Sequence[str], heap: Numbers, heaps: int, most: int = 4) -> tuple[tuple[str, ...], ...]:
    """The words that tell each heap of ``texts`` from all others; ``heap`` (k,) numbers them, -1 for the rest.

    Class-based TF-IDF (Grootendorst 2022, arXiv 2203.05794): how often a word occurs in a heap, times the log of how
    rare it is elsewhere; each word must occur in at least two passages of the heap.
    """
    # Imported where it is needed: scikit-learn would keep the first screen waiting.
    from sklearn.feature_extraction.text import CountVectorizer

    if not heaps:
        return ()
    counter = CountVectorizer(token_pattern=WORD, max_df=max(COMMON, 2 / max(1, len(texts))), dtype=np.float64)
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # no word in any text
        return ((),) * heaps
    words = counter.get_feature_names_out()
    everywhere = np.asarray(counts.sum(axis=0)).ravel()
    average = counts.sum() / (heaps + 1)
    names = []
    for number in range(heaps):
        here = counts[heap == number]
        often = np.asarray(here.sum(axis=0)).ravel()
        spread = np.asarray((here > 0).sum(axis=0)).ravel()
        worth = np.where(spread >= 2, often / max(1.0, often.sum()) * np.log(1 + average / everywhere), 0.0)
        best = np.argsort(-worth, kind="stable")[:most]
        names.append(tuple(str(words[i]) for i in best if worth[i] > 0))
    return tuple(names)
