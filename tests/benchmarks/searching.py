"""How fast passages are found: ``python tests/benchmarks/searching.py`` prints a table.

An invented study: words by Zipf's law, 50 passages a document, and as many codings as passages; then the sample that
ships. Each figure is the median of five, what is found and what is shown of it included; reading the vectors comes
before the first search by meaning, where the assistant has not done it. Time it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from coder.model import Anchor, Code, Coding, Document, DocumentKind, Span, Turn, new_id, now, text_hash
from coder.store import Project
from coder.suggest.encoders import default_encoder
from coder.workflow.assistant import Assistant
from coder.workflow.meanings import Meanings, read_meanings
from coder.workflow.projects import create_sample
from coder.workflow.search import Coded, Search, Way, find, passages

GOAL_S, SAMPLE_GOAL_S = 5.0, 1.0
PASSAGES_EACH, WORDS_EACH, VOCABULARY = 50, 60, 60_000
DIMENSIONS = 768
SHOWN = 8


def vocabulary(chance: random.Random) -> list[str]:
    """Invented words with English endings."""
    stems = ["".join(chance.choice("bcdfghklmnprst") + chance.choice("aeiou") for _ in range(chance.randrange(1, 5)))
             for _ in range(VOCABULARY // 4)]  # fmt: skip
    return [stem + ending for stem in stems for ending in ("", "s", "ing", "ed")]


def fill(project: Project, count: int) -> list[str]:
    """Documents, turns, segments, vectors and codings, without reading files; the words, commonest first."""
    chance = random.Random(1)
    words = vocabulary(chance)
    weights = np.cumsum(1 / np.arange(8, len(words) + 8)).tolist()
    me = project.coders()[0].id
    with project.change("load codebook", coder=me) as change:
        book = project.codebook()
        for number in range(60):
            book = book.with_code(Code(f"c{number}", f"Code {number}"))
        change.save_codebook(book)
    numbers = np.random.default_rng(1)
    for start in range(0, count, PASSAGES_EACH * 20):
        with project.change("import", coder=me) as change:
            hashes = []
            for number in range(start, min(start + PASSAGES_EACH * 20, count), PASSAGES_EACH):
                said = [" ".join(chance.choices(words, cum_weights=weights, k=WORDS_EACH))
                        for _ in range(PASSAGES_EACH)]  # fmt: skip
                hashes += [text_hash(passage) for passage in said]
                add(change, f"D{number}", said, me, chance)
        vectors = numbers.standard_normal((len(hashes), DIMENSIONS)).astype(np.float16)
        project.save_vectors(
            "invented", DIMENSIONS, {hash: row.tobytes() for hash, row in zip(hashes, vectors, strict=True)}
        )
    return words


def add(change: object, name: str, said: Sequence[str], me: str, chance: random.Random) -> None:
    """One document of these passages, each a turn, with as many codings."""
    text, turns = "", []
    for number, passage in enumerate(said):
        turns.append(Turn(Span(len(text), len(text) + len(passage)), speaker=f"P{number % 3}"))
        text += passage + "\n\n"
    size = len(text.split())
    document = Document(
        new_id(), name, DocumentKind.INTERVIEW, text_hash(text), size, len(text), added=now(), text=text
    )
    change.add_document(document, turns, [(turn.span, i) for i, turn in enumerate(turns)], "turns 1")  # type: ignore[attr-defined]
    at = now()
    for _ in said:
        span = chance.choice(turns).span
        code = f"c{chance.randrange(60)}"
        coding = Coding(new_id(), document.id, Anchor.on(text, span), code, me, created=at, modified=at)
        change.save_coding(coding)  # type: ignore[attr-defined]


def timed(act: Callable[[], object]) -> float:
    """The median of five, in seconds."""
    took = []
    for _ in range(5):
        begun = perf_counter()
        act()
        took.append(perf_counter() - begun)
    return median(took)


def measure(project: Project, asked: Sequence[tuple[str, Search]], how: dict[str, object], goal: float) -> None:
    """Print one row a search."""
    print(f"| searched | found | seconds (goal {goal:.0f}) |\n|---|---|---|")
    for name, search in asked:

        def act(search: Search = search) -> int:
            results = find(project, search, **how)  # type: ignore[arg-type]
            passages(project, results, results.found[:SHOWN])
            return len(results.found)

        print(f"| {name} | {act():,} | {timed(act):.2f} |", flush=True)
    print()


def invented(count: int, folder: Path) -> None:
    """The large study."""
    with Project.create(folder / "large.redthread", title="Invented", coder="Maija") as project:
        begun = perf_counter()
        words = fill(project, count)
        documents = len(project.documents())
        print(
            f"{count:,} passages in {documents:,} documents, {count:,} codings; made in {perf_counter() - begun:.0f} s"
        )
        begun = perf_counter()
        meanings: Meanings = read_meanings(project, "invented")
        print(f"reading the vectors of {len(meanings):,} passages: {perf_counter() - begun:.1f} s\n")

        def encode(texts: Sequence[str]) -> NDArray[np.float32]:
            return np.random.default_rng(2).standard_normal((len(texts), DIMENSIONS)).astype(np.float32)

        common, middle, rare = words[0], words[200], words[20_000]
        asked = [
            ("a common word", Search(common)),
            ("a word of the middle", Search(middle)),
            ("a rare word", Search(rare)),
            ("a common and a middle word, NOT a third", Search(f"{common} {middle} NOT {words[40]}")),
            ("two words OR a beginning", Search(f"{middle} OR {rare} OR {middle[:4]}*")),
            ("a phrase", Search(f'"{common} {words[4]}"')),
            ("a part of words", Search(f"*{middle[:4]}*")),
            ("a common word, of one speaker", Search(common, speakers=("P1",))),
            ("a common word, coded with one code", Search(common, codes=("c7",))),
            ("a common word, not coded at all", Search(common, coded=Coded.NO)),
            ("by meaning", Search("a sentence", way=Way.MEANING)),
            ("by meaning, not coded at all", Search("a sentence", way=Way.MEANING, coded=Coded.NO)),
            ("both", Search(f"{common} {middle} {rare}", way=Way.BOTH)),
        ]
        measure(project, asked, {"meanings": meanings, "encode": encode}, GOAL_S)


def sample(folder: Path) -> None:
    """The sample that ships, with the encoder that ships."""
    with create_sample(folder / "sample.redthread") as project:
        assistant, encoder = Assistant(), default_encoder()
        assistant.embed(project)
        meanings = read_meanings(project, encoder.name)
        print(f"the sample: {len(meanings):,} passages\n")
        asked = [
            ("trust", Search("trust")),
            ("substitute OR time NOT shift", Search("substitute OR time NOT shift")),
            ("the", Search("the")),
            ("nobody had time for it, by meaning", Search("nobody had time for it", way=Way.MEANING)),
            ("nobody had time for it, both", Search("nobody had time for it", way=Way.BOTH)),
        ]
        measure(project, asked, {"meanings": meanings, "encode": encoder.encode}, SAMPLE_GOAL_S)


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--passages", type=int, default=100_000)
    options = wanted.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sample(Path(folder))
        invented(options.passages, Path(folder))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


if __name__ == "__main__":
    main()
