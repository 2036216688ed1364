"""Searching words in the index: what a researcher types is never read as a query language."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import TEXT, add_document

from coder.errors import InvalidValue
from coder.model.query import Query, Term
from coder.store import Project


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("shift", {0}),
        ("SHIFT plan", {0}),
        ("plan shift", {0}),
        ('"plan shift"', set()),
        ('"shift plan"', {0}),
        ("we", {0, 1}),
        ("buil*", {1}),
        ("buil", set()),
        ("päätimme", {1}),
        ("pa\u0308a\u0308timme", {1}),
        ("paatimme", set()),
        ("shift OR built", {0, 1}),
        ("shift or built", set()),
        ("we NOT shift", {1}),
        ("we NOT shift NOT built", set()),
        ("we shift OR built", {0, 1}),
        ("content:shift", set()),
        ("NEAR(we shift)", set()),
        ("plan.", {0}),
        ("(plan)", {0}),
        ("plan- ^we", {0}),
        ("own—päätimme", {1}),
    ],
)
def test_words_are_found(project: Project, aino: str, query: str, found: set[int]) -> None:
    add_document(project, aino)
    assert {segment.index for segment in project.find_words(Query.parse(query))} == found


def test_the_forms_of_a_word_are_found_with_it(project: Project, aino: str) -> None:
    add_document(project, aino)
    plans = Query((((Term(("plans",), forms=("plan",))),),))
    assert [segment.index for segment in project.find_words(plans)] == [0]


def test_many_forms_are_no_trouble(project: Project, aino: str) -> None:
    add_document(project, aino)
    many = tuple(f"word{number}" for number in range(3000))
    assert [each.index for each in project.find_words(Query(((Term(("plans",), forms=(*many, "plan")),),)))] == [0]


def test_what_fits_best_comes_first(project: Project, aino: str) -> None:
    add_document(project, aino, "Aino: one shift and a lot of other things besides it.\n\nBo: shift shift.\n")
    assert [segment.index for segment in project.find_words(Query.parse("shift"))] == [1, 0]


def test_only_the_documents_that_are_named_are_searched(project: Project, aino: str) -> None:
    one, two = (add_document(project, aino, name=name) for name in ("one", "two"))
    assert {each.document for each in project.find_words(Query.parse("shift"))} == {one.id, two.id}
    assert {each.document for each in project.find_words(Query.parse("shift"), [two.id])} == {two.id}
    assert project.find_words(Query.parse("shift"), []) == []


def test_a_removed_document_is_not_found_until_that_is_undone(project: Project, aino: str) -> None:
    document = add_document(project, aino)
    with project.change("remove", coder=aino) as change:
        change.remove_document(document.id)
    assert project.find_words(Query.parse("shift")) == []
    project.undo(aino)
    assert len(project.find_words(Query.parse("shift"))) == 1
    project.undo(aino)
    assert project.find_words(Query.parse("shift")) == []
    project.redo(aino)
    assert len(project.find_words(Query.parse("shift"))) == 1


def test_the_words_of_the_texts_are_known_by_beginning_and_by_part(project: Project, aino: str) -> None:
    assert project.words_like("") == []
    add_document(project, aino)
    assert project.words_like("pä") == ["päätimme"]
    assert project.words_like("p") == ["plan", "päätimme"]
    assert project.words_like("ui", anywhere=True) == ["built"]


def test_who_speaks_is_known(project: Project, aino: str) -> None:
    add_document(project, aino)
    assert project.speakers() == ["Aino", "Bo"]


def test_recent_searches_are_kept_by_coder_newest_first_and_change_nothing(project: Project, aino: str) -> None:
    revision = project.revision
    for content in ("one", "two", "three", "two"):
        project.remember_search(aino, content, most=2)
    project.remember_search("somebody else", "four", most=2)
    assert project.recent_searches(aino) == ["two", "three"]
    assert project.recent_searches("somebody else") == ["four"]
    assert project.revision == revision
    assert project.verify() == []


def test_no_query_breaks_the_search(project: Project, aino: str) -> None:
    add_document(project, aino)

    @given(st.text(max_size=30) | st.text('ab"*() ANDORT:-', max_size=30))
    def search(query: str) -> None:
        with suppress(InvalidValue):
            assert len(project.find_words(Query.parse(query))) <= 2

    search()


WORDS = st.sampled_from(["we", "kept", "shift", "plan", "päätimme", "built", "own", "bo", "nobody", "it"])
TERMS = st.builds(lambda word: Term((word,)), WORDS) | st.builds(lambda word: Term((word[:2],), open_end=True), WORDS)


def test_the_index_finds_what_the_marks_show(project: Project, aino: str) -> None:
    add_document(project, aino)
    said = [(segment.index, segment.span.of(TEXT)) for segment in project.segments()]

    @given(
        st.lists(st.lists(TERMS, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple),
        st.lists(TERMS, max_size=1).map(tuple),
    )
    def search(every: tuple[tuple[Term, ...], ...], without: tuple[Term, ...]) -> None:
        query = Query(every, without)
        found = {segment.index for segment in project.find_words(query)}
        for index, text in said:
            wanted = all(any(term.places(text) for term in group) for group in every)
            assert (index in found) == (wanted and not any(term.places(text) for term in without))
            assert bool(query.marks(text)) >= (index in found)

    search()
