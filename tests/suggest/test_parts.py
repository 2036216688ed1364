"""The pieces that the learner is made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.suggest.calibration import Calibration
from coder.suggest.encoder import Encoder
from coder.suggest.history import STEPS, Trail, read_on
from coder.suggest.kernel import Landmarks
from coder.suggest.learner import learn, prepare
from coder.suggest.material import Judgements, Passages
from coder.suggest.ridge import Ridge
from coder.suggest.views import bumps, neighbours, place
from tests.suggest.study import CODES, THEMES, passages, read_through


def rows_of(document: list[int], order: list[int]) -> Passages:
    n = len(document)
    return Passages(
        np.zeros((n, 2), np.float32), ["a"] * n, np.array(document), np.array(order), np.zeros(n, np.int64),
        np.zeros(n, np.bool_),
    )  # fmt: skip


def test_neighbours_stay_in_their_document() -> None:
    found = rows_of([7, 3, 7, 3, 7], [2, 0, 0, 1, 1])
    assert neighbours(found, 1).tolist() == [-1, 3, 4, -1, 0]
    assert neighbours(found, -1).tolist() == [4, -1, -1, 1, 2]
    assert place(found).tolist() == pytest.approx([5 / 6, 1 / 4, 1 / 6, 3 / 4, 1 / 2])


def test_arrays_of_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="unequal"):
        Passages(
            np.zeros((2, 2), np.float32), ["a"], np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64),
            np.zeros(1, np.bool_),
        )  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.floats(0, 1)), max_size=12), st.data())
def test_judgements_hold_every_coding_and_refusal_once(
    codings: list[tuple[int, int, float]], data: st.DataObject
) -> None:
    refusals = data.draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=6))
    judged = Judgements.of(3, codings=codings, refusals=refusals)
    assert judged.rows.tolist() == sorted({row for row, *_ in [*codings, *refusals]})
    assert not (judged.refused & (judged.extent > 0)).any()
    for row, code, share in codings:
        assert judged.extent[judged.rows.tolist().index(row), code] >= np.float32(share)
    assert judged.known[judged.read].all()


def test_bumps_are_close_to_the_kernel_they_stand_for() -> None:
    x = np.linspace(0, 1, 50, dtype=np.float32)
    features = bumps(x, np.linspace(0, 1, 21, dtype=np.float32), 0.1)
    exact = np.exp(-((x[:, None] - x[None]) ** 2) / (2 * 0.1**2))
    np.testing.assert_allclose(features @ features.T, exact, atol=1e-3)


def test_all_rows_as_landmarks_give_the_kernel_itself() -> None:
    x = np.random.default_rng(0).normal(size=(30, 8)).astype(np.float32)
    features = Landmarks.of(x).features(x)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    np.testing.assert_allclose(features @ features.T, np.exp(unit @ unit.T - 1), atol=1e-3)


def test_leaving_out_in_closed_form_is_fitting_again_without() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 6)).astype(np.float32), rng.normal(size=(40, 3)).astype(np.float32)
    fold, known = np.repeat(np.arange(5), 8), np.ones((40, 3), np.bool_)
    found = Ridge.of(x, y, known, ridge=2.0).left_out(fold)
    for each in range(5):
        rest = fold != each
        again = Ridge.of(x[rest], y[rest], known[rest], ridge=2.0)(x[~rest])
        np.testing.assert_allclose(found[~rest], again, atol=1e-4)


def test_what_is_not_known_pulls_towards_nothing() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4)).astype(np.float32)
    y = (x @ rng.normal(size=(4, 2))).astype(np.float32)
    known = np.ones((60, 2), np.bool_)
    known[40:, 1] = False
    without = Ridge.of(x[:40], y[:40, 1:], known[:40, 1:], ridge=1.0).weights[:, 0]
    filled, as_nothing = (
        Ridge.of(x, np.where(known, y, 0), mask, ridge=1.0).weights[:, 1] for mask in (known, np.ones_like(known))
    )
    assert np.abs(filled - without).max() < np.abs(as_nothing - without).max() / 5


def test_calibration_finds_the_slope_and_the_intercepts() -> None:
    rng = np.random.default_rng(0)
    score = rng.normal(size=(2000, 3))
    odds = 2 * score + np.array([-2.0, -1.0, -3.0])
    truth = (rng.random(score.shape) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    found = Calibration.fit([score], truth, np.ones_like(truth), prior=(1,))
    assert found.slopes[0] == pytest.approx(2, abs=0.3)
    np.testing.assert_allclose(found.intercept, [-2, -1, -3], atol=0.3)


def test_without_evidence_calibration_stays_at_what_is_expected() -> None:
    nothing = np.zeros((5, 2))
    found = Calibration.fit([nothing + 1.0], nothing, nothing, prior=(1,))
    assert found.slopes[0] == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(found.intercept, -3, atol=1e-2)


def test_codes_that_follow_each_other_are_expected_when_reading_on(word_encoder: type[Encoder]) -> None:
    encode = word_encoder().encode
    # All passages say the same, and themes come round in turn: only the passage before tells which is next.
    texts = ["so it went"] * 120
    document = np.repeat(np.arange(10), 12)
    truth = (np.arange(120)[:, None] + document[:, None]) % 3 == np.arange(len(THEMES))
    ready = prepare(passages(texts, encode, document), CODES, encode)
    read = [*range(96), *range(108, 114)]
    on, off = (learn(ready, read_through(read, truth), history=history).probability for history in (True, False))
    following = 114
    assert on[following].argmax() == truth[following].argmax()
    assert on[following].max() > 2 * off[following].max()
    # Where the passage before was not read, nothing is assumed about it.
    np.testing.assert_array_equal(on[97:108], off[97:108])


def test_history_that_tells_nothing_changes_little() -> None:
    rng = np.random.default_rng(0)
    document = np.repeat(np.arange(20), 20)
    found = rows_of(document.tolist(), list(range(400)))
    earlier = [neighbours(found, -step) for step in range(1, STEPS + 1)]
    probability = rng.uniform(0.05, 0.6, size=(400, 4))
    truth = (rng.random(probability.shape) < probability).astype(np.float64)
    trail = Trail.of(earlier, truth.astype(np.float32), np.ones(400, np.bool_))
    rows = np.arange(400)
    moved = read_on(trail, probability, probability, rows, document, truth, np.ones_like(truth, np.bool_))
    assert np.abs(moved - probability).mean() < 0.05
