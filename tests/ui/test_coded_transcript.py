"""The downloads of a coded transcript, without a browser."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import docx
import pytest
from streamlit.testing.v1 import AppTest

from coder.formats.transcripts import TRANSCRIPT_WRITERS
from coder.model import Code, Codebook, Span
from coder.workflow.codings import code_span
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project
from ui.parts.coded_transcript import content

TEXT = "Anna: We began together.\n\nBen: All of us?\n\nAnna: Yes.\n"


@pytest.fixture
def study(tmp_path: Path) -> tuple[str, str]:
    """The path of a project with one coded document, and the document."""
    path = tmp_path / "study.redthread"
    with create_project(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        with project.change("begin", coder=me) as change:
            change.save_codebook(Codebook("b", "Book", (Code("together", "Together"),)))
        (report,) = import_documents(project, [Source("interview.txt", TEXT.encode)], coder=me)
        assert report.document is not None
        code_span(project, report.document, Span(6, 23), "together", coder=me)
        return str(path), report.document


def drawn(path: str, chosen: list[str]) -> AppTest:
    def script(path: str, chosen: list[str]) -> None:
        from pathlib import Path

        from coder.workflow.projects import open_project
        from ui.parts.coded_transcript import downloads

        with open_project(Path(path)) as project:
            downloads(project, chosen)

    return AppTest.from_function(script, kwargs={"path": path, "chosen": chosen}).run()


def test_one_chosen_document_can_be_taken_in_every_form(study: tuple[str, str]) -> None:
    path, document = study
    buttons = drawn(path, [document]).get("download_button")
    assert len(buttons) == len(TRANSCRIPT_WRITERS)


@pytest.mark.parametrize("many", [0, 2])
def test_nothing_is_offered_for_none_or_several(study: tuple[str, str], many: int) -> None:
    path, document = study
    assert not drawn(path, [document] * many).get("download_button")


@pytest.mark.parametrize("suffix", TRANSCRIPT_WRITERS)
def test_the_file_holds_what_was_coded(study: tuple[str, str], suffix: str) -> None:
    path, document = study
    file = content(path, document, suffix)
    if suffix == ".docx":
        (comment,) = docx.Document(BytesIO(file)).comments
        assert (comment.author, comment.text) == ("Maija", "Together")
    else:
        assert b"Together" in file
