"""Words and unions of ranges, fast, against the same written slowly."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.model import Codebook, Document, DocumentKind, Span, Turn, TurnKind
from coder.tables import Material, places
from coder.tables.places import Words, distinct, union_lengths

LETTERS = st.text(st.sampled_from("ab é😀\u0301 \t\n\u00a0\u2003\u3000\u200b\u1680\x1c\x85_"), max_size=60)


@st.composite
def materials(draw: st.DrawFn) -> Material:
    """A few documents whose turns lie side by side, some of them no content, with gaps or without."""
    documents, turns = [], {}
    for number, text in enumerate(draw(st.lists(LETTERS, min_size=0, max_size=4))):
        edges = sorted(set(draw(st.lists(st.integers(0, len(text)), max_size=8))))
        kinds = st.sampled_from([TurnKind.SPEECH, TurnKind.SPEECH, TurnKind.HEADING])
        turns[f"d{number}"] = tuple(
            Turn(Span(start, end), kind=draw(kinds)) for start, end in itertools.pairwise(edges) if draw(st.booleans())
        )
        longer = draw(st.integers(0, 2))
        documents.append(
            Document(f"d{number}", f"D{number}", DocumentKind.INTERVIEW, "", 0, len(text) + longer, text=text)
        )
    return Material("T", documents, turns, Codebook("b", "B", ()), [], [], [], [], [], [])


@given(materials(), st.integers(1, 80))
def test_words_are_the_runs_of_letters_of_each_turn(material: Material, block: int) -> None:
    expected = [
        (first + word.start(), first + word.end())
        for document, first in zip(material.documents, material.begins, strict=True)
        for turn in material.turns[document.id]
        if turn.kind.is_content
        for word in re.finditer(r"\S+", document.text[turn.span.start : turn.span.end].rjust(turn.span.end))
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "_BLOCK", block)
        words = Words.of(material)
    assert list(zip(words.start.tolist(), words.end.tolist(), strict=True)) == expected


def test_blanks_are_those_that_python_knows() -> None:
    assert {chr(letter) for letter in range(0x110000) if chr(letter).isspace()} == {
        chr(letter) for letter in np.flatnonzero(places._SPACES)
    }


RANGES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30), st.integers(0, 12)), max_size=30)


@given(RANGES)
def test_a_union_holds_each_number_once(rows: list[tuple[int, int, int]]) -> None:
    key, first, length = np.array(rows, np.int64).reshape(-1, 3).T
    expected = [len({n for k, f, m in rows if k == group for n in range(f, f + m)}) for group in range(5)]
    assert union_lengths(key, first, first + length, 5).tolist() == expected


@given(st.lists(st.integers(-5, 5)))
def test_distinct_numbers_are_in_order(values: list[int]) -> None:
    assert distinct(np.array(values, np.int64)).tolist() == sorted(set(values))
