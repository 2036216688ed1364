"""What a researcher looks for: read as it is meant, and found where it stands."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import InvalidValue
from coder.model import Span
from coder.model.query import Query, Term, words_of


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("trust", "trust"),
        ("trust time", "trust and time"),
        ("trust AND time", "trust and time"),
        ("trust OR confidence shift", "trust or confidence and shift"),
        ('trust NOT "shift plan"', "trust, not “shift plan”"),
        ("NOT time trust", "trust, not time"),
        ("Co-creation", "“co creation”"),
        ("(trust*)", "trust*"),
        ("*paikka", "*paikka"),
        ("*paik*", "*paik*"),
        ('"trust"', "“trust”"),
        ("”trust me” „and him“", "“trust me” and “and him”"),
        ("trust and time", "trust and and and time"),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant(typed: str, said: str) -> None:
    assert str(Query.parse(typed)) == said


@pytest.mark.parametrize(
    ("typed", "help"),
    [
        ("", "there is no word to look for"),
        ("...", "there is no word to look for"),
        ("*", "there is no word to look for"),
        ("trust OR", "nothing stands after OR"),
        ("OR trust", "OR needs a word before it"),
        ("trust OR NOT time", "NOT needs a word before it"),
        ("NOT time", "name one that must"),
        ('trust "shift plan', "the quotation mark before shift plan is not closed"),
        ('"shift plan" trust"', 'the quotation mark after "shift plan" trust is not closed'),
        ("tr*st", "the \\* stands inside"),
        ("*ta", "write at least 3 letters"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_would_work(typed: str, help: str) -> None:
    with pytest.raises(InvalidValue, match=help):
        Query.parse(typed)


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("trust", "Trust, not distrust: TRUST!", ["Trust", "TRUST"]),
        ("trust*", "Trusting is a trustee’s work", ["Trusting", "trustee"]),
        ("*paikka", "Työpaikka ja paikkakunta", ["Työpaikka"]),
        ('"shift plan"', "A shift-plan; the shift’s plan", ["shift-plan"]),
        ("shift plan NOT week", "the shift plan of the week", ["shift", "plan"]),
        ('plan "shift plan"', "the shift plan", ["shift plan"]),
        ("pa\u0308a\u0308timme", "päätimme", ["päätimme"]),
        ("päätimme", "pa\u0308a\u0308timme", ["pa\u0308a\u0308timme"]),
    ],
)
def test_what_is_looked_for_is_marked(typed: str, text: str, marked: list[str]) -> None:
    assert [span.of(text) for span in Query.parse(typed).marks(text)] == marked


def test_forms_are_asked_of_single_words_and_marked_with_them() -> None:
    query = Query.parse('go OR "went" out').with_forms(lambda term: {"went", "gone"} if term.bends else ())
    assert [term.forms for term in query.terms] == [("gone", "went"), (), ("gone", "went")]
    assert query.marks("they have gone") == [Span(10, 14)]


def test_any_of_the_words_that_tell_something_will_do() -> None:
    common = {"nobody", "had", "for", "it"}
    assert str(Query.parse("nobody had time for it NOT shift").any_of(common)) == "time, not shift"
    assert str(Query.parse('"had" time').any_of(common)) == "“had” or time"
    assert str(Query.parse("had it").any_of(common)) == "had or it"


@given(st.text(max_size=60) | st.text('ab"* ANDORT-.', max_size=60))
def test_whatever_is_typed_is_read_or_refused_in_words(typed: str) -> None:
    with suppress(InvalidValue):
        query = Query.parse(typed)
        assert query.terms
        assert all(term.words and all(term.words) for term in (*query.terms, *query.without))


@given(st.text(max_size=80))
def test_every_word_of_a_text_finds_itself_there(text: str) -> None:
    for word, span in words_of(text):
        assert span in Term((word,)).places(text)


@given(st.text("ab cé.", max_size=60), st.lists(st.sampled_from(["a", "b", "ab", "é"]), min_size=1, max_size=3))
def test_marks_are_in_order_and_never_overlap(text: str, words: list[str]) -> None:
    marks = Query(tuple((Term((word,), open_end=True),) for word in words)).marks(text)
    assert marks == sorted(marks)
    assert all(one.end <= other.start for one, other in pairwise(marks))
