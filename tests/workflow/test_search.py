"""Searching: by words in all their forms, by meaning, by both; narrowed, coded, remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from coder.errors import CodebookConflict, InvalidValue, NotAllowed, StaleEdit, UnknownItem
from coder.model import DocumentKind, Membership, Origin, Role, Span
from coder.store import Project
from coder.workflow import search as searching
from coder.workflow.cases import add_case, assign
from coder.workflow.coders import add_coder
from coder.workflow.codings import code_span, undo
from coder.workflow.corpus import Corpus, embed
from coder.workflow.corrections import correct, preview_correction
from coder.workflow.documents import Source, import_documents, remove_document
from coder.workflow.meanings import Meanings, read_meanings
from coder.workflow.search import Coded, Found, Place, Put, Results, Search, Way
from tests.workflow.study import BOOK

ENGLISH = """Interviewer: Did anybody trust the new model?

Aino: We trusted each other from the first evening. The homes drew it together.

Bo: Nobody had time. Substitutes were missing, so trusting was hard.

Aino: The ferry did not run and the cat slept.

Bo: It snowed till May.

Interviewer: And then?
"""
FINNISH = """Haastattelija: Miten luottamus syntyi?

Pirkko: Luottamuksen rakentaminen vei vuosia, ja työpaikoilla oli kiire.

Haastattelija: Entä sitten?

