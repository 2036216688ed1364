"""Which codes a passage would get, and how sure: learned from one researcher's own coding. Pure over arrays.

``prepare`` does what depends on texts alone and may be kept; ``learn`` does what depends on judgements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from coder.suggest import softmax, views
from coder.suggest import told as saying
from coder.suggest.calibration import Calibration, Shape, competition, shifted, together
from coder.suggest.history import STEPS, Trail, read_on
from coder.suggest.kernel import Landmarks, drawn
from coder.suggest.material import CodeText, Judgements, Passages
from coder.suggest.ridge import Ridge, shares

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Encode = Callable[[Sequence[str]], Array]

RIDGE = 0.5
DESCRIPTION_WEIGHT = 0.5
"""What the description of a code counts as an example of it."""

NOT_WEIGHT = 0.25
"""What a description of when not to use a code counts against it."""

FADING = 4.0
"""With that many examples, the fit to what the codebook says counts half."""

DEFINED = 0.5
"""What the fit to the codebook counts in the contest of codes, against one in their regressions."""

REFUSED = -0.5
"""The target of a refusal: further away than a passage that was merely left."""

COVERED = 0.5
"""The share of a passage that a coding has to cover to count in full."""

LEAST_SPREAD = 0.01
"""Scores between 0 and 1 that differ by less say nothing."""

LITTLE = 0.25
"""A kernel that is trusted less than that is not asked again."""

THROUGHOUT = 0.9
"""The share of a document from which on it counts as read throughout."""

GUESSED = 0.5
"""How much passages not judged may say on how frequent a code is, where none was read throughout."""

AT_A_TIME = 20_000
"""Passages whose features are computed together."""

FOLDS = 5
CONTRADICTED = 0.02
"""The share of passages whose words were coded in two ways, from which on it is said."""

ENOUGH = 4
"""A code with fewer examples has no skill of its own yet."""


@dataclass(frozen=True, eq=False)
class Lessons:
    """What the codebook teaches, as t texts: ``target`` (t, c), ``weight`` (t,), and both kernels' features of them.

    ``alike`` (c, c): how alike the descriptions of codes are, cosines over all views.
    """

    features: Array
    around: Array
    target: Array
    weight: Array
    alike: Array


@dataclass(frozen=True, eq=False)
class Viewed:
    """What depends on passages alone, for n of them.

    ``centre`` (d,) of the project and ``meaning`` (n, d), centred; ``lexical`` views with their unreduced TF-IDF;
    ``widths`` of all views; ``landmarks`` of both kernels; ``features``, ``around`` and ``earlier`` as in ``Prepared``.
    """

    passages: Passages
    centre: Array
    meaning: Array
    lexical: Mapping[str, tuple[views.Lexical, Any]]
    widths: Mapping[str, int]
    landmarks: tuple[Landmarks, Landmarks]
    features: Array
    around: Array
    earlier: tuple[Rows, ...]


@dataclass(frozen=True, eq=False)
class Prepared:
    """All that depends on texts alone, for n passages and c codes.

    ``features`` (n, m) of a kernel over the passage itself, ``around`` (n, w) of one that sees what stands around it
    too; ``lessons`` of the codebook in the same features; ``told`` (n, c): how well a passage fits what the codebook
    says, of standard deviation one; ``literally`` (n, c): the same before a look at what fitting passages have in
    common; ``meaning`` (n, d): vectors centred on the project, of unit length; ``earlier``: for every step
    back in the document the passage there, or -1.
    """

    passages: Passages
    codes: tuple[CodeText, ...]
    features: Array
    around: Array
    lessons: Lessons
    told: Array
    literally: Array
    meaning: Array
    earlier: tuple[Rows, ...]


@dataclass(frozen=True)
class Skill:
    """How well a code is found in documents that were left out.

    ``average_precision`` and ``told_average_precision`` (the same, by definition alone), ``precision`` and ``recall``
    of suggestions with a probability of at least a half, are NaN where there are too few examples to say. ``skilled``
    says that there are enough, and that it is clearly better than chance and not worse than its definition.
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
    """All that can be done before anything is coded.

    Raises ValueError where there is no passage or no code.
    """
    if not len(passages) or not len(codes):
        raise ValueError("suggestions need at least one passage and one code")
    return prepare_codes(view(passages), codes, encode)


