"""How fast documents come in: ``python tests/benchmarks/reading.py [--words 1000000] [--notes 500]`` prints tables.

Invented interviews, the notes of a network's meetings in folders, and answers to a survey: read, segmented and
stored in a project on disk, without embedding.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pypdfium2

sys.path.insert(0, str(Path(__file__).parents[2]))

from coder.formats import read
from coder.formats.answers import proposed, survey
from coder.model import PathPattern
from coder.segmenting import passages
from coder.store import Project
from coder.workflow.answers import import_answers
from coder.workflow.documents import Source, import_documents, preview_import
from coder.workflow.filing import Filing
from coder.workflow.projects import create_project
from tests.formats.pdf_files import laid_out, with_pages

WORDS = "we then tried it with the others who came over from the second site and nobody had time".split()  # noqa: SIM905
INTERVIEW = 20_000
GOAL_S = 20.0
NOTES_GOAL_S = 30.0
PDF_GOAL_S = 2.0


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


def notes(number: int) -> str:
    """Invented notes of one meeting, as Markdown."""
    chance = random.Random(number)
    said = (" ".join(chance.choices(WORDS, k=chance.randrange(8, 40))).capitalize() + "." for _ in range(40))
    items = "\n\n".join(f"## Item {item}\n\n" + "\n\n".join(next(said) for _ in range(6)) for item in range(1, 6))
    actions = "\n".join(f"- Maija: {next(said)}" for _ in range(4))
    day = f"20{20 + number // 144:02}-{1 + number // 12 % 12:02}-{1 + number % 12:02}"
    return f"# Notes of the meeting, {day}\n\nPresent: Maija, Aino, Kari\n\n{items}\n\n## Actions\n\n{actions}\n"


def answers(respondents: int) -> bytes:
    """An invented table of answers."""
    chance = random.Random(1)
    rows = (f"R_{n},sector {n % 7},{' '.join(chance.choices(WORDS, k=30))} {n}\n" for n in range(respondents))
    return ("ResponseId,sector,What helped?\n" + "".join(rows)).encode()


def measure_folder(number: int) -> None:
    """A folder of meeting notes with the case in each path: previewed, then brought in."""
    pattern = Filing(PathPattern.parse("{case}/{year}/{name}"))
    found = [Source(f"{n}.md", notes(n).encode, f"networks/network {n % 5}/year {n % 5}/{n}.md") for n in range(number)]
    print(f"{number} meeting notes")
    for name, all_or_nothing in (("each by itself", False), ("all or nothing", True)):
        with tempfile.TemporaryDirectory() as folder, _project(folder) as project:
            begun = time.perf_counter()
            preview_import(project, found, filing=pattern)
            looked = time.perf_counter()
            import_documents(
                project, found, coder=project.coders()[0].id, filing=pattern, all_or_nothing=all_or_nothing
            )
            done = time.perf_counter()
            words = sum(document.words for document in project.documents())
        print(f"  {name:20} {done - looked:7.2f} s   preview {looked - begun:.2f} s   {words:,} words")
    print(f"  goal for the import  {NOTES_GOAL_S * number / 500:7.2f} s")


def measure_answers(respondents: int) -> None:
    """A table of answers, and its undo."""
    with tempfile.TemporaryDirectory() as folder, _project(folder) as project:
        me = project.coders()[0].id
        begun = time.perf_counter()
        found = survey("answers.csv", answers(respondents))
        import_answers(project, found, proposed(found), coder=me)
        stored = time.perf_counter()
        project.undo(me)
        undone = time.perf_counter()
    print(f"answers of {respondents:,} people\n  import {stored - begun:20.2f} s\n  undo   {undone - stored:20.2f} s")


def measure_pdf(pages: int) -> None:
    """A PDF, beside what PDFium alone needs to give its bare text."""
    laid = laid_out(*interview(1, 700 * pages).split("\n\n"))[:pages]
    content = with_pages(laid, head=lambda number: "An invented interview", foot=lambda number: f"{number}/{pages}")
    read("warm up.pdf", with_pages(laid[:1]))
    begun = time.perf_counter()
    document = pypdfium2.PdfDocument(content)
    bare = sum(len(page.get_textpage().get_text_range()) for page in document)
    document.close()
    extracted = time.perf_counter()
    reading = read("interview.pdf", content)
    done = time.perf_counter()
    print(f"PDF of {pages} pages, {bare:,} characters, {len(reading.turns):,} turns")
    for name, seconds in (("bare text by PDFium", extracted - begun), ("reading", done - extracted)):
        print(f"  {name:20} {seconds:7.2f} s   {pages / seconds:8,.0f} pages/s")
    print(f"  goal for the reading {PDF_GOAL_S * pages / 100:7.2f} s")


def _project(folder: str) -> Project:
    return create_project(Path(folder) / "bench.redthread", title="Benchmark", coder="Maija")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=1_000_000)
    parser.add_argument("--notes", type=int, default=500)
    parser.add_argument("--answers", type=int, default=1_000)
    parser.add_argument("--pages", type=int, default=100)
    given = parser.parse_args()
    measure_interviews(given.words)
    measure_folder(given.notes)
    measure_answers(given.answers)
    measure_pdf(given.pages)


def measure_interviews(asked: int) -> None:
    """Interviews: reading, segmenting and the whole import."""
    files = [Source(f"interview {n}.txt", interview(n).encode) for n in range(max(1, asked // INTERVIEW))]
    passages("Warm up.", (), "en")
    begun = time.perf_counter()
    readings = [read(source.name, source.content()) for source in files]
    reading = time.perf_counter() - begun
    begun = time.perf_counter()
    made = sum(len(passages(each.text, each.turns, "en")) for each in readings)
    segmenting = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        with _project(folder) as project:
            begun = time.perf_counter()
            reports = import_documents(project, files, coder=project.coders()[0].id)
            whole = time.perf_counter() - begun
        size = (Path(folder) / "bench.redthread").stat().st_size / 1e6
    words = sum(report.words for report in reports)
    print(f"{words:,} words in {len(files)} interviews, {made:,} passages")
    for name, seconds in (("reading alone", reading), ("segmenting alone", segmenting), ("import: all of it", whole)):
        print(f"  {name:20} {seconds:7.2f} s   {words / seconds:12,.0f} words/s")
    memory = psutil.Process().memory_info().rss / 1e6
    print(f"  goal for the import  {GOAL_S * words / 1e6:7.2f} s   project file {size:.0f} MB, memory {memory:.0f} MB")


if __name__ == "__main__":
    main()
