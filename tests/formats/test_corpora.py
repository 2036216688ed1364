"""The sample corpora that ship are read without a doubt."""

from pathlib import Path

import pytest

from coder.formats import READERS, read
from coder.model import DocumentKind, TurnKind

CORPORA = Path(__file__).parents[2] / "corpora"
DOCUMENTS = sorted(p for p in CORPORA.rglob("*") if p.suffix in READERS and p.stem.upper() != "README")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_document_is_read_without_a_warning_and_has_its_date(path):
    reading = read(path.name, path.read_bytes())
    assert reading.warnings == ()
    assert reading.date is not None


@pytest.mark.parametrize("path", [p for p in DOCUMENTS if "interview" in p.name], ids=lambda path: path.name)
def test_in_every_interview_somebody_speaks_every_word(path):
    reading = read(path.name, path.read_bytes())
    assert reading.kind is DocumentKind.INTERVIEW
    assert 2 <= len(reading.speakers) <= 4
    content = [turn for turn in reading.turns if turn.kind.is_content]
    assert len(content) > 20
    assert all(turn.speaker and turn.kind is TurnKind.SPEECH for turn in content)
    timed = [turn.start_ms for turn in content if turn.start_ms is not None]
    assert len(timed) in (0, len(content))
    assert timed == sorted(timed)


@pytest.mark.parametrize("path", [p for p in DOCUMENTS if "notes" in p.name], ids=lambda path: path.name)
def test_all_notes_have_those_present_and_headings(path):
    reading = read(path.name, path.read_bytes())
    assert reading.kind is DocumentKind.MEETING_NOTES
    kinds = {turn.kind for turn in reading.turns}
    assert {TurnKind.ATTENDANCE, TurnKind.HEADING, TurnKind.PARAGRAPH} <= kinds
    assert {TurnKind.DECISION, TurnKind.ACTION} & kinds
