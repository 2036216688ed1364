from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import sleep

import pytest

from coder.errors import CodebookConflict, InvalidValue, NotAllowed, UnknownItem
from coder.model import Coding, Span
from coder.store import Project
from coder.workflow.codebooks import add_code, change_code, merge_codes, move_code, remove_code, retire_code
from coder.workflow.codings import change_code_of, code_span, redo, undo
from coder.workflow.versions import history, looked_at, outlook, publish, restore, to_look_at_again


@pytest.fixture
def published(project: Project, me: str) -> Project:
    publish(project, "to begin with", coder=me)
    _later()
    return project


def _later() -> None:
    # Stamps have milliseconds; people need longer than one.
    sleep(0.002)


def test_the_first_version_keeps_the_number_that_stands_and_the_next_are_proposed_by_what_changed(
    published: Project, me: str
) -> None:
    assert [one.version for one in history(published)] == ["0.1.0"]
    change_code(published, "time", coder=me, memo="a remark")
    assert outlook(published).version == "0.1.1"
    add_code(published, name="Money", coder=me)
    assert outlook(published).version == "0.2.0"
    change_code(published, "time", coder=me, definition="other", changes_meaning=True)
    assert outlook(published).version == "1.0.0"
    assert publish(published, "sharper", coder=me) == "1.0.0"
    assert published.codebook().version == "1.0.0"


@pytest.mark.parametrize(
    "change",
    [
        lambda project, me: move_code(project, "time", under="paths", coder=me),
        lambda project, me: retire_code(project, "time", coder=me),
        lambda project, me: remove_code(project, "time", coder=me),
    ],
)
def test_what_moves_closes_or_removes_a_code_is_a_minor_version(
    published: Project, me: str, change: Callable[[Project, str], None]
) -> None:
    change(published, me)
    assert outlook(published).version == "0.2.0"


def test_a_wording_of_which_nothing_was_said_is_asked_for_at_publishing(
    published: Project, coded: Coding, me: str
) -> None:
    _later()
    change_code(published, "together", coder=me, definition="From the first day")
    found = outlook(published)
    assert (found.version, found.undecided, found.changed) == ("0.1.1", ("together",), ())
    assert outlook(published, ["together"]).version == "1.0.0"
    publish(published, "", coder=me, changes_meaning=["together"])
    assert [one.coding.id for one in to_look_at_again(published)] == [coded.id]


def test_a_wording_said_to_be_editorial_is_a_patch_and_not_asked_for(published: Project, me: str) -> None:
    change_code(published, "together", coder=me, definition="From day one", changes_meaning=False)
    found = outlook(published)
    assert (found.version, found.undecided) == ("0.1.1", ())
    assert to_look_at_again(published) == []


def test_the_history_tells_each_field_that_differs(published: Project, me: str) -> None:
    change_code(published, "together", coder=me, definition="From the first day")
    publish(published, "what we learned in Vaasa", coder=me, version="0.4.0")
    newest, oldest = history(published)
    assert (newest.version, newest.note, newest.coder) == ("0.4.0", "what we learned in Vaasa", "Maija")
    (told,) = newest.differences
    assert (told.path, told.field, told.old, told.new) == ("Paths / Together", "definition", "", "From the first day")
    assert oldest.differences == ()


def test_a_number_that_is_none_or_not_higher_or_without_a_change_is_refused(published: Project, me: str) -> None:
    revision = published.revision
    with pytest.raises(CodebookConflict, match=r"nothing has changed since version 0\.1\.0"):
        publish(published, "", coder=me)
    assert published.revision == revision
    change_code(published, "time", coder=me, memo="x")
    with pytest.raises(InvalidValue, match=r"'two' is no version; write three numbers, such as 0\.1\.1"):
        publish(published, "", coder=me, version="two")
    with pytest.raises(CodebookConflict, match=r"0\.0\.9 is not higher than those published; 0\.1\.1 would be"):
        publish(published, "", coder=me, version="0.0.9")


def test_a_number_is_proposed_above_the_one_that_stands_also_where_it_came_from_elsewhere(
    published: Project, me: str
) -> None:
    with published.change("pull", coder=me) as change:
        change.save_codebook(replace(published.codebook(), version="3.0.0", title="Ours"))
    assert outlook(published).version == "3.0.1"


