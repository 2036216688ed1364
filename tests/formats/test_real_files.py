"""Real files, read as a person would read them; without the folder ``REDTHREAD_SAMPLES`` they are skipped.

What is expected stands in ``real_files.golden.tsv``, one row a file. After reading a change with your own
eyes, renew the rows of one kind: ``pytest tests/formats/test_real_files.py -k odt --renew-golden``.
"""

import csv
import json
import os
import re
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest

from coder.errors import UnreadableFile
from coder.formats import READERS, read
from tests.formats.golden import clock
from tests.formats.word_files import made

GOLDEN = Path(__file__).with_name("real_files.golden.tsv")
COLUMNS = ("file", "kind", "date", "turns", "speakers", "first and last time", "warnings")
SAMPLES = Path(os.environ.get("REDTHREAD_SAMPLES", "no samples"))
SPECIMENS = "platform_docx_specimen"
NOT_SHIPPED = re.compile(r"'[^']{3,}'(?=[;,: ]|$)")
"""Words of a file that a warning repeats."""


def files():
    """Every sample that has a reader, by its path; Word specimens lie there as lists of paragraphs."""
    found = (path for path in SAMPLES.rglob("*") if path.suffix in READERS or path.parent.name == SPECIMENS)
    return {path.relative_to(SAMPLES).as_posix(): path for path in sorted(found) if path.is_file()}


FILES = files()


def content(path):
    if path.parent.name == SPECIMENS:
        return "x.docx", made(*json.loads(path.read_text(encoding="utf-8"))["paragraphs"])
    return path.name, path.read_bytes()


def row(file, path):
    """What was understood, in a few words and no sentence of the file."""
    try:
        reading = read(*content(path))
    except UnreadableFile as error:
        return (file, "refused", "", "", "", "", f"{type(error).__name__}: {error}")
    kinds = Counter(turn.kind.value for turn in reading.turns)
    speakers = Counter(turn.speaker for turn in reading.turns if turn.speaker)
    more = [f"{len(speakers) - 6} more"] if len(speakers) > 6 else []
    times = [turn.start_ms for turn in reading.turns if turn.start_ms is not None]
    return (
        file,
        reading.kind.value,
        reading.date or "",
        ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()),
        ", ".join([*(f"{name} {count}" for name, count in speakers.most_common(6)), *more]),
        f"{clock(times[0])} - {clock(times[-1])}" if times else "",
        "; ".join(NOT_SHIPPED.sub("...", warning) for warning in reading.warnings),
    )


def expected():
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        assert tuple(next(rows)) == COLUMNS
        return {row[0]: tuple(row) for row in rows}


def renew(found):
    rows = expected() | {found[0]: found}
    table = StringIO()
    writer = csv.writer(table, delimiter="\t", lineterminator="\n")
    writer.writerows([COLUMNS, *(rows[file] for file in sorted(rows))])
    GOLDEN.write_text(table.getvalue(), encoding="utf-8", newline="\n")


@pytest.mark.skipif(not FILES, reason="REDTHREAD_SAMPLES names no folder of real files")
@pytest.mark.parametrize("file", FILES)
def test_a_real_file_is_read_as_a_person_would_read_it(file, request):
    found = row(file, FILES[file])
    if request.config.getoption("--renew-golden"):
        renew(found)
    assert found == expected().get(file), "read the difference; if it is right, renew the row"


def test_the_table_has_a_row_for_each_file_and_no_other():
    rows = expected()
    assert list(rows) == sorted(rows)
    assert not FILES or rows.keys() == FILES.keys()
