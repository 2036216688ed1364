"""People, their roles, and that no verb goes past them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

import coder.workflow
from coder.errors import CodingError, InvalidValue, NotAllowed, StaleEdit
from coder.model import Codebook, Coding, Role, Span
from coder.model.framework import RowKind
from coder.store import Project
from coder.workflow import (
    cases,
    codebooks,
    codings,
    documents,
    exchange,
    framework,
    library,
    operations,
    sorting,
    switches,
    versions,
)
from coder.workflow.coders import add_coder, change_role, rename_coder, retire_coder, shares
from coder.workflow.codings import code_span, redo, undo, write_memo
from coder.workflow.documents import Source, remove_document
from coder.workflow.operations import Operation
from coder.workflow.permission import OWNERS

CODINGS = b"document,coder,code,quotation\ninterview.txt,Maija,Together,all nine homes\n"
Call = Callable[[Project, Coding, str], object]

FOR_OWNERS: dict[str, Call] = {
    "add coder": lambda p, c, who: add_coder(p, "Somebody", coder=who),
    "rename coder": lambda p, c, who: rename_coder(p, c.coder, "Other", coder=who),
    "change role": lambda p, c, who: change_role(p, who, Role.OWNER, coder=who),
    "remove document": lambda p, c, who: remove_document(p, c.document, coder=who),
    "set suggestions for all": lambda p, c, who: switches.set_switches(p, switches.Switches(everybody=True), coder=who),
    "restore codebook": lambda p, c, who: versions.restore(p, "1", coder=who),
    "import codings": lambda p, c, who: codings.import_codings(p, "codings.csv", CODINGS, coder=who),
    "take in study": lambda p, c, who: exchange.take_in(p, _received(p), coder=who),
}

FOR_CODERS: dict[str, Call] = {
    "code": lambda p, c, who: code_span(p, c.document, Span(0, 11), "time", coder=who),
    "take": lambda p, c, who: codings.take_suggestion(p, c.document, Span(0, 11), "time", coder=who),
    "refuse": lambda p, c, who: codings.refuse_suggestion(p, c.document, Span(0, 11), "time", coder=who),
    "memo": lambda p, c, who: write_memo(p, c.id, "Mine", coder=who),
    "undo": lambda p, c, who: undo(p, coder=who),
    "redo": lambda p, c, who: redo(p, coder=who),
    "read": lambda p, c, who: documents.mark_read(p, c.document, 9, coder=who),
    "import": lambda p, c, who: documents.import_documents(p, [Source("b.txt", b"Aino: Yes.".strip)], coder=who),
    "describe": lambda p, c, who: documents.change_document(p, c.document, name="renamed.txt", coder=who),
    "add code": lambda p, c, who: codebooks.add_code(p, name="New", coder=who),
    "change code": lambda p, c, who: codebooks.change_code(p, "time", brief="Otherwise", coder=who),
    "move code": lambda p, c, who: codebooks.move_code(p, "time", under="paths", coder=who),
    "merge codes": lambda p, c, who: codebooks.merge_codes(p, "time", into="together", coder=who),
    "retire code": lambda p, c, who: codebooks.retire_code(p, "time", coder=who),
    "remove code": lambda p, c, who: codebooks.remove_code(p, "time", coder=who),
    "split code": lambda p, c, who: sorting.split_code(p, "together", "Two", [c.id], coder=who),
    "order codes": lambda p, c, who: sorting.step_code(p, "transfer", -1, coder=who),
    "pin": lambda p, c, who: sorting.pin_quotation(p, c.id, coder=who),
    "publish": lambda p, c, who: versions.publish(p, "First", coder=who),
    "add case": lambda p, c, who: cases.add_case(p, "Kide", coder=who),
    "sum up": lambda p, c, who: framework.write_summary(p, RowKind.DOCUMENT, c.document, "time", "None", coder=who),
    "own switches": lambda p, c, who: switches.set_switches(p, switches.Switches(off=True), coder=who),
}


def _received(project: Project) -> exchange.Received:
    from coder.model import Received, Study

    return Received(Study("s", "Another", Codebook("b", "Another")))


@pytest.mark.parametrize("verb", [*FOR_OWNERS, *FOR_CODERS])
@pytest.mark.parametrize("role", [Role.READER, Role.RETIRED])
def test_who_may_not_write_is_refused_by_every_verb(
    verb: str, role: Role, project: Project, coded: Coding, someone: Callable[..., str]
) -> None:
    before = project.revision
    who = someone("Risto", role)
    with pytest.raises(NotAllowed, match="Risto"):
        {**FOR_OWNERS, **FOR_CODERS}[verb](project, coded, who)
    assert project.revision == before + 1


@pytest.mark.parametrize("verb", FOR_OWNERS)
def test_a_coder_is_refused_by_the_owners_verbs(
    verb: str, project: Project, coded: Coding, someone: Callable[..., str]
) -> None:
    who = someone("Leena")
    with pytest.raises(NotAllowed, match=r"only an owner .* Leena is none; ask Maija"):
        FOR_OWNERS[verb](project, coded, who)


@pytest.mark.parametrize("verb", FOR_CODERS)
def test_a_coders_verbs_are_open_to_coders(
    verb: str, project: Project, coded: Coding, someone: Callable[..., str]
) -> None:
    try:
        FOR_CODERS[verb](project, coded, someone("Leena"))
    except NotAllowed as error:
        assert "other" in str(error)
    except CodingError as error:
        assert "nothing to" in str(error) or "codings" in str(error) or "quotation" in str(error)


def test_what_is_tested_here_stands_in_the_table_of_owners_verbs() -> None:
    assert FOR_OWNERS.keys() <= OWNERS.keys()


def test_nothing_is_changed_past_the_roles() -> None:
    # What opens a change by itself looks at the role first, or acts in nobody's name.
    known = {
        "permission.change_by",
        "documents.mark_read",
        "backups.restore",
        "backups._taken_back",
        "projects._first_of_the_invented",
        "projects._fill",
    }
    found = set()
    for path in sorted(Path(inspect.getfile(coder.workflow)).parent.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
                if any(isinstance(call, ast.Attribute) and call.attr == "change" for call in calls):
                    found.add(f"{path.stem}.{function.name}")
    assert found <= known


def test_the_last_owner_stays_owner(project: Project, me: str, someone: Callable[..., str]) -> None:
    leena = someone("Leena")
    for act in (lambda: change_role(project, me, Role.READER, coder=me), lambda: retire_coder(project, me, coder=me)):
        with pytest.raises(InvalidValue, match="Maija is the last owner"):
            act()
    change_role(project, leena, Role.OWNER, coder=me)
    retire_coder(project, me, coder=leena)
    with pytest.raises(NotAllowed, match="Maija has left this project"):
        add_coder(project, "Risto", coder=me)


def test_who_was_retired_keeps_the_codings_and_comes_back(
    project: Project, me: str, document: str, someone: Callable[..., str]
) -> None:
    leena = someone("Leena")
    code_span(project, document, Span(0, 11), "time", coder=leena)
    retire_coder(project, leena, coder=me)
    assert [made.coder for made in project.codings()] == [leena]
    undo(project, coder=me)
    code_span(project, document, Span(0, 11), "together", coder=leena)
    assert {share.coder.name: (share.codings, share.documents) for share in shares(project)}["Leena"] == (2, 1)


def test_who_is_no_owner_any_more_does_not_take_an_owners_act_back(
    project: Project, me: str, someone: Callable[..., str]
) -> None:
    leena = someone("Leena", Role.OWNER)
    change_role(project, someone("Risto"), Role.OWNER, coder=me)
    change_role(project, me, Role.CODER, coder=leena)
    with pytest.raises(NotAllowed, match="only an owner decides who may do what"):
        undo(project, coder=me)


def test_nobody_acts_as_another_through_the_operations_of_the_pane(
    project: Project, coded: Coding, someone: Callable[..., str]
) -> None:
    leena, before = someone("Leena"), project.codings()
    sent = [
        Operation(f"o{number}", number, kind, {"coding": coded.id, "coder": coded.coder, "text": "", **values})
        for number, (kind, values) in enumerate(
            {"uncode": {}, "recode": {"code": "time"}, "resize": {"start": 0, "end": 4}}.items(), start=1
        )
    ]
    refusals = operations.perform(project, coded.document, sent, coder=leena)
    assert [("another coder's" in refusal.message) for refusal in refusals] == [True] * 3
    assert project.codings() == before
    made = Operation("o9", 9, "code", {"coding": "c9", "start": 0, "end": 4, "code": "time", "coder": coded.coder})
    assert operations.perform(project, coded.document, [made], coder=leena) == []
    assert project.coding("c9").coder == leena


def test_undo_goes_past_what_another_built_on(
    project: Project, me: str, document: str, someone: Callable[..., str]
) -> None:
    leena = someone("Leena")
    first = code_span(project, document, Span(0, 11), "time", coder=me)
    second = code_span(project, document, Span(0, 11), "together", coder=me)
    write_memo(project, second.id, "Really?", coder=leena)
    with pytest.raises(StaleEdit, match="cannot be undone: a memo was written on the coding since") as stuck:
        undo(project, coder=me)
    assert stuck.value.entry is not None
    assert undo(project, coder=me, past={stuck.value.entry}).summary == "code Obstacles / No time"
    assert [made.id for made in project.codings()] == [second.id]
    assert redo(project, coder=me).summary == "code Obstacles / No time"
    assert {made.id for made in project.codings()} == {first.id, second.id}


def test_publishing_to_a_library_needs_a_coder(project: Project, someone: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        library.publish(project, tmp_path, version="1.0.0", coder=someone("Risto", Role.READER))
    assert list(tmp_path.iterdir()) == []


def test_a_coding_that_was_recoded_meanwhile_is_not_recoded_over_it(project: Project, coded: Coding, me: str) -> None:
    codings.change_code_of(project, coded.id, "time", coder=me)
    with pytest.raises(StaleEdit, match="recoded meanwhile to Obstacles / No time") as refused:
        codings.change_code_of(project, coded.id, "transfer", coder=me, seen="together")
    assert refused.value.versions == (("code", "Obstacles / No time", "Paths / Transfer"),)
    codings.change_code_of(project, coded.id, "transfer", coder=me, seen="time")
    assert project.coding(coded.id).code == "transfer"


def test_an_extent_that_changed_meanwhile_is_not_changed_over_it(project: Project, coded: Coding, me: str) -> None:
    first, second = Span(coded.span.start, coded.span.end + 4), Span(coded.span.start, coded.span.end + 9)
    codings.change_extent(project, coded.id, first, coder=me, seen=coded.span)
    with pytest.raises(StaleEdit, match="it covers other words by now"):
        codings.change_extent(project, coded.id, second, coder=me, seen=coded.span)
    assert project.coding(coded.id).span == first
    codings.change_extent(project, coded.id, second, coder=me, seen=first)
    assert project.coding(coded.id).span == second


def test_a_memo_that_changed_meanwhile_is_not_written_over(project: Project, coded: Coding, me: str) -> None:
    write_memo(project, coded.id, "From the other window", coder=me)
    with pytest.raises(StaleEdit, match="your memo says something else by now") as refused:
        write_memo(project, coded.id, "From here", coder=me, seen="")
    assert refused.value.versions == (("memo", "From the other window", "From here"),)
    write_memo(project, coded.id, "From here", coder=me, seen="From the other window")


def test_two_who_edit_different_fields_of_a_code_both_keep_what_they_wrote(
    project: Project, me: str, someone: Callable[..., str]
) -> None:
    begun, leena = project.codebook().code("time"), someone("Leena")
    codebooks.change_code(project, "time", coder=leena, brief="Hers", definition=begun.definition, seen=begun)
    codebooks.change_code(project, "time", coder=me, brief=begun.brief, definition="Mine", seen=begun)
    code = project.codebook().code("time")
    assert (code.brief, code.definition) == ("Hers", "Mine")
    with pytest.raises(StaleEdit, match="somebody changed brief of No time meanwhile") as refused:
        codebooks.change_code(project, "time", coder=me, brief="Mine", seen=begun)
    assert refused.value.versions == (("brief", "Hers", "Mine"),)


def test_a_value_of_a_case_that_changed_meanwhile_is_not_written_over(project: Project, me: str) -> None:
    case = cases.add_case(project, "Kide", coder=me).id
    cases.add_attribute(project, "region", coder=me)
    cases.set_value(project, case, "region", "Savo", coder=me, seen="")
    with pytest.raises(StaleEdit, match="somebody changed region of Kide meanwhile") as refused:
        cases.set_value(project, case, "region", "Häme", coder=me, seen="")
    assert refused.value.versions == (("region of Kide", "Savo", "Häme"),)
    cases.set_value(project, case, "region", "Savo", coder=me, seen="")


def test_the_pane_is_told_what_was_changed_meanwhile(project: Project, coded: Coding, me: str) -> None:
    codings.change_code_of(project, coded.id, "time", coder=me)
    values = {"coding": coded.id, "code": "transfer", "was_code": "together"}
    (refusal,) = operations.perform(project, coded.document, [Operation("o1", 1, "recode", values)], coder=me)
    assert refusal.stale
    late = {**values, "was_code": "time"}
    assert operations.perform(project, coded.document, [Operation("o2", 2, "recode", late)], coder=me) == []


def test_the_newest_entry_about_a_document_says_nothing_of_others(
    project: Project, me: str, document: str, coded: Coding
) -> None:
    (other,) = documents.import_documents(project, [Source("b.txt", b"Aino: Yes.".strip)], coder=me)
    assert other.document is not None
    before = project.newest_about(document)
    code_span(project, other.document, Span(0, 4), "time", coder=me)
    assert project.newest_about(document) == before
    assert project.newest_about(other.document) == project.revision
    codebooks.add_code(project, name="New", coder=me)
    assert project.newest_about(document) == project.revision
