"""Searching words: what a researcher types is never read as a query language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import add_document

from coder.store import Project


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("shift", [0]),
        ("SHIFT plan", [0]),
        ("plan shift", [0]),
        ('"plan shift"', []),
        ('"shift plan', [0]),
        ("we", [0, 1]),
        ("buil*", [1]),
        ("buil", []),
        ("päätimme", [1]),
        ("paatimme", []),
        ("shift OR built", []),
        ("NOT", []),
        ("content:shift", []),
        ("(", []),
        ("", []),
        ("*", []),
        ("plan.", [0]),
    ],
)
def test_words_are_found(project: Project, aino: str, query: str, found: list[int]) -> None:
    add_document(project, aino)
    assert [segment.index for segment in project.find_words(query)] == found


def test_no_more_than_the_limit_are_found(project: Project, aino: str) -> None:
    add_document(project, aino)
    assert len(project.find_words("we", limit=1)) == 1


@given(st.text(max_size=30))
def test_no_query_breaks_the_search(query: str) -> None:
    with Project.create(":memory:", title="An invented study", coder="Aino") as project:
        add_document(project, project.coder_named("Aino").id)
        assert len(project.find_words(query)) <= 2
