"""Whatever is done in whatever order: it can all be taken back, made again, and the project stays sound."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import add_coder, add_codes, add_document, coding, document, prefix, read, tables

from coder.errors import CodingError, StaleEdit
from coder.model import (
    Anchor,
    Attribute,
    AttributeType,
    Case,
    Code,
    Coder,
    Decision,
    DocumentKind,
    ItemSet,
    Membership,
    Memo,
    Outcome,
    Span,
    new_id,
)
from coder.model.framework import FrameworkCell, RowKind, basis_of
from coder.store import Change, Project

ACTS = (
    "add document", "update document", "remove document", "read", "code", "code", "code", "recode", "resize", "uncode",
    "merge", "decide", "memo on coding", "memo on code", "memo on case", "remove memo", "add code", "rename code",
    "move code", "remove code", "publish", "add case", "value", "remove case", "attribute", "remove attribute",
    "assign", "assign stretch", "unassign", "coder", "setting", "remove setting", "set", "remove set",
    "memo on passage", "correct", "cell", "empty cell",
)  # fmt: skip
STEPS = st.tuples(st.sampled_from(ACTS), st.integers(0, 99), st.integers(0, 99))


def act(project: Project, change: Change, coder: str, name: str, a: int, b: int) -> None:
    """One act on whatever the two numbers pick; a CodingError where there is nothing to pick."""

    def pick(items: list, number: int = a):  # type: ignore[no-untyped-def, type-arg]
        if not items:
            raise StaleEdit("nothing to choose from")
        return items[number % len(items)]

    documents, codings, cases = project.documents, project.codings, project.cases
    codebook = project.codebook()
    codes = list(codebook.codes)
    match name:
        case "add document":
            change.add_document(document(f"Aino: {a}\nBo: {b}\n"), *read(f"Aino: {a}\nBo: {b}\n"), "by line 1")
        case "update document":
            change.update_document(replace(pick(documents()), name=f"name {b}", kind=pick(list(DocumentKind), b)))
        case "remove document":
            change.remove_document(pick(documents()).id)
        case "read":
            change.mark_read(pick(documents()).id, coder, b)
        case "code":
            found = project.document(pick(documents()).id)
            start = b % (len(found.text) - 1)
            change.save_coding(coding(found, start, start + 1, pick(codes, a + b).id, coder))
        case "recode":
            change.save_coding(replace(pick(codings()), code=pick(codes, b).id))
        case "resize":
            made = pick(codings())
            moved = coding(project.document(made.document), b % 5, b % 5 + 3, made.code, made.coder)
            change.save_coding(replace(made, anchor=moved.anchor))
        case "uncode":
            change.remove_coding(pick(codings()).id)
        case "merge":
            gone, kept = pick(codes), pick(codes, b)
            merged = codebook.merged(gone.id, into=kept.id)
            change.recode(gone.id, kept.id)
            change.save_codebook(merged)
        case "decide":
            place = Span(b % 5, b % 5 + 2)
            outcome = pick(list(Outcome), b)
            change.save_decision(Decision(new_id(), pick(documents()).id, place, pick(codes).id, coder, outcome, b / 7))
        case "memo on coding":
            change.save_memo(Memo(new_id(), "coding", pick(codings()).id, coder, f"memo {b}"))
        case "memo on code":
            change.save_memo(Memo(f"memo {b % 3}", "code", pick(codes).id, coder, f"memo {b}"))
        case "memo on case":
            change.save_memo(Memo(new_id(), "case", pick(cases()).id, coder, f"memo {b}"))
        case "remove memo":
            change.remove_memo(pick(project.memos()).id)
        case "add code":
            parent = pick([None, *(code.id for code in codes)], b)
            change.save_codebook(codebook.with_code(Code(new_id(), f"code {a}", parent)))
        case "rename code":
            change.save_codebook(codebook.changed(pick(codes).id, name=f"code {b}", brief="renamed"))
        case "move code":
            before = pick(codes, a + b)
            change.save_codebook(codebook.moved(pick(codes).id, under=before.parent, before=before.id))
        case "remove code":
            change.save_codebook(codebook.without(pick(codes).id))
        case "publish":
            change.publish(replace(codebook, version=f"{a}.{b}.0"), "a note")
        case "add case":
            change.save_case(Case(new_id(), f"case {a}"))
        case "value":
            found = pick(cases())
            change.save_case(replace(found, values={**found.values, pick(project.attributes(), b).name: b}))
        case "remove case":
            change.remove_case(pick(cases()).id)
        case "attribute":
            change.save_attribute(Attribute(f"attribute {a % 4}", pick(list(AttributeType), b)))
        case "remove attribute":
            change.remove_attribute(pick(project.attributes()).name)
        case "assign":
            change.assign(Membership(pick(documents()).id, pick(cases(), b).id))
        case "assign stretch":
            change.assign(Membership(pick(documents()).id, pick(cases(), b).id, Span(b % 5, b % 5 + 3)))
        case "unassign":
            found = pick(project.memberships())
            change.unassign(found.document, found.case)
        case "coder":
            change.save_coder(Coder(f"coder {a % 3}", f"name {b}"))
        case "setting":
            change.set_setting(f"setting {a % 3}", str(b))
        case "remove setting":
            change.set_setting(f"setting {a % 3}", None)
        case "set":
            kind, items = pick(
                [("code", codes), ("coding", codings()), ("case", cases()), ("memo", project.memos())], b
            )
            there = [("document", found.id) for found in documents()]
            change.save_set(ItemSet(f"set {a % 2}", f"name {b}", members=((kind, pick(items).id), *there[a % 3 :])))
        case "correct":
            prefix(project, change, pick(documents()).id, f"{b}: added\n" if b % 5 else "added ")
        case "remove set":
            change.remove_set(pick(project.sets()).id)
        case "memo on passage":
            found = project.document(pick(documents()).id)
            anchor = Anchor.on(found.text, Span(b % 5, b % 5 + 3))
            change.save_memo(Memo(f"memo {b % 3}", "document", found.id, coder, f"memo {b}", anchor=anchor))
        case "cell":
            kind, items = pick([(RowKind.CASE, cases()), (RowKind.DOCUMENT, documents())], b)
            basis = basis_of(codings(), codes, documents())
            change.save_framework_cell(FrameworkCell(kind, pick(items).id, pick(codes, b).id, coder, f"{b}", (), basis))
        case "empty cell":
            found = pick([*project.framework_cells(RowKind.CASE), *project.framework_cells(RowKind.DOCUMENT)])
            change.remove_framework_cell(found.kind, found.row, found.code)


def begun() -> tuple[Project, str]:
    """A project with something in it already, put there by the program itself."""
    project = Project.create(":memory:", title="An invented study", coder="Aino")
    aino = project.coder_named("Aino").id
    bo = add_coder(project, "Bo").id
    for text in ("Aino: one has a text", "Bo: two has another"):
        add_document(project, bo, text)
    add_codes(project, bo, "trust", "doubt", "hope")
    return project, aino


@settings(max_examples=150)
@given(st.lists(st.lists(STEPS, min_size=1, max_size=3), max_size=14))
def test_everything_can_be_taken_back_and_made_again(sequence: list[list[tuple[str, int, int]]]) -> None:
    project, aino = begun()
    with project:
        first = tables(project)
        for steps in sequence:
            with suppress(CodingError), project.change(steps[0][0], coder=aino) as change:
                for step in steps:
                    act(project, change, aino, *step)
        last = tables(project)
        assert project.verify() == []
        entries = sum(entry.coder == aino for entry in project.journal())
        while project.can_undo(aino):
            project.undo(aino)
        assert tables(project) == first
        assert project.verify() == []
        while project.can_redo(aino):
            project.redo(aino)
        assert tables(project) == last
        assert project.verify() == []
        assert sum(entry.coder == aino for entry in project.journal()) == 3 * entries


@settings(max_examples=150)
@given(st.lists(st.tuples(st.booleans(), st.one_of(STEPS, st.sampled_from(["undo", "redo"]))), max_size=25))
def test_two_coders_who_undo_across_each_other_leave_a_sound_project(
    sequence: list[tuple[bool, tuple[str, int, int] | str]],
) -> None:
    project, aino = begun()
    with project:
        bo = project.coder_named("Bo").id
        for mine, step in sequence:
            coder = aino if mine else bo
            before, revision = tables(project), project.revision
            try:
                if isinstance(step, str):
                    project.undo(coder) if step == "undo" else project.redo(coder)
                else:
                    with project.change(step[0], coder=coder) as change:
                        act(project, change, coder, *step)
            except CodingError:
                assert (tables(project), project.revision) == (before, revision)
            for made in project.codings():
                assert made.span.of(project.document(made.document).text) == made.quotation
        assert project.verify() == []
