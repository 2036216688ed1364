"""What all tests share: golden files, property tests without a clock, an encoder that loads at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

# Several tests run at once, one on each core. Where each would calculate on all cores, too, they would wait for one
# another up to ten times as long. Read when numpy is loaded, here and in every process that a test starts.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
from hypothesis import is_hypothesis_test, settings
from numpy.typing import NDArray

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

settings.register_profile("redthread", deadline=None)
settings.load_profile("redthread")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-golden", action="store_true", help="write the golden files anew, then read the diff")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Property tests count for no coverage: they would take three times as long, and reach what others do, too."""
    for item in items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    """One process runs all tests in the browser, one after the other, while the rest runs beside it file by file.

    Two browsers at once on two cores would let each other's waits run out; and these tests take longest, so that they
    must not come last, as few as they are.
    """
    from xdist.scheduler import LoadFileScheduling

    class BrowserInOne(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            scope = super()._split_scope(nodeid)
            return "tests/browser" if scope.startswith("tests/browser/") else scope

    # In the order in which they were collected, not those files first that hold the most tests.
    config.option.loadscopereorder = False
    return BrowserInOne(config, log)


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """Streamlit's AppTest leaves the script that it ran as ``__main__``, which processes started later would run."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with the file that holds what is expected, or renew that file."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--renew-golden"):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")

    return compare


class WordEncoder:
    """Vectors of the words that a text holds: texts with the same words are alike."""

    name = "words"
    dimensions = 64

    def encode(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, sum(word.encode()) % self.dimensions] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


@pytest.fixture(scope="session")
def word_encoder() -> type[WordEncoder]:
    """An encoder that needs no weights; call it to make one."""
    return WordEncoder
