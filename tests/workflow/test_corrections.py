"""A corrected text takes the old one's place: what lies on it goes along, or is shown and kept as a memo."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder.errors import InvalidValue, NotAllowed, StaleEdit, UnknownItem, UnreadableFile
from coder.model import Anchor, Coding, Membership, Memo, Role, Span, TurnKind, new_id
from coder.model.moving import Fate
from coder.store import Project
from coder.workflow.cases import add_case
from coder.workflow.codebooks import add_code
from coder.workflow.codings import code_span, refuse_suggestion, remove_coding, undo, write_memo
from coder.workflow.corrections import (
    Kind,
    correct,
    preview_corrected_file,
    preview_correction,
    preview_revision,
)
from coder.workflow.documents import Source, import_documents, mark_read

SpanOf = Callable[[str], Span]

TEXT = """Interviewer: How did it begin?

Aino: We began together, all nine homes. Nobody had a ready model 😀 with them.

Interviewer: And then?

Aino: Then there was no time. There never is. We began together, but no time was given.
"""

VTT = """WEBVTT

1
00:00:01.000 --> 00:00:04.000
<v Maija>We kept teh plan, all of us together.

2
00:00:05.000 --> 00:00:09.500
<v Bo>Nobody asked for it, and so it stayed with us.

3
00:00:10.000 --> 00:00:12.000
<v Maija>That is how it went in those years.
"""


@pytest.fixture
def talk(project: Project) -> str:
    (report,) = import_documents(project, [Source("talk.vtt", VTT.encode)], coder="archive")
    assert report.document is not None
    return report.document


def test_a_preview_says_what_differs_and_what_becomes_of_the_codings_and_stores_nothing(
    project: Project, me: str, document: str, span_of: SpanOf
) -> None:
    kept = code_span(project, document, span_of("Nobody had a ready model 😀"), "time", coder=me)
    changed = code_span(project, document, span_of("all nine homes"), "together", coder=me)
    lost = code_span(project, document, span_of("There never is."), "time", coder=me)
    revision = project.revision
    found = preview_correction(project, document, TEXT.replace("nine", "ten").replace(" There never is.", ""))
    fates = {each.item.id: (each.fate, each.quotation, each.becomes) for each in found.items}
    assert fates == {
        kept.id: (Fate.KEPT, "Nobody had a ready model 😀", "Nobody had a ready model 😀"),
        changed.id: (Fate.CHANGED, "all nine homes", "all ten homes"),
        lost.id: (Fate.LOST, "There never is.", ""),
    }
    assert found.told == "1 kept, 0 moved, 1 changed, 1 lost"
    assert found.count(Fate.LOST, Kind.CODING) == 1
    assert [(each.line, each.old, each.new) for each in found.differences] == [
        (3, "nine", "ten"),
        (7, "There never is.", ""),
    ]
    assert (found.differences[0].before, found.differences[0].after) == (
        "Aino: We began together, all ",
        " homes. Nobody had a ready model 😀 with them.",
    )
    assert project.revision == revision


def test_a_correction_moves_the_codings_and_undo_brings_all_back(
    project: Project, me: str, document: str, coded: Coding, span_of: SpanOf
) -> None:
    later = code_span(project, document, span_of("no time was given"), "time", coder=me)
    before = project.document(document), project.turns(document), project.segments(), project.codings()
    text = TEXT.replace("How did", "Welcome. How did").replace("no time was given", "no time was ever given")
    correct(project, preview_correction(project, document, text), coder=me)
    assert project.document(document).text == text
    assert [made.quotation for made in project.codings()] == ["We began together", "no time was ever given"]
    assert [made.id for made in project.codings()] == [coded.id, later.id]
    assert project.can_undo(me) == "correct the text of interview.txt"
    assert project.verify() == []
    undo(project, coder=me)
    assert (project.document(document), project.turns(document), project.segments(), project.codings()) == before
    assert project.verify() == []


def test_a_lost_coding_becomes_a_memo_with_its_code_its_quotation_and_its_memos(
    project: Project, me: str, document: str, span_of: SpanOf, someone: Callable[..., str]
) -> None:
    lost = code_span(project, document, span_of("There never is."), "time", coder=me)
    write_memo(project, lost.id, "as everywhere", coder=someone("Bo"))
    correct(project, preview_correction(project, document, TEXT.replace(" There never is.", "")), coder=me)
    assert project.codings() == []
    (memo,) = project.memos(about="document", target=document)
    assert memo.title == "Lost in a correction: Obstacles / No time"
    assert (memo.text, memo.coder) == ("“There never is.”\n\nBo: as everywhere", me)
    undo(project, coder=me)
    assert project.codings() == [lost]
    assert [memo.text for memo in project.memos()] == ["as everywhere"]


def test_a_lost_coding_can_be_given_another_place_or_none(
    project: Project, me: str, document: str, span_of: SpanOf
) -> None:
    placed, dropped = (
        code_span(project, document, span_of(words), "time", coder=me) for words in ("There never is.", "And then?")
    )
    text = TEXT.replace(" There never is.", "").replace("And then?", "Hm.")
    found = preview_correction(project, document, text)
    assert found.count(Fate.LOST) == 2
    start = text.index("no time was given")
    correct(project, found, coder=me, places={placed.id: Span(start, start + 17), dropped.id: None})
    assert [(made.id, made.quotation) for made in project.codings()] == [(placed.id, "no time was given")]
    assert project.memos() == []


def test_places_that_make_no_sense_are_refused(project: Project, me: str, document: str, coded: Coding) -> None:
    found = preview_correction(project, document, TEXT.replace("nine", "ten"))
    with pytest.raises(UnknownItem, match="no coding"):
        correct(project, found, coder=me, places={"another": None})
    with pytest.raises(InvalidValue, match="no words stand at 9999"):
        correct(project, found, coder=me, places={coded.id: Span(9999, 10000)})
    assert project.document(document).text == TEXT


def test_memos_refusals_stretches_and_read_marks_go_along(
    project: Project, me: str, document: str, span_of: SpanOf
) -> None:
    refuse_suggestion(project, document, span_of("Nobody had a ready model"), "time", coder=me)
    refuse_suggestion(project, document, span_of("There never is."), "time", coder=me)
    case = add_case(project, "Aino", coder=me).id
    with project.change("more", coder=me) as change:
        for words in ("all nine homes", "There never is."):
            anchor = Anchor.on(TEXT, span_of(words))
            change.save_memo(Memo(new_id(), "document", document, me, f"on {words}", anchor=anchor))
        for words in ("Aino: We began together, all nine homes.", "Aino: Then there was no time."):
            change.assign(Membership(document, case, span_of(words)))
    mark_read(project, document, span_of("And then?").end, coder=me)
    text = "An invented interview.\n\n" + TEXT.replace(" There never is.", "")
    found = preview_correction(project, document, text)
    assert found.told == "4 kept, 0 moved, 0 changed, 2 lost"
    correct(project, found, coder=me)
    assert [each.span.of(text) for each in project.decisions()] == ["Nobody had a ready model"]
    assert {(memo.text, memo.anchor.quotation if memo.anchor else None) for memo in project.memos()} == {
        ("on all nine homes", "all nine homes"),
        ("on There never is.\n\nOn words that a correction took out: “There never is.”", None),
    }
    assert [each.span.of(text) for each in project.memberships() if each.span] == [
        "Aino: We began together, all nine homes.",
        "Aino: Then there was no time.",
    ]
    (mark,) = project.read_marks()
    assert text[: mark.position].endswith("And then?")
    assert project.verify() == []


def test_what_changed_since_the_preview_is_looked_at_again(
    project: Project, me: str, document: str, coded: Coding, span_of: SpanOf
) -> None:
    found = preview_correction(project, document, TEXT.replace("nine", "ten"))
    code_span(project, document, span_of("all nine homes"), "time", coder=me)
    with pytest.raises(StaleEdit, match=r"codings of interview\.txt were changed since this preview"):
        correct(project, found, coder=me)
    correct(project, preview_correction(project, document, TEXT.replace("nine", "ten")), coder=me)
    with pytest.raises(StaleEdit, match=r"interview\.txt was changed since this preview"):
        correct(project, found, coder=me)


def test_a_text_that_is_the_same_or_without_words_is_refused(
    project: Project, me: str, document: str, someone: Callable[..., str]
) -> None:
    with pytest.raises(InvalidValue, match="there is nothing to correct"):
        correct(project, preview_correction(project, document, TEXT.replace("\n", "\r\n")), coder=me)
    with pytest.raises(InvalidValue):
        preview_correction(project, document, " \n")
    with pytest.raises(NotAllowed):
        correct(project, preview_correction(project, document, TEXT + "x"), coder=someone("Bo", Role.READER))
    with pytest.raises(UnreadableFile):
        preview_corrected_file(project, document, "new.docx", b"no such thing")


def test_an_earlier_text_is_brought_back_with_its_turns(project: Project, me: str, talk: str, document: str) -> None:
    turns = project.turns(talk)
    before = project.document(talk).text
    correct(project, preview_correction(project, talk, before.replace("teh", "the") + "\nBo: Indeed."), coder=me)
    first = project.revisions(talk)[0]
    correct(project, preview_revision(project, talk, first), coder=me)
    assert (project.document(talk).text, project.turns(talk)) == (before, turns)
    assert [each.sha256 == first.sha256 for each in project.revisions(talk)] == [True, False, True]


def test_times_and_speakers_stay_with_the_words_of_an_edited_text(project: Project, me: str, talk: str) -> None:
    before = project.document(talk).text
    text = before.replace("teh", "the").replace("Nobody", "Cleo: Nothing.\n\nBo: Nobody").replace("Bo: Cleo", "Cleo")
    correct(project, preview_correction(project, talk, text), coder=me)
    told = [(turn.speaker, turn.start_ms, turn.end_ms, turn.span.of(text)) for turn in project.turns(talk)]
    assert told == [
        ("Maija", 1000, 4000, "We kept the plan, all of us together."),
        ("Cleo", None, None, "Nothing."),
        ("Bo", 5000, 9500, "Nobody asked for it, and so it stayed with us."),
        ("Maija", 10000, 12000, "That is how it went in those years."),
    ]


def test_a_turn_cut_in_two_keeps_the_times_that_are_known(project: Project, me: str, talk: str) -> None:
    text = project.document(talk).text.replace("it, and so", "it.\n\nCleo: And so")
    correct(project, preview_correction(project, talk, text), coder=me)
    told = [(turn.speaker, turn.start_ms, turn.end_ms) for turn in project.turns(talk)]
    assert told[1:3] == [("Bo", 5000, None), ("Cleo", None, 9500)]


def test_a_corrected_speaker_is_another_speaker(project: Project, me: str, talk: str) -> None:
    text = project.document(talk).text.replace("Bo:", "Cleo:")
    correct(project, preview_correction(project, talk, text), coder=me)
    assert [(turn.speaker, turn.start_ms) for turn in project.turns(talk)] == [
        ("Maija", 1000),
        ("Cleo", 5000),
        ("Maija", 10000),
    ]


def test_a_corrected_file_without_times_keeps_those_that_were_known(project: Project, me: str, talk: str) -> None:
    text = project.document(talk).text.replace("teh", "the")
    found = preview_corrected_file(project, talk, "talk corrected.txt", text.encode())
    assert [(turn.speaker, turn.start_ms) for turn in found.reading.turns] == [
        ("Maija", 1000),
        ("Bo", 5000),
        ("Maija", 10000),
    ]


def test_what_the_text_alone_does_not_tell_stays_known(project: Project, me: str) -> None:
    notes = "# Heading one\n\nPresent: Aino, Bo\n\n**Maija:** We begin with teh plan.\n\n**Bo:** Good.\n"
    (report,) = import_documents(project, [Source("notes.md", notes.encode)], coder="archive")
    assert report.document is not None
    before = project.turns(report.document)
    text = project.document(report.document).text.replace("teh", "the")
    correct(project, preview_correction(project, report.document, text), coder=me)
    after = project.turns(report.document)
    assert [(turn.kind, turn.speaker, turn.level) for turn in after] == [
        (turn.kind, turn.speaker, turn.level) for turn in before
    ]
    assert after[0].kind is TurnKind.HEADING


def test_a_removed_coding_is_not_brought_back_on_words_that_changed(
    project: Project, me: str, document: str, coded: Coding, someone: Callable[..., str]
) -> None:
    bo = someone("Bo")
    remove_coding(project, coded.id, coder=me)
    correct(project, preview_correction(project, document, "Well.\n\n" + TEXT), coder=bo)
    with pytest.raises(StaleEdit, match="the text under it was corrected since by Bo"):
        undo(project, coder=me)


WORDS = st.lists(st.sampled_from(["one", "two", "three", "four", "five", "ähää", "😀", "so"]), max_size=14)


@settings(max_examples=30)
@given(
    st.lists(WORDS, min_size=1, max_size=6).filter(any),
    st.lists(WORDS, min_size=1, max_size=6).filter(any),
    st.data(),
)
def test_whatever_is_corrected_into_whatever_nothing_vanishes_and_undo_brings_it_back(
    old: list[list[str]], new: list[list[str]], data: st.DataObject
) -> None:
    before, after = ("\n\n".join(f"{'AB'[n % 2]}no: {' '.join(line)}." for n, line in enumerate(t)) for t in (old, new))
    with Project.create(":memory:", title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        (report,) = import_documents(project, [Source("a.txt", before.encode)], coder=me)
        code = add_code(project, name="trust", coder=me).id
        assert report.document is not None
        for _ in range(3):
            start = data.draw(st.integers(0, len(before) - 1))
            span = Span(start, data.draw(st.integers(start + 1, len(before))))
            if span.of(before).strip():
                code_span(project, report.document, span, code, coder=me)
        codings, turns = project.codings(), project.turns(report.document)
        found = preview_correction(project, report.document, after)
        if after == before:
            return
        correct(project, found, coder=me)
        assert len(project.codings()) + len(project.memos()) == len(codings)
        assert len(project.memos()) == found.count(Fate.LOST)
        assert project.verify() == []
        undo(project, coder=me)
        assert (project.codings(), project.turns(report.document), project.memos()) == (codings, turns, [])


def test_a_text_that_hardly_is_the_documents_own_is_told(project: Project, document: str) -> None:
    other = "Bo: The boat leaves at nine.\n\nEva: Who rows?\n\nBo: Whoever comes first gets the oars.\n"
    assert "perhaps another document" in preview_correction(project, document, other).reading.warnings[-1]
    year = TEXT + other * 9
    assert "more than this document" in preview_correction(project, document, year).reading.warnings[-1]
    assert preview_correction(project, document, TEXT.replace("nine", "ten")).reading.warnings == ()
