"""Suggestions held back by the project: until one's own pass is done, and in a random slice for good.

Only against passages that nobody is helped with can be seen what being helped does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from secrets import randbelow

import numpy as np
from numpy.typing import NDArray

from coder.errors import InvalidValue
from coder.model import now
from coder.store import Project
from coder.workflow.corpus import Corpus
from coder.workflow.permission import change_by

_KEY = "suggestions.held back"
MOST = 50
"""The largest share of passages, in percent, that can be held back."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What holds for everybody in the project.

    ``share`` percent of the passages (0: none), chosen by ``seed``, get no suggestions from anybody, ever; that holds
    ``since`` then (ISO 8601). ``own_pass``: in a document nobody sees suggestions before they have read it to the end.
    """

    share: int = 0
    seed: int = 0
    since: str = ""
    own_pass: bool = False

    @classmethod
    def of(cls, project: Project) -> HeldBack:
        """As it stands."""
        content = project.setting(_KEY)
        return cls(**json.loads(content)) if content is not None else cls()


def hold_back(project: Project, *, share: int, own_pass: bool = False, seed: int | None = None, coder: str) -> HeldBack:
    """Set the slice (percent) and the own pass for everybody. A seed once drawn stays unless another is given.

    A larger share with the same seed holds all that the smaller one held. Raises NotAllowed unless by an owner, or
    InvalidValue for a share that is none.
    """
    if not 0 <= share <= MOST:
        raise InvalidValue(f"{share} % of the passages cannot be held back; choose from 0 to {MOST}")
    with change_by(project, coder, "hold suggestions back", summary=f"hold suggestions back: {share} %") as change:
        before = HeldBack.of(project)
        drawn = seed if seed is not None else before.seed or 1 + randbelow(999_999)
        held = HeldBack(share, drawn, before.since, own_pass)
        if (before.share, before.seed) != (share, drawn):
            held = replace(held, since=now())
        change.set_setting(_KEY, json.dumps({name: getattr(held, name) for name in HeldBack.__slots__}, sort_keys=True))
    return held


@lru_cache(maxsize=4)
def unaided(corpus: Corpus, held: HeldBack) -> NDArray[np.bool_]:
    """(n,): the passages of the slice.

    By a hash of seed, document and words, so that every process finds the same, and a passage keeps its place in or out
    of the slice when others are corrected.
    """
    if not held.share:
        return np.zeros(len(corpus), np.bool_)
    drawn = [
        int.from_bytes(hashlib.sha256(f"{held.seed}/{segment.document}/{words}".encode()).digest()[:8])
        for segment, words in zip(corpus.segments, corpus.hashes, strict=True)
    ]
    return np.array([each * 100 < held.share << 64 for each in drawn], np.bool_)
