"""Studies brought into a project that has work of its own, and given away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coder.errors import ProjectExists, UnknownFormat
from coder.model import Coding, Received, new_id
from coder.model.choices import Target
from coder.store import Project
from coder.workflow.codings import undo
from coder.workflow.exchange import export_study, new_project_from, preview, read_study, study_of, take_in


def test_a_second_import_brings_nothing(project: Project, coded: Coding, me: str) -> None:
    assert preview(project, Received(study_of(project))).nothing


def test_other_ids_are_known_by_text_words_path_and_name(project: Project, coded: Coding, me: str) -> None:
    study = study_of(project)
    ids = {code.id: new_id() for code in study.codebook.codes}
    codes = tuple(replace(code, id=ids[code.id], parent=ids.get(code.parent or "")) for code in study.codebook.codes)
    people = {coder.id: new_id() for coder in study.coders}
    (found,) = study.documents
    other = replace(
        study,
        codebook=replace(study.codebook, codes=codes),
        coders=tuple(replace(coder, id=people[coder.id]) for coder in study.coders),
        documents=(replace(found, document=replace(found.document, id="another", name="renamed.txt")),),
        codings=tuple(
            replace(each, id=new_id(), document="another", code=ids[each.code], coder=people[each.coder])
            for each in study.codings
        ),
    )
    assert preview(project, Received(other)).nothing


def test_what_comes_is_one_change_that_undo_takes_back(project: Project, coded: Coding, me: str) -> None:
    received = Received(study_of(project))
    with new_project_from(":memory:", received, coder="Somebody") as other:
        owner = other.coders()[0].id
        assert [coding.id for coding in other.codings()] == [coded.id]
        assert other.verify() == []
        undo(other, coder=owner)
        assert not other.documents()
        assert not other.codings()


def test_where_the_two_disagree_the_projects_own_stands_and_is_told(project: Project, me: str) -> None:
    study = study_of(project)
    codes = tuple(replace(code, definition="Otherwise.") for code in study.codebook.codes)
    found = take_in(project, Received(replace(study, codebook=replace(study.codebook, codes=codes))), coder=me)
    assert found.nothing
    assert len(found.conflicts) == len(codes)
    assert not any(code.definition for code in project.codebook().codes)


def test_what_is_known_of_a_document_becomes_attributes_of_a_case_of_its_name(project: Project, me: str) -> None:
    study = study_of(project)
    documents = tuple(replace(found, values={"age": "31"}) for found in study.documents)
    received = Received(replace(study, documents=documents))
    take_in(project, received, coder=me)
    (case,) = project.cases()
    assert (case.name, case.values) == (project.documents()[0].name, {"age": "31"})
    assert preview(project, received).nothing


def test_a_document_that_was_removed_comes_as_another(project: Project, document: str, coded: Coding, me: str) -> None:
    received = Received(study_of(project))
    with project.change("remove", coder=me) as change:
        change.remove_document(document)
    take_in(project, received, coder=me)
    assert [coding.quotation for coding in project.codings()] == [coded.quotation]
    assert coded.id not in {coding.id for coding in project.codings()}
    assert project.verify() == []


@pytest.mark.parametrize("name", ["study.qdpx", "study.zip"])
def test_a_project_is_given_away_and_begun_from(project: Project, coded: Coding, tmp_path: Path, name: str) -> None:
    losses = export_study(project, tmp_path / name, target=Target.NVIVO)
    assert "entries of the journal" in {loss.what for loss in losses}
    received = read_study(name, (tmp_path / name).read_bytes())
    place = tmp_path / "new.redthread"
    with new_project_from(place, received) as made:
        assert [coding.anchor for coding in made.codings()] == [coded.anchor]
    with pytest.raises(ProjectExists):
        new_project_from(place, received)
    assert place.exists()


def test_an_unknown_suffix_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"\.qdpx"):
        export_study(project, tmp_path / "study.mx24")
