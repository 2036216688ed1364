"""Codes much like one that is about to be made: by name always, by meaning where an encoder is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from coder.model import Code, Codebook
from coder.workflow.codebooks import same_name

ALIKE = 0.65
"""Cosine of the vectors of two names from which they may mean the same.

In the codebooks that ship, whose codes are all distinct, 4 of 501 pairs of names lie above it; of ten pairs of names
for one idea in other words ("Trust", "Trusting each other"), seven do.
"""

MOST = 3

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to one vector each, of any length."""


class EncodedOnce:
    """An encoder of short texts that comes back again and again: each gets its vector once."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text. Safe in several threads, which at worst encode the same text twice."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def much_alike(codebook: Codebook, name: str, encode: Encode | None = None) -> list[Code]:
    """Codes that may say the same as a new one of this name, the likest first; at most three."""
    codes = [code for _, code in codebook.walk() if code.takes_codings]
    if not name.strip() or not codes:
        return []
    found = [code for code in codes if same_name(code.name, name)]
    if encode is not None:
        vectors = encode([name.strip(), *(code.name for code in codes)])
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        likeness = vectors[1:] @ vectors[0]
        found += [codes[row] for row in np.argsort(-likeness, kind="stable") if likeness[row] >= ALIKE]
    return list(dict.fromkeys(found))[:MOST]
