from __future__ import annotations

from collections.abc import Callable

import pytest

from coder.errors import CodebookConflict, InvalidValue, NotAllowed
from coder.model import Coding, Span
from coder.store import Project
from coder.workflow.codebooks import merge_codes, retire_code
from coder.workflow.codings import code_span, redo, undo, write_memo
from coder.workflow.sorting import (
    Merging,
    Resorted,
    lift_code,
    merge_preview,
    nest_code,
    pin_quotation,
    recode_codings,
    split_code,
    step_code,
)

SpanOf = Callable[[str], Span]


@pytest.fixture
def three(project: Project, document: str, me: str, span_of: SpanOf) -> list[Coding]:
    """Together, on three passages; Transfer on the first of them, too."""
    words = ("We began together", "nine homes", "a ready model 😀")
    made = [code_span(project, document, span_of(each), "together", coder=me) for each in words]
    code_span(project, document, span_of(words[0]), "transfer", coder=me)
    return made


def names(project: Project, parent: str) -> list[str]:
    return [code.name for code in project.codebook().children(parent)]


def test_a_merge_does_what_its_preview_says(
    project: Project, document: str, three: list[Coding], me: str, span_of: SpanOf
) -> None:
    longer = code_span(project, document, span_of("together, all nine homes"), "transfer", coder=me)
    (same,) = [coding for coding in project.codings(code="transfer") if coding.span == three[0].span]
    foreseen = merge_preview(project, "together", into="transfer")
    assert foreseen == Merging(moved=2, together=((three[0], same),), overlapping=((three[1], longer),))
    merge_codes(project, "together", into="transfer", coder=me)
    left = {coding.id for coding in project.codings(code="transfer")}
    assert left - {three[0].id, same.id} == {longer.id, three[1].id, three[2].id}
    assert len(left) == 2 + foreseen.moved


def test_a_split_puts_the_chosen_quotations_on_a_code_beside_and_is_one_undo(
    project: Project, three: list[Coding], me: str
) -> None:
    before = project.codebook()
    new = split_code(project, "together", " Homes ", [three[1].id], coder=me, name="From the start")
    assert names(project, "paths") == ["From the start", "Homes", "Transfer"]
    assert [coding.id for coding in project.codings(code=new.id)] == [three[1].id]
    assert len(project.codings(code="together")) == 2
    undo(project, coder=me)
    assert project.codebook() == before
    assert len(project.codings(code="together")) == 3
    redo(project, coder=me)
    assert names(project, "paths") == ["From the start", "Homes", "Transfer"]
    assert project.verify() == []


def test_a_split_with_an_empty_side_changes_nothing(project: Project, three: list[Coding], me: str) -> None:
    revision = project.revision
    everything = [coding.id for coding in three]
    (other,) = project.codings(code="transfer")
    for codings in ([], everything, [other.id]):
        with pytest.raises(InvalidValue):
            split_code(project, "together", "Homes", codings, coder=me)
    with pytest.raises(CodebookConflict):
        split_code(project, "together", "Transfer", [three[0].id], coder=me)
    assert project.revision == revision


def test_quotations_recoded_together_are_one_undo_and_equal_ones_fall_together_with_their_memos(
    project: Project, three: list[Coding], me: str
) -> None:
    (standing,) = project.codings(code="transfer")
    write_memo(project, standing.id, "first", coder=me)
    write_memo(project, three[0].id, "second", coder=me)
    done = recode_codings(project, [coding.id for coding in three], "transfer", coder=me)
    assert done == Resorted(moved=2, together=1)
    assert project.codings(code="together") == []
    assert [memo.text for memo in project.memos(target=standing.id)] == ["first\n\nsecond"]
    undo(project, coder=me)
    assert project.codings(code="together") == three
    assert [memo.text for memo in project.memos(target=three[0].id)] == ["second"]
    assert project.verify() == []


def test_quotations_are_not_recoded_to_a_retired_code_nor_those_of_others(
    project: Project, three: list[Coding], me: str, someone: Callable[..., str]
) -> None:
    retire_code(project, "time", coder=me)
    with pytest.raises(CodebookConflict, match="is retired"):
        recode_codings(project, [three[0].id], "time", coder=me)
    with pytest.raises(NotAllowed):
        recode_codings(project, [three[0].id], "transfer", coder=someone("Leena"))
    assert len(project.codings(code="together")) == 3


def test_a_quotation_is_pinned_once_as_an_example_or_as_a_counter_example_of_another(
    project: Project, three: list[Coding], me: str
) -> None:
    pin_quotation(project, three[0].id, coder=me)
    pin_quotation(project, three[0].id, code="transfer", counter=True, coder=me)
    codebook = project.codebook()
    assert codebook.code("together").examples == ("We began together",)
    assert codebook.code("transfer").counter_examples == ("We began together",)
    with pytest.raises(InvalidValue, match="among the examples of Paths / Together already"):
        pin_quotation(project, three[0].id, coder=me)
    undo(project, coder=me)
    assert project.codebook().code("transfer").counter_examples == ()


def test_codes_step_up_and_down_among_their_siblings_but_not_out_of_them(project: Project, me: str) -> None:
    step_code(project, "transfer", -1, coder=me)
    assert names(project, "paths") == ["Transfer", "Together"]
    with pytest.raises(CodebookConflict, match="Paths / Transfer stands first already"):
        step_code(project, "transfer", -1, coder=me)
    step_code(project, "transfer", 1, coder=me)
    assert names(project, "paths") == ["Together", "Transfer"]
    with pytest.raises(CodebookConflict, match="stands last already"):
        step_code(project, "transfer", 1, coder=me)
    undo(project, coder=me)
    assert names(project, "paths") == ["Transfer", "Together"]


def test_codes_are_nested_under_the_one_before_and_lifted_out_again(project: Project, me: str) -> None:
    nest_code(project, "transfer", coder=me)
    assert names(project, "together") == ["Transfer"]
    with pytest.raises(CodebookConflict, match="stands first; no code before it can take it in"):
        nest_code(project, "transfer", coder=me)
    lift_code(project, "transfer", coder=me)
    assert names(project, "paths") == ["Together", "Transfer"]
    lift_code(project, "together", coder=me)
    roots = [code.name for code in project.codebook().children()]
    assert roots[:2] == ["Paths", "Together"]
    with pytest.raises(CodebookConflict, match="stands at the top already"):
        lift_code(project, "together", coder=me)
