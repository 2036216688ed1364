"""How fast suggestions follow: ``python tests/benchmarks/suggesting.py [--large]`` prints the figures.

Invented passages with 100 codes in a project on disk, two fifths of them read and coded, with vectors made from their
words (no model): what preparing, learning and one more decision take, each size in a process of its own. For a million
passages the learner alone, on drawn features, with 8,000 passages read. Then what the project adds to embedding with
the model that ships. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from coder.model import (
    Anchor,
    Code,
    Codebook,
    Coding,
    Document,
    DocumentKind,
    Span,
    Turn,
    new_id,
    now,
    text_hash,
)
from coder.store import Project
from coder.suggest.encoders import default_encoder
from coder.suggest.kernel import FEWEST
from coder.suggest.learner import Lessons, Prepared, learn
from coder.suggest.material import CodeText, Judgements, Passages
from coder.workflow.assistant import Assistant
from coder.workflow.codings import refuse_suggestion, take_suggestion
from coder.workflow.corpus import Corpus, embed
from coder.workflow.queues import Queue, queue
from coder.workflow.suggestions import Suggestion

SIZES, LARGE, LARGEST = (1_000, 20_000), 100_000, 1_000_000
CODES = 100
IN_A_DOCUMENT = 100
READ = 0.4
READ_OF_LARGEST = 8_000
DIMENSIONS = 768
DECISIONS = 20
GOAL_MS = 200
GOAL_COLD_S = 3.0
GOAL_EMBEDDING = 1.1
VOCABULARY = 6_000


class Keywords:
    """Vectors that are the sum of one direction for every word, as fast as texts can be split."""

    name, dimensions = "keywords", DIMENSIONS

    def __init__(self) -> None:
        self._directions = np.random.default_rng(0).normal(size=(VOCABULARY, DIMENSIONS)).astype(np.float32)

    def encode(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions)."""
        numbers = [[int(word[1:]) for word in text.split() if word[1:].isdecimal()] or [0] for text in texts]
        vectors = np.array([self._directions[each].sum(axis=0) for each in numbers])
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def passage(chance: random.Random) -> tuple[str, list[int]]:
    """An invented passage of some forty words, and the codes it is about."""
    about = chance.sample(range(CODES), chance.choice((0, 0, 1, 1, 2)))
    words = [f"w{int(VOCABULARY * chance.random() ** 3)}" for _ in range(34)]
    for code in about:
        words[chance.randrange(len(words)) :] += [
            f"w{VOCABULARY - 1 - 10 * code - chance.randrange(10)}" for _ in "abcd"
        ]
    return " ".join(words), about


