"""A study written for any program is valid, and read back it is the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from coder.formats.refi_write import invalid
from coder.formats.studies import read_study, write_study
from coder.model import Study
from coder.model.choices import Target
from coder.workflow.exchange import new_project_from, preview, study_of, take_in
from tests.formats.studies_made import studies


def comparable(study: Study) -> dict[str, object]:
    """All that the format can carry, apart from order where it tells none."""
    return {
        "codebook": replace(study.codebook, id=""),
        "coders": {coder.id: coder.name for coder in study.coders},
        "documents": [replace(found.document, source="") for found in study.documents],
        "turns": [found.turns for found in study.documents],
        "attributes": {(attribute.name, attribute.type) for attribute in study.attributes},
        "cases": study.cases,
        "memberships": set(study.memberships),
        "codings": {coding.id: coding for coding in study.codings},
        "memos": {memo.id: memo if memo.about != "project" else replace(memo, target="") for memo in study.memos},
        "sets": {each.id: replace(each, members=tuple(sorted(each.members))) for each in study.sets},
    }


@pytest.mark.parametrize("target", Target)
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(study=studies())
def test_what_is_written_is_valid_and_read_back_the_same(target: Target, study: Study) -> None:
    content, _ = write_study("study.qdpx", study, target)
    assert invalid(content) == []
    received = read_study("study.qdpx", content)
    assert received.losses == ()
    assert comparable(received.study) == comparable(study)
    assert write_study("study.qdpx", study, target)[0] == content


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(study=studies())
def test_a_project_given_away_and_taken_in_again_is_the_same_and_nothing_comes_twice(study: Study) -> None:
    received = read_study("study.qdpx", write_study("study.qdpx", study)[0])
    with new_project_from(":memory:", received, coder="Coder 0") as first:
        again = read_study("study.qdpx", write_study("study.qdpx", study_of(first))[0])
        assert preview(first, again).nothing
        revision = len(study_of(first).codings)
        assert take_in(first, again, coder=first.coders()[0].id).nothing
        assert len(first.codings()) == revision
        assert first.verify() == []
        with new_project_from(":memory:", again, coder="Coder 0") as second:
            one, other = comparable(study_of(first)), comparable(study_of(second))
            for part in ("codebook", "documents", "turns", "attributes", "cases", "sets"):
                assert one[part] == other[part]
            assert {c.id for c in first.codings()} == {c.id for c in second.codings()}
            first_memos, second_memos = first.memos(), second.memos()
            assert {memo.id for memo in first_memos} == {memo.id for memo in second_memos}
