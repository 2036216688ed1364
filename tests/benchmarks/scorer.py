"""The product's own engine, as a simulated coding session asks for it (``prepare`` and ``score``).

With REDTHREAD_HISTORY=off, what was coded before in a document says nothing about the next passage: neither do its
codes go on, nor is there anything to learn from in a document that is not read to the end.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coder.suggest import learner
from coder.suggest.encoder import EmbeddedEncoder
from coder.suggest.material import CodeText, Judgements, Passages

HISTORY = os.environ.get("REDTHREAD_HISTORY") != "off"


def prepare(segments: pd.DataFrame, codebook: pd.DataFrame) -> learner.Prepared:
    """What depends on texts alone."""
    encoder = EmbeddedEncoder()
    texts = segments["text"].astype(str).tolist()
    document = pd.factorize(segments["doc"])[0].astype(np.int64)
    speaker = pd.factorize(segments["speaker"].fillna(""))[0].astype(np.int64)
    opening = pd.Series(speaker).groupby(document).transform("first").to_numpy()
    passages = Passages(
        vectors=encoder.encode(texts),
        texts=texts,
        document=document,
        order=segments["idx"].to_numpy(np.int64),
        speaker=speaker,
        interviewer=(speaker == opening) & (len(np.unique(speaker)) > 1),
    )
    codes = [
        CodeText(name, definition=definition)
        for name, definition in zip(codebook["name"], codebook["definition"], strict=True)
    ]
    return learner.prepare(passages, codes, encoder.encode)


def score(prepared: learner.Prepared, labelled: NDArray[np.int64], labels: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The probability of every code on every segment."""
    order = np.argsort(labelled)
    rows, extent = np.asarray(labelled, np.int64)[order], np.asarray(labels, np.float32)[order]
    if not HISTORY:
        document = prepared.passages.document
        whole = np.bincount(document[rows], minlength=document.max() + 1) == np.bincount(document)
        rows, extent = rows[whole[document[rows]]], extent[whole[document[rows]]]
    judgements = Judgements(rows, extent, np.zeros(extent.shape, np.bool_), np.ones(len(rows), np.bool_))
    return learner.learn(prepared, judgements, history=HISTORY).probability
