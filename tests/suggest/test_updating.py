from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from coder.suggest import learner
from coder.suggest.encoder import Encoder
from coder.suggest.learner import Learned, Prepared
from coder.suggest.material import CodeText, Judgements, Passages
from coder.suggest.updating import MANY, Updating

SAID = (
    "we began together around one table and drew it jointly",
    "there was no time and no hour for it and nobody to stand in",
    "the coffee was good and the bus went past the lake",
)
CODES = [CodeText("Together", definition="began together"), CodeText("No time", definition="no time, no hour")]
EACH, DOCUMENTS = 5, 8


@pytest.fixture(scope="module")
def prepared(word_encoder: type[Encoder]) -> Prepared:
    """Eight documents of fifteen passages, three kinds of them by turns."""
    texts = [f"{SAID[i % 3]} {word} {i}" for i, word in enumerate(["so", "then", "well"] * EACH * DOCUMENTS)]
    encoder, n = word_encoder(), len(texts)
    passages = Passages(
        vectors=encoder.encode(texts),
        texts=texts,
        document=np.arange(n) // (3 * EACH),
        order=np.arange(n) % (3 * EACH),
        speaker=np.zeros(n, np.int64),
        interviewer=np.zeros(n, np.bool_),
    )
    return learner.prepare(passages, CODES, lambda wanted: encoder.encode(list(wanted)))


def judged(rows: NDArray[np.int64], *, refusals: list[tuple[int, int]] | None = None) -> Judgements:
    codings = [(int(row), int(row) % 3, 1.0) for row in rows if row % 3 < 2]
    refused = [(row, code) for row, code in refusals or []]
    return Judgements.of(2, codings=codings, refusals=refused, read=[int(row) for row in rows])


READ = np.arange(3 * EACH * 4)
"""Half of the documents."""


@pytest.fixture(scope="module")
def learned(prepared: Prepared) -> Learned:
    return learner.learn(prepared, judged(READ), history=False)


@pytest.fixture(scope="module")
def updating(prepared: Prepared, learned: Learned) -> Updating:
    return Updating.of(prepared, learned)


def test_nothing_new_moves_nothing(updating: Updating, learned: Learned) -> None:
    same = updating.updated(judged(READ))
    assert same is not None
    assert np.array_equal(same.probability, learned.probability)
    assert np.array_equal(same.out_of_fold, learned.out_of_fold)


@pytest.mark.parametrize(
    ("more", "refusals"),
    [
        (np.arange(60, 75), []),
        (np.array([60]), []),
        (np.array([62]), []),
        (np.array([], np.int64), [(90, 0)]),
        (np.array([], np.int64), [(62, 1), (77, 1)]),
    ],
    ids=["a document", "a coding", "left uncoded", "a refusal", "two refusals"],
)
def test_it_moves_the_way_of_learning_anew(
    prepared: Prepared, updating: Updating, learned: Learned, more: NDArray[np.int64], refusals: list[tuple[int, int]]
) -> None:
    judgements = judged(np.concatenate([READ, more]), refusals=refusals)
    quick, anew = updating.updated(judgements), learner.learn(prepared, judgements, history=False)
    assert quick is not None
    unread = np.setdiff1d(np.arange(len(prepared.passages)), judgements.rows)
    moved, should = ((other.probability - learned.probability)[unread] for other in (quick, anew))
    plain = np.abs(should) > 0.02
    assert np.array_equal(np.sign(moved[plain]), np.sign(should[plain]))
    assert np.abs(quick.probability - anew.probability).mean() < 0.05


def test_taking_a_coding_away_lowers_what_is_alike(updating: Updating, learned: Learned) -> None:
    codings = [(int(row), int(row) % 3, 1.0) for row in READ if row % 3 < 2 and row != 30]
    quick = updating.updated(Judgements.of(2, codings=codings, read=[int(row) for row in READ]))
    assert quick is not None
    alike = np.arange(60, 120, 3)
    assert (quick.probability[alike, 0] < learned.probability[alike, 0]).all()


def test_what_was_judged_since_has_no_out_of_fold_probability(updating: Updating, learned: Learned) -> None:
    quick = updating.updated(judged(np.append(READ, 70)))
    assert quick is not None
    assert np.isnan(quick.out_of_fold[-1]).all()
    assert np.array_equal(quick.out_of_fold[:-1], learned.out_of_fold)
    assert quick.judgements.rows[-1] == 70
    fewer = updating.updated(judged(READ[1:]))
    assert fewer is not None
    assert np.array_equal(fewer.out_of_fold, learned.out_of_fold[1:])


def test_probabilities_stay_probabilities(updating: Updating) -> None:
    quick = updating.updated(judged(READ, refusals=[(row, row % 2) for row in range(60, 120)]))
    assert quick is not None
    assert ((quick.probability >= 0) & (quick.probability <= 1)).all()


def test_too_much_new_asks_for_learning_anew(prepared: Prepared) -> None:
    nothing = Updating.of(prepared, learner.learn(prepared, Judgements.of(2)))
    some = nothing.updated(judged(np.arange(60)))
    assert some is not None
    assert np.isfinite(some.probability).all()
    rows = np.arange(120)
    assert (nothing.updated(judged(rows)) is None) == (len(rows) > MANY)