def fill(project: Project, passages: int) -> None:
    """Documents of a hundred passages each, two fifths of them read to the end and coded."""
    chance, me = random.Random(0), project.coders()[0].id
    codes = tuple(
        Code(f"c{i}", f"Code {i}", definition=" ".join(f"w{VOCABULARY - 1 - 10 * i - j}" for j in range(3)))
        for i in range(CODES)
    )
    with project.change("load codebook", coder=me) as change:
        change.save_codebook(Codebook("b", "Benchmark", codes))
    for number in range(passages // IN_A_DOCUMENT):
        made = [passage(chance) for _ in range(IN_A_DOCUMENT)]
        text, spans = "", []
        for words, _ in made:
            spans.append(Span(len(text), len(text) + len(words)))
            text += words + "\n\n"
        document = Document(
            new_id(),
            f"interview {number}",
            DocumentKind.INTERVIEW,
            text_hash(text),
            34 * len(made),
            len(text),
            text=text,
        )
        with project.change("fill", coder=me) as change:
            turns = [Turn(span, speaker="Maija") for span in spans]
            change.add_document(document, turns, list(zip(spans, range(len(spans)), strict=True)), "benchmark")
            if number % 5 < 5 * READ:
                at = now()
                for span, (_, about) in zip(spans, made, strict=True):
                    for code in about:
                        anchor = Anchor.on(text, span)
                        change.save_coding(
                            Coding(new_id(), document.id, anchor, f"c{code}", me, created=at, modified=at)
                        )
                change.mark_read(document.id, me, len(text))


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _follow(assistant: Assistant, project: Project, decided: Suggestion) -> None:
    """From a decision that is stored to the suggestions of its document."""
    assistant.refresh(project, project.coders()[0].id, at_once=True).suggestions(decided.document)


def measure(passages: int, path: Path) -> dict[str, float]:
    """All figures for one size, in this process."""
    with Project.create(path, title="Benchmark", coder="Maija") as project:
        fill(project, passages)
        me = project.coders()[0].id
    with Project.open(path) as project:
        assistant = Assistant(Keywords)
        embedding = seconds(lambda: assistant.embed(project))
        preparing = seconds(lambda: assistant._prepare(project))
        learning = seconds(lambda: assistant.learn(project, me))
        first = seconds(lambda: assistant.refresh(project, me, at_once=True))
        snapshot = assistant.refresh(project, me)
        documents = [document.id for document in project.documents()]
        shown = [seconds(partial(snapshot.suggestions, document)) for document in documents[:DECISIONS]]
        queues = [seconds(partial(queue, snapshot, kind, code="c1")) for kind in Queue]
        found = queue(snapshot, Queue.SUREST, length=DECISIONS)
        decided, evidence = [], []
        for number, each in enumerate(found):
            evidence.append(seconds(partial(snapshot.evidence, each.document, each.passage, each.code)))
            act = take_suggestion if number % 2 else refuse_suggestion
            act(project, each.document, each.span, each.code, coder=me, probability=each.probability)
            decided.append(seconds(partial(_follow, assistant, project, each)))
        again = seconds(lambda: assistant.learn(project, me))
    return {
        "vectors stored": embedding,
        "prepared": preparing,
        "learned": learning,
        "cold": learning + first,
        "learned again": again,
        "decision, median": statistics.median(decided),
        "decision, worst": max(decided),
        "a document": statistics.median(shown),
        "slowest queue": max(queues),
        "evidence": statistics.median(evidence),
        "memory": psutil.Process().memory_info().rss / 2**20,
    }


def measure_learner(passages: int) -> dict[str, float]:
    """What one learning takes, in this process; nothing is stored."""
    chance = np.random.default_rng(0)

    def drawn(*shape: int) -> NDArray[np.float32]:
        return chance.standard_normal(shape, np.float32)

    document = np.arange(passages) // IN_A_DOCUMENT
    order = np.arange(passages)
    before = np.where(order % IN_A_DOCUMENT > 0, order - 1, -1)
    known = Passages(drawn(passages, 1), [""] * passages, document, order, 0 * order, np.zeros(passages, np.bool_))
    lessons = Lessons(
        drawn(CODES, FEWEST), drawn(CODES, FEWEST), np.eye(CODES, dtype=np.float32), np.ones(CODES, np.float32),
        np.eye(CODES, dtype=np.float32),
    )  # fmt: skip
    told = drawn(passages, CODES)
    codes = tuple(CodeText(f"Code {i}", definition=f"What code {i} is") for i in range(CODES))
    prepared = Prepared(
        known, codes, drawn(passages, FEWEST), drawn(passages, FEWEST), lessons, told, told, known.vectors, (before,)
    )
    rows = order[:: passages // READ_OF_LARGEST][:READ_OF_LARGEST]
    codings = [(int(row), int(code), 1.0) for row, code in zip(rows, chance.integers(0, CODES, len(rows)), strict=True)]
    judgements = Judgements.of(CODES, codings=codings, read=rows.tolist())
    return {
        "learned": seconds(lambda: learn(prepared, judgements)),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def embedding(passages: int = 400, rounds: int = 3) -> None:
    """Print what the project adds to embedding with the model that ships."""
    from tests.benchmarks.reading import interview

    encoder = default_encoder()
    with (
        tempfile.TemporaryDirectory() as folder,
        Project.create(Path(folder) / "study.redthread", title="Benchmark", coder="Maija") as project,
    ):
        from coder.workflow.documents import Source, import_documents

        sources = [Source(f"{n}.txt", interview(n).encode) for n in range(2)]
        import_documents(project, sources, coder=project.coders()[0].id)
        texts = dict(list(Corpus.of(project).texts_by_hash.items())[:passages])
        alone, through = [], []
        for number in range(rounds):
            alone.append(seconds(lambda: encoder.encode(list(texts.values()))))
            named = _Named(encoder, f"round {number}")
            through.append(seconds(partial(embed, project, named, texts)))
    ratio = statistics.median(through) / statistics.median(alone)
    rate = len(texts) / statistics.median(alone)
    print(
        f"embedding {len(texts)} passages: encoder alone {rate:.0f} a second, into the project {ratio:.2f} x the time"
    )
    print(f"goal: at most {GOAL_EMBEDDING} x")


class _Named:
    """An encoder under another name, so that its vectors are stored once more."""

    def __init__(self, encoder: object, name: str) -> None:
        self._encoder, self.name, self.dimensions = encoder, name, encoder.dimensions  # type: ignore[attr-defined]

    def encode(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        """As the encoder does."""
        found: NDArray[np.float32] = self._encoder.encode(texts)  # type: ignore[attr-defined]
        return found


def apart(what: str, passages: int) -> dict[str, float]:
    """The figures of one size, from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.suggesting", what, str(passages), f"{folder}/s.redthread"]
        found = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    figures: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return figures


def run(sizes: Sequence[int]) -> None:
    """Print the tables."""
    figures = {size: apart("--measure", size) for size in sizes}
    print(f"{CODES} codes, {READ:.0%} of the passages read and coded")
    print(f"{'':20}" + "".join(f"{size:>14,}" for size in sizes))
    for name in next(iter(figures.values())):
        units = [f"{figures[size][name]:.0f} MB" if name == "memory" else _time(figures[size][name]) for size in sizes]
        print(f"{name:20}" + "".join(f"{each:>14}" for each in units))
    print(f"goals at 20,000: a decision {GOAL_MS} ms, learned from cold {GOAL_COLD_S:.0f} s")
    found = apart("--learner", LARGEST)
    print(
        f"{LARGEST:,} passages, {READ_OF_LARGEST:,} of them read, drawn features: "
        f"learned {_time(found['learned'])}, {found['memory']:.0f} MB at most"
    )
    embedding()


def _time(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(int(sys.argv[2]), Path(sys.argv[3]))))
    elif sys.argv[1:2] == ["--learner"]:
        print(json.dumps(measure_learner(int(sys.argv[2]))))
    else:
        parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--large", action="store_true", help=f"also {LARGE:,} passages")
        run((*SIZES, *([LARGE] * parser.parse_args().large)))
