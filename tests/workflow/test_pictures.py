"""Pictures of a study: what they count is what the tables count, and a click leads to just those quotations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from coder.errors import ProjectUnavailable, UnknownFormat, UnknownItem
from coder.model import Code, Codebook, Coding, Span
from coder.model.choices import Colour, Measure, PictureKind
from coder.model.claim import CaseGroup
from coder.pictures import svg
from coder.store import Project
from coder.workflow import pictures
from coder.workflow.cases import add_attribute, add_case, assign, set_value
from coder.workflow.codings import code_span
from coder.workflow.corpus import Corpus
from coder.workflow.pictures import Options, Unit, behind, export_picture, picture
from tests.workflow.study import code_document, fill

MODEL = "numbers"


@pytest.fixture(scope="module")
def study() -> Iterator[Project]:
    """Three interviews in two cases, the last not yet read; vectors of an invented model for every passage."""
    with Project.create(":memory:", title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=3)
        add_attribute(project, "size", coder=me)
        for number, document in enumerate(project.documents()):
            case = add_case(project, f"Home {number}", coder=me)
            set_value(project, case.id, "size", "small" if number == 1 else "large", coder=me)
            assign(project, document.id, case.id, coder=me)
        for document in project.documents()[:-1]:
            code_document(project, document.id, me)
        text = project.documents()[0].id
        first = project.segments(text)[1].span
        code_span(project, text, Span(first.start, first.end), "left", coder=me)
        corpus, chance = Corpus.of(project), np.random.default_rng(1)
        vectors: NDArray[np.float16] = chance.normal(size=(len(corpus), 8)).astype(np.float16)
        rows = {hash: row.tobytes() for hash, row in zip(corpus.hashes, vectors, strict=True)}
        project.save_vectors(MODEL, 8, rows)
        yield project


def values(spec: pictures.Spec, layer: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = spec["layer"][layer]["data"]["values"]
    return found


@pytest.mark.parametrize("kind", PictureKind)
def test_every_picture_is_drawn_with_its_table(study: Project, kind: PictureKind) -> None:
    drawn = picture(study, kind, Options(model=MODEL))
    assert not drawn.empty
    assert drawn.note.endswith(".")
    assert "Together" in svg(drawn.spec) or kind in (PictureKind.MAP, PictureKind.CONTRAST)


def test_a_cell_of_the_heatmap_leads_to_the_quotations_it_counts(study: Project) -> None:
    drawn = picture(study, PictureKind.HEATMAP)
    cells = drawn.spec["data"]["values"]
    assert {cell["told"] for cell in cells if cell["column"] == "Home 2"} == {"–"}
    for cell in cells:
        found = behind(study, PictureKind.HEATMAP, Options(), {"path": cell["path"], "column": cell["column"]})
        assert len(found) == (cell["number"] or 0)


def test_a_circle_of_the_timeline_leads_to_the_quotations_it_counts(study: Project) -> None:
    for circle in picture(study, PictureKind.TIMELINE).spec["data"]["values"]:
        found = behind(study, PictureKind.TIMELINE, Options(), {"path": circle["path"], "column": circle["column"]})
        assert len(found) == circle["number"]


def test_a_line_of_the_network_leads_to_both_codes_and_a_mark_to_one(study: Project) -> None:
    drawn = picture(study, PictureKind.NETWORK)
    (line,) = values(drawn.spec, 0)
    found = behind(study, PictureKind.NETWORK, Options(), {"path": line["path"], "with": line["with"]})
    assert set(found["code path"]) == {line["path"], line["with"]}
    for mark in values(drawn.spec, 1):
        alone = behind(study, PictureKind.NETWORK, Options(), {"path": mark["path"]})
        assert set(alone["code path"]) == {mark["path"]}
        assert len(alone) == mark["count"]


def test_a_bar_of_the_portrait_is_one_coding_where_it_stands(study: Project) -> None:
    document = study.documents()[1]
    drawn = picture(study, PictureKind.PORTRAIT, Options(document=document.id))
    text = study.document(document.id).text
    codings: dict[str, Coding] = {coding.id: coding for coding in study.codings() if coding.document == document.id}
    assert set(drawn.table["coding"]) == set(codings)
    # Counted otherwise: by splitting what each turn says before the coding.
    turns = [turn for turn in study.turns(document.id) if turn.kind.is_content]
    for row in drawn.table.to_dict("records"):
        before = sum(len(text[t.span.start : min(t.span.end, codings[row["coding"]].span.start)].split()) for t in turns
                     if t.span.start < codings[row["coding"]].span.start)  # fmt: skip
        assert row["first"] == before
        assert row["last"] - row["first"] == len(codings[row["coding"]].quotation.split())
        found = behind(study, PictureKind.PORTRAIT, Options(), {"coding": row["coding"]})
        assert found["quotation"].tolist() == [codings[row["coding"]].quotation]


def test_a_portrait_says_what_is_not_yet_read(study: Project) -> None:
    drawn = picture(study, PictureKind.PORTRAIT, Options(document=study.documents()[2].id))
    assert drawn.empty
    assert "not yet read" in drawn.note


def test_a_bar_of_the_contrast_is_what_its_table_says_and_leads_to_quotations_of_both_groups(study: Project) -> None:
    ids = {case.name: case.id for case in study.cases()}
    options = Options(first=CaseGroup(cases=(ids["Home 0"],)), second=CaseGroup(cases=(ids["Home 1"],)))
    for unit in Unit:
        drawn = picture(study, PictureKind.CONTRAST, replace(options, unit=unit))
        table = drawn.table.set_index("code path")
        for bar in drawn.spec["data"]["values"]:
            assert bar["difference"] == table.loc[bar["path"], f"{unit.value} difference"]
            assert bar["here"] - bar["there"] == pytest.approx(bar["difference"], abs=0.2)
            found = behind(study, PictureKind.CONTRAST, options, {"path": bar["path"]})
            assert set(found["case"]) <= {"Home 0", "Home 1"}
            assert len(found) == table.loc[bar["path"], ["codings (first)", "codings (second)"]].sum()


def test_groups_that_nothing_parts_must_be_chosen() -> None:
    with (
        Project.create(":memory:", title="Study", coder="Maija") as project,
        pytest.raises(UnknownItem, match="choose"),
    ):
        picture(project, PictureKind.CONTRAST)


@pytest.mark.parametrize("by", Colour)
def test_a_point_of_the_map_leads_to_the_codings_of_its_passage(study: Project, by: Colour) -> None:
    options = Options(model=MODEL, by=by)
    drawn = picture(study, PictureKind.MAP, options)
    assert "mean nothing" in drawn.note
    assert len(drawn.table) == len(
        [s for s in study.segments() if "?" not in s.span.of(study.document(s.document).text)]
    )
    for point in drawn.table.to_dict("records"):
        found = behind(study, PictureKind.MAP, options, {"document": point["document"], "start": point["start"]})
        assert sorted(set(found["code path"])) == sorted(filter(None, point["codes"].split("; ")))
        if by is Colour.CASE:
            assert point["group"] == point["case"]


def test_passages_that_have_no_vector_are_told(study: Project) -> None:
    drawn = picture(study, PictureKind.MAP, Options(model="another"))
    assert drawn.empty
    assert "not yet read by the assistant" in drawn.note


def test_many_codes_are_cut_short_and_said_to_be(tmp_path: Path) -> None:
    with Project.create(":memory:", title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=1)
        document = project.documents()[0].id
        many = [Code(f"c{n}", f"Code {n} " + "with a long name " * 8 + "end") for n in range(300)]
        with project.change("codes", coder=me) as change:
            change.save_codebook(Codebook("b", "Study", tuple(many)))
        segments = project.segments(document)
        for number, code in enumerate(many):
            span = segments[number % len(segments)].span
            code_span(project, document, Span(span.start, span.end), code.id, coder=me)
        case = add_case(project, "Home", coder=me)
        assign(project, document, case.id, coder=me)
        for kind in (PictureKind.HEATMAP, PictureKind.NETWORK, PictureKind.PORTRAIT, PictureKind.TIMELINE):
            drawn = picture(project, kind)
            assert f"the {pictures.MOST[kind]} most used of 300 codes" in drawn.note.lower()
            shown = svg(drawn.spec)
            assert shown.count("name end<") >= pictures.MOST[kind]
            assert max(map(len, re.findall(">([^<]+)</text>", shown))) <= 96


@pytest.mark.parametrize("measure", Measure)
def test_a_picture_is_written_to_a_file(study: Project, tmp_path: Path, measure: Measure) -> None:
    for suffix, begin in ((".svg", b"<svg"), (".png", b"\x89PNG")):
        path = tmp_path / f"heat{suffix}"
        size = export_picture(study, path, PictureKind.HEATMAP, Options(measure=measure))
        assert path.stat().st_size == size
        assert path.read_bytes().startswith(begin)


def test_what_cannot_be_drawn_is_said(study: Project, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"\.svg, \.png"):
        export_picture(study, tmp_path / "heat.gif", PictureKind.HEATMAP)
    with pytest.raises(ProjectUnavailable, match="no folder"):
        export_picture(study, tmp_path / "nowhere" / "heat.svg", PictureKind.HEATMAP)
    with pytest.raises(UnknownItem, match="no such document"):
        picture(study, PictureKind.PORTRAIT, Options(document="gone"))
