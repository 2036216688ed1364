from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.model import Origin, Span
from coder.store import Project
from coder.workflow.codings import change_extent, code_span, refuse_suggestion, remove_coding, take_suggestion, undo
from coder.workflow.corpus import Corpus, codes_of, interviewer
from coder.workflow.ledger import Judged, Ledger, covered, judgements
from tests.workflow.study import code_document, fill, passages_about

CODES = {"together": 0, "time": 1, "left": 2}


@pytest.fixture
def project() -> Iterator[Project]:
    with Project.create(":memory:", title="Study", coder="Maija") as made:
        fill(made, made.coders()[0].id, documents=2)
        yield made


@pytest.fixture
def me(project: Project) -> str:
    return project.coder_named("Maija").id


@pytest.fixture
def document(project: Project) -> str:
    return project.documents()[0].id


@pytest.fixture
def judged(project: Project, document: str, me: str) -> Callable[[], Judged]:
    def judge() -> Judged:
        ledger = Ledger()
        ledger.read(project)
        return ledger.judged(Corpus.of(project), document, CODES, me, interviewer=False)

    return judge


def test_a_coding_counts_by_the_share_that_it_covers(
    project: Project, document: str, me: str, judged: Callable[[], Judged]
) -> None:
    segment = passages_about(project, document, "time")[0]
    half = Span(segment.span.start, segment.span.start + len(segment.span) // 2)
    coding = code_span(project, document, half, "time", coder=me)
    assert judged().extent[segment.index, CODES["time"]] == pytest.approx(0.5, abs=0.02)
    change_extent(project, coding.id, segment.span, coder=me)
    assert judged().extent[segment.index, CODES["time"]] == 1.0
    assert judged().codings[segment.index, CODES["time"]][0].id == coding.id


def test_a_coding_over_two_turns_is_about_both(
    project: Project, document: str, me: str, judged: Callable[[], Judged]
) -> None:
    one, other = project.segments(document)[1:3]
    code_span(project, document, Span(one.span.start, other.span.end), "left", coder=me)
    assert judged().extent[:, CODES["left"]].tolist()[:4] == [0.0, 1.0, 1.0, 0.0]


def test_passages_before_the_furthest_own_coding_were_read(
    project: Project, document: str, me: str, judged: Callable[[], Judged]
) -> None:
    assert not judged().read.any()
    segment = project.segments(document)[5]
    code_span(project, document, segment.span, "time", coder=me)
    # Odd passages answer; the even ones are the interviewer's.
    assert np.flatnonzero(judged().read).tolist() == [1, 3, 5]


def test_a_suggestion_taken_far_ahead_says_nothing_of_what_stands_before(
    project: Project, document: str, me: str, judged: Callable[[], Judged]
) -> None:
    segment = project.segments(document)[9]
    take_suggestion(project, document, segment.span, "time", coder=me)
    found = judged()
    assert not found.read.any()
    assert found.known.tolist().index(True) == 9
    assert project.codings()[0].origin is Origin.SUGGESTION


@pytest.mark.parametrize("origin", [Origin.WORDS, Origin.MEANING])
def test_a_passage_found_by_a_search_says_nothing_of_what_stands_before(
    project: Project, document: str, me: str, judged: Callable[[], Judged], origin: Origin
) -> None:
    code_span(project, document, project.segments(document)[9].span, "time", coder=me, origin=origin)
    found = judged()
    assert not found.read.any()
    assert found.known.tolist().index(True) == 9


def test_a_read_mark_reads_as_far_as_it_goes(
    project: Project, document: str, me: str, judged: Callable[[], Judged]
) -> None:
    segments = project.segments(document)
    with project.change("mark read", coder=me) as change:
        change.mark_read(document, me, segments[7].span.end)
    assert np.flatnonzero(judged().read).tolist() == [1, 3, 5, 7]


def test_what_was_coded_after_all_is_not_refused(
    project: Project, document: str, me: str, judged: Callable[[], Judged]
) -> None:
    segment = passages_about(project, document, "left")[0]
    refuse_suggestion(project, document, segment.span, "left", coder=me)
    assert judged().refused[segment.index, CODES["left"]]
    coding = code_span(project, document, segment.span, "left", coder=me)
    assert not judged().refused.any()
    remove_coding(project, coding.id, coder=me)
    assert judged().refused[segment.index, CODES["left"]]


def test_following_the_journal_gives_what_reading_anew_gives(project: Project, document: str, me: str) -> None:
    ledger, revision = Ledger(), project.revision
    ledger.read(project)

    def follow() -> None:
        nonlocal revision
        entries = project.journal(after=revision)
        ledger.follow(change for entry in entries for change in entry.changes)
        revision = project.revision
        anew = Ledger()
        anew.read(project)
        for name in ("codings", "decisions", "marks"):
            assert {document: of for document, of in getattr(ledger, name).items() if of} == getattr(anew, name)

    code_document(project, document, me)
    follow()
    segment = project.segments(document)[0]
    refuse_suggestion(project, document, segment.span, "time", coder=me)
    taken = take_suggestion(project, document, segment.span, "left", coder=me)
    change_extent(project, taken.id, Span(segment.span.start, segment.span.start + 5), coder=me)
    follow()
    for _ in range(4):
        undo(project, coder=me)
    follow()


def test_judgements_are_rows_of_the_whole_corpus(project: Project, me: str) -> None:
    corpus, ledger = Corpus.of(project), Ledger()
    second = project.documents()[1].id
    segment = passages_about(project, second, "time")[0]
    take_suggestion(project, second, segment.span, "time", coder=me)
    ledger.read(project)
    found = judgements(corpus, {second: ledger.judged(corpus, second, CODES, me, interviewer=False)}, len(CODES))
    (row,) = found.rows
    assert corpus.segments[row] == segment
    assert found.extent.tolist() == [[0.0, 1.0, 0.0]]
    assert judgements(corpus, {}, 3).extent.shape == (0, 3)


def test_codes_that_take_no_codings_are_left_out(project: Project) -> None:
    assert [code.id for code in codes_of(project.codebook())] == list(CODES)


spans = st.lists(st.integers(1, 40), min_size=2, max_size=20, unique=True).map(
    lambda cuts: [Span(a, b) for a, b in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)]
)


@given(spans, st.integers(0, 45), st.integers(1, 45))
def test_what_a_span_is_about_it_covers_in_part(passages: list[Span], start: int, length: int) -> None:
    span = Span(start, start + length)
    for passage, share in covered(passages, span):
        assert span.overlaps(passages[passage])
        assert 0 < share <= 1
    about = {passage for passage, _ in covered(passages, span)}
    assert all(i in about for i, passage in enumerate(passages) if span.contains(passage))


def test_who_asks() -> None:
    assert interviewer(["Interviewer", "Aino"], ["Well.", "Why me?"]) == "Interviewer"
    assert interviewer(["Aino", "I"], ["Why?", "Well."]) == "I"
    assert interviewer(["Liisa", "Aino", "Liisa"], ["How was it?", "Fine.", "And then?"]) == "Liisa"
    assert interviewer(["Aino", "Aino"], ["Why?", "Why?"]) is None
    assert interviewer([None, "Aino", "Bo"], ["Why?", "So.", "Yes."]) is None
