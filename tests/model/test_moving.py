"""Spans find their words again in a corrected text; where they do not, it is said."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder.model import Span
from coder.model.moving import Alignment, Fate, Hunk, Move, aligned

OLD = (
    "Aino: We kept teh new shift plan, and nobody asked us.\n"
    "Bo: Yes.\n"
    "Cleo: Well, I think the café was the place where people met.\n"
    "Bo: Yes.\n"
    "Aino: We moved on after the summer of that year.\n"
)


def move(quotation: str, new: str, old: str = OLD) -> tuple[Fate, str | None]:
    start = old.index(quotation)
    found = Alignment(old, new).moved(Span(start, start + len(quotation)))
    return found.fate, None if found.now is None else found.now.of(new)


def test_a_span_keeps_its_words_when_others_change() -> None:
    new = "A line that is new.\n" + OLD.replace("teh", "the")
    assert move("nobody asked us", new) == (Fate.KEPT, "nobody asked us")
    assert move("Bo: Yes.\nCleo", new) == (Fate.KEPT, "Bo: Yes.\nCleo")


def test_white_space_at_its_ends_goes_along() -> None:
    assert move(" nobody asked ", OLD.replace("teh", "the")) == (Fate.KEPT, " nobody asked ")
    assert move("\n", OLD.replace("teh", "the")) == (Fate.KEPT, "\n")
    assert move("\n", OLD.replace("nobody asked us.", "nobody.")) == (Fate.KEPT, "\n")
    assert move("\n", OLD.replace("us.\nBo: Yes", "us")) == (Fate.LOST, None)


def test_line_breaks_that_became_blanks_are_the_same_words() -> None:
    assert move("us.\nBo: Yes.", OLD.replace("us.\nBo", "us. Bo")) == (Fate.KEPT, "us. Bo: Yes.")


@pytest.mark.parametrize(
    ("quotation", "new", "now"),
    [
        ("teh new shift", OLD.replace("teh", "the"), "the new shift"),
        ("kept teh", OLD.replace("teh", "the"), "kept the"),
        ("teh", OLD.replace("teh", "the"), "the"),
        ("shift plan", OLD.replace("shift plan", "shiftplan"), "shiftplan"),
        ("the café was", OLD.replace("café", "cafe\u0301"), "the cafe\u0301 was"),
        ("the café", OLD.replace("café", "coffee house"), "the coffee house"),
        ("shift plan, and", OLD.replace("plan, and", "plan, in the end and"), "shift plan, in the end and"),
        ("where people met.", OLD.replace("people met", "our people always met"), "where our people always met."),
        ("Yes.\nAino: We moved", OLD.replace("Yes.\nAino", "Yes, indeed.\nAino"), "Yes, indeed.\nAino: We moved"),
    ],
)
def test_words_that_were_edited_are_covered_and_said_to_be_changed(quotation: str, new: str, now: str) -> None:
    assert move(quotation, new) == (Fate.CHANGED, now)


def test_a_passage_put_in_before_an_edited_word_stays_outside() -> None:
    new = OLD.replace("teh", "a whole paragraph that somebody put in afterwards to explain what had happened, the")
    fate, now = move("teh new shift plan", new)
    assert (fate, (now or "").split()[-3:]) == (Fate.CHANGED, ["new", "shift", "plan"])
    assert len(now or "") < 30


def test_words_that_are_gone_are_lost() -> None:
    assert move("nobody asked us", OLD.replace("nobody asked us", "everyone was heard")) == (Fate.LOST, None)
    cleo = "Cleo: Well, I think the café was the place where people met."
    assert move(cleo, OLD.replace(cleo + "\n", "")) == (Fate.LOST, None)
    assert move("teh", "") == (Fate.LOST, None)


def test_a_passage_that_was_carried_elsewhere_is_found_there() -> None:
    line = "Aino: We moved on after the summer of that year.\n"
    new = OLD.replace(line, "").replace("Bo: Yes.\nCleo", f"Bo: Yes.\n{line}Cleo")
    assert move("We moved on after", new) == (Fate.MOVED, "We moved on after")
    assert Alignment(OLD, new).old == OLD


def test_a_word_found_among_other_words_is_never_taken_for_the_same_place() -> None:
    assert move("Yes", "Something else altogether. Yes, that.") == (Fate.MOVED, "Yes")


def test_one_of_many_equal_words_stays_where_it_is() -> None:
    second = OLD.rindex("Yes")
    found = Alignment(OLD, OLD.replace("Cleo: Well", "Dora: Yes.\nCleo: Oh well")).moved(Span(second, second + 3))
    assert found.fate is Fate.KEPT
    assert found.now is not None
    assert found.now.start == second + len("Dora: Yes.\n") + len("Oh ")


def test_a_span_beyond_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="ends at 9"):
        Alignment("short", "text").moved(Span(2, 9))


def test_hunks_say_where_the_words_differ() -> None:
    new = OLD.replace("teh", "the").replace("Well, ", "")
    assert [(OLD[h.start : h.end], new[h.new_start : h.new_end]) for h in Alignment(OLD, new).hunks()] == [
        ("teh", "the"),
        ("Well,", ""),
    ]
    assert Alignment("", "new").hunks() == [Hunk(0, 0, 0, 3)]
    assert Alignment(OLD, OLD).hunks() == []


def test_positions_follow_the_word_before_them() -> None:
    found = Alignment(OLD, "Dora: Hm.\n" + OLD)
    assert found.position(OLD.index("Cleo")) == OLD.index("Cleo") + len("Dora: Hm.\n") - 1
    assert found.position(0) == 0
    assert found.position(len(OLD)) == len(OLD) + len("Dora: Hm.\n")


WORDS = [*(f"word{n}" for n in range(40)), "e\u0301te\u0301", "👩‍👩‍👧", "🇫🇮", "שלום", "नमस्ते", "مرحبا", "ja", "ja", "—"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=30)


@given(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.data())
def test_edits_outside_never_touch_a_quotation(
    before: list[str], inside: list[str], after: list[str], other: list[str], more: list[str], data: st.DataObject
) -> None:
    """The words on either side become others, from nothing to all of them; those beside the span may stay."""
    left, right = data.draw(st.integers(0, len(before))), data.draw(st.integers(0, len(after)))
    beside = data.draw(st.integers(1, 4))
    inside = [f"own{n} {word}" for n, word in enumerate(inside)]
    near, far = before[-beside:], after[:beside]
    old = " ".join([*before[:left], *near, *inside, *far, *after[right:]])
    new = " ".join([*other, *near, *inside, *far, *more])
    start = len(" ".join([*before[:left], *near])) + 1
    span = Span(start, start + len(" ".join(inside)))
    found = Alignment(old, new).moved(span)
    assert found.now is not None
    assert found.now.of(new) == span.of(old)
    assert found.fate in (Fate.KEPT, Fate.MOVED)


@given(TEXTS, TEXTS, TEXTS, st.data())
def test_edits_inside_are_covered_and_told(
    before: list[str], inside: list[str], after: list[str], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(inside) - 1))
    inside = [f"own{n} {word}" for n, word in enumerate(inside)] + ["the end"]
    mended = [*inside[:at], "instead", *inside[at + 1 :]]
    old, new = (" ".join([*before, *words, *after]) for words in (inside, mended))
    start = len(" ".join(before)) + 1
    span = Span(start, start + len(" ".join(inside)))
    alignment = Alignment(old, new)
    found = alignment.moved(span)
    if found.fate is not Fate.LOST:
        assert found.now is not None
        assert (found.fate, found.now.of(new)) == (Fate.CHANGED, " ".join(mended))
        back = Alignment(new, old).moved(found.now)
        assert (back.fate, back.now) == (Fate.CHANGED, span)
    else:
        assert len(inside) <= 3


@given(st.text(max_size=80), st.text(max_size=80), st.data())
def test_no_span_ever_shifts_in_silence(old: str, new: str, data: st.DataObject) -> None:
    alignment = Alignment(old, new)
    if old:
        start = data.draw(st.integers(0, len(old) - 1))
        span = Span(start, data.draw(st.integers(start + 1, len(old))))
        found = alignment.moved(span)
        assert (found.now is None) == (found.fate is Fate.LOST)
        if found.now is not None:
            assert found.now.end <= len(new)
            same = found.now.of(new).split() == span.of(old).split()
            assert same or found.fate is Fate.CHANGED
    assert 0 <= alignment.position(data.draw(st.integers(0, len(old)))) <= len(new)


@given(st.text(min_size=1, max_size=80), st.data())
def test_a_text_that_stays_keeps_every_span_where_it_is(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    assert Alignment(text, text).moved(span) == Move(span, span, Fate.KEPT)


@given(TEXTS, TEXTS)
def test_no_span_ends_inside_what_is_one_character(old: list[str], new: list[str]) -> None:
    text, corrected = " ".join(old), " ".join(new)
    alignment, start = Alignment(text, corrected), 0
    for word in old:
        now = alignment.moved(Span(start, start + len(word))).now
        start += len(word) + 1
        if now is not None and now.end < len(corrected):
            assert unicodedata.category(corrected[now.end]) not in ("Mn", "Mc")
            assert "\u200d" not in (corrected[now.end], corrected[now.end - 1])


SMALL = st.lists(st.integers(0, 5), max_size=40)


@settings(max_examples=300)
@given(SMALL, SMALL)
def test_an_alignment_rises_and_pairs_only_what_is_equal(old: list[int], new: list[int]) -> None:
    match = aligned(old, new)
    pairs = [(i, j) for i, j in enumerate(match) if j >= 0]
    assert all(old[i] == new[j] for i, j in pairs)
    assert [j for _, j in pairs] == sorted({j for _, j in pairs})
    assert len(match) == len(old)
