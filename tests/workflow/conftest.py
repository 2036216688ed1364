from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from coder.model import Code, Codebook, Coder, Coding, Role, Span
from coder.store import Project
from coder.workflow.codings import code_span
from coder.workflow.documents import Source, import_documents

TEXT = """Interviewer: How did it begin?

Aino: We began together, all nine homes. Nobody had a ready model 😀 with them.

Interviewer: And then?

Aino: Then there was no time. There never is. We began together, but no time was given.
"""

BOOK = Codebook(
    id="b",
    title="Small",
    codes=(
        Code("paths", "Paths", codable=False),
        Code("together", "Together", parent="paths", colour="#b3261e"),
        Code("transfer", "Transfer", parent="paths", colour="#0b57d0"),
        Code("obstacles", "Obstacles", codable=False),
        Code("time", "No time", parent="obstacles", colour="#146c2e"),
    ),
)


@pytest.fixture(scope="session")
def study() -> Callable[[], Project]:
    """Makes a project of Maija's with the small codebook and one interview, which she has not to undo."""

    def make() -> Project:
        project = Project.create(":memory:", title="Study", coder="Maija")
        with project.change("begin", coder=None) as change:
            change.save_codebook(BOOK)
            change.save_coder(Coder("archive", "Archive"))
        import_documents(project, [Source("interview.txt", TEXT.encode)], coder="archive")
        return project

    return make


@pytest.fixture
def project(study: Callable[[], Project]) -> Iterator[Project]:
    with study() as made:
        yield made


@pytest.fixture
def me(project: Project) -> str:
    return project.coder_named("Maija").id


@pytest.fixture
def document(project: Project) -> str:
    return project.documents()[0].id


@pytest.fixture
def someone(project: Project) -> Callable[..., str]:
    """Adds a coder and gives the id."""

    def add(name: str, role: Role = Role.CODER) -> str:
        with project.change("add coder", coder=None) as change:
            change.save_coder(Coder(name.lower(), name, role))
        return name.lower()

    return add


@pytest.fixture
def span_of(project: Project, document: str) -> Callable[[str], Span]:
    """Where these words first stand in the interview."""
    text = project.document(document).text

    def find(words: str) -> Span:
        start = text.index(words)
        return Span(start, start + len(words))

    return find


@pytest.fixture
def coded(project: Project, document: str, me: str, span_of: Callable[[str], Span]) -> Coding:
    """Together, on the first time that they began together."""
    return code_span(project, document, span_of("We began together"), "together", coder=me)
