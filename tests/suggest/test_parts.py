"""The pieces that the learner is made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.suggest.calibration import Calibration, Shape, shifted, together
from coder.suggest.encoder import Encoder
from coder.suggest.history import STEPS, Trail, read_on
from coder.suggest.kernel import Landmarks
from coder.suggest.learner import learn, prepare
from coder.suggest.material import Judgements, Passages
from coder.suggest.ridge import Ridge
from coder.suggest.softmax import fits, log_shares, rivalry
from coder.suggest.views import Lexical, asked, bumps, neighbours, place
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


def interview(texts: list[str], asks: list[int], document: list[int] | None = None) -> Passages:
    found = rows_of(document or [0] * len(texts), list(range(len(texts))))
    return replace(found, texts=texts, interviewer=np.isin(np.arange(len(texts)), asks))


QUESTION = "where did you go to school in those days and how"


def test_a_question_stands_until_another_is_asked() -> None:
    said = np.eye(6, dtype=np.float32)
    found = asked(interview([QUESTION, "a", "b", QUESTION * 9, "c", "d"], [0, 3]), said)
    assert not found[0].any()
    np.testing.assert_array_equal(found[[1, 2, 3]], said[[0, 0, 0]])
    assert (found[[4, 5]] @ said[3] > 0.99).all()


def test_a_word_in_between_leaves_the_question_standing() -> None:
    said = np.eye(4, dtype=np.float32)
    found = asked(interview([QUESTION, "a", "Yes?", "b"], [0, 2]), said)[3]
    assert found @ said[0] > 0.9 > found @ said[2] > 0


def test_a_question_does_not_reach_into_the_next_document() -> None:
    found = asked(interview([QUESTION, "a", "b"], [0], [0, 0, 1]), np.eye(3, dtype=np.float32))
    assert found[1].any() and not found[2].any()


def test_words_of_a_large_project_are_reduced_by_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [" ".join(np.random.default_rng(n).choice(list("abcdefghij"), 4)) for n in range(300)]
    whole, exact = Lexical.of(texts, token_pattern=r"\w")
    monkeypatch.setattr("coder.suggest.views.LEXICAL_ROWS", 100)
    part, _ = Lexical.of(texts, token_pattern=r"\w")
    alike = [reduced @ reduced.T for reduced in (whole.reduced(exact), part.reduced(exact))]
    np.testing.assert_allclose(alike[1], alike[0], atol=1e-3)


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
    features = Landmarks.at(x).features(x)
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


def test_the_shape_of_probabilities_is_put_right_and_every_ranking_kept() -> None:
    rng = np.random.default_rng(0)
    fair = rng.uniform(0.02, 0.98, size=(3000, 2))
    bold = fair**3 / (fair**3 + (1 - fair) ** 3)
    truth = (rng.random(fair.shape) < fair).astype(np.float64)
    found = Shape.fit(bold, truth, np.ones_like(truth))(bold)
    assert np.abs(found - fair).mean() < np.abs(bold - fair).mean() / 3
    np.testing.assert_array_equal(np.argsort(found, axis=None), np.argsort(bold, axis=None))


def test_the_shape_stays_where_nothing_is_known() -> None:
    said = np.array([[0.1, 0.5], [0.9, 0.3]])
    np.testing.assert_allclose(Shape.fit(said, said, np.zeros_like(said))(said), said, atol=1e-3)


def test_halfway_between_two_probabilities_is_between_them() -> None:
    first, second = np.array([[0.0, 0.2, 0.5]]), np.array([[1.0, 0.8, 0.5]])
    np.testing.assert_allclose(together(first, second), 0.5)


def test_codes_are_as_frequent_as_passages_not_judged_suggest() -> None:
    rng = np.random.default_rng(0)
    # Judged were as many with the first code as without it; elsewhere it is rare, and scores tell which.
    truth = rng.random(4000) < 0.1
    odds = 3 * rng.normal(np.where(truth, 1.0, -1.0), 0.6)
    said = 1 / (1 + np.exp(-odds))[:, None]
    held = np.array([[0.9], [0.1]])
    found = shifted(said, held, np.ones(4000, np.bool_), 0.5)
    assert abs(found.mean() - 0.1) < abs(said.mean() - 0.1)
    assert (np.diff(found[np.argsort(said[:, 0]), 0]) >= 0).all()


@pytest.mark.parametrize(("share", "elsewhere"), [(0.0, True), (0.5, False)])
def test_with_nothing_to_go_by_codes_stay_as_frequent_as_they_were(share: float, elsewhere: bool) -> None:
    said = np.array([[0.2, 0.7], [0.4, 0.1]])
    np.testing.assert_array_equal(shifted(said, said, np.full(2, elsewhere), share), said)


def contest(truth: np.ndarray, x: np.ndarray, read: np.ndarray, alike: float = 0) -> tuple[np.ndarray, np.ndarray]:
    extent, fold = truth.astype(np.float32), np.arange(len(x)) // 10
    lessons = x[:2] * 0, np.eye(2, dtype=np.float32), np.ones(2, np.float32)
    ridge = Ridge.of(x, extent, np.ones(extent.shape, np.bool_), ridge=0.5, lessons=lessons)
    cosines = np.array([[1, alike], [alike, 1]], np.float32)
    return rivalry(ridge, x, lessons, extent, read, fold, cosines)


def test_the_code_that_fits_best_wins_the_contest_and_none_where_none_fits() -> None:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 90)
    x = (np.eye(3)[kind] + rng.normal(0, 0.1, (90, 3))).astype(np.float32)
    for score in contest(kind[:, None] == np.arange(2), x, np.ones(90, np.bool_)):
        assert (score.argmax(axis=1) == kind).mean() > 0.95
        np.testing.assert_array_less(np.exp(log_shares(score.astype(np.float64), np.zeros((90, 2)))).sum(axis=1), 1)


def test_what_is_left_out_of_the_contest_is_not_seen() -> None:
    rng = np.random.default_rng(0)
    x, truth = rng.normal(size=(30, 4)).astype(np.float32), rng.random((30, 2)) < 0.4
    other = truth.copy()
    other[:10] = ~other[:10]
    found, again = (contest(each, x, np.ones(30, np.bool_))[1] for each in (truth, other))
    np.testing.assert_allclose(again[:10], found[:10], atol=1e-5)
    assert np.abs(again[10:] - found[10:]).max() > 0.1


def test_passages_that_were_not_read_take_no_part_in_the_contest() -> None:
    rng = np.random.default_rng(0)
    x, truth, read = rng.normal(size=(30, 4)).astype(np.float32), rng.random((30, 2)) < 0.4, np.arange(30) >= 10
    other = truth.copy()
    other[:10] = ~other[:10]
    np.testing.assert_allclose(contest(other, x, read)[0], contest(truth, x, read)[0], atol=1e-5)


def test_examples_of_a_code_speak_for_one_that_the_codebook_makes_alike() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4)).astype(np.float32)
    truth = np.column_stack([x[:, 0] > 0, np.zeros(60, np.bool_)])

    def gained(alike: float) -> float:
        """How much more is said for the second code where the first one is."""
        second = contest(truth, x, np.ones(60, np.bool_), alike)[0][:, 1]
        return float(second[truth[:, 0]].mean() - second[~truth[:, 0]].mean())

    assert gained(0.0) < gained(0.5) < gained(1.0)


def test_codes_of_which_the_codebook_says_the_same_are_told_apart_by_their_examples() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4)).astype(np.float32)
    truth = np.column_stack([x[:, 0] > 0, x[:, 0] <= 0])
    for score in contest(truth, x, np.ones(60, np.bool_), alike=1.0):
        assert (score[:, :2].argmax(axis=1) == truth.argmax(axis=1)).mean() > 0.8


def test_a_contest_of_very_many_is_too_much() -> None:
    assert fits(1500, 1500, 30)
    assert not fits(2000, 8000, 100)


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
    assert on[following].max() > 1.5 * off[following].max()
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
