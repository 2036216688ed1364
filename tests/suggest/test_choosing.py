from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coder.suggest.choosing import spread


def test_the_worthiest_is_chosen_first_and_its_likes_wait() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert spread(np.array([0.9, 0.8, 0.2]), vectors, np.arange(3), np.arange(3), 3) == [0, 2]


def test_one_of_each_group_is_enough() -> None:
    vectors = np.eye(3, dtype=np.float32)
    assert spread(np.array([0.9, 0.8, 0.2]), vectors, np.array([0, 0, 1]), np.arange(3), 3) == [0, 2]


def test_kinds_take_turns() -> None:
    vectors = np.eye(4, dtype=np.float32)
    assert spread(np.array([0.9, 0.8, 0.7, 0.6]), vectors, np.arange(4), np.array([0, 0, 1, 0]), 3) == [0, 2, 1]


@given(st.lists(st.floats(0, 1), max_size=30), st.integers(0, 10))
def test_no_candidate_is_chosen_twice_and_never_a_worthless_one(worth: list[float], count: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(len(worth), 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chosen = spread(np.array(worth), vectors, np.arange(len(worth)), np.arange(len(worth)) % 3, count)
    assert len(chosen) == len(set(chosen)) <= count
    assert all(worth[i] > 0 for i in chosen)
