from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coder.suggest.evidence import Frequencies, closest, nearest, sentences, shared_words, words


def unit(*rows: tuple[float, ...]) -> np.ndarray:
    x = np.array(rows, np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def test_the_most_alike_come_first_and_the_passage_itself_never() -> None:
    features = unit((1, 0), (1, 0.1), (0, 1), (1, 1))
    found = nearest(features, 0, np.array([0, 1, 2, 3]), np.array([0, 1, 2, 3]), count=3)
    assert [near.row for near in found] == [1, 3, 2]
    assert found[0].likeness > found[1].likeness > found[2].likeness


def test_quotations_come_rather_from_different_documents() -> None:
    features = unit((1, 0, 0), (1, 0.1, 0), (1, 0.2, 0.05), (1, 0, 0.3), (0, 0, 1))
    document = np.array([0, 1, 1, 2, 3])
    found = nearest(features, 0, np.array([1, 2, 3, 4]), document, count=2)
    assert [near.row for near in found] == [1, 3]


def test_what_repeats_a_quotation_is_not_shown_again() -> None:
    features = unit((1, 0), (1, 0.2), (1, 0.2), (0.2, 1))
    found = nearest(features, 0, np.array([1, 2, 3]), np.array([0, 1, 2, 3]), count=3)
    assert [near.row for near in found] == [1, 3]


def test_without_candidates_there_is_nothing_near() -> None:
    assert nearest(unit((1, 0)), 0, np.array([], np.int64), np.array([0])) == []
    assert nearest(unit((1, 0)), 0, np.array([0]), np.array([0])) == []


def test_the_sentence_that_points_the_same_way_is_closest() -> None:
    vectors = np.array([[0, 2], [5, 0.1], [-1, 0]], np.float32)
    found = closest(np.array([1, 0], np.float32), vectors)
    assert found is not None
    assert found.row == 1
    assert closest(np.array([1, 0], np.float32), np.zeros((0, 2), np.float32)) is None


def test_shared_words_are_those_that_are_rare_elsewhere() -> None:
    corpus = ["the pilot was handed over in a binder"] * 2 + ["the coffee was good"] * 30
    frequencies = Frequencies.of(corpus)
    found = shared_words("The pilot came as a binder, the coffee was cold", corpus[:1], frequencies)
    assert [word for word, _ in found] == ["binder", "pilot"]
    assert shared_words("nothing alike", ["😀"], frequencies) == []
    assert shared_words("", [], frequencies) == []


def test_english_is_told_from_other_languages_where_there_is_enough_to_tell() -> None:
    english, finnish = "so we met at the school", "tapasimme sitten koululla, ja that oli siinä"
    assert Frequencies.of([english, "yes", "no", "maybe"] * 10).english
    assert not Frequencies.of(["kyllä", "ei", "tapasimme koululla"] * 10 + [finnish]).english
    assert Frequencies.of(["kyllä", "ei"]).english


@given(st.text())
def test_sentences_lose_no_word(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_sentences_end_at_stops_and_not_at_short_forms() -> None:
    text = "It is theirs, e.g. a model. Use it for a pilot! Not for talk."
    assert sentences(text) == ["It is theirs, e.g. a model.", "Use it for a pilot!", "Not for talk."]


@given(st.text())
def test_words_are_lower_case_and_have_three_letters(text: str) -> None:
    assert all(len(word) >= 3 and word == word.casefold() for word in words(text))