Pirkko: Verkostotapaaminen auttoi.
"""


@pytest.fixture
def project() -> Iterator[Project]:
    with Project.create(":memory:", title="Study", coder="Maija") as made:
        me = made.coders()[0].id
        with made.change("load codebook", coder=me) as change:
            change.save_codebook(BOOK)
        import_documents(made, [Source("english.txt", ENGLISH.encode)], coder=me)
        import_documents(made, [Source("finnish.txt", FINNISH.encode)], coder=me, language="fi")
        yield made


@pytest.fixture
def me(project: Project) -> str:
    return project.coders()[0].id


def ids(project: Project) -> tuple[str, str]:
    english, finnish = (document.id for document in project.documents())
    return english, finnish


def thawed(project: Project, me: str) -> None:
    """The ferry was a steamboat: a word of the English interview is corrected."""
    english, _ = ids(project)
    text = project.document(english).text
    correct(project, preview_correction(project, english, text.replace("ferry", "steamboat")), coder=me)


def texts(project: Project, search: Search | str, **how: object) -> list[str]:
    """The beginnings of what is found, best first."""
    wanted = Search(search) if isinstance(search, str) else search
    results = searching.find(project, wanted, **how)  # type: ignore[arg-type]
    return [passage.text[:12] for passage in searching.passages(project, results, results.found)]


def shown(project: Project, search: Search) -> tuple[Results, list[searching.Passage]]:
    results = searching.find(project, search)
    return results, searching.passages(project, results, results.found)


@pytest.fixture
def asked(project: Project, word_encoder: Callable[[], object]) -> dict[str, object]:
    """What a search by meaning needs, from an encoder that knows words only."""
    encoder = word_encoder()
    embed(project, encoder, Corpus.of(project).texts_by_hash)  # type: ignore[arg-type]
    meanings = read_meanings(project, "words")
    return {"meanings": meanings, "encode": encoder.encode}  # type: ignore[attr-defined]


# --- words -----------------------------------------------------------------------------------------


def test_a_word_is_found_in_all_its_forms_and_in_quotes_only_as_it_is(project: Project) -> None:
    assert set(texts(project, "trust")) == {"Did anybody ", "We trusted e", "Nobody had t"}
    assert set(texts(project, '"trust"')) == {"Did anybody "}
    assert set(texts(project, "luottamus")) == {"Miten luotta", "Luottamuksen"}
    assert set(texts(project, "työpaikka")) == {"Luottamuksen"}


def test_how_far_forms_of_words_are_found_is_told(project: Project, me: str) -> None:
    import_documents(project, [Source("japanese.txt", "信頼".encode)], coder=me, language="ja")
    told = searching.find(project, Search("trust")).forms_told
    assert "fi) are found by their endings" in told
    assert "Words (ja) are found only as they are written" in told
    assert searching.find(project, Search('"trust"')).forms_told == ""


def test_parts_of_compounds_are_found(project: Project) -> None:
    assert texts(project, "*tapaaminen") == ["Verkostotapa"]
    assert texts(project, "*tapaam*") == ["Verkostotapa"]
    assert texts(project, "verkosto*") == ["Verkostotapa"]
    assert texts(project, "tapaaminen") == []


def test_the_words_that_were_found_are_marked_in_every_form(project: Project) -> None:
    results, found = shown(project, Search("trust NOT time"))
    marked = {mark.of(passage.text) for passage in found for mark in passage.marks}
    assert marked == {"trust", "trusted"}
    assert results.query is not None
    assert "trusted" in results.query.terms[0].forms


def test_a_passage_is_shown_with_who_says_it_where_and_what_is_on_it(project: Project, me: str) -> None:
    english, _ = ids(project)
    assign(project, english, add_case(project, "Kartano", coder=me).id, coder=me)
    (segment,) = [each.segment for each in searching.find(project, Search("ferry")).found]
    code_span(project, english, segment.span, "left", coder=me)
    _, (passage,) = shown(project, Search("ferry"))
    assert (passage.document, passage.speaker, passage.cases) == ("english.txt", "Aino", ("Kartano",))
    assert passage.codes == (("left", me),)
    assert passage.found.source == "words"


def test_a_search_that_cannot_be_meant_says_why(project: Project) -> None:
    with pytest.raises(InvalidValue, match="nothing stands after OR"):
        searching.find(project, Search("trust OR"))


def test_the_index_follows_corrections_removals_and_undo(project: Project, me: str) -> None:
    english, _ = ids(project)
    thawed(project, me)
    assert (len(texts(project, "ferry")), len(texts(project, "steamboat"))) == (0, 1)
    undo(project, coder=me)
    assert (len(texts(project, "ferry")), len(texts(project, "steamboat"))) == (1, 0)
    remove_document(project, english, coder=me)
    assert texts(project, "ferry") == []
    undo(project, coder=me)
    assert len(texts(project, "ferry")) == 1


# --- meaning ---------------------------------------------------------------------------------------


def test_a_sentence_finds_what_is_nearest_to_it(project: Project, asked: dict[str, object]) -> None:
    search = Search("the cat slept and the ferry did not run", way=Way.MEANING)
    results = searching.find(project, search, **asked)  # type: ignore[arg-type]
    passages = searching.passages(project, results, results.found)
    assert passages[0].text.startswith("The ferry")
    assert (passages[0].found.origin, passages[0].found.source) == (Origin.MEANING, "meaning")
    assert results.model == "words"
    likeness = [each.likeness for each in results.found]
    assert likeness == sorted(likeness, reverse=True)  # type: ignore[type-var]


def test_more_like_a_passage_leaves_out_the_passage_itself(project: Project, asked: dict[str, object]) -> None:
    segment = searching.find(project, Search("ferry")).found[0].segment
    like = Search(like=Place(segment.document, segment.span.start + 4, segment.span.end))
    found = searching.find(project, like, **asked).found  # type: ignore[arg-type]
    assert len(found) == len(project.segments()) - 1
    assert segment not in {each.segment for each in found}
    assert searching.said(project, like).startswith("like “ferry did not run")


def test_words_and_meaning_come_together_and_say_what_found_them(project: Project, asked: dict[str, object]) -> None:
    results = searching.find(project, Search("ferry", way=Way.BOTH), **asked)  # type: ignore[arg-type]
    sources = [each.source for each in results.found]
    assert sources[0] == "words and meaning"
    assert set(sources[1:]) == {"meaning"}
    assert len(results.found) == len(project.segments())


def test_together_with_meaning_any_of_the_words_will_do(project: Project, asked: dict[str, object]) -> None:
    results = searching.find(project, Search("it was the ferry or the shift", way=Way.BOTH), **asked)  # type: ignore[arg-type]
    assert str(results.query) == "ferry or shift"
    assert results.found[0].source == "words and meaning"


def test_meaning_is_not_asked_where_nothing_was_read(project: Project) -> None:
    with pytest.raises(InvalidValue, match="have not been read"):
        searching.find(project, Search("trust", way=Way.MEANING))


def test_what_was_corrected_since_it_was_read_is_not_found_by_meaning(
    project: Project, me: str, asked: dict[str, object]
) -> None:
    english, _ = ids(project)
    thawed(project, me)
    search = Search("the ferry did not run", way=Way.MEANING)
    assert not any("ferry" in text for text in texts(project, search, **asked))
    remove_document(project, english, coder=me)
    found = searching.find(project, search, **asked).found  # type: ignore[arg-type]
    assert english not in {each.segment.document for each in found}


def test_a_study_without_passages_has_no_meaning(me: str, word_encoder: Callable[[], object]) -> None:
    with Project.create(":memory:", title="Empty", coder="Maija") as empty:
        meanings = read_meanings(empty, "words")
        assert len(meanings) == 0
        encode: Callable[[object], NDArray[np.float32]] = word_encoder().encode  # type: ignore[attr-defined]
        assert searching.find(empty, Search("a", way=Way.BOTH), meanings=meanings, encode=encode).found == ()


def test_what_was_found_is_a_table(project: Project, me: str) -> None:
    _, found = shown(project, Search("ferry"))
    searching.code_passages(project, found, "left", coder=me, what="ferry")
    _, found = shown(project, Search("ferry"))
    (row,) = searching.as_table(project, found).to_dict("records")
    assert (row["passage"], row["found by"], row["speaker"]) == (found[0].text, "words", "Aino")
    assert row["codes"] == "Key person leaves (Maija)"
    assert project.texts()[ids(project)[0]][row["start"] : row["end"]] == row["passage"]


# --- filters ---------------------------------------------------------------------------------------


def test_filters_narrow_what_is_found(project: Project, me: str) -> None:
    _, finnish = ids(project)
    case = add_case(project, "Kartano", coder=me).id
    assign(project, finnish, case, coder=me)
    every = "trust OR luottamus OR ferry OR verkosto*"
    assert len(texts(project, every)) == 7
    assert len(texts(project, Search(every, cases=(case,)))) == 3
    assert len(texts(project, Search(every, speakers=("Aino", "Bo")))) == 3
    kinds = {document.kind for document in project.documents()}
    assert len(texts(project, Search(every, kinds=tuple(kinds)))) == 7
    assert texts(project, Search(every, kinds=(DocumentKind.SURVEY_ANSWERS,))) == []


def test_a_case_may_hold_a_part_of_a_document(project: Project, me: str) -> None:
    english, _ = ids(project)
    case = add_case(project, "Kartano", coder=me).id
    at = ENGLISH.index("Nobody")
    with project.change("assign", coder=me) as change:
        change.assign(Membership(english, case, Span(at, at + 20)))
    assert texts(project, Search("trust", cases=(case,))) == ["Nobody had t"]


def test_what_is_coded_and_what_is_not_are_told_apart(project: Project, me: str) -> None:
    english, _ = ids(project)
    other = add_coder(project, "Antti", coder=me).id
    code_span(
        project, english, Span(ENGLISH.index("We trusted"), ENGLISH.index("We trusted") + 5), "together", coder=me
    )
    code_span(project, english, Span(ENGLISH.index("Nobody"), ENGLISH.index("Nobody") + 9), "time", coder=other)
    assert set(texts(project, Search("trust", coded=Coded.YES))) == {"We trusted e", "Nobody had t"}
    assert set(texts(project, Search("trust", coded=Coded.NO))) == {"Did anybody "}
    assert set(texts(project, Search("trust", codes=("time",)))) == {"Nobody had t"}
    assert set(texts(project, Search("trust", codes=("paths",)))) == {"We trusted e"}
    assert set(texts(project, Search("trust", coders=(me,)))) == {"We trusted e"}
    assert set(texts(project, Search("trust", coders=(me,), coded=Coded.NO))) == {"Did anybody ", "Nobody had t"}
    assert texts(project, Search("trust", coders=(me,), codes=("time",))) == []


# --- coding ----------------------------------------------------------------------------------------


def test_all_that_was_found_is_coded_in_one_change_and_none_twice(project: Project, me: str) -> None:
    results, found = shown(project, Search("trust"))
    assert searching.code_passages(project, found[:1], "together", coder=me, what="trust") == Put(1, 0)
    assert searching.carrying(project, found, "together", coder=me) == 1
    assert searching.code_passages(project, found, "together", coder=me, what="trust") == Put(2, 1)
    assert searching.code_passages(project, found, "together", coder=me, what="trust") == Put(0, 3)
    codings = project.codings(code="together")
    assert {(coding.origin, coding.coder, coding.model, coding.score) for coding in codings} == {
        (Origin.WORDS, me, None, None)
    }
    assert {coding.span for coding in codings} == {passage.segment.span for passage in found}
    assert project.can_undo(me) == "code 3 passages found by “trust”"
    undo(project, coder=me)
    assert len(project.codings()) == 1
    assert results.found[0].by_words


def test_what_was_found_by_meaning_is_told_apart(project: Project, me: str, asked: dict[str, object]) -> None:
    results = searching.find(project, Search("the ferry", way=Way.MEANING), **asked)  # type: ignore[arg-type]
    found = searching.passages(project, results, results.found[:1])
    searching.code_passages(project, found, "left", coder=me, what="the ferry", model=results.model)
    (coding,) = project.codings()
    assert (coding.origin, coding.model) == (Origin.MEANING, "words")


def test_what_was_corrected_since_it_was_found_is_not_coded(project: Project, me: str) -> None:
    _, found = shown(project, Search("ferry"))
    thawed(project, me)
    with pytest.raises(StaleEdit, match="search again"):
        searching.code_passages(project, found, "left", coder=me, what="ferry")
    assert project.codings() == []


def test_only_who_may_code_codes_and_only_with_codes_that_take_codings(project: Project, me: str) -> None:
    _, found = shown(project, Search("ferry"))
    with pytest.raises(CodebookConflict):
        searching.code_passages(project, found, "old", coder=me, what="ferry")
    reader = add_coder(project, "Rea", role=Role.READER, coder=me).id
    with pytest.raises(NotAllowed):
        searching.code_passages(project, found, "left", coder=reader, what="ferry")
    with pytest.raises(InvalidValue, match="narrow the search"):
        searching.code_passages(project, found * 1001, "left", coder=me, what="ferry")


def test_an_operation_that_comes_twice_codes_once(project: Project, me: str) -> None:
    _, found = shown(project, Search("ferry"))
    for new in (1, 0):
        done = searching.code_passages(project, found, "left", coder=me, what="ferry", operation="one")
        assert done.new == new


# --- remembering -----------------------------------------------------------------------------------


def test_recent_searches_come_back_as_they_were(project: Project, me: str) -> None:
    english, _ = ids(project)
    one = Search("trust", way=Way.BOTH, kinds=(DocumentKind.INTERVIEW,), codes=("time",), coded=Coded.YES)
    two = Search(like=Place(english, 0, 9), speakers=("Aino",))
    for search in (one, two, one):
        searching.remember(project, search, coder=me)
    assert searching.recent(project, me) == [one, two]
    assert searching.recent(project, "somebody else") == []
    assert project.can_undo(me) != "search"


def test_searches_are_saved_by_name_and_taken_away(project: Project, me: str) -> None:
    search = Search("trust", cases=("a", "b"))
    searching.save_search(project, " On  trust ", search, coder=me)
    assert searching.saved(project, me) == {"On trust": search}
    searching.forget_search(project, "On trust", coder=me)
    assert searching.saved(project, me) == {}
    undo(project, coder=me)
    assert searching.saved(project, me) == {"On trust": search}
    with pytest.raises(UnknownItem):
        searching.forget_search(project, "On time", coder=me)
    with pytest.raises(InvalidValue):
        searching.save_search(project, " ", search, coder=me)


def test_what_lies_at_a_place_that_is_gone_is_said(project: Project) -> None:
    assert searching.said(project, Search(like=Place("gone", 0, 1))) == "like a passage that is gone"
    assert Found(project.segments()[0], by_words=True).origin is Origin.WORDS


def test_all_passages_have_their_meaning_once_they_are_read(project: Project, asked: dict[str, object]) -> None:
    meanings = asked["meanings"]
    assert isinstance(meanings, Meanings)
    assert len(meanings) == len(project.segments())
    assert np.allclose(np.linalg.norm(meanings.vectors, axis=1), 1, atol=1e-3)
