"""A whole study as plain text, and back: all of it, byte for byte."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings

from coder.errors import MalformedFile
from coder.formats.studies import is_study, read_study, write_study
from coder.model import Study
from tests.formats.studies_made import studies
from tests.formats.test_refi_round_trip import comparable


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(study=studies())
def test_a_study_as_plain_text_is_read_back_whole(study: Study) -> None:
    content, losses = write_study("study.zip", study)
    assert losses == ()
    assert is_study("study.zip", content)
    received = read_study("study.zip", content)
    assert received.study.codebook == study.codebook
    assert received.study.documents == study.documents
    assert comparable(received.study) == comparable(study)
    assert write_study("study.zip", received.study)[0] == content


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a"}', '{"document": "d", "case": "c", "span": {"start": 9}}'])
def test_a_broken_line_is_told_with_its_file_and_number(line: str) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("study.yaml", "format: redthread-study/1\nid: s\ntitle: Study\n")
        archive.writestr("codebook.yaml", "format: redthread-codebook/1\nid: b\ntitle: Book\n")
        archive.writestr("memberships.jsonl", "\n" + line)
    with pytest.raises(MalformedFile, match=r"memberships\.jsonl, line 2"):
        read_study("study.zip", held.getvalue())


def test_a_zip_of_transcripts_is_no_study() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("talk.txt", "Aino: Yes.")
    assert not is_study("talks.zip", held.getvalue())