def view(passages: Passages) -> Viewed:
    """The first and longer part of ``prepare``, which stays as it is when the codebook changes."""
    meaning = views.unit(passages.vectors)
    centre = meaning.mean(axis=0)
    meaning = views.unit(meaning - centre)
    lexical = views.lexical(passages.texts)
    own = {"meaning": meaning, **{name: reduction.reduced(exact) for name, (reduction, exact) in lexical.items()}}
    own |= views.manners(passages)
    blocks = own | views.surroundings(passages, meaning)
    widths = {name: block.shape[1] for name, block in blocks.items()}
    earlier = tuple(views.neighbours(passages, -step) for step in range(1, STEPS + 1))
    (own_landmarks, features), (landmarks, around) = _kernel(own), _kernel(blocks)
    return Viewed(passages, centre, meaning, lexical, widths, (own_landmarks, landmarks), features, around, earlier)


def _kernel(blocks: Mapping[str, Array]) -> tuple[Landmarks, Array]:
    """Landmarks of a kernel over these views of all passages, and the passages' features (n, m)."""
    n = len(blocks["meaning"])
    landmarks = Landmarks.at(views.side_by_side(blocks, drawn(n)))
    # Some at a time: side by side, all views of a large project would take more memory than anything else.
    some = [slice(start, start + AT_A_TIME) for start in range(0, n, AT_A_TIME)]
    return landmarks, np.vstack([landmarks.features(views.side_by_side(blocks, each)) for each in some])


def prepare_codes(viewed: Viewed, codes: Sequence[CodeText], encode: Encode) -> Prepared:
    """The second part of ``prepare``."""
    meaning, centre, lexical = viewed.meaning, viewed.centre, viewed.lexical
    parts = saying.parts(codes)
    vectors = [encode(part) for part in parts]
    described = {"meaning": saying.centred(vectors[0], centre)}
    extra, target, weight = _extra_lessons(codes)
    more = views.unit(views.unit(encode(extra)) - centre) if extra else meaning[:0]
    texts = [*parts[0], *extra]
    taught = {"meaning": np.vstack([described["meaning"], more])}
    taught |= {name: own.reduced(own.exact(texts)) for name, (own, _) in lexical.items()}
    empty = {name: np.zeros((len(texts), width), np.float32) for name, width in viewed.widths.items()}
    blocks = empty | taught
    own = {name: block for name, block in blocks.items() if name not in views.SURROUNDINGS}
    x = views.side_by_side(own)
    description = views.unit(x[: len(codes)])
    lessons = Lessons(
        viewed.landmarks[0].features(x),
        viewed.landmarks[1].features(views.side_by_side(blocks)),
        np.vstack([np.eye(len(codes), dtype=np.float32), target]),
        np.concatenate([np.full(len(codes), DESCRIPTION_WEIGHT, np.float32), weight]),
        description @ description.T,
    )
    literally = saying.fit(meaning, centre, lexical, parts, vectors)
    told = saying.with_feedback(literally, viewed.features)
    return Prepared(
        viewed.passages,
        tuple(codes),
        viewed.features,
        viewed.around,
        lessons,
        told,
        literally,
        meaning,
        viewed.earlier,
    )


