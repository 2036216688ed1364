"""Which codes a passage would get, and how sure: learned from one researcher's own coding. Pure over arrays.

``prepare`` does what depends on texts alone and may be kept; ``learn`` does what depends on judgements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from sklearn.metrics import average_precision_score

from coder.suggest import views
from coder.suggest.calibration import Calibration
from coder.suggest.kernel import Landmarks
from coder.suggest.material import CodeText, Judgements, Passages

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Encode = Callable[[Sequence[str]], Array]

RIDGE = 0.7
DEFINITION_WEIGHT = 0.5
FADING = 4.0
REFUSED = -0.5
ENOUGH = 4
"""A code with fewer examples has no skill of its own yet."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """All that depends on texts alone, for n passages and c codes.

    ``features`` (n, m) and ``code_features`` (c, m) of the kernel; ``told`` (n, c): how well a passage fits what the
    codebook says, each code standardised over the project; ``meaning`` (n, d) and ``code_meaning`` (c, d):
    vectors centred on the project, of unit length.
    """

    passages: Passages
    codes: tuple[CodeText, ...]
    features: Array
    code_features: Array
    told: Array
    meaning: Array
    code_meaning: Array


@dataclass(frozen=True)
class Skill:
    """How well a code is found in documents that were left out.

    ``average_precision`` and ``told_average_precision`` (the same, by definition alone), ``precision`` and ``recall``
    of suggestions with a probability of at least a half, are NaN where there are too few examples to say.
    """

    examples: int
    average_precision: float
    told_average_precision: float
    precision: float
    recall: float
    skilled: bool

    @classmethod
    def unknown(cls, examples: int) -> Skill:
        """Too few examples to say anything."""
        nan = float("nan")
        return cls(examples, nan, nan, nan, nan, skilled=False)


@dataclass(frozen=True, eq=False)
class Learned:
    """``probability`` (n, c), calibrated; ``score`` (n, c), what ranks; ``out_of_fold`` (k, c) for the judged rows;
    ``skill``, one for each code; ``warnings``, sentences for the researcher where the answer means little."""

    probability: Floats
    score: Floats
    out_of_fold: Floats
    judgements: Judgements
    skill: tuple[Skill, ...]
    warnings: tuple[str, ...]


def prepare(passages: Passages, codes: Sequence[CodeText], encode: Encode) -> Prepared:
    """All that can be done before anything is coded."""
    raise_if_empty(passages, codes)
    described = [code.description for code in codes]
    code_vectors = encode(described)
    centre = views.unit(passages.vectors).mean(axis=0)
    meaning = views.unit(views.unit(passages.vectors) - centre)
    code_meaning = views.unit(views.unit(code_vectors) - centre)
    lexical = views.lexical(passages.texts)
    blocks, code_blocks = {"meaning": meaning}, {"meaning": code_meaning}
    fit = [_standardised(meaning @ code_meaning.T)]
    for name, (reduction, exact) in lexical.items():
        code_exact = reduction.exact(described)
        blocks[name], code_blocks[name] = reduction.reduced(exact), reduction.reduced(code_exact)
        if name == "words":
            fit.append(_standardised(np.asarray((exact @ code_exact.T).todense(), np.float32)))
    narrow = views.reduce_width(meaning, views.CONTEXT_WIDTH)
    blocks["before"] = views.beside(narrow, views.neighbours(passages, -1))
    blocks["after"] = views.beside(narrow, views.neighbours(passages, 1))
    blocks["place"] = views.bumps(views.place(passages), views.PLACES, views.PLACE_WIDTH)
    blocks["manner"] = views.manner(passages)
    blocks["base"] = np.ones((len(passages), 1), np.float32)
    x = np.hstack([np.sqrt(views.WEIGHTS[name]) * block for name, block in blocks.items()])
    q = np.hstack(
        [
            np.sqrt(views.WEIGHTS[name]) * code_blocks.get(name, np.zeros((len(codes), block.shape[1]), np.float32))
            for name, block in blocks.items()
        ]
    )
    landmarks = Landmarks.of(np.asarray(x, np.float32))
    told = np.asarray(np.mean(fit, axis=0), np.float32)
    return Prepared(passages, tuple(codes), landmarks.features(x), landmarks.features(q), told, meaning, code_meaning)


def learn(prepared: Prepared, judgements: Judgements) -> Learned:
    """Probabilities for every passage and code."""
    c = prepared.told.shape[1]
    told = prepared.told.astype(np.float64)
    rows = judgements.rows
    if not len(rows):
        return Learned(
            1 / (1 + np.exp(-(told - 3.5))), told, np.zeros((0, c)), judgements,
            tuple(Skill.unknown(0) for _ in range(c)), ("nothing is coded yet",),
        )  # fmt: skip
    features = prepared.features[rows]
    target = np.where(judgements.refused, REFUSED, judgements.extent).astype(np.float32)
    known = judgements.known
    gram = features.T @ features + DEFINITION_WEIGHT * prepared.code_features.T @ prepared.code_features
    gram[np.diag_indices_from(gram)] += RIDGE
    factor = cho_factor(gram, lower=True, overwrite_a=True)
    filled = np.where(known, target, 0)
    for _ in range(1 if known.all() else 4):
        # What is not known about a passage is taken to be what the rest predicts (EM for missing responses).
        right = features.T @ filled + DEFINITION_WEIGHT * prepared.code_features.T
        weights = cho_solve(factor, right)
        if known.all():
            break
        filled = np.where(known, target, features @ weights)
    score = (prepared.features @ weights).astype(np.float64)
    left_out = _leave_documents_out(features, factor, filled, score[rows], prepared.passages.document[rows])
    scale = left_out.std() + 1e-9
    faded = 1 / (1 + judgements.examples / FADING)
    score = score / scale + faded * told
    left_out = left_out / scale + faded * told[rows]
    truth = np.clip(judgements.extent, 0, 1).astype(np.float64)
    calibration = Calibration.fit(left_out, truth, known.astype(np.float64))
    held = calibration(left_out)
    skill = tuple(
        _skill(left_out[:, j], told[rows, j], held[:, j], judgements.extent[:, j] > 0, known[:, j]) for j in range(c)
    )
    warnings = tuple(_warnings(judgements))
    return Learned(calibration(score), score, held, judgements, skill, warnings)


def raise_if_empty(passages: Passages, codes: Sequence[CodeText]) -> None:
    """Raises ValueError where there is nothing to learn about."""
    if not len(passages) or not len(codes):
        raise ValueError("suggestions need at least one passage and one code")


def _standardised(x: Array) -> Array:
    return np.asarray((x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6), np.float32)


def _leave_documents_out(
    features: Array, factor: tuple[Array, bool], target: Array, fitted: Floats, document: NDArray[np.int64]
) -> Floats:
    """What each row would have scored had its document not been seen, in closed form."""
    out = np.zeros_like(fitted)
    for each in np.unique(document):
        i = np.flatnonzero(document == each)
        hat = features[i] @ cho_solve(factor, features[i].T)
        out[i] = target[i] - np.linalg.solve(np.eye(len(i)) - hat, target[i] - fitted[i])
    return out


def _skill(score: Floats, told: Floats, held: Floats, truth: NDArray[np.bool_], known: NDArray[np.bool_]) -> Skill:
    score, told, held, truth = score[known], told[known], held[known], truth[known]
    examples = int(truth.sum())
    if examples < 2 or examples == len(truth):
        return Skill.unknown(examples)
    said = held >= 0.5
    own, by_text = (float(average_precision_score(truth, s)) for s in (score, told))
    hits = int((said & truth).sum())
    return Skill(
        examples,
        own,
        by_text,
        hits / int(said.sum()) if said.any() else float("nan"),
        hits / examples,
        skilled=examples >= ENOUGH and own > max(by_text, examples / len(truth)),
    )


def _warnings(judgements: Judgements) -> list[str]:
    found = []
    if judgements.read.any() and (judgements.extent[judgements.read] > 0).all(axis=0).any():
        found.append("a code is on every passage read: nothing tells it from the rest")
    return found
