from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import CodebookConflict, NotAllowed, UnknownCode
from coder.formats import read_codebook, write_codebook
from coder.model import Code, Codebook, CodeStatus, Coding, Memo, Role, Source, Span
from coder.store import Project
from coder.workflow.codebooks import (
    Kind,
    Severity,
    add_code,
    change_code,
    check,
    check_use,
    combined,
    diff,
    load_codebook,
    merge_codes,
    move_code,
    remove_code,
    restore_code,
    retire_code,
)
from coder.workflow.codings import code_span, redo, undo
from coder.workflow.projects import shipped_codebooks

WHOLE = {"brief": "b", "definition": "d", "when_to_use": "w", "examples": ("e",)}


def book(*codes: Code, **values: object) -> Codebook:
    return Codebook(**{"id": "b", "title": "Book", "codes": codes, **values})  # type: ignore[arg-type]


def sentences(codebook: Codebook) -> list[str]:
    return [str(finding) for finding in check(codebook)]


def test_a_new_code_stands_last_and_has_a_colour_of_its_own(project: Project, me: str) -> None:
    code = add_code(project, name=" Money ", parent="obstacles", brief="None is given", coder=me)
    codebook = project.codebook()
    assert codebook.children("obstacles")[-1] == code
    assert (code.name, code.brief) == ("Money", "None is given")
    assert code.colour not in {other.colour for other in codebook.codes if other.id != code.id}


def test_a_code_that_cannot_be_leaves_the_codebook_as_it_was(project: Project, me: str) -> None:
    before, revision = project.codebook(), project.revision
    for wrong in ({"name": "no time", "parent": "obstacles"}, {"name": ""}, {"name": "X", "parent": "nowhere"}):
        with pytest.raises(CodebookConflict):
            add_code(project, coder=me, **wrong)
    with pytest.raises(CodebookConflict, match="no field 'colr'"):
        change_code(project, "time", coder=me, colr="#000000")
    with pytest.raises(UnknownCode):
        change_code(project, "nowhere", coder=me, brief="x")
    assert (project.codebook(), project.revision) == (before, revision)


def test_fields_change_and_codes_move(project: Project, me: str) -> None:
    change_code(project, "time", coder=me, name="Too little time", key="3")
    move_code(project, "time", under="paths", before="transfer", coder=me)
    codebook = project.codebook()
    assert [code.name for code in codebook.children("paths")] == ["Together", "Too little time", "Transfer"]
    assert codebook.code("time").key == "3"


def test_merging_takes_codings_and_memos_along_and_is_one_step_to_undo(
    project: Project, me: str, coded: Coding
) -> None:
    with project.change("write memo", coder=me) as change:
        change.save_memo(Memo("m", "code", "together", me, "Is this one code?"))
    before = project.codebook()
    assert merge_codes(project, "together", into="transfer", coder=me) == 1
    assert "together" not in project.codebook()
    assert project.coding(coded.id).code == "transfer"
    assert [memo.target for memo in project.memos(about="code")] == ["transfer"]
    undo(project, coder=me)
    assert project.codebook() == before
    assert project.coding(coded.id).code == "together"
    assert [memo.target for memo in project.memos(about="code")] == ["together"]
    redo(project, coder=me)
    assert project.coding(coded.id).code == "transfer"


def test_merging_does_not_double_equal_codings(project: Project, me: str, document: str, coded: Coding) -> None:
    code_span(project, document, coded.span, "transfer", coder=me)
    merge_codes(project, "together", into="transfer", coder=me)
    assert [(coding.code, coding.span) for coding in project.codings()] == [("transfer", coded.span)]


def test_nothing_is_merged_into_what_takes_no_codings(project: Project, me: str, coded: Coding) -> None:
    with pytest.raises(CodebookConflict, match="only groups other codes"):
        merge_codes(project, "together", into="obstacles", coder=me)
    retire_code(project, "transfer", coder=me)
    with pytest.raises(CodebookConflict, match="retired"):
        merge_codes(project, "together", into="transfer", coder=me)
    assert project.coding(coded.id).code == "together"


def test_a_retired_code_keeps_its_codings_and_takes_no_new_ones(
    project: Project, me: str, document: str, coded: Coding, span_of: Callable[[str], Span]
) -> None:
    retire_code(project, "together", coder=me)
    assert project.codings() == [coded]
    with pytest.raises(CodebookConflict, match="Paths / Together is retired; restore it"):
        code_span(project, document, span_of("nine homes"), "together", coder=me)
    restore_code(project, "together", coder=me)
    assert code_span(project, document, span_of("nine homes"), "together", coder=me).code == "together"


