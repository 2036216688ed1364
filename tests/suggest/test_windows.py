"""Windows and batches change how tokens are read, never what comes out."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from coder.suggest.windows import embed, unit

ENDS = (1, 2)
TABLE = np.random.default_rng(7).normal(size=(50, 2, 4)).astype(np.float32)
TEXTS = st.lists(st.lists(st.integers(3, 49), max_size=30), max_size=12)


def sums(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """A model of two layers that sees every token by itself."""
    return np.asarray((TABLE[ids] * mask[:, :, None, None]).sum(1), np.float32)


def vectors(texts: list[list[int]], window: int, batch: int, at_once: int = 1) -> NDArray[np.float32]:
    return embed(texts, sums, ends=ENDS, window=window, batch=batch, width=4, shares=(0.4, 0.6), at_once=at_once)


@given(TEXTS, st.integers(1, 40), st.integers(1, 5))
def test_every_token_counts_once_and_every_window_has_its_ends(texts: list[list[int]], window: int, batch: int) -> None:
    for text, vector in zip(texts, vectors(texts, window, batch), strict=True):
        ends = max(1, -(-len(text) // window)) * TABLE[list(ENDS)].sum(0)
        whole = unit(TABLE[text].sum(0) + ends) * np.sqrt(np.array([[0.4], [0.6]], np.float32))
        np.testing.assert_allclose(vector, whole.ravel(), atol=1e-4)


@given(TEXTS, st.integers(1, 5), st.integers(1, 3))
def test_the_order_of_texts_and_how_many_go_together_do_not_matter(
    texts: list[list[int]], batch: int, at_once: int
) -> None:
    np.testing.assert_allclose(vectors(texts[::-1], 8, batch, at_once)[::-1], vectors(texts, 8, 3), atol=1e-4)


def test_a_product_of_two_vectors_is_the_weighted_mean_of_their_cosines() -> None:
    one, other = vectors([[5, 6, 7], [8, 9]], 8, 8)
    first = unit(one[:4]) @ unit(other[:4])
    second = unit(one[4:]) @ unit(other[4:])
    assert one @ other == pytest.approx(0.4 * first + 0.6 * second, abs=1e-6)


def test_progress_ends_at_the_number_of_windows() -> None:
    seen: list[tuple[int, int]] = []
    embed(
        [[5] * 20, [6]],
        sums,
        ends=ENDS,
        window=8,
        batch=3,
        width=4,
        shares=(0.4, 0.6),
        progress=lambda done, of: seen.append((done, of)),
    )
    assert seen == [(3, 4), (4, 4)]


def test_no_text_gives_no_vector() -> None:
    assert vectors([], 8, 8).shape == (0, 8)


def test_what_has_not_begun_when_somebody_stops_it_is_not_begun() -> None:
    begun, told = [], Event()

    def slowly(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        begun.append(len(ids))
        if len(begun) > 2:
            told.wait(10)  # What runs beside the first batches is under way until they have been told of.
        return sums(ids, mask)

    def stop(done: int, of: int) -> None:
        told.set()
        raise InterruptedError

    with pytest.raises(InterruptedError):
        embed(
            [[5]] * 100, slowly, ends=ENDS, window=8, batch=1, width=4, shares=(0.4, 0.6), at_once=2, progress=stop
        )  # fmt: skip
    assert len(begun) < 100
