"""Answers to a survey as documents and cases: every respondent here is invented."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coder.errors import InvalidValue, NotAllowed
from coder.formats.answers import Choice, proposed, survey
from coder.model import AttributeType, DocumentKind, Role
from coder.store import Project
from coder.workflow.answers import AnswersReport, import_answers
from coder.workflow.cases import add_case
from coder.workflow.codings import undo

LONG = "We began it together with the other homes and nobody had a model to hand over."
TABLE = f"""respondent,sector,age,What helped?,What hindered?
P1,care,41,{LONG},No time at all for it
P2,metal,39,{LONG.replace("homes", "works")},No time at all for it
P3,care,50,,No time at all for it
P4,care,51,,
""".encode()
BOTH = Choice(("What helped?", "What hindered?"), ("respondent",), ("sector", "age"))


def added(project: Project) -> dict[str, str]:
    found = [project.document(document.id) for document in project.documents()]
    return {document.name: document.text for document in found if document.kind is DocumentKind.SURVEY_ANSWERS}


def test_a_table_of_answers_becomes_documents_and_cases_with_one_undo(project: Project, me: str) -> None:
    add_case(project, "p1", coder=me)
    before = project.revision
    report = import_answers(project, survey("s.csv", TABLE), BOTH, coder=me)
    assert (report.added, report.known, report.cases) == (3, 0, 3)
    assert project.revision == before + 1
    assert list(added(project)) == ["P1", "P2", "P3"]
    assert added(project)["P3"] == "What hindered?\n\nNo time at all for it\n"
    assert {case.name: case.values for case in project.cases()} == {
        "p1": {"sector": "care", "age": 41},
        "P2": {"sector": "metal", "age": 39},
        "P3": {"sector": "care", "age": 50},
    }
    assert {each.name: each.type for each in project.attributes()} == {
        "sector": AttributeType.TEXT,
        "age": AttributeType.NUMBER,
    }
    assert len(project.memberships()) == 3
    assert project.can_undo(me) == "import 3 documents of answers from s.csv"
    undo(project, coder=me)
    assert added(project) == {}
    assert [(case.name, case.values) for case in project.cases()] == [("p1", {})]
    assert project.verify() == []


def test_the_same_answer_of_two_people_is_two_documents_and_a_table_brought_twice_is_known(
    project: Project, me: str
) -> None:
    found = survey("s.csv", TABLE)
    only = Choice(("What hindered?",), ("respondent",))
    assert import_answers(project, found, only, coder=me).added == 3
    revision = project.revision
    again = import_answers(project, found, only, coder=me)
    assert (again.added, again.known) == (0, 3)
    assert project.revision == revision
    assert len(added(project)) == 3


def test_one_document_a_question_belongs_to_its_cases_stretch_by_stretch(project: Project, me: str) -> None:
    choice = Choice(BOTH.answers, BOTH.case, by_question=True)
    import_answers(project, survey("s.csv", TABLE), choice, coder=me)
    assert list(added(project)) == ["What helped?", "What hindered?"]
    names = {case.id: case.name for case in project.cases()}
    texts = project.texts()
    said = {
        (names[m.case], m.span.of(texts[m.document]) if m.span else None) for m in project.memberships()
    }  # fmt: skip
    assert said == {
        ("P1", LONG),
        ("P2", LONG.replace("homes", "works")),
        *((case, "No time at all for it") for case in ("P1", "P2", "P3")),
    }


def test_only_answers_are_offered_for_coding(project: Project, me: str) -> None:
    import_answers(project, survey("s.csv", TABLE), BOTH, coder=me)
    document = next(document for document in project.documents() if document.name == "P1")
    text = project.document(document.id).text
    assert [segment.span.of(text) for segment in project.segments(document.id)] == [LONG, "No time at all for it"]
    assert document.words == len(LONG.split()) + 6


def test_progress_is_told_and_stopping_stores_nothing(project: Project, me: str) -> None:
    told: list[tuple[int, int, str]] = []
    import_answers(
        project, survey("s.csv", TABLE), BOTH, coder=me, on_progress=lambda *step: told.append(step)
    )  # fmt: skip
    assert told == [(0, 3, "P1"), (1, 3, "P2"), (2, 3, "P3"), (3, 3, "")]
    before = project.revision

    def stopped(done: int, of: int, name: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_answers(project, survey("t.csv", TABLE), BOTH, coder=me, on_progress=stopped)
    assert project.revision == before


def test_what_cannot_be_imported_is_refused(project: Project, me: str, someone: Callable[..., str]) -> None:
    found = survey("s.csv", TABLE)
    with pytest.raises(InvalidValue, match="no column 'mood'"):
        import_answers(project, found, Choice(("mood",)), coder=me)
    with pytest.raises(InvalidValue, match="code of a language"):
        import_answers(project, found, BOTH, coder=me, language="zz!")
    with pytest.raises(NotAllowed, match="Leena may read"):
        import_answers(project, found, BOTH, coder=someone("Leena", Role.READER))


def test_formulas_script_and_paths_in_any_cell_are_text(project: Project, me: str) -> None:
    cells = [
        '=HYPERLINK("http://elsewhere.example")',
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "@SUM(A1) and more",
    ]
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    found = survey("s.csv", f"case,=sector,<b>place</b>,said\n{row}\n".encode())
    choice = Choice(("said",), ("case",), ("=sector", "<b>place</b>"))
    report = import_answers(project, found, choice, coder=me)
    assert report == AnswersReport(1, 0, 1, 3)
    assert list(added(project).values()) == ["said\n\n@SUM(A1) and more\n"]
    (case,) = project.cases()
    assert (case.name, case.values) == (cells[0], {"=sector": cells[1], "<b>place</b>": cells[2]})
    assert all("/" not in name for name in added(project))


def test_a_thousand_respondents_are_one_change(project: Project, me: str) -> None:
    rows = "".join(f"R_{n},sector {n % 7},{n},{LONG} {n}\n" for n in range(1000))
    found = survey("s.csv", f"ResponseId,sector,number,What helped?\n{rows}".encode())
    before = project.revision
    assert import_answers(project, found, proposed(found), coder=me).added == 1000
    assert project.revision == before + 1
    undo(project, coder=me)
    assert (len(project.documents()), project.cases()) == (1, [])
