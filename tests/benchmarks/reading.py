"""How fast transcripts come in: ``python tests/benchmarks/reading.py [--words 1000000]`` prints a table.

Invented interviews as text and WebVTT, read, segmented and stored in a project on disk, without embedding.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

import psutil

from coder.formats import read
from coder.segmenting import passages
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project

WORDS = "we then tried it with the others who came over from the second site and nobody had time".split()  # noqa: SIM905
INTERVIEW = 20_000
GOAL_S = 20.0


def interview(number: int, words: int = INTERVIEW) -> str:
    """An invented interview as text with speakers."""
    chance = random.Random(number)
    lines, said = [], 0
    while said < words:
        sentences = [chance.choices(WORDS, k=chance.randrange(4, 22)) for _ in range(chance.randrange(1, 9))]
        said += sum(map(len, sentences))
        spoken = " ".join(" ".join(each).capitalize() + "." for each in sentences)
        lines.append(f"{('Interviewer', 'Maija')[len(lines) % 2]}: {spoken}")
    return "\n\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=1_000_000)
    asked = parser.parse_args().words
    files = [Source(f"interview {n}.txt", interview(n).encode) for n in range(max(1, asked // INTERVIEW))]
    passages("Warm up.", (), "en")
    begun = time.perf_counter()
    readings = [read(source.name, source.content()) for source in files]
    reading = time.perf_counter() - begun
    begun = time.perf_counter()
    made = sum(len(passages(each.text, each.turns, "en")) for each in readings)
    segmenting = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.redthread"
        with create_project(path, title="Benchmark", coder="Maija") as project:
            begun = time.perf_counter()
            reports = import_documents(project, files, coder=project.coders()[0].id)
            whole = time.perf_counter() - begun
        size = path.stat().st_size / 1e6
    words = sum(report.words for report in reports)
    print(f"{words:,} words in {len(files)} interviews, {made:,} passages")
    for name, seconds in (("reading alone", reading), ("segmenting alone", segmenting), ("import: all of it", whole)):
        print(f"  {name:20} {seconds:7.2f} s   {words / seconds:12,.0f} words/s")
    memory = psutil.Process().memory_info().rss / 1e6
    print(f"  goal for the import  {GOAL_S * words / 1e6:7.2f} s   project file {size:.0f} MB, memory {memory:.0f} MB")


if __name__ == "__main__":
    main()
