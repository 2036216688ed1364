"""A project with 10,000 codings given away as .qdpx and taken in again: seconds each way."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from time import perf_counter

from coder.formats.receiving import document_of
from coder.formats.studies import read_study
from coder.model import Anchor, Code, Codebook, Coder, Coding, Origin, Received, Span, Study, new_id, now
from coder.workflow.exchange import export_study, new_project_from

CODINGS, DOCUMENTS, CODES = 10_000, 50, 60


def made() -> Study:
    """An invented study."""
    chance = random.Random(7)
    words = ["we", "began", "together", "but", "there", "was", "no", "time", "😀", "to", "hand", "it", "on"]
    codes = tuple(Code(new_id(), f"Code {n}") for n in range(CODES))
    coder = Coder(new_id(), "Maija")
    documents, codings = [], []
    for n in range(DOCUMENTS):
        text = "\n\n".join(
            f"{'Aino' if line % 2 else 'Bo'}: {' '.join(chance.choices(words, k=60))}." for line in range(120)
        )
        documents.append(document_of(new_id(), f"Interview {n}.txt", text, added=now()))
        for each in range(CODINGS // DOCUMENTS):
            start = each * 150
            anchor = Anchor.on(text, Span(start, start + chance.randint(20, 300)))
            code = chance.choice(codes).id
            codings.append(
                Coding(new_id(), documents[-1].document.id, anchor, code, coder.id, Origin.IMPORTED, created=now())
            )
    return Study(
        new_id(), "Study", Codebook(new_id(), "Book", codes), (coder,), tuple(documents), codings=tuple(codings)
    )


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with new_project_from(place / "a.redthread", Received(made())) as project:
            started = perf_counter()
            export_study(project, place / "a.qdpx")
            out = perf_counter() - started
        started = perf_counter()
        received = read_study("a.qdpx", (place / "a.qdpx").read_bytes())
        read = perf_counter() - started
        with new_project_from(place / "b.redthread", received) as project:
            into = perf_counter() - started
            count = len(project.codings())
    print(f"{count:,} codings in {DOCUMENTS} documents, .qdpx")
    print(f"  out                 {out:6.2f} s   (wanted: under 10)")
    print(f"  in                  {into:6.2f} s   (wanted: under 10), of which reading {read:.2f} s")


if __name__ == "__main__":
    main()
