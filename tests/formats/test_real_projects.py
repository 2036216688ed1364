"""Real projects of other programs; without the folder ``REDTHREAD_SAMPLES`` they are skipped."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from coder.formats import read_codebook
from coder.formats.anchoring import squeezed
from coder.formats.studies import read_study

SAMPLES = Path(os.environ.get("REDTHREAD_SAMPLES", "no samples"))
PROJECTS = {
    "taguette/SERDIF_P2_ThematicAnalysis.sqlite3": (17, 22, 1930, "exactly where it stood", 1),
    "rqda/OPCW-CSP-DG.rqda": (13, 2, 21, "exactly where it stood", 1),
    "requal/test_basic.requal": (0, 0, 0, "", 0),
    "spans/labelstudio_csv_test2.json": (1, 1, 1, "exactly where it stood", 0),
    "spans/doccano_relation_example.jsonl": (1, 3, 4, "taken by position alone", 1),
    "spans/webanno_test_input.tsv": (1, 7, 10, "exactly where it stood", 1),
    "spans/webanno_test_input_multi_sentence_span.tsv": (1, 2, 1, "exactly where it stood", 1),
    "spans/cas_emoji.json": (1, 1, 9, "taken by position alone", 1),
}
"""By file: documents, codes, codings, how all of these were found, and how many kinds of things were lost."""
CODEBOOKS = {"atlasti_codebook_full.csv": (465, 18), "taguette_codebook_20220223_0.csv": (120, 120)}
"""By file: codes, and how many of them stand at the top."""

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="REDTHREAD_SAMPLES names no folder")


@pytest.mark.parametrize("file", PROJECTS)
def test_a_real_project_comes_whole(file: str) -> None:
    received = read_study(Path(file).name, (SAMPLES / file).read_bytes())
    study = received.study
    documents, codes, codings, found, lost = PROJECTS[file]
    assert (len(study.documents), len(study.codebook.codes), len(study.codings)) == (documents, codes, codings)
    assert len(received.losses) == lost
    if codings:
        assert received.remarks[0] == f"{codings:,} of {codings:,} codings: {found}"
    texts = {each.document.id: each.document.text for each in study.documents}
    assert all(coding.span.of(texts[coding.document]) == coding.quotation for coding in study.codings)


def test_codings_are_those_of_the_table_that_taguette_itself_wrote() -> None:
    project = "taguette/SERDIF_P2_ThematicAnalysis.sqlite3"
    study = read_study("x.sqlite3", (SAMPLES / project).read_bytes()).study
    with (SAMPLES / "taguette/taguette_highlights_20220224.csv").open(encoding="utf-8", newline="") as file:
        told = Counter((row["document"], squeezed(row["content"])) for row in csv.DictReader(file))
    names = {each.document.id: each.document.name for each in study.documents}
    found = Counter((names[coding.document], squeezed(coding.quotation)) for coding in study.codings)
    # The table was written some weeks before the project: highlights were added and tags merged in between.
    assert sum((told & found).values()) > 0.9 * sum(told.values())


@pytest.mark.parametrize("file", CODEBOOKS)
def test_a_real_codebook_is_a_tree(file: str) -> None:
    codebook = read_codebook(file, (SAMPLES / "codebook_other" / file).read_bytes())
    assert (len(codebook.codes), len(codebook.children())) == CODEBOOKS[file]