def learn(prepared: Prepared, judgements: Judgements, *, history: bool = True) -> Learned:
    """Probabilities for every passage and code.

    ``history``: whether the codes of the passages before say something about the next one of a document.
    """
    told = prepared.told.astype(np.float64)
    n, c = told.shape
    rows, known = judgements.rows, judgements.known
    warnings = (*_about_codes(prepared.codes), *_about_judgements(prepared, judgements))
    if not known.any():
        probability = expit(told - np.log(c + 1.0))
        held = probability[rows]
        return Learned(probability, told, held, judgements, (Skill.unknown(0),) * c, warnings)
    covered = _covered(judgements)
    target = np.where(judgements.refused, REFUSED, covered).astype(np.float32)
    fold = _folds(prepared.passages.document[rows])
    truth, weight = covered.astype(np.float64), known.astype(np.float64)
    ridges, scores, without = [], [], []
    for features, lessons in _kernels(prepared):
        ridge = Ridge.of(features[rows], target, known, ridge=RIDGE, lessons=lessons)
        ridges.append(ridge)
        scores.append(ridge(features))
        without.append(ridge.left_out(fold))
    # What stands around a passage tells much in one study and nothing in another: each learns which to trust.
    share = shares(without, target, known)
    score, left_out = _mixed(share, scores), _mixed(share, without)
    middle, scale = left_out[known].mean(), max(left_out[known].std(), LEAST_SPREAD)
    faded = 1 / (1 + judgements.examples / FADING)
    score = (score - middle) / scale + faded * told
    left_out = (left_out - middle) / scale + faded * told[rows]
    calibration = Calibration.fit([left_out, competition(left_out)], truth, weight, prior=(1, 0))
    held = calibration([left_out, competition(left_out)])
    probability = calibration([score, competition(score)])
    contest = _contest(prepared, judgements, ridges, share, faded * told, fold)
    if contest is not None:
        probability, held = together(probability, contest[0]), together(held, contest[1])
    shape = Shape.fit(held, truth, weight)
    held, probability = shape(held), shape(probability)
    left_out, score = logit(held), logit(probability)
    elsewhere = np.ones(n, np.bool_)
    elsewhere[rows] = False
    probability = shifted(probability, held, elsewhere, GUESSED * (1 - _read_throughout(prepared.passages, rows)))
    # What was judged already is shown as it would be had it not been, or no oversight would ever be found.
    probability[rows] = np.where(known, held, probability[rows])
    if history:
        extent, read = np.zeros((n, c), np.float32), np.zeros(n, np.bool_)
        extent[rows], read[rows] = covered, judgements.read
        trail = Trail.of(prepared.earlier, extent, read)
        probability = read_on(trail, probability, held, rows, fold, truth, known)
    coded = judgements.extent > 0
    skill = tuple(
        _skill(left_out[:, j], prepared.literally[rows, j], held[:, j], coded[:, j], known[:, j]) for j in range(c)
    )
    return Learned(probability, score, held, judgements, skill, warnings)


def _covered(judgements: Judgements) -> Array:
    """(k, c): how far each code covers a passage, in full from a certain share on."""
    return np.asarray(np.minimum(judgements.extent / COVERED, 1), np.float32)


def _kernels(prepared: Prepared) -> tuple[tuple[Array, tuple[Array, Array, Array]], ...]:
    """Features (n, m) of each kernel, and what the codebook teaches in it: features, targets, weights."""
    taught = prepared.lessons
    return (
        (prepared.features, (taught.features, taught.target, taught.weight)),
        (prepared.around, (taught.around, taught.target, taught.weight)),
    )


def _contest(
    prepared: Prepared, judgements: Judgements, ridges: Sequence[Ridge], share: Floats, told: Floats, fold: Rows
) -> tuple[Floats, Floats] | None:
    """Probabilities (n, c), and out-of-fold ones (k, c), where codes compete for a passage; None if that is too much.

    ``told`` (n, c) is what the codebook still has to say.
    """
    asked = [each for each in range(len(ridges)) if share[each] > LITTLE]
    width = sum(ridges[each].features.shape[1] for each in asked)
    if not judgements.read.any() or not softmax.fits(width, *judgements.extent.shape):
        return None
    covered, kernels, alike = _covered(judgements), _kernels(prepared), prepared.lessons.alike
    found = [softmax.rivalry(ridges[i], *kernels[i], covered, judgements.read, fold, alike) for i in asked]
    score = softmax.log_shares(_mixed(share[asked], [out for out, _ in found]), DEFINED * told)
    without = _mixed(share[asked], [left_out for _, left_out in found])
    left_out = softmax.log_shares(without, DEFINED * told[judgements.rows])
    known = judgements.known.astype(np.float64)
    calibration = Calibration.fit([left_out], covered.astype(np.float64), known, prior=(1,))
    return calibration([score]), calibration([left_out])


def _mixed(share: Floats, scores: Sequence[Array]) -> Floats:
    """Scores of several regressions in one, each with its share."""
    return np.asarray(sum(s * each.astype(np.float64) for s, each in zip(share, scores, strict=True)))


