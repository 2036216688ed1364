"""Invented studies with known faults, in the geometry of real sentence embeddings.

The figures below follow what was measured on the corpus of learning networks that ships, and on open sets of coded
interviews, with the encoder that ships (``python tests/benchmarks/refining.py --geometry`` prints both): the cosine of
two quotations of one code in different documents, of two of one document, its spread, and how many directions matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coder.refining.definitions import Judgement
from coder.refining.material import Passages, Quotations, unit

DIMENSIONS = 256
OF_A_CODE = (0.05, 0.07, 0.09, 0.12, 0.18)
"""Share of a vector's squared length that its code explains, from code to code."""
FAMILY, OF_A_FAMILY = 4, 0.5
"""Codes come in families, whose meanings share so much."""
OF_A_DOCUMENT = 0.06
DECAY = 0.75
"""Directions matter less and less, as a power of their rank."""

DAY = 86_400.0
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Planted:
    """What is wrong in a study, by number of code or id of coding."""

    duplicated: frozenset[frozenset[str]]
    merged: frozenset[str]
    mislabelled: frozenset[str]
    shifted: frozenset[str]
    hidden: dict[str, int]
    """Topic of the passages that no code covers, by id; -1 for passages about nothing."""
    topics: int
    unclear: frozenset[str]


@dataclass(frozen=True)
class Study:
    """What the methods see, and what they do not."""

    quotations: Quotations
    passages: Passages
    judgements: tuple[Judgement, ...]
    truth: Planted


def study(
    seed: int,
    *,
    codes: int = 36,
    documents: int = 40,
    codings: int = 1600,
    faults: int = 5,
    mislabelled: float = 0.05,
) -> Study:
    """A study with so many codes duplicated, merged out of two, shifted halfway, unclear, and topics without a code."""
    chance = np.random.default_rng(seed)
    spectrum = np.arange(1, DIMENSIONS + 1) ** -DECAY
    spectrum = np.sqrt(spectrum / spectrum.sum())

    def directions(count: int) -> NDArray[np.float64]:
        return np.asarray(unit(chance.normal(size=(count, DIMENSIONS)) * spectrum))

    # Every meaning has its direction and its weight; what codes mean, is planted.
    meanings = codes + 3 * faults
    family = directions(meanings // FAMILY + 1)[np.arange(meanings) // FAMILY]
    meaning = unit(np.sqrt(OF_A_FAMILY) * family + np.sqrt(1 - OF_A_FAMILY) * directions(meanings))
    meaning = meaning * np.sqrt(chance.choice(OF_A_CODE, meanings))[:, None]
    of_document = directions(documents) * np.sqrt(OF_A_DOCUMENT)

    def said(about: NDArray[np.float64], document: NDArray[np.int64]) -> NDArray[np.float32]:
        rest = 1 - (about**2).sum(axis=1, keepdims=True) - OF_A_DOCUMENT
        noise = chance.normal(size=about.shape) * spectrum
        return unit((about + of_document[document] + np.sqrt(rest) * noise).astype(np.float32))

    size = chance.dirichlet(np.full(codes, 3.0))
    code = chance.choice(codes, codings, p=size)
    document = chance.integers(0, documents, codings)
    when = document * DAY + chance.random(codings) * 3600
    about = code.copy()
    kinds = np.split(chance.permutation(np.flatnonzero(np.bincount(code, minlength=codes) >= 30)), 1)[0]
    twin, double, shifting = kinds[:faults], kinds[faults : 2 * faults], kinds[2 * faults : 3 * faults]
    unclear = kinds[3 * faults : 4 * faults]
    late = document >= documents // 2
    for i, each in enumerate(double):
        about[(code == each) & (chance.random(codings) < 0.5)] = codes + i
    for i, each in enumerate(shifting):
        about[(code == each) & late] = codes + faults + i
    for i, each in enumerate(twin):
        code[(code == each) & (chance.random(codings) < 0.5)] = codes + i
    wrong = chance.random(codings) < mislabelled
    code[wrong] = (code[wrong] + chance.integers(1, codes, wrong.sum())) % codes
    names = [f"code {i}" for i in range(codes + faults)]
    start = chance.permutation(codings) * 100
    ids = [f"coding {i}" for i in range(codings)]
    quotations = Quotations(
        names, ids, said(meaning[about], document), code.astype(np.int64), np.zeros(codings, np.int64),
        document.astype(np.int64), start.astype(np.int64), (start + 80).astype(np.int64), when,
    )  # fmt: skip

    alone = codings // 2
    topic = np.where(chance.random(alone) < 0.4 * (faults > 0), chance.integers(0, max(1, faults), alone), -1)
    where = chance.integers(0, documents, alone)
    what = np.where((topic >= 0)[:, None], meaning[codes + 2 * faults + topic] * 1.4, 0.0)
    vectors = np.concatenate([quotations.vectors, said(what, where)])
    words = np.concatenate([about, np.where(topic >= 0, meanings + topic, -1)])
    passages = Passages(
        [f"passage {i}" for i in range(codings + alone)],
        [_text(int(word), chance) for word in words],
        vectors,
        np.concatenate([document, where]).astype(np.int64),
        np.arange(codings + alone) < codings,
        np.ones(codings + alone, np.bool_),
    )
    judgements = tuple(
        Judgement(f"decision {i}", names[each], bool(chance.random() < (0.65 if each in unclear else 0.25)))
        for i, each in enumerate(chance.integers(0, codes, 25 * codes))
    )
    truth = Planted(
        duplicated=frozenset(frozenset((names[each], names[codes + i])) for i, each in enumerate(twin)),
        merged=frozenset(names[each] for each in double),
        mislabelled=frozenset(ids[i] for i in np.flatnonzero(wrong)),
        shifted=frozenset(names[each] for each in shifting),
        hidden={f"passage {codings + i}": int(each) for i, each in enumerate(topic)},
        topics=faults,
        unclear=frozenset(names[each] for each in unclear),
    )
    return Study(quotations, passages, judgements, truth)


def _text(word: int, chance: np.random.Generator) -> str:
    common = ["common" + LETTERS[i] for i in chance.integers(0, 26, 12)]
    own = (
        [f"word{LETTERS[word % 26]}{LETTERS[word // 26]}{LETTERS[i]}" for i in chance.integers(0, 6, 5)]
        if word >= 0
        else []
    )
    return " ".join([*common, *own])