def test_each_change_of_the_codebook_is_one_step_to_undo(project: Project, me: str) -> None:
    before = project.codebook()
    verbs: list[Callable[[], object]] = [
        lambda: add_code(project, name="New", coder=me),
        lambda: change_code(project, "time", brief="Not enough of it", coder=me),
        lambda: move_code(project, "time", under=None, coder=me),
        lambda: retire_code(project, "time", coder=me),
        lambda: remove_code(project, "transfer", coder=me),
    ]
    for verb in verbs:
        verb()
        assert project.codebook() != before
        undo(project, coder=me)
        assert project.codebook() == before


def test_only_a_code_without_codings_can_be_removed(project: Project, me: str, coded: Coding) -> None:
    with pytest.raises(CodebookConflict, match="merge it into another code or retire it"):
        remove_code(project, "together", coder=me)
    with pytest.raises(CodebookConflict, match="codes below it"):
        remove_code(project, "obstacles", coder=me)
    remove_code(project, "transfer", coder=me)
    assert "transfer" not in project.codebook()


def test_a_reader_changes_no_code(project: Project, someone: Callable[..., str]) -> None:
    reader = someone("Leena", Role.READER)
    with pytest.raises(NotAllowed):
        add_code(project, name="New", coder=reader)


def test_a_codebook_without_codings_is_replaced_by_the_one_loaded(project: Project, me: str) -> None:
    name, path = next(iter(shipped_codebooks().items()))
    loading = load_codebook(project, f"{name}.yaml", path.read_bytes(), coder=me)
    assert loading.kept == ()
    assert project.codebook() == read_codebook(path.name, path.read_bytes())


def test_loading_matches_codes_and_keeps_those_with_codings(project: Project, me: str, coded: Coding) -> None:
    other = book(
        Code("p2", "paths", codable=False),
        Code("t2", "Transfer", parent="p2"),
        Code("new", "New", parent="p2"),
    )
    loading = load_codebook(project, "other.yaml", write_codebook("other.yaml", other), coder=me)
    codebook = project.codebook()
    assert loading.kept == ("paths / Together",)
    assert {codebook.path(code.id): code.id for code in codebook.codes} == {
        "paths": "paths",
        "paths / Transfer": "transfer",
        "paths / New": "new",
        "paths / Together": "together",
    }
    assert project.codings() == [coded]


ids = st.sampled_from("abcdef")


@st.composite
def codebooks(draw: st.DrawFn) -> Codebook:
    codes: list[Code] = []
    for id in draw(st.lists(ids, unique=True, max_size=6)):
        parent = draw(st.sampled_from([None, *(code.id for code in codes)]))
        taken = {code.name for code in codes if code.parent == parent}
        name = draw(
            st.sampled_from([name for name in ("One", "Two", "Three", "Four", "Five", "Six") if name not in taken])
        )
        key = draw(st.sampled_from([None, "1", "2", "3"]))
        key = None if key in {code.key for code in codes} else key
        codes.append(Code(id, name, parent, key=key))
    return book(*codes)


@given(codebooks(), codebooks(), st.frozensets(ids))
def test_loading_never_loses_a_used_code_nor_one_of_the_file(
    current: Codebook, read: Codebook, used: frozenset[str]
) -> None:
    used &= {code.id for code in current.codes}
    loading = combined(current, read, used=used)
    after = loading.codebook
    assert all(code in after for code in used)
    paths = {after.path(code.id) for code in after.codes}
    assert {read.path(code.id) for code in read.codes} <= paths
    assert set(loading.kept) <= paths


@given(codebooks())
def test_a_codebook_differs_from_itself_in_nothing(codebook: Codebook) -> None:
    assert diff(codebook, codebook) == []
    assert combined(codebook, codebook, used=frozenset({code.id for code in codebook.codes})).codebook == codebook


def test_a_thorough_codebook_has_no_findings() -> None:
    folder = Code("f", "Folder", codable=False, colour="#0b57d0")
    assert check(book(folder, Code("a", "A code", parent="f", colour="#b3261e", **WHOLE))) == []


def test_an_empty_codebook_is_a_finding() -> None:
    assert sentences(book()) == ["warning: it has no codes yet"]


def test_gaps_in_a_code_are_found() -> None:
    assert sentences(book(Code("a", "A code"))) == [
        "warning: A code: it has no definition",
        "warning: A code: it has no brief definition",
        "warning: A code: it does not say when to use it",
        "warning: A code: it has no example",
    ]


def test_folders_need_no_definition_but_codes_below_them() -> None:
    assert sentences(book(Code("a", "Folder", codable=False))) == [
        "warning: Folder: it takes no codings and no code stands below it"
    ]


