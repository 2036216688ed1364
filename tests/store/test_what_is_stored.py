"""What goes into a project comes out the same; what was removed does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import TEXT, add_coder, add_codes, add_document, coding, document, put_code, read

from coder.errors import CodebookConflict, StaleEdit, UnknownItem
from coder.model import (
    Anchor,
    Attribute,
    AttributeType,
    Case,
    Code,
    Codebook,
    Coder,
    CodeStatus,
    Coding,
    Decision,
    Document,
    DocumentKind,
    Membership,
    Memo,
    Origin,
    Outcome,
    ReadMark,
    Role,
    Segment,
    Source,
    Span,
    Turn,
    TurnKind,
    new_id,
    now,
    text_hash,
)
from coder.model.query import Query
from coder.store import Project, coding_in, decision_in


def test_a_new_project_has_its_owner_a_title_and_an_empty_codebook(project: Project) -> None:
    (owner,) = project.coders()
    assert (owner.name, owner.role) == ("Aino", Role.OWNER)
    assert project.title == project.codebook().title == "An invented study"
    assert project.codebook().codes == ()
    assert project.revision == 1
    assert project.verify() == []


def test_a_document_comes_back_with_text_turns_and_segments(project: Project, aino: str) -> None:
    text = "Minutes\nBo: yes\n"
    added = Document(
        new_id(), "minutes.docx", DocumentKind.MEETING_NOTES, text_hash(text), 3, len(text),
        language="fi", source="minutes.docx", date="2021-03-04", added=now(), text=text,
    )  # fmt: skip
    turns = (
        Turn(Span(0, 7), TurnKind.HEADING, level=1),
        Turn(Span(12, 15), TurnKind.SPEECH, "Bo", start_ms=0, end_ms=1500),
    )
    with project.change("import", coder=aino) as change:
        change.add_document(added, turns, [(Span(12, 15), 1)], "by line 1")
    assert project.document(added.id) == project.document_named("minutes.docx") == added
    assert project.documents() == [replace(added, text="")]
    assert project.document_with_hash(added.sha256) == replace(added, text="")
    assert project.texts() == {added.id: text}
    assert project.turns(added.id) == turns
    assert project.all_turns() == {added.id: turns}
    assert project.segments() == project.segments(added.id) == [Segment(added.id, 0, Span(12, 15), 1)]


@given(text=st.text(st.characters(exclude_characters="\r"), min_size=2, max_size=60))
def test_any_text_is_kept_character_by_character(text: str) -> None:
    with Project.create(":memory:", title="An invented study", coder="Aino") as project:
        aino = project.coder_named("Aino").id
        added = document(text)
        with project.change("import", coder=aino) as change:
            change.add_document(added, [Turn(Span(0, len(text)))], [(Span(0, len(text)), 0)], "whole 1")
        (code,) = add_codes(project, aino, "a code")
        made = put_code(project, project.document(added.id), 1, len(text), code.id, aino)
        kept = project.document(added.id)
        assert kept.text == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
        assert kept.sha256 == text_hash(kept.text)
        assert project.coding(made.id) == made
        assert project.verify() == []


def test_a_document_whose_hash_is_not_that_of_its_text_is_refused(project: Project, aino: str) -> None:
    wrong = replace(document(), sha256=text_hash("another"))
    with pytest.raises(ValueError, match="sha256"), project.change("import", coder=aino) as change:
        change.add_document(wrong, *read(), "by line 1")
    assert project.documents() == []


@pytest.mark.parametrize(
    ("turns", "segments"),
    [([Turn(Span(0, len(TEXT) + 1))], []), ([Turn(Span(0, 5))], [(Span(0, 5), 1)]), ([], [(Span(0, 5), 0)])],
)
def test_a_reading_that_does_not_fit_its_text_is_refused(
    project: Project, aino: str, turns: list[Turn], segments: list[tuple[Span, int]]
) -> None:
    with pytest.raises(ValueError, match="invented interview"), project.change("import", coder=aino) as change:
        change.add_document(document(), turns, segments, "by line 1")
    assert project.documents() == []


def test_documents_keep_the_order_in_which_they_came(project: Project, aino: str) -> None:
    for name in ("zulu", "alfa", "mike"):
        add_document(project, aino, f"{name} text", name=name)
    assert [found.name for found in project.documents()] == ["zulu", "alfa", "mike"]


def test_changing_a_document_leaves_its_text_and_counts_its_revision(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    with project.change("change document", coder=aino) as change:
        change.update_document(replace(added, name="Interview 1", date="2022-02-02", language="sv", text=""))
    found = project.document(added.id)
    assert (found.name, found.date, found.language, found.revision) == ("Interview 1", "2022-02-02", "sv", 2)
    assert found.text == TEXT


def test_a_document_that_was_changed_meanwhile_is_not_overwritten(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    with project.change("change document", coder=aino) as change:
        change.update_document(replace(added, name="first"))
    with pytest.raises(StaleEdit, match="meanwhile"), project.change("change document", coder=aino) as change:
        change.update_document(replace(added, name="second"))
    assert project.document(added.id).name == "first"


def test_a_removed_document_takes_everything_on_it_out_of_sight(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, added, 0, 4, code.id, aino)
    case = Case(new_id(), "Aino")
    with project.change("more", coder=aino) as change:
        change.save_decision(Decision(new_id(), added.id, Span(0, 4), code.id, aino, Outcome.REFUSED, at=now()))
        change.save_memo(Memo(new_id(), "coding", made.id, aino, "on the coding"))
        change.save_memo(Memo(new_id(), "document", added.id, aino, "on the document"))
        change.save_case(case)
        change.assign(Membership(added.id, case.id))
        change.mark_read(added.id, aino, 10)
    with project.change("remove document", coder=aino) as change:
        change.remove_document(added.id)
    assert project.documents() == []
    assert project.texts() == {}
    assert project.all_turns() == {}
    assert project.turns(added.id) == ()
    assert project.segments() == []
    assert project.find_words(Query.parse("shift")) == []
    assert project.codings() == project.decisions() == project.memos() == []
    assert project.memberships() == project.read_marks() == []
    assert project.document_with_hash(added.sha256) is None
    for look in (lambda: project.document(added.id), lambda: project.coding(made.id)):
        with pytest.raises(UnknownItem):
            look()
    assert project.verify() == []


def test_nothing_can_be_coded_in_a_removed_document(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    with project.change("remove document", coder=aino) as change:
        change.remove_document(added.id)
    with pytest.raises(UnknownItem, match="removed"):
        put_code(project, added, 0, 4, code.id, aino)


def test_a_coding_comes_back_with_everything(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = Coding(
        new_id(), added.id, Anchor.on(TEXT, Span(6, 20)), code.id, aino,
        Origin.SUGGESTION, "an encoder", 0.75, "1.2.0", now(), now(),
    )  # fmt: skip
    with project.change("take", coder=aino) as change:
        change.save_coding(made)
    assert project.coding(made.id) == made
    assert project.codings(document=added.id, code=code.id, coder=aino) == [made]
    (_, (row,)) = project.changes_since(project.revision - 1, added.id)
    assert row.after is not None
    assert coding_in(row.after) == made


def test_codings_come_in_reading_order(project: Project, aino: str) -> None:
    first, second = (add_document(project, aino, f"{name} has a text", name=name) for name in ("one", "two"))
    (code,) = add_codes(project, aino, "trust")
    places = [(second, 2, 5), (first, 4, 6), (first, 0, 9), (first, 4, 5)]
    for found, start, end in places:
        put_code(project, found, start, end, code.id, aino)
    order = [(made.document, made.span) for made in project.codings()]
    assert order == [
        (first.id, Span(0, 9)), (first.id, Span(4, 5)), (first.id, Span(4, 6)), (second.id, Span(2, 5)),
    ]  # fmt: skip


def test_codings_are_found_by_document_code_and_coder(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    one, two = (add_document(project, aino, f"{name} has a text", name=name) for name in ("one", "two"))
    trust, doubt = (code.id for code in add_codes(project, aino, "trust", "doubt"))
    mine = put_code(project, one, 0, 3, trust, aino)
    theirs = put_code(project, two, 0, 3, trust, bo)
    doubted = put_code(project, two, 4, 7, doubt, bo)
    assert project.codings(document=one.id) == [mine]
    assert project.codings(code=trust) == [mine, theirs]
    assert project.codings(coder=bo) == [theirs, doubted]
    assert project.codings(code=doubt, coder=aino) == []


def test_a_quotation_that_is_not_in_the_text_is_refused(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = coding(added, 6, 12, code.id, aino)
    shifted = replace(made, anchor=replace(made.anchor, span=Span(7, 13)))
    with pytest.raises(StaleEdit, match="mark the passage again"), project.change("code", coder=aino) as change:
        change.save_coding(shifted)
    assert project.codings() == []


@pytest.mark.parametrize("missing", ["document", "code", "coder"])
def test_a_coding_on_something_that_is_not_there_is_refused(project: Project, aino: str, missing: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = replace(coding(added, 0, 4, code.id, aino), **{missing: new_id()})
    with pytest.raises(UnknownItem, match=f"no {missing}"), project.change("code", coder=aino) as change:
        change.save_coding(made)
    assert project.codings() == []


def test_removing_a_coding_takes_its_memos_along(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, added, 0, 4, code.id, aino)
    memo = Memo(new_id(), "coding", made.id, aino, "why")
    with project.change("memo", coder=aino) as change:
        change.save_memo(memo)
    with project.change("uncode", coder=aino) as change:
        change.remove_coding(made.id)
    assert project.codings() == project.memos() == []
    project.undo(aino)
    assert project.codings() == [made]
    assert project.memos(about="coding", target=made.id) == [memo]


def test_recoding_moves_codings_and_drops_doubles_but_keeps_their_memos(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    old, kept = (code.id for code in add_codes(project, aino, "old", "kept"))
    standing = put_code(project, added, 0, 4, kept, aino)
    double = put_code(project, added, 0, 4, old, aino)
    other = put_code(project, added, 6, 12, old, aino)
    with project.change("memo", coder=aino) as change:
        change.save_memo(Memo(new_id(), "coding", standing.id, aino, "first thought"))
        change.save_memo(Memo(new_id(), "coding", double.id, aino, "second thought"))
        change.save_memo(Memo(new_id(), "code", old, aino, "on the code"))
    with project.change("merge", coder=aino) as change:
        assert change.recode(old, kept) == 2
        change.save_codebook(project.codebook().merged(old, into=kept))
    assert [made.id for made in project.codings(code=kept)] == [standing.id, other.id]
    assert [memo.text for memo in project.memos(about="coding")] == ["first thought\n\nsecond thought"]
    assert [memo.target for memo in project.memos(about="code")] == [kept]
    assert project.verify() == []


@pytest.mark.parametrize("codebook_first", [True, False])
def test_merging_works_in_either_order(project: Project, aino: str, codebook_first: bool) -> None:
    added = add_document(project, aino)
    old, kept = (code.id for code in add_codes(project, aino, "old", "kept"))
    put_code(project, added, 0, 4, old, aino)
    with project.change("merge", coder=aino) as change:
        merged = project.codebook().merged(old, into=kept)
        if codebook_first:
            change.save_codebook(merged)
        change.recode(old, kept)
        if not codebook_first:
            change.save_codebook(merged)
    assert [made.code for made in project.codings()] == [kept]


def test_recoding_reaches_documents_that_are_hidden(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    old, kept = (code.id for code in add_codes(project, aino, "old", "kept"))
    put_code(project, added, 0, 4, old, aino)
    bo = add_coder(project, "Bo").id
    with project.change("remove document", coder=bo) as change:
        change.remove_document(added.id)
    with project.change("merge", coder=aino) as change:
        change.recode(old, kept)
        change.save_codebook(project.codebook().merged(old, into=kept))
    project.undo(bo)
    assert [made.code for made in project.codings()] == [kept]


def test_recoding_a_code_into_itself_changes_nothing(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, added, 0, 4, code.id, aino)
    with project.change("recode", coder=aino) as change:
        assert change.recode(code.id, code.id) == 0
    assert project.codings() == [made]


def test_a_code_that_codings_use_cannot_go(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    put_code(project, added, 0, 4, code.id, aino)
    with (
        pytest.raises(CodebookConflict, match="'trust' still has 1 coding"),
        project.change("remove code", coder=aino) as change,
    ):
        change.save_codebook(project.codebook().without(code.id))
    assert code.id in project.codebook()


def full_code(name: str, parent: str | None = None) -> Code:
    return Code(
        new_id(), name, parent, "#0b57d0", False, "3", "brief", "definition", "when", "when not", ("an example",),
        ("a counter-example", "another"), ("a source",), "a memo", CodeStatus.RETIRED,
    )  # fmt: skip


def test_a_codebook_comes_back_whole_and_in_order(project: Project, aino: str) -> None:
    parent = full_code("Obstacles")
    codes = (full_code("Zeal", parent.id), parent, full_code("Attitude", parent.id))
    codebook = Codebook(
        new_id(), "Diffusion", codes, "1.0.0", ("A. Author",), "CC BY 4.0", "fi", "why", (Source("key", "reference"),)
    )
    with project.change("load codebook", coder=aino) as change:
        change.save_codebook(codebook)
    assert project.codebook() == codebook


def test_saving_a_codebook_stores_only_what_differs(project: Project, aino: str) -> None:
    codes = add_codes(project, aino, *(f"code {number}" for number in range(300)))
    for codebook, expected in (
        (project.codebook(), 0),
        (project.codebook().changed(codes[7].id, brief="new"), 1),
        (project.codebook().moved(codes[290].id, under=None, before=codes[3].id), 1),
        (project.codebook().moved(codes[5].id, under=codes[9].id), 1),
        (project.codebook().with_code(Code(new_id(), "one more")), 1),
        (project.codebook().without(codes[100].id), 1),
    ):
        before = project.revision
        with project.change("codebook", coder=aino) as change:
            change.save_codebook(codebook)
        assert project.codebook() == codebook
        assert sum(len(entry.changes) for entry in project.journal(after=before)) == expected
        if expected:
            project.undo(aino)


def test_a_published_version_is_kept_whole(project: Project, aino: str) -> None:
    add_codes(project, aino, "trust", "doubt")
    published = replace(project.codebook(), version="1.0.0")
    with project.change("publish", coder=aino) as change:
        change.publish(published, "first round")
    with project.change("rename", coder=aino) as change:
        change.save_codebook(published.changed(published.codes[0].id, name="confidence"))
    (version,) = project.codebook_versions()
    assert (version.version, version.note, version.coder, version.codebook) == ("1.0.0", "first round", aino, published)
    assert project.codebook().version == "1.0.0"


def test_a_version_is_published_once(project: Project, aino: str) -> None:
    with project.change("publish", coder=aino) as change:
        change.publish(project.codebook(), "first")
    with pytest.raises(CodebookConflict, match="published before"), project.change("publish", coder=aino) as change:
        change.publish(project.codebook(), "again")


def test_cases_keep_their_values_with_their_types(project: Project, aino: str) -> None:
    values = {"site": "Hämeenlinna", "staff": 12, "share": 0.5, "pilot": True, "since": None, "code": "12"}
    case = Case(new_id(), "an invented network", values)
    with project.change("cases", coder=aino) as change:
        change.save_case(case)
        for name in values:
            change.save_attribute(Attribute(name, AttributeType.TEXT))
    assert project.cases() == [case]
    assert [type(value) for value in project.cases()[0].values.values()] == [type(value) for value in values.values()]
    assert [attribute.name for attribute in project.attributes()] == list(values)


def test_saving_a_case_removes_the_values_left_out(project: Project, aino: str) -> None:
    case = Case(new_id(), "a case", {"a": 1, "b": 2})
    with project.change("cases", coder=aino) as change:
        change.save_attribute(Attribute("a"))
        change.save_attribute(Attribute("b", AttributeType.NUMBER))
        change.save_case(case)
    with project.change("cases", coder=aino) as change:
        change.save_case(replace(case, name="renamed", values={"b": 3}))
    assert project.cases() == [Case(case.id, "renamed", {"b": 3})]
    with project.change("attributes", coder=aino) as change:
        change.remove_attribute("b")
    assert project.cases() == [Case(case.id, "renamed", {})]
    assert project.attributes() == [Attribute("a")]


def test_a_value_of_an_unknown_attribute_is_refused(project: Project, aino: str) -> None:
    with pytest.raises(UnknownItem, match="attribute"), project.change("cases", coder=aino) as change:
        change.save_case(Case(new_id(), "a case", {"unheard of": 1}))
    assert project.cases() == []


def test_a_document_belongs_to_cases_wholly_or_by_stretches(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    one, two = Case(new_id(), "one"), Case(new_id(), "two")
    with project.change("cases", coder=aino) as change:
        change.save_case(one)
        change.save_case(two)
        change.assign(Membership(added.id, one.id, Span(0, 5)))
        change.assign(Membership(added.id, one.id, Span(8, 12)))
        change.assign(Membership(added.id, two.id))
    assert set(project.memberships()) == {
        Membership(added.id, one.id, Span(0, 5)),
        Membership(added.id, one.id, Span(8, 12)),
        Membership(added.id, two.id),
    }
    with project.change("cases", coder=aino) as change:
        change.assign(Membership(added.id, one.id))
        change.unassign(added.id, two.id)
    assert project.memberships() == [Membership(added.id, one.id)]


def test_removing_a_case_takes_its_values_memberships_and_memos(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    case = Case(new_id(), "a case", {"a": 1})
    with project.change("cases", coder=aino) as change:
        change.save_attribute(Attribute("a"))
        change.save_case(case)
        change.assign(Membership(added.id, case.id))
        change.save_memo(Memo(new_id(), "case", case.id, aino, "a note"))
    with project.change("remove case", coder=aino) as change:
        change.remove_case(case.id)
    assert project.cases() == project.memberships() == project.memos() == []
    project.undo(aino)
    assert project.cases() == [case]
    assert len(project.memberships()) == len(project.memos()) == 1


def test_memos_are_found_by_what_they_are_about(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    on_document = Memo(new_id(), "document", added.id, aino, "on it", now(), now())
    on_project = Memo(new_id(), "project", project.id, aino, "on all", now(), now())
    with project.change("memos", coder=aino) as change:
        change.save_memo(on_document)
        change.save_memo(on_project)
    assert set(project.memos()) == {on_document, on_project}
    assert project.memos(about="document", target=added.id) == [on_document]
    with project.change("memos", coder=aino) as change:
        change.remove_memo(on_document.id)
    assert project.memos() == [on_project]


def test_decisions_and_read_marks_come_back(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    decision = Decision(new_id(), added.id, Span(0, 4), code.id, aino, Outcome.TAKEN, 0.25, "a model", new_id(), now())
    with project.change("decide", coder=aino) as change:
        change.save_decision(decision)
        change.mark_read(added.id, aino, 12)
    assert project.decisions() == project.decisions(document=added.id, coder=aino) == [decision]
    (row, _) = project.journal()[-1].changes
    assert row.after is not None
    assert decision_in(row.after) == decision
    assert project.read_marks() == project.read_marks(document=added.id) == [ReadMark(added.id, aino, 12)]
    with project.change("read on", coder=aino) as change:
        change.mark_read(added.id, aino, 10**9)
    assert project.read_marks() == [ReadMark(added.id, aino, len(TEXT))]


def test_a_decision_on_a_code_that_is_gone_is_not_shown(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    with project.change("decide", coder=aino) as change:
        change.save_decision(Decision(new_id(), added.id, Span(0, 4), code.id, aino, Outcome.REFUSED))
    with project.change("remove code", coder=aino) as change:
        change.save_codebook(project.codebook().without(code.id))
    assert project.decisions() == []
    project.undo(aino)
    assert len(project.decisions()) == 1


def test_a_probability_that_is_not_a_number_is_none(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = replace(coding(added, 0, 4, code.id, aino), score=float("nan"))
    with project.change("code", coder=aino) as change:
        change.save_coding(made)
    assert project.coding(made.id).score is None
    assert project.verify() == []


def test_coders_and_settings_change(project: Project, aino: str) -> None:
    with project.change("coders", coder=aino) as change:
        change.save_coder(Coder(aino, "Aino V.", Role.OWNER))
        change.save_coder(Coder("b", "Bo", Role.READER))
        change.set_setting("suggestions", "off")
    assert project.coders() == [Coder(aino, "Aino V.", Role.OWNER), Coder("b", "Bo", Role.READER)]
    assert project.setting("suggestions") == "off"
    with project.change("settings", coder=aino) as change:
        change.set_setting("suggestions", None)
    assert project.setting("suggestions") is None


@pytest.mark.parametrize(
    "look",
    [
        lambda project: project.document("nothing"),
        lambda project: project.document_named("nothing"),
        lambda project: project.coding("nothing"),
        lambda project: project.coder_named("nobody"),
    ],
)
def test_what_is_not_there_is_said(project: Project, look) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UnknownItem, match=r"noth|nobody"):
        look(project)


@pytest.mark.parametrize(
    "act",
    [
        lambda change: change.remove_document("x"),
        lambda change: change.remove_coding("x"),
        lambda change: change.remove_case("x"),
        lambda change: change.remove_attribute("x"),
        lambda change: change.remove_memo("x"),
        lambda change: change.unassign("x", "y"),
        lambda change: change.mark_read("x", "y", 1),
        lambda change: change.save_memo(Memo("m", "code", "x", "y", "text")),
        lambda change: change.assign(Membership("x", "y")),
    ],
)
def test_what_is_not_there_cannot_be_changed(project: Project, aino: str, act) -> None:  # type: ignore[no-untyped-def]
    before = project.revision
    with pytest.raises(UnknownItem), project.change("try", coder=aino) as change:
        act(change)
    assert project.revision == before


def test_lone_surrogates_are_replaced_wherever_they_come_from(project: Project, aino: str) -> None:
    memo = Memo(new_id(), "project", project.id, aino, "half an emoji: \ud83e")
    with project.change("memo\udc00", coder=aino, operation="op\ud800", summary="\udfff") as change:
        change.save_memo(memo)
        change.set_setting("a\ud800", "b\ud800")
    assert project.memos() == [replace(memo, text="half an emoji: \ufffd")]
    assert project.setting("a\ud800") == "b\ufffd"
    with project.change("memo", coder=aino, operation="op\ud800") as change:
        assert change.repeated
    with pytest.raises(UnknownItem):
        project.coding("\ud800")
    with project.change("settings", coder=aino) as change:
        change.set_setting("a\ud800", None)
    assert project.setting("a\ud800") is None
    assert project.find_words(Query.parse("shift \ud800")) == []
    assert project.verify() == []


def test_vectors_are_kept_by_model_and_text(project: Project) -> None:
    project.save_vectors("small", 2, {"a": b"1234", "b": b"5678"})
    project.save_vectors("large", 3, {"a": b"123456"})
    assert project.vectors("small", ["a", "b", "c"]) == {"a": b"1234", "b": b"5678"}
    assert project.vectors("large", ["a", "b"]) == {"a": b"123456"}
    assert project.revision == 1
    with pytest.raises(ValueError, match="not 8"):
        project.save_vectors("small", 4, {"a": b"1234"})


def test_a_vector_that_is_not_whole_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Aino") as project:
        project.save_vectors("small", 2, {"a": b"1234", "b": b"5678"})
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE vector SET content = x'00' WHERE hash = 'a'")
    with Project.open(path) as project:
        assert project.vectors("small", ["a", "b"]) == {"b": b"5678"}


def test_vectors_can_be_kept_in_the_middle_of_a_change(project: Project, aino: str) -> None:
    with project.change("settings", coder=aino) as change:
        change.set_setting("a", "1")
        project.save_vectors("small", 2, {"a": b"1234"})
        change.set_setting("b", "2")
    assert project.vectors("small", ["a"]) == {"a": b"1234"}
    assert project.setting("b") == "2"
