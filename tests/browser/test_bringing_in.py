"""A zip of notes, and a table of answers, brought in by hand in a real Chromium. Everybody in them is invented."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import pytest
from walking import App, Opening, Researcher

from coder.model import DocumentKind
from coder.workflow.projects import create_project, open_project

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]

HELPED = "What helped most when the practice came to your workplace?"
LINK = '=HYPERLINK("http://elsewhere.example") <img src=x onerror="window.ran = 1">'


@pytest.fixture
def who(app: App, opened: Opening) -> Researcher:
    """Maija on the page of documents of a new study."""
    create_project(app.study, title="Study", coder="Maija").close()
    return opened("Documents", "Documents and cases")


def test_a_zip_of_notes_with_cases_from_its_folders(who: Researcher, app: App, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "notes.zip", "w") as made:
        for case in ("Kartano", "Kide"):
            for wave in (1, 2):
                talk = f"Aino: We met in {case}.\n\nLeena: When?\n\nAino: In wave {wave}.\n\nLeena: And then?\n"
                made.writestr(f"{case}/wave {wave}/{case} {wave}.txt", talk)
        made.writestr("../../away.txt", "Aino: Away.\n")
        made.writestr("__MACOSX/Kide/._x.txt", "x")
    who.upload([tmp_path / "notes.zip"]).sees("4 new documents, 1 cannot be read").sees("leads out of the archive")
    who.page.get_by_text("More choices").click()
    who.at_rest().fill("Case and attributes from the path", "{case}/wave {wave}/{name}").press("Enter")
    who.sees("4 new documents, 2 cases, 1 cannot be read").at_rest()
    who.click("Bring in 5 files").sees("4 files read, 1 refused").at_rest()
    with who.project() as project:
        assert [document.name for document in project.documents()] == [
            "Kartano 1.txt", "Kartano 2.txt", "Kide 1.txt", "Kide 2.txt",
        ]  # fmt: skip
        assert [(case.name, case.values) for case in project.cases()] == [
            ("Kartano", {"wave": 1}),
            ("Kide", {"wave": 1}),
        ]
        assert len(project.memberships()) == 4
    assert "{case}/wave {wave}/{name}" in app.settings.read_text("utf-8")


def test_a_table_of_answers_with_one_undo(who: Researcher, tmp_path: Path) -> None:
    with (tmp_path / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ResponseId", "Q1", "Q2_TEXT"])
        writer.writerow(["Response ID", "Your sector?", HELPED])
        writer.writerow([f'{{"ImportId":"{each}"}}' for each in ("_recordId", "QID1", "QID2_TEXT")])
        writer.writerow(["R_1", "care", LINK])
        writer.writerow(["R_2", "metal", "We began it together, with the others."])
        writer.writerow(["R_3", "metal", ""])
    who.upload([tmp_path / "answers.csv"]).sees("Understood as Qualtrics, 3 rows").sees("2 documents and 2 cases")
    who.sees("R_1 will read:").sees("=HYPERLINK").at_rest()
    assert who.page.evaluate("window.ran") is None
    who.click("Bring in 2 documents").told("Brought in 2 documents of answers.csv")
    who.sees("2 documents, ").at_rest()
    with open_project(who.path) as project:
        documents = [project.document(document.id) for document in project.documents()]
        assert [document.kind for document in documents] == [DocumentKind.SURVEY_ANSWERS] * 2
        assert documents[0].text == f"{HELPED}\n\n{LINK}\n"
        assert [(case.name, case.values) for case in project.cases()] == [
            ("R_1", {"Your sector?": "care"}),
            ("R_2", {"Your sector?": "metal"}),
        ]
    who.click("Undo").told("Taken back").sees("No documents yet")
    with open_project(who.path) as project:
        assert (project.documents(), project.cases()) == ([], [])


def test_a_long_import_can_be_stopped_and_what_was_read_stays(who: Researcher, tmp_path: Path) -> None:
    for number in range(150):
        lines = (f"Aino: We met {number} times, and {line} more.\n\nLeena: So it was.\n\n" for line in range(40))
        (tmp_path / f"{number:03}.txt").write_text("".join(lines))
    who.upload(sorted(tmp_path.glob("*.txt"))).sees("150 new documents")
    who.click("Bring in 150 files")
    who.page.get_by_text(re.compile(r"^[1-9]\d* of 150")).wait_for()
    who.click("Stop")
    who.sees("files read, 0 refused").at_rest()
    with who.project() as project:
        stored = len(project.documents())
        assert 0 < stored < 150
        assert project.verify() == []
    who.sees(f"{150 - stored} new documents, {stored} already there")
    who.click("Bring in 150 files").sees("150 files read, 0 refused")
    with who.project() as project:
        assert len(project.documents()) == 150
