"""What the learner is given: passages, codes and judgements, as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Passages:
    """The passages of a project, n of them, in any order.

    ``vectors`` (n, d) from one encoder; ``document`` (n,) whole numbers; ``order`` (n,) rises along a document;
    ``speaker`` (n,) whole numbers, -1 where unknown; ``interviewer`` (n,) true where the speaker only asks.
    """

    vectors: NDArray[np.float32]
    texts: Sequence[str]
    document: NDArray[np.int64]
    order: NDArray[np.int64]
    speaker: NDArray[np.int64]
    interviewer: NDArray[np.bool_]

    def __post_init__(self) -> None:
        lengths = {
            len(a) for a in (self.vectors, self.texts, self.document, self.order, self.speaker, self.interviewer)
        }
        if len(lengths) != 1:
            raise ValueError(f"arrays of unequal lengths: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class CodeText:
    """What a codebook says about one code; every part but the name may be empty."""

    name: str
    brief: str = ""
    definition: str = ""
    when_to_use: str = ""
    when_not: str = ""
    examples: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """All but the name, as one text; empty where there is no more."""
        return " ".join(part.strip() for part in (self.brief, self.definition, self.when_to_use) if part.strip())

    @property
    def description(self) -> str:
        """All that says what the code is, as one text."""
        return f"{self.name}: {self.told}" if self.told else self.name


@dataclass(frozen=True, eq=False)
class Judgements:
    """What one researcher has decided: k passages (``rows``, rising) against c codes.

    ``extent`` (k, c) is the share of the passage that a coding covers, 0 where there is none. ``refused`` (k, c) marks
    suggestions turned down. ``read`` (k,) is true where the whole passage was read, so that a code not put on it counts
    against that code; elsewhere only what was coded or refused is known.
    """

    rows: NDArray[np.int64]
    extent: NDArray[np.float32]
    refused: NDArray[np.bool_]
    read: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        codes: int,
        *,
        codings: Iterable[tuple[int, int, float]] = (),
        refusals: Iterable[tuple[int, int]] = (),
        read: Iterable[int] = (),
    ) -> Judgements:
        """From (passage, code, share covered), (passage, code) and passages read; a coded passage counts as read.

        Where a code was both put on a passage and refused for it, the coding holds.
        """
        codings, refusals, read = list(codings), list(refusals), set(read)
        read |= {row for row, _, _ in codings}
        rows = np.array(sorted(read | {row for row, _ in refusals}), np.int64)
        extent = np.zeros((len(rows), codes), np.float32)
        refused = np.zeros((len(rows), codes), np.bool_)
        place = {int(row): i for i, row in enumerate(rows)}
        for row, code, share in codings:
            extent[place[row], code] = max(extent[place[row], code], min(max(share, 0.0), 1.0))
        for row, code in refusals:
            refused[place[row], code] = extent[place[row], code] == 0
        return cls(rows, extent, refused, np.isin(rows, list(read)))

    @property
    def known(self) -> NDArray[np.bool_]:
        """(k, c): is anything decided about this code on this passage?"""
        known: NDArray[np.bool_] = self.read[:, None] | self.refused | (self.extent > 0)
        return known

    @property
    def examples(self) -> NDArray[np.int64]:
        """(c,): how many passages carry each code."""
        return np.asarray((self.extent > 0).sum(axis=0), np.int64)