def test_every_coding_carries_the_version_in_force(
    published: Project, document: str, me: str, span_of: Callable[[str], Span]
) -> None:
    first = code_span(published, document, span_of("no time"), "time", coder=me)
    add_code(published, name="Money", coder=me)
    publish(published, "", coder=me)
    second = code_span(published, document, span_of("nine homes"), "together", coder=me)
    assert [published.coding(one.id).codebook_version for one in (first, second)] == ["0.1.0", "0.2.0"]


def test_restoring_brings_a_version_back_keeps_codes_in_use_and_is_one_undo(
    published: Project, document: str, me: str, span_of: Callable[[str], Span]
) -> None:
    then = published.codebook()
    change_code(published, "time", coder=me, name="Never any time", definition="new")
    used = add_code(published, name="Homes", parent="obstacles", coder=me)
    add_code(published, name="Unused", coder=me)
    code_span(published, document, span_of("nine homes"), used.id, coder=me)
    changed = published.codebook()
    loading = restore(published, "0.1.0", coder=me)
    assert loading.kept == ("Obstacles / Homes",)
    assert [code for code in published.codebook().codes if code.id != used.id] == list(then.codes)
    undo(published, coder=me)
    assert published.codebook() == changed
    redo(published, coder=me)
    assert used.id in published.codebook()
    with pytest.raises(UnknownItem, match=r"no version 9\.9\.9 was published; published: 0\.1\.0"):
        restore(published, "9.9.9", coder=me)
    assert published.verify() == []


def test_a_change_of_meaning_asks_to_look_at_codings_made_before_it_and_not_after(
    project: Project, coded: Coding, document: str, me: str, span_of: Callable[[str], Span]
) -> None:
    _later()
    change_code(project, "together", coder=me, brief="from the start", changes_meaning=True)
    _later()
    code_span(project, document, span_of("nine homes"), "together", coder=me)
    (one,) = to_look_at_again(project)
    assert (one.coding.id, one.old, one.new) == (coded.id, {"brief": ""}, {"brief": "from the start"})
    undo(project, coder=me)
    undo(project, coder=me)
    assert to_look_at_again(project) == []


def test_the_old_wording_is_that_under_which_the_coding_was_made(project: Project, coded: Coding, me: str) -> None:
    for brief in ("first", "second"):
        _later()
        change_code(project, "together", coder=me, brief=brief, changes_meaning=True)
    (one,) = to_look_at_again(project)
    assert (one.old, one.new) == ({"brief": ""}, {"brief": "second"})
    _later()
    change_code(project, "together", coder=me, brief="", changes_meaning=True)
    assert to_look_at_again(project) == []


def test_what_was_looked_at_is_settled_until_the_meaning_changes_again_and_undo_brings_it_back(
    project: Project, coded: Coding, me: str
) -> None:
    _later()
    change_code(project, "together", coder=me, brief="first", changes_meaning=True)
    looked_at(project, [coded.id], coder=me)
    assert to_look_at_again(project) == []
    undo(project, coder=me)
    assert len(to_look_at_again(project)) == 1
    redo(project, coder=me)
    _later()
    change_code(project, "together", coder=me, brief="second", changes_meaning=True)
    (one,) = to_look_at_again(project)
    assert one.old == {"brief": "first"}


def test_recoding_and_merging_settle_a_coding_too(project: Project, coded: Coding, me: str) -> None:
    _later()
    change_code(project, "together", coder=me, brief="first", changes_meaning=True)
    _later()
    change_code_of(project, coded.id, "transfer", coder=me)
    assert to_look_at_again(project) == []
    change_code_of(project, coded.id, "together", coder=me)
    merge_codes(project, "together", into="time", coder=me)
    assert to_look_at_again(project) == []


def test_another_coders_coding_is_not_settled_for_them(
    project: Project, coded: Coding, me: str, someone: Callable[..., str]
) -> None:
    _later()
    change_code(project, "together", coder=me, brief="first", changes_meaning=True)
    with pytest.raises(NotAllowed):
        looked_at(project, [coded.id], coder=someone("Leena"))
    assert len(to_look_at_again(project)) == 1
