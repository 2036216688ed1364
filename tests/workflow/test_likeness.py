from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coder.model import Code, Codebook, CodeStatus
from coder.workflow.likeness import EncodedOnce, much_alike

BOOK = Codebook(
    "b",
    "Book",
    (
        Code("paths", "Paths", codable=False),
        Code("time", "Lack of time", "paths"),
        Code("money", "Money", "paths"),
        Code("gone", "No hurry", "paths", status=CodeStatus.RETIRED),
    ),
)


def names(found: list[Code]) -> list[str]:
    return [code.name for code in found]


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Lack of time and no hurry mean the same here, money something else."""
    money = [float("oney" in text) for text in texts]
    return np.array([[1.0 - one, 2 * one] for one in money], np.float32)


def test_a_name_that_says_the_same_in_another_order_is_told_without_an_encoder() -> None:
    assert names(much_alike(BOOK, "The times of lack")) == ["Lack of time"]
    assert much_alike(BOOK, "No hours") == []


def test_a_name_in_other_words_is_told_by_its_meaning() -> None:
    assert names(much_alike(BOOK, "No hours", encode)) == ["Lack of time"]
    assert names(much_alike(BOOK, "Money matters", encode)) == ["Money"]


def test_folders_retired_codes_and_an_empty_name_are_like_nothing() -> None:
    assert much_alike(BOOK, "Paths") == []
    assert much_alike(BOOK, "No hurry") == []
    assert much_alike(BOOK, "  ", encode) == []
    assert much_alike(Codebook("e", "Empty"), "Any", encode) == []


def test_a_text_that_comes_again_is_not_encoded_again() -> None:
    asked: list[str] = []

    def counted(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.extend(texts)
        return encode(texts)

    once = EncodedOnce(counted)
    assert names(much_alike(BOOK, "No hours", once)) == names(much_alike(BOOK, "No hours", encode))
    once(["Money", "New", "New"])
    assert asked == ["No hours", "Lack of time", "Money", "New"]
    np.testing.assert_array_equal(once(["New", "Money"]), encode(["New", "Money"]))
