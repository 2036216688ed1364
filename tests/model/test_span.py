"""Positions: spans, trimming, and the UTF-16 counting of browsers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.model import Anchor, Span, Utf16Map, trimmed

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("😀👩‍👩‍👧é\u0301שא\n "), max_size=60)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-1, 4)])
def test_an_empty_or_backward_span_cannot_be_made(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


@given(TEXTS, st.data())
def test_utf16_positions_agree_with_the_encoder_and_come_back(text: str, data: st.DataObject) -> None:
    units = Utf16Map(text)
    position = data.draw(st.integers(0, len(text)))
    there = units.to_utf16(position)
    assert there == len(text[:position].encode("utf-16-le")) // 2
    assert units.from_utf16(there) == position


def test_a_position_inside_a_surrogate_pair_counts_as_before_the_character() -> None:
    units = Utf16Map("a😀b😀")
    assert [units.from_utf16(n) for n in range(7)] == [0, 1, 1, 2, 3, 3, 4]


@given(TEXTS, st.integers(-5, 70), st.integers(-5, 70))
def test_trimming_leaves_no_blank_at_either_end(text: str, start: int, end: int) -> None:
    span = trimmed(text, start, end)
    if span is None:
        assert not text[max(0, start) : max(0, end)].strip()
    else:
        assert span.of(text) == text[max(0, start) : max(0, end)].strip()


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.integers(1, 9))
def test_overlap_is_what_shared_characters_say(start: int, length: int, other: int, its_length: int) -> None:
    one, two = Span(start, start + length), Span(other, other + its_length)
    shared = set(range(one.start, one.end)) & set(range(two.start, two.end))
    assert one.shared(two) == len(shared)
    assert one.overlaps(two) == bool(shared)
    assert one.contains(two) == (len(shared) == len(two))


def test_an_anchor_carries_its_words_and_thirty_two_characters_on_both_sides() -> None:
    text = "x" * 40 + "the words" + "y" * 10
    anchor = Anchor.on(text, Span(40, 49))
    assert (anchor.quotation, anchor.before, anchor.after) == ("the words", "x" * 32, "y" * 10)
    with pytest.raises(ValueError, match="ends at 60"):
        Anchor.on(text, Span(40, 60))