@pytest.mark.parametrize(("one", "two"), [("No time", "no  Time!"), ("Role of clients", "Clients, roles")])
def test_siblings_with_the_same_words_are_found(one: str, two: str) -> None:
    codes = (Code("a", one, colour="#b3261e", **WHOLE), Code("b", two, colour="#0b57d0", **WHOLE))
    assert sentences(book(*codes)) == [f"warning: {two}: its name says the same as its sibling {one!r}"]
    apart = Code("f", "Elsewhere", colour="#146c2e", codable=False)
    assert check(book(codes[0], apart, replace(codes[1], parent="f"))) == []


def test_sources_that_the_codebook_does_not_list_are_found() -> None:
    code = Code("a", "A code", sources=("rogers2003", "nobody1999"), **WHOLE)
    assert sentences(book(code, sources=(Source("rogers2003", "Rogers"),))) == [
        "warning: A code: its source 'nobody1999' is not among the sources of the codebook"
    ]


def test_pale_colours_and_colours_too_near_are_found() -> None:
    codes = (Code("a", "One", colour="#777777", **WHOLE), Code("b", "Two", colour="#757575", **WHOLE))
    assert [(f.severity, f.path, f.sentence) for f in check(book(*codes))] == [
        (Severity.NOTE, "One", "its colour #777777 is pale: 4.4 to 1 against white, less than 4.5"),
        (Severity.NOTE, "Two", "its colour can hardly be told from that of One"),
    ]


def test_a_fifth_level_is_found_and_retired_codes_are_left_alone() -> None:
    colours = ("#b3261e", "#0b57d0", "#146c2e", "#7d5700", "#6b4fa0")
    codes = [
        Code(str(n), f"Level {n}", parent=str(n - 1) if n > 1 else None, colour=colours[n - 1], **WHOLE)
        for n in range(1, 6)
    ]
    assert [str(finding) for finding in check(book(*codes))] == [
        "note: Level 1 / Level 2 / Level 3 / Level 4 / Level 5: it stands on level 5; "
        "more than 4 levels are hard to keep in mind"
    ]
    codes[-1] = replace(codes[-1], status=CodeStatus.RETIRED)
    assert check(book(*codes)) == []


@pytest.mark.parametrize("name", shipped_codebooks())
def test_the_codebooks_that_ship_have_no_findings(name: str) -> None:
    path = shipped_codebooks()[name]
    assert sentences(read_codebook(path.name, path.read_bytes())) == []


def test_differences_read_as_sentences() -> None:
    old = book(Code("f", "Folder"), Code("a", "A", parent="f"), Code("b", "B"), Code("gone", "Gone"), title="Old")
    new = book(
        Code("f", "Folder"),
        Code("a", "A", examples=("one", "two")),
        Code("b", "Better", parent="f", codable=False),
        Code("new", "New", parent="f"),
    )
    assert [str(difference) for difference in diff(old, new)] == [
        "changed: the codebook, title\n  - Old\n  + Book",
        "renamed: Folder / Better (was B)",
        "moved: Folder / Better (was under nothing, now under Folder)",
        "changed: Folder / Better, codable\n  - yes\n  + no",
        "added: Folder / New",
        "moved: A (was under Folder, now under nothing)",
        "changed: A, examples\n  - (empty)\n  + one; two",
        "removed: Gone",
    ]


@given(codebooks(), codebooks())
def test_every_code_of_either_side_is_accounted_for(old: Codebook, new: Codebook) -> None:
    found = diff(old, new)
    added = {difference.code for difference in found if difference.kind is Kind.ADDED}
    removed = {difference.code for difference in found if difference.kind is Kind.REMOVED}
    before, after = {code.id for code in old.codes}, {code.id for code in new.codes}
    assert (added, removed) == (after - before, before - after)
    renamed = {difference.code for difference in found if difference.kind is Kind.RENAMED}
    assert renamed == {id for id in before & after if old.code(id).name != new.code(id).name}


def test_siblings_whose_definitions_overlap_are_found() -> None:
    said = "Somebody tells that the practice came from elsewhere as a finished model"
    one = Code("a", "One", colour="#b3261e", brief="b", definition=f"{said}.", when_to_use="w", examples=("e",))
    two = replace(one, id="b", name="Two", colour="#0b57d0", definition=f"{said}, and was left so.")
    assert sentences(book(one, two)) == [
        "warning: Two: its definition overlaps with that of its sibling 'One'",
    ]


def test_codes_that_nobody_used_are_found(project: Project, coded: Coding) -> None:
    dead = [finding.path for finding in check_use(project) if finding.sentence == "it has no codings"]
    assert dead == ["Paths / Transfer", "Obstacles / No time"]
