"""A small project in memory, and one in a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coder.store import Project

# The programs that the tests start must find the samples by name, as the tests themselves do.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def project() -> Iterator[Project]:
    with Project.create(":memory:", title="An invented study", coder="Aino") as made:
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    Project.create(path, title="An invented study", coder="Aino").close()
    return path


@pytest.fixture
def aino(project: Project) -> str:
    return project.coder_named("Aino").id
