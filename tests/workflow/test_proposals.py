from __future__ import annotations

from collections.abc import Callable

import pytest

from coder.model import Span
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.assistant import Assistant
from coder.workflow.codebooks import change_code
from coder.workflow.codings import code_span
from coder.workflow.proposals import COLUMNS, proposals


@pytest.fixture
def assistant(word_encoder: type[Encoder]) -> Assistant:
    return Assistant(word_encoder)


def test_suggestions_are_rows_with_their_evidence(
    project: Project, me: str, document: str, span_of: Callable[[str], Span], assistant: Assistant
) -> None:
    change_code(project, "time", coder=me, definition="There was no time. No time was given.", when_to_use="No time.")
    change_code(project, "together", coder=me, definition="We began together. All homes began together.")
    code_span(project, document, span_of("We began together, all nine homes."), "together", coder=me)
    assistant.embed(project)
    snapshot = assistant.refresh(project, me)
    frame = proposals(project, snapshot)
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == sum(len(of) for of in snapshot.suggestions(document).values())
    assert len(frame) > 0
    text = project.document(document).text
    for row in frame.to_dict("records"):
        assert text[row["start"] : row["end"]] == row["passage"]
        assert row["code path"] == project.codebook().path(row["code id"])
        assert 0 <= row["probability"] <= 1
        assert "in 10" in row["in words"]
        assert row["because"]


def test_a_project_without_codes_has_an_empty_table(assistant: Assistant) -> None:
    with Project.create(":memory:", title="Study", coder="Maija") as project:
        assistant.embed(project)
        frame = proposals(project, assistant.refresh(project, project.coders()[0].id))
        assert tuple(frame.columns) == COLUMNS
        assert frame.empty