def _read_throughout(passages: Passages, rows: Rows) -> float:
    """The share of judged ``rows`` that are from documents read throughout: they were not picked for their codes."""
    judged = np.bincount(passages.document[rows], minlength=int(passages.document.max()) + 1)
    whole = judged >= THROUGHOUT * np.bincount(passages.document)
    return float(whole[passages.document[rows]].mean())


def _extra_lessons(codes: Sequence[CodeText]) -> tuple[list[str], Array, Array]:
    """The codebook's examples, and when not to use a code: texts, targets (t, c), weights (t,)."""
    texts: list[str] = []
    targets: list[Array] = []
    weights: list[float] = []
    each = np.eye(len(codes), dtype=np.float32)
    for code, one in zip(codes, each, strict=True):
        for example in filter(str.strip, code.examples):
            texts.append(example)
            targets.append(one)
            weights.append(1.0)
        if code.when_not.strip():
            texts.append(code.when_not)
            targets.append(REFUSED * one)
            weights.append(NOT_WEIGHT)
    return texts, np.array(targets, np.float32).reshape(-1, len(codes)), np.array(weights, np.float32)


def _folds(document: Rows) -> Rows:
    """(k,): the document; where all is from one, its passages in a few runs one after the other."""
    if len(np.unique(document)) > 1:
        return document
    return np.arange(len(document)) * FOLDS // len(document)


def _skill(score: Floats, told: Array, held: Floats, truth: NDArray[np.bool_], known: NDArray[np.bool_]) -> Skill:
    score, told, held, truth = score[known], told[known], held[known], truth[known]
    examples = int(truth.sum())
    if examples < 2 or examples == len(truth):
        return Skill.unknown(examples)
    said = held >= 0.5
    own, by_text = _average_precision(score, truth), _average_precision(told, truth)
    hits = int((said & truth).sum())
    # The standard error of a share among so few: what lies closer is not told apart.
    error = (own * (1 - own) / examples) ** 0.5
    return Skill(
        examples,
        own,
        by_text,
        hits / int(said.sum()) if said.any() else float("nan"),
        hits / examples,
        skilled=examples >= ENOUGH and own - error > examples / len(truth) and own + error >= by_text,
    )


def _average_precision(score: Floats | Array, truth: NDArray[np.bool_]) -> float:
    """The mean over examples of the precision down to each, ranked by score."""
    hits = truth[np.argsort(-score, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def _about_codes(codes: Sequence[CodeText]) -> list[str]:
    found = []
    if len(codes) == 1:
        found.append("There is only one code: its suggestions cannot be told from those of any other.")
    same: dict[str, list[str]] = {}
    for code in codes:
        same.setdefault((code.told or code.name).casefold(), []).append(code.name)
    for names in same.values():
        if len(names) > 1:
            found.append(f"The codebook says the same of {', '.join(names)}: only examples can tell them apart.")
    return found


def _about_judgements(prepared: Prepared, judgements: Judgements) -> list[str]:
    if not judgements.known.any():
        return ["Nothing is coded yet: only the codebook speaks."]
    found = []
    coded = judgements.extent > 0
    if not coded.any():
        found.append("Passages were read, none is coded: only the codebook speaks for a code.")
    read = coded[judgements.read]
    if len(read) > 1:
        for code in np.flatnonzero(read.all(axis=0)):
            found.append(f"{prepared.codes[code].name} is on every passage read: nothing tells it from the rest.")
    if len(np.unique(prepared.passages.document[judgements.rows])) == 1:
        found.append("All decisions are about one document: how sure suggestions are in another is not known yet.")
    decided: dict[str, set[tuple[bool, ...]]] = {}
    for place in np.flatnonzero(judgements.read):
        text = prepared.passages.texts[judgements.rows[place]].strip().casefold()
        decided.setdefault(text, set()).add(tuple(coded[place].tolist()))
    contradicted = sum(len(ways) > 1 for ways in decided.values())
    if contradicted > CONTRADICTED * len(decided):
        found.append(f"The same words were coded differently in {contradicted} cases: no method can follow both.")
    return found
